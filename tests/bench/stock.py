"""Peer: our console drawn as Textual draws, without frames of our own; the same words as `hisconsole`."""

from __future__ import annotations

import sys
from typing import Any

from textual.app import App

from hisconsole.cli import main
from hisconsole.console import driver
from hisconsole.console.wire import ENTER, Wire


class Stock(Wire):
    """A wire that frames do not go over."""

    def enter(self) -> None:
        self._open = True
        self.control(ENTER)


def drawn_on(app: App[Any], wire: Wire) -> None:
    """Leave the App as it is."""


if __name__ == "__main__":
    vars(driver).update(Wire=Stock, drawn_on=drawn_on)
    sys.exit(main())
