"""What tests of the console share: a loader whose pictures come as soon as they are put."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.console.watched import Script


@pytest.fixture(scope="module", autouse=True)
def let_go() -> Iterator[None]:
    """A console freezes what there is when it starts: unfrozen, those of a module do not stay to the end."""
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """All is well, until the test puts another picture."""
    monkeypatch.setattr("hisconsole.console.feed.LOOK_S", 0.02)
    found = Script()
    found.put()
    yield found
    found.gate.set()
