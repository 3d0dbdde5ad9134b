"""What every SNMP agent tells of itself."""

from __future__ import annotations

from hisconsole.practice.draft import MARK, Draft
from hisconsole.practice.mib import Type, View

_SYSTEM = "1.3.6.1.2.1.1"
_ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"


def system(draft: Draft, *, words: str, identity: str) -> None:
    """The system group: `words` describe the make, `identity` is its sysObjectID."""
    target = draft.target
    draft.scalars(
        Type.OCTETS,
        {
            f"{_SYSTEM}.1.0": f"{MARK} {words}",
            f"{_SYSTEM}.4.0": f"{MARK} information center",
            f"{_SYSTEM}.5.0": f"{MARK}-{target.id}",
            f"{_SYSTEM}.6.0": f"{MARK} {target.building}, {target.room}",
        },
    )
    draft.put(f"{_SYSTEM}.2.0", Type.OBJECT, identity)
    draft.put(f"{_SYSTEM}.3.0", Type.TICKS, _ticks)
    draft.put(f"{_SYSTEM}.7.0", Type.INTEGER, 76)
    draft.put(_ENGINE_TIME, Type.INTEGER, lambda view: int(view.uptime_s))


def _ticks(view: View) -> int:
    return int(view.uptime_s * 100) % 2**32
