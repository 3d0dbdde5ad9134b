"""Commands run in this process, on a record of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hisconsole import wiring
from hisconsole.cli import main
from hisconsole.config import Site, load_site
from hisconsole.paths import shipped


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer to --json."""
        return json.loads(self.out)

    @property
    def fault(self) -> Any:
        """Its fault with --json."""
        return json.loads(self.err)


Run = Callable[..., Ran]


@cache
def _site(folder: Path) -> Site:
    return load_site(folder)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the record will be."""
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as li.na on the sample hospital; the sample is read once, for speed."""
    for name in ("HISCONSOLE_CONFIG", "HISCONSOLE_DATA", "HISCONSOLE_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(wiring, "load_site", _site)
    monkeypatch.setattr("argparse._", str)  # No catalogue has its words, and it looks on the disk for each.
    before = ["--data", str(data), "--config", str(shipped("config"))]

    def ran(*words: str, operator: str = "li.na") -> Ran:
        code = main([*before, "--operator", operator, *words])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return ran


@pytest.fixture
def call(run: Run) -> Callable[..., int]:
    """Takes a call; returns the number of its incident."""

    def taken(workstation: str = "reg-01", symptom: str = "cannot-save", *more: str) -> int:
        ran = run("report", "--workstation", workstation, "--symptom", symptom, *more, "--json")
        assert ran.code == 0, ran.err
        return int(ran.json["incident"])

    return taken
