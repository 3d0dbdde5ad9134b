"""Values: frozen dataclasses of the standard library whose methods are written when they are first called.

For each such class Python compiles six functions, which takes it about a millisecond: of several hundred
classes that was two fifths of a start, and the first screen needs few of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - said to be for others
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """As the standard library's, and no other unless it is asked for frozen slots and nothing else."""
        return _value if options == {"frozen": True, "slots": True} else dataclasses.dataclass(**options)


_SHOWN = ("__repr__", "__eq__", "__hash__")
_unwritten: dict[tuple[type, str], Callable[..., Any]] = {}


_at_once: list[bool] = []


def write_at_once() -> None:
    """Write what was not called yet, and from now on all with its class: for processes that are forked.

    What was left for later would leave holes, and each that is filled in a fork costs it a page.
    """
    _at_once.append(True)
    for made, name in list(_unwritten):
        _write(made, name)


def _value(cls: type) -> type:
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__setattr__ = made.__delattr__ = _refuse  # type: ignore[assignment] # of both
    for name in ("__init__", *_SHOWN):
        if name not in vars(made):
            _unwritten[made, name] = first = _first(made, name)
            setattr(made, name, first)
    if _at_once:
        for name in ("__init__", *_SHOWN):
            _write(made, name)
    return made


def _first(made: type, name: str) -> Callable[..., Any]:
    def method(*args: Any, **kwargs: Any) -> Any:
        _write(made, name)
        return getattr(made, name)(*args, **kwargs)

    return method


def _write(made: Any, name: str) -> None:
    """Put in place what the standard library writes for a class with the same fields; twice does no harm."""
    if (made, name) not in _unwritten:
        return
    written: Mapping[str, Any]
    if name == "__init__":
        written = {name: _init(made)}
    else:
        fields = [(each.name, each.type, each) for each in dataclasses.fields(made)]
        written = vars(dataclasses.make_dataclass(made.__name__, fields, init=False, frozen=True))
    for each in _SHOWN if name in _SHOWN else (name,):
        if (made, each) in _unwritten:
            setattr(made, each, written[each])
            _unwritten.pop((made, each), None)


def _init(made: Any) -> Any:
    """That method by itself, a sixth of the work: most classes are never compared nor shown."""
    names: dict[str, Any] = {"__put__": object.__setattr__, "__none__": dataclasses.MISSING}
    head, body = ["self"], []
    for each in dataclasses.fields(made):
        if not each.init:  # set by __post_init__
            continue
        default, value = "", each.name
        if each.default is not dataclasses.MISSING:
            default = f"=__of_{each.name}__"
            names[default[1:]] = each.default
        elif each.default_factory is not dataclasses.MISSING:
            default, value = "=__none__", f"__of_{each.name}__() if {value} is __none__ else {value}"
            names[f"__of_{each.name}__"] = each.default_factory
        head.append(each.name + default)
        body.append(f"__put__(self, {each.name!r}, {value})")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(head)}):\n " + "\n ".join(body or ["pass"]), names)  # noqa: S102 - our own
    written = names["__init__"]
    written.__qualname__ = f"{made.__qualname__}.__init__"
    return written


def _refuse(self: object, name: str, *_given: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")
