"""The systemd units that run the watch and the door of this installation."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hisconsole.cli.edge import Usage
from hisconsole.config import load_site
from hisconsole.errors import ConfigFault
from hisconsole.text import _

SECRETS = "secrets"
"""A folder of the hospital that root alone may read; systemd hands its files to the watch."""

_WATCH = """\
# Put this into /etc/systemd/system/hisconsole-watch.service, then:
#   systemctl daemon-reload && systemctl enable --now hisconsole-watch
# The data folder must be there before, and belong to the user; consoles run under the same one.
[Unit]
Description=hisconsole: watches the hospital's infrastructure
Documentation=man:systemd.exec(5)
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
{environment}ExecStart={command} watch
Restart=always
RestartSec=5
TimeoutStopSec=10
# Three files a target are held open.
LimitNOFILE=65536
{secrets}{hardened}\
# To ping, on systems where net.ipv4.ping_group_range lets no user do that; and to hear traps on port 162.
AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE

[Install]
WantedBy=multi-user.target
"""

_DOOR = """\
# Put this into /etc/systemd/system/hisconsole-door.service, then:
#   systemctl daemon-reload && systemctl enable --now hisconsole-door
# Beside it sshd wants its block: hisconsole door --sshd-config. Without the door a login is a plain start.
[Unit]
Description=hisconsole: the door for operators who log in over SSH
Documentation=man:systemd.exec(5) man:sshd_config(5)
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
{environment}ExecStart={command} door
Restart=always
RestartSec=2
# A door that is restarted leaves its consoles to their operators, and one console that the kernel
# kills for memory takes no other with it.
KillMode=process
OOMPolicy=continue
TasksMax=2048
LimitNOFILE=4096
{hardened}CapabilityBoundingSet=

[Install]
WantedBy=multi-user.target
"""

_HARDENED = """\
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
# The data folder, and where site.yaml keeps backups and the journal. Print the unit again when these change.
ReadWritePaths={writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
KeyringMode=private
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
"""Without MemoryDenyWriteExecute: libraries that call C through ffi make such memory.

Without RemoveIPC: it empties /dev/shm of all that the account has there, acts that are kept among it.
"""


def watch_unit(config: Path, data: Path) -> str:
    """The watch's unit, for the interpreter and the folders of this command. Raises Usage."""
    folder = config / SECRETS
    loaded = f"LoadCredential={SECRETS}:{_quoted(str(folder))}\n" if folder.is_dir() else ""
    return _WATCH.format(secrets=loaded, **_parts(config, data))


def door_unit(config: Path, data: Path, *, words: Sequence[str] = ()) -> str:
    """The door's unit, with `words` for all its consoles. Raises Usage."""
    return _DOOR.format(**_parts(config, data, words))


def _parts(config: Path, data: Path, more: Sequence[str] = ()) -> dict[str, str]:
    package = Path(__file__).resolve().parents[1]
    words = [sys.executable, "-m", "hisconsole", "--config", str(config), "--data", str(data), *more]
    found = "" if (package / "_data").is_dir() else str(package.parent)
    return {
        "user": user_of(data),
        "environment": f"Environment={_quoted(f'PYTHONPATH={found}')}\n" if found else "",
        "command": " ".join(_quoted(word).replace("$", "$$") for word in words),
        "hardened": _HARDENED.format(writable=_writable(config, data)),
    }


def _writable(config: Path, data: Path) -> str:
    """Every folder that is written to; outside the data `-` lets a mount be missing. Raises Usage.

    Of files that cannot be read yet it is the data folder alone: `check` tells what is wrong with them.
    """
    named: list[str] = []
    with suppress(ConfigFault):
        site = load_site(config)
        named += [site.backups.folder, site.backups.copy, site.journal]
    return " ".join([_quoted(str(data)), *(_quoted(f"-{place}") for place in dict.fromkeys(named) if place)])


def user_of(data: Path) -> str:
    """Who owns the data; before there are any, who asks."""
    uid = data.stat().st_uid if data.exists() else os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _quoted(text: str) -> str:
    """A word as systemd reads it (systemd.syntax(7)): quoted where it must be, `%` as itself."""
    if not text.isprintable():
        raise Usage(_("No unit can name this: {text}.").format(text=text))
    plain = text.replace("%", "%%")
    if all(char.isalnum() or char in "-_./:=,@+%$" for char in plain):
        return plain
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
