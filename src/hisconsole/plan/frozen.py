"""Values as plain data and back: the form in which the record keeps editions of the plan, and handovers."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from hisconsole.plan.conditions import Condition, parse
from hisconsole.plan.document import Plan
from hisconsole.plan.times import from_text, to_text


def to_data(plan: Plan) -> dict[str, Any]:
    """A plan as JSON can hold it; conditions as their text."""
    data: dict[str, Any] = plain(plan)
    return data


def from_data(data: Mapping[str, Any]) -> Plan:
    """The plan that `to_data` wrote, perhaps with an older program: fields it lacked have their defaults."""
    plan: Plan = read(Plan, data)
    return plan


def plain(value: Any) -> Any:
    """A value as JSON can hold it: conditions as their text, moments in UTC."""
    if isinstance(value, Condition):
        return value.text
    if isinstance(value, datetime):
        return to_text(value)
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return value.value if isinstance(value, StrEnum) else value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return types.MappingProxyType(get_type_hints(kind))


def read(kind: Any, data: Any) -> Any:
    """The value of a kind that `plain` wrote; what this program does not know of it is left out."""
    if kind is Condition or kind is datetime:
        return parse(data) if kind is Condition else from_text(data)
    if get_origin(kind) is types.UnionType:  # a moment or none
        return None if data is None else read(get_args(kind)[0], data)
    if get_origin(kind) is tuple:
        return tuple(read(get_args(kind)[0], each) for each in data)
    if get_origin(kind) is Mapping:
        return dict(data)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{
                each.name: read(hints[each.name], data[each.name])
                for each in fields(kind)
                if each.name in data
            }
        )
    return kind(data) if isinstance(kind, type) and issubclass(kind, StrEnum) else data
