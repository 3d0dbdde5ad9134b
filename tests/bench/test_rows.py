"""A row of the bench that breaks off takes no other row's figures with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.__main__ import measured
from tests.bench.figures import Figure, figure
from tests.bench.run import Run


def test_a_row_that_breaks_off_is_told_and_leaves_what_was_measured(tmp_path: Path) -> None:
    run = Run(home=tmp_path, scratch=tmp_path, quick=True)
    before, first = figure("before", "this", [1.0], "ms"), figure("broken", "that", [2.0], "ms")

    def broken(_run: Run) -> Iterator[Figure]:
        yield first
        raise RuntimeError("no such agent")

    figures = [before]
    fault = measured(broken, run, figures)
    assert fault.startswith("broke off: RuntimeError at test_rows.py:")
    assert fault.endswith("no such agent")
    assert figures == [before, first]


def test_a_whole_row_has_no_fault(tmp_path: Path) -> None:
    run = Run(home=tmp_path, scratch=tmp_path, quick=True)
    figures: list[Figure] = []
    assert measured(lambda _run: [figure("row", "this", [1.0], "ms")], run, figures) == ""
    assert len(figures) == 1
