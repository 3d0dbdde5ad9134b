"""Acts that can be kept: each has a name, and answers are plain enough to be written down and done later."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from hisconsole.errors import Away, HisError, Refused
from hisconsole.plan.events import PROVISIONAL
from hisconsole.plan.story_turn import number_of, subject
from hisconsole.plan.times import to_text
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.desk.desk import Outcome

Given = ParamSpec("Given")
Thaw = Callable[[Any], object]

_NOT_KEPT = frozenset({"act", "picture"})
"""The act's id has a place of its own; what the watch showed is no answer of a person's."""


@dataclass(frozen=True, slots=True)
class Keepable:
    """One act as the journal names it; `thaw` makes of written answers what the function takes.

    `report` names the argument that is a report's number.
    """

    kind: str
    carry_out: Callable[..., Outcome]
    aside: Sequence[str]
    about: str
    thaw: Mapping[str, Thaw]
    report: str = ""

    def arguments(self, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, Any]:
        """The answers by name, without the desk and what is not kept."""
        bound = inspect.signature(self.carry_out).bind(*args, **kwargs)
        named = list(bound.arguments.items())[1:]
        return {name: value for name, value in named if name not in _NOT_KEPT}

    def numbered(self, arguments: Mapping[str, Any], numbers: Mapping[int, int]) -> dict[str, Any]:
        """The answers with real numbers in place of provisional ones, but for a report's: it has its own.

        Raises Refused for an incident that has none.
        """
        incidents = {name: value for name, value in arguments.items() if name != self.report}
        return {**arguments, **with_numbers(incidents, numbers)}

    def frozen(self, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The answers as they are written, and beside them what no event holds."""
        plain = {name: _plain(value) for name, value in arguments.items()}
        given = plain.get("given")
        if not self.aside or not isinstance(given, dict):
            return plain, {}
        apart = {name: given[name] for name in self.aside if given.get(name)}
        return {**plain, "given": {name: value for name, value in given.items() if name not in apart}}, apart

    def thawed(self, given: Mapping[str, Any], aside: Mapping[str, str]) -> dict[str, Any]:
        """The answers as the function takes them."""
        whole = dict(given)
        if aside:
            whole["given"] = {**whole["given"], **aside}
        return {
            name: self.thaw[name](value) if name in self.thaw and value is not None else value
            for name, value in whole.items()
        }


_NAMES_INCIDENT = frozenset({"to", "join", "incident", "others"})
"""Answers that are typed, and are the number of an incident, or some of them."""
_PERHAPS = re.compile(r"(?<![0-9A-Za-z])(?:[Kk][0-9]{1,9}|[0-9]{10,12})(?![0-9A-Za-z])")
"""In such an answer: what may be a provisional number."""

KEEPABLE: dict[str, Keepable] = {}
"""Every act that can be kept; a module's acts are in it once the module is imported."""


def keepable(
    kind: str, *, aside: Sequence[str] = (), about: str = "", report: str = "", **thaw: Thaw
) -> Callable[[Callable[Given, Outcome]], Callable[Given, Outcome]]:
    """Have an act of the desk kept where the record is away, under the name `kind`.

    `aside` names answers that no event holds, `about` the argument that is the incident's number, `report`
    that which is a report's.
    """

    def decorate(function: Callable[Given, Outcome]) -> Callable[Given, Outcome]:
        known = KEEPABLE[kind] = Keepable(kind, function, aside, about, thaw, report)

        @wraps(function)
        def done_or_kept(*args: Any, **kwargs: Any) -> Outcome:
            desk = args[0]
            keeping = desk.keeping
            if keeping is None:
                return function(*args, **kwargs)
            kwargs["act"] = kwargs.get("act") or desk.naming(desk.now())
            if not keeping.away:
                try:
                    if keeping.numbers:
                        arguments = known.arguments(args, kwargs)
                        kwargs = {**kwargs, **known.numbered(arguments, keeping.numbers)}
                        args = (desk,)
                    return function(*args, **kwargs)
                except Away as fault:
                    keeping.went(fault)
            try:
                outcome: Outcome = keeping.keep(desk, known, known.arguments(args, kwargs), kwargs["act"])
            except HisError:
                desk.seat.refuse()
                raise
            return outcome

        return cast("Callable[Given, Outcome]", done_or_kept)

    return decorate


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return to_text(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value


def with_numbers(given: Mapping[str, Any], numbers: Mapping[int, int]) -> dict[str, Any]:
    """The answers with real numbers in place of provisional ones. Raises Refused where there is none.

    Of what was typed only a name of an incident is one: telephones and tickets have ten digits, too.
    """
    return {name: _numbered(name, value, numbers) for name, value in given.items()}


def _numbered(name: str, value: Any, numbers: Mapping[int, int]) -> Any:
    if isinstance(value, Mapping):
        return with_numbers(value, numbers)
    if isinstance(value, str) and name in _NAMES_INCIDENT:
        return _PERHAPS.sub(lambda found: str(_numbered(name, number_of(found[0]), numbers)), value)
    if isinstance(value, int) and value > PROVISIONAL:
        if value not in numbers:
            raise Refused(_("The call {name} that it is about is not on record.").format(name=subject(value)))
        return numbers[value]
    return value
