"""The modes of the console; what a start does not need is loaded when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from hisconsole.console.log import LogScreen
from hisconsole.console.queue import QueueScreen


def _status() -> Screen[Any]:
    from hisconsole.console.status import StatusScreen

    return StatusScreen()


def _roster() -> Screen[Any]:
    from hisconsole.console.roster import RosterScreen

    return RosterScreen()


def _handover() -> Screen[Any]:
    from hisconsole.console.handover import HandoverScreen

    return HandoverScreen()


MODES: dict[str, str | Callable[[], Screen[Any]]] = {
    "queue": QueueScreen,
    "status": _status,
    "roster": _roster,
    "handover": _handover,
    "log": LogScreen,
}
"""By the names of their keys."""
