"""Who acts, when, and the ids of acts; nothing here touches the record."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from hisconsole.text import printable

NAMED = "HISCONSOLE_OPERATOR"
"""Where the SSH server, or a person, says who acts."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the operator by roster id, the system account, and where from.

    `by_key`: the SSH server has named the operator by the key; `proved`: the PIN was given here.
    """

    operator: str
    os_user: str
    source: str
    by_key: bool = False
    proved: bool = False


def act_id(now: datetime | None = None) -> str:
    """A fresh id for an act: UUIDv7 (RFC 9562), so that ids sort by time."""
    stamp = int((now.timestamp() if now else time.time()) * 1000)
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64)
    value |= (0b10 << 62) | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def utc_now() -> datetime:
    """The present, aware and in UTC."""
    return datetime.now(UTC)


def here(operator: str) -> Actor:
    """The actor at this process: account, terminal or SSH peer, as the record keeps them."""
    import pwd

    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = f"uid {uid}"
    peer = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    try:
        terminal = os.ttyname(0)
    except OSError:
        terminal = "no tty"
    return Actor(
        printable(operator, limit=64),
        printable(user, limit=64),
        printable(f"{peer or 'local'} {terminal}", limit=128),
        by_key=bool(peer and operator) and os.environ.get(NAMED) == operator,
    )
