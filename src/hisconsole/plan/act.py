"""What an act is: its name in code, keys and command line, what it asks, and how it decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hisconsole.plan.asking import Field
from hisconsole.plan.decisions import Setting
from hisconsole.plan.events import NewEvent
from hisconsole.values import dataclass

Decision = Callable[[Setting], Sequence[NewEvent]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its name in code, keys and command line, what it asks, and how it decides."""

    name: str
    label: str
    help: str
    decide: Decision
    asks: tuple[Field, ...] = ()
    confirm: bool = False
