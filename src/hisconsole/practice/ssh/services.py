"""Services, ports and pages of a played host."""

from __future__ import annotations

from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice
from hisconsole.practice.mib import View
from hisconsole.practice.ssh.asked import Asked, missing
from hisconsole.probes.parse.output import Arguments

_STATES = ("active", "activating", "inactive", "failed")
_SQL_SERVER = "mssql-server"
_NO_CONNECTION, _NOT_ACTIVE = 7, 3


def prepare(draft: Draft, arguments: Arguments) -> None:
    """The services that are asked for."""
    for unit in arguments.get("units", ()):
        draft.facet(choice(f"service/{unit}", *_STATES, broken="failed"))


def nothing(draft: Draft, arguments: Arguments) -> None:
    """Nothing of its own: the failed services are among those that others bring."""


def prepare_sql_server(draft: Draft, arguments: Arguments) -> None:
    """SQL Server's service."""
    draft.facet(choice(f"service/{_SQL_SERVER}", *_STATES, broken="failed"))


def prepare_listening(draft: Draft, arguments: Arguments) -> None:
    """The ports that programs should listen on."""
    for port in arguments.get("ports", ()):
        draft.facet(choice(f"listening/{port}", "yes", "no", broken="no"))


def prepare_application(draft: Draft, arguments: Arguments) -> None:
    """A page of the host's own application."""
    draft.facet(choice("application", "200", "500", "503", "silent", broken="503"))


def services(view: View, asked: Asked) -> tuple[str, int]:
    """As `systemctl is-active`; a unit that does not exist is inactive, as systemd has it."""
    states = [_state(view, asked, unit) for unit in asked.arguments["units"]]
    return "\n".join(states), 0 if set(states) == {"active"} else _NOT_ACTIVE


def sql_server(view: View, asked: Asked) -> tuple[str, int]:
    """As `systemctl is-active mssql-server`."""
    state = _state(view, asked, _SQL_SERVER)
    return state, 0 if state == "active" else _NOT_ACTIVE


def _state(view: View, asked: Asked, unit: str) -> str:
    return view.word(f"service/{unit}") if f"service/{unit}" in asked.facets else "inactive"


def failed_units(view: View, asked: Asked) -> tuple[str, int]:
    """As `systemctl --failed`."""
    failed = [unit for unit in asked.under("service/") if view.word(f"service/{unit}") == "failed"]
    return "\n".join(f"{unit}.service loaded failed failed PRACTICE {unit}" for unit in failed), 0


def listening(view: View, asked: Asked) -> tuple[str, int]:
    """As `ss -ltnH`."""
    ports = ["22", *(port for port in asked.under("listening/") if view.word(f"listening/{port}") == "yes")]
    return "\n".join(f"LISTEN 0      128          0.0.0.0:{port:<6}      0.0.0.0:*" for port in ports), 0


def application(view: View, asked: Asked) -> tuple[str, int]:
    """As curl writes what it was told to write."""
    if "application" not in asked.facets:
        return missing("curl")
    status = view.word("application")
    if status == "silent":
        return "000:0.000", _NO_CONNECTION
    return f"{status}:{0.08 + view.drift('page', 0.03):.3f}", 0
