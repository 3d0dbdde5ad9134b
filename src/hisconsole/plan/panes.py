"""Which targets belong together: the panes an operator sees first, and what is typed to find a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from hisconsole.errors import HisError
from hisconsole.plan.find import fold
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure, Kind, Target
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.plan.picture import Watched

NETWORK = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.WIRELESS, Kind.LINE})


@dataclass(frozen=True, slots=True)
class Pane:
    """Targets to be seen together: a full name, a short one for 80 columns, and which they are."""

    name: str
    short: str
    filter: str


@dataclass(frozen=True, slots=True)
class Index:
    """What is looked for in each target, folded once for each version of the files."""

    version: str
    words: Mapping[str, str]
    core: frozenset[str]


def index_of(infrastructure: Infrastructure) -> Index:
    """Prepare the targets to be found by id, name, kind, place, address, services and find words."""
    words = {each.id: fold(" ".join(_texts(each))) for each in infrastructure.targets}
    return Index(infrastructure.version, words, core_path(infrastructure.targets))


def _texts(target: Target) -> Iterable[str]:
    yield from (target.id, target.name, target.kind, kind_label(target.kind))
    yield from (target.building, target.room, target.address, *target.services, *target.find)


def core_path(targets: Iterable[Target]) -> frozenset[str]:
    """The devices of the network on which others of it hang, or which hang on nothing."""
    network = [each for each in targets if each.kind in NETWORK]
    carrying = {parent for each in network for parent in each.parents}
    return frozenset(each.id for each in network if not each.parents or each.id in carrying)


def members(pane: Pane, infrastructure: Infrastructure, index: Index) -> frozenset[str]:
    """The targets of a pane."""
    test = target_test(pane.filter)
    return frozenset(each.id for each in infrastructure.targets if test(each, index))


TargetTest = Callable[[Target, Index], bool]


def target_test(expression: str) -> TargetTest:
    """A pane's filter: `kind:a,b`, `service:`, `building:`, `is:core`, `!` for not, `|` for or.

    Raises HisError with a sentence; what changes from round to round has no place in it.
    """
    choices = [[_target_term(part) for part in choice.split()] for choice in expression.split("|")]
    return lambda target, index: any(all(term(target, index) for term in terms) for terms in choices)


def _target_term(part: str) -> TargetTest:
    if part.startswith("!"):
        inner = _target_term(part[1:])
        return lambda target, index: not inner(target, index)
    key, _colon, value = part.partition(":")
    values = tuple(fold(each) for each in value.split(",") if each)
    if part == "is:core":
        return lambda target, index: target.id in index.core
    if key == "kind" and values and set(values) <= {kind.value for kind in Kind}:
        return lambda target, index: target.kind.value in values
    if key == "service" and values:
        return lambda target, index: any(fold(service) in values for service in target.services)
    if key == "building" and values:
        return lambda target, index: any(each in fold(target.building) for each in values)
    raise HisError(
        _("'{part}' is not understood: use kind:, service:, building:, is:core, ! and |.").format(part=part)
    )


RowTest = Callable[["Watched"], bool]


def wanted(expression: str, index: Index) -> RowTest:
    """The filter an operator types: words, `status:`, `kind:`, `service:`, `building:`, `is:`, `!` for not.

    All parts must hold; `is:` takes problem, ringing, soft, flapping, silenced, stale and core.
    """
    tests = [_row_test(part, index) for part in fold(expression).split() if part != "!"]
    return lambda row: all(test(row) for test in tests)


def _row_test(part: str, index: Index) -> RowTest:
    if part.startswith("!"):
        inner = _row_test(part[1:], index)
        return lambda row: not inner(row)
    key, _colon, value = part.partition(":")
    read = _READ.get(key)
    if read is not None:
        return lambda row: any(text.startswith(value) for text in read(row))
    if key == "is":
        return lambda row: _is(row, value, index)
    if key == "building":
        return lambda row: value in fold(row.target.building)
    return lambda row: part in index.words.get(row.target.id, "") or part in fold(row.words)


_READ: Mapping[str, Callable[[Watched], Iterable[str]]] = {
    "status": lambda row: (row.shown.status.value, row.shown.under.value),
    "kind": lambda row: (row.target.kind.value,),
    "service": lambda row: map(fold, row.target.services),
}


def _is(row: Watched, value: str, index: Index) -> bool:
    shown = row.shown
    return {
        "problem": row.problem,
        "ringing": shown.rings,
        "soft": shown.attempt > 0,
        "flapping": shown.flapping,
        "silenced": shown.silence is not None,
        "stale": shown.under is Status.STALE,
        "core": row.target.id in index.core,
    }.get(value, False)


def kind_label(kind: str) -> str:
    """A kind of target in words."""
    return {
        Kind.SWITCH: _("switch"),
        Kind.ROUTER: _("router"),
        Kind.FIREWALL: _("firewall"),
        Kind.WIRELESS: _("wireless"),
        Kind.LINE: _("line"),
        Kind.DATABASE: _("database"),
        Kind.SERVER: _("server"),
        Kind.HYPERVISOR: _("virtualization host"),
        Kind.HARDWARE: _("server hardware"),
        Kind.STORAGE: _("storage"),
        Kind.BACKUP: _("backup"),
        Kind.UPS: _("UPS"),
        Kind.ROOM: _("room sensor"),
        Kind.PRINTER: _("printer"),
        Kind.TERMINAL: _("terminal"),
        Kind.SERVICE: _("service"),
    }[Kind(kind)]
