"""What sshd is told, so that a key leads straight into the console and nowhere else."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hisconsole import enter
from hisconsole.cli.edge import Usage
from hisconsole.cli.unit import user_of
from hisconsole.sessions import FOLDER
from hisconsole.text import _

KEYS = "operator_keys"
"""The operators' keys, in the folder of the hospital; only root writes them."""

_BLOCK = """\
# Put this into /etc/ssh/sshd_config.d/10-hisconsole.conf (Debian 11, RHEL 9 and newer), or at the end of
# /etc/ssh/sshd_config; then: sshd -t && systemctl reload sshd   (Debian: ssh)
# {keys} has a line for each operator's key, and names him by his id in the roster:
#   restrict,pty,environment="HISCONSOLE_OPERATOR=li.na" ssh-ed25519 AAAA... li.na
# It and its folders must belong to root and be writable by root alone.

# For all logins: lines come back in a storm after an outage; text shrinks to a thirtieth.
MaxStartups 60:30:120
Compression yes

Match User {user}
    # Who it is says the key that was proven (ExposeAuthInfo), so no client can choose.
    AuthorizedKeysFile {keys}
    AuthenticationMethods publickey
    PubkeyAuthentication yes
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    GSSAPIAuthentication no
    HostbasedAuthentication no
    ExposeAuthInfo yes
    # The console and nothing beside it: no shell, no command, no file, no forwarding.
    ForceCommand {command}
    PermitTTY yes
    DisableForwarding yes
    AllowAgentForwarding no
    AllowTcpForwarding no
    AllowStreamLocalForwarding no
    X11Forwarding no
    PermitTunnel no
    PermitUserRC no
    AcceptEnv LANG LC_ALL LC_CTYPE
    MaxSessions 1
    # A line that is dead without a word is noticed within a minute.
    ClientAliveInterval 15
    ClientAliveCountMax 3

Match all
"""


def sshd_config(config: Path, data: Path, *, words: Sequence[str] = ()) -> str:
    """The block for sshd_config, for this installation; `words` go before a plain start. Raises Usage."""
    plain = [sys.executable, "-P", "-m", "hisconsole", "--config", str(config), "--data", str(data), *words]
    run, keys = str(data / FOLDER), str(config / KEYS)
    command = ["exec", sys.executable, "-I", "-S", str(Path(enter.__file__).resolve()), run, keys, *plain]
    for text in (keys, *command):
        # sshd ends a word at a blank and begins a comment at #, and knows no escape that all versions share.
        if not text.isprintable() or set(text) & set(" \"'#%\\"):
            raise Usage(_("sshd's configuration cannot name this: {text}.").format(text=text))
    return _BLOCK.format(user=user_of(data), keys=keys, command=shlex.join(command))
