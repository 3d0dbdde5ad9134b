"""Databases of a played host, as their own tools list them."""

from __future__ import annotations

from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice
from hisconsole.practice.mib import View
from hisconsole.practice.ssh.asked import Asked, missing
from hisconsole.probes.parse.output import Arguments

_NO_LISTENER = """\
LSNRCTL for Linux: Version 19.0.0.0.0 - Production (PRACTICE)
Connecting to (ADDRESS=(PROTOCOL=tcp)(HOST=)(PORT=1521))
TNS-12541: TNS:no listener
 TNS-12560: TNS:protocol adapter error
  TNS-00511: No listener"""
_LISTENER = """\
LSNRCTL for Linux: Version 19.0.0.0.0 - Production (PRACTICE)
Connecting to (ADDRESS=(PROTOCOL=tcp)(HOST=)(PORT=1521))
STATUS of the LISTENER
Alias                     LISTENER
"""


def prepare_listener(draft: Draft, arguments: Arguments) -> None:
    """Oracle's listener."""
    draft.facet(choice("listener", "up", "down", broken="down"))


def prepare_instances(draft: Draft, arguments: Arguments) -> None:
    """Oracle's instances."""
    for instance in arguments.get("instances", ()):
        draft.facet(choice(f"instance/{instance}", "up", "blocked", "down", broken="down"))


def prepare(draft: Draft, arguments: Arguments) -> None:
    """A database of another make."""
    draft.facet(choice("database", "up", "down", broken="down"))


def oracle_listener(view: View, asked: Asked) -> tuple[str, int]:
    """As `lsnrctl status`."""
    if "listener" not in asked.facets:
        return missing("lsnrctl")
    if view.word("listener") == "down":
        return _NO_LISTENER, 1
    up = [name for name in asked.under("instance/") if view.word(f"instance/{name}") != "down"]
    if not up:
        return f"{_LISTENER}The listener supports no services\nThe command completed successfully", 0
    rows = ["Services Summary..."]
    for name in up:
        state = "READY" if view.word(f"instance/{name}") == "up" else "BLOCKED"
        rows.append(f'Service "{name}" has 1 instance(s).')
        rows.append(f'  Instance "{name}", status {state}, has 1 handler(s) for this service...')
    return _LISTENER + "\n".join([*rows, "The command completed successfully"]), 0


def oracle_instances(view: View, asked: Asked) -> tuple[str, int]:
    """As `pgrep -fa ^ora_pmon_`."""
    up = [name for name in asked.under("instance/") if view.word(f"instance/{name}") != "down"]
    return "\n".join(f"{4200 + place} ora_pmon_{name}" for place, name in enumerate(up)), 0 if up else 1


def mysql(view: View, asked: Asked) -> tuple[str, int]:
    """As `mysqladmin ping`."""
    if "database" not in asked.facets:
        return missing("mysqladmin")
    if view.word("database") == "up":
        return "mysqld is alive", 0
    port = asked.arguments["port"][0]
    return f"mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Can't connect to port {port}'", 1


def postgresql(view: View, asked: Asked) -> tuple[str, int]:
    """As `pg_isready`."""
    if "database" not in asked.facets:
        return missing("pg_isready")
    up = view.word("database") == "up"
    words = "accepting connections" if up else "no response"
    return f"127.0.0.1:{asked.arguments['port'][0]} - {words}", 0 if up else 2


def iris(view: View, asked: Asked) -> tuple[str, int]:
    """As `iris list`."""
    if "database" not in asked.facets:
        return missing("iris")
    status = "running, since Sun Nov 23 2025 06:00:00" if view.word("database") == "up" else "down"
    rows = [
        "Configuration 'PRACTICE'   (default)",
        "    directory:    /usr/irissys",
        f"    status:       {status}",
    ]
    if view.word("database") == "up":
        rows.append("    state:        ok")
    return "\n".join(rows), 0
