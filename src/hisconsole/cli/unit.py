"""The systemd unit that runs the watch of this installation."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from hisconsole.cli.edge import Usage
from hisconsole.text import _

_UNIT = """\
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
{environment}ExecStart={command}
Restart=always
RestartSec=5
TimeoutStopSec=10
UMask=0077
# Three files a target are held open.
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={data}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# To ping, on systems where net.ipv4.ping_group_range lets no user do that; and to hear traps on port 162.
AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE

[Install]
WantedBy=multi-user.target
"""


def unit(config: Path, data: Path) -> str:
    """The unit's text, for the interpreter and the folders of this command. Raises Usage."""
    package = Path(__file__).resolve().parents[1]
    words = [sys.executable, "-m", "hisconsole", "--config", str(config), "--data", str(data), "watch"]
    found = "" if (package / "_data").is_dir() else str(package.parent)
    return _UNIT.format(
        user=_user(data),
        environment=f"Environment={_quoted(f'PYTHONPATH={found}')}\n" if found else "",
        command=" ".join(_quoted(word).replace("$", "$$") for word in words),
        data=_quoted(str(data)),
    )


def _user(data: Path) -> str:
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
