"""What tests of the console share: style sheets that are parsed once, pictures that come as they are put."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet

from hisconsole.config import Site, load_site
from tests.console.watched import Script


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """Hundreds of consoles have the same style sheets, and parsing takes a good part of a start."""
    known: dict[tuple[object, ...], Any] = {}
    parse = Stylesheet._parse_rules

    def parsed(self: Stylesheet, *what: Any, **how: Any) -> Any:
        key = (*self._variables.items(), *what, *how.items())
        if key not in known:
            known[key] = parse(self, *what, **how)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", parsed)
        yield


@pytest.fixture(scope="module", autouse=True)
def let_go() -> Iterator[None]:
    """A console freezes what there is when it starts: unfrozen, those of a module do not stay to the end."""
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture
def hospital(config: Path) -> Site:
    """What stands in the files that a module's `config` lays."""
    return load_site(config)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """All is well, until the test puts another picture."""
    monkeypatch.setattr("hisconsole.console.feed.LOOK_S", 0.02)
    found = Script()
    found.put()
    yield found
    found.gate.set()
