"""A plan as plain data and back: the form in which the record keeps the edition an incident runs under."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from hisconsole.plan.conditions import Condition, parse
from hisconsole.plan.document import Plan


def to_data(plan: Plan) -> dict[str, Any]:
    """A plan as JSON can hold it; conditions as their text."""
    data: dict[str, Any] = _plain(plan)
    return data


def from_data(data: Mapping[str, Any]) -> Plan:
    """The plan that `to_data` wrote, perhaps with an older program: fields it lacked have their defaults."""
    plan: Plan = _value(Plan, data)
    return plan


def _plain(value: Any) -> Any:
    if isinstance(value, Condition):
        return value.text
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value.value if isinstance(value, StrEnum) else value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return types.MappingProxyType(get_type_hints(kind))


def _value(kind: Any, data: Any) -> Any:
    if kind is Condition:
        return parse(data)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], each) for each in data)
    if get_origin(kind) is Mapping:
        return dict(data)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{
                each.name: _value(hints[each.name], data[each.name])
                for each in fields(kind)
                if each.name in data
            }
        )
    return kind(data) if isinstance(kind, type) and issubclass(kind, StrEnum) else data
