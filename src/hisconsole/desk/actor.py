"""Who acts, when, and the ids of acts; nothing here touches the record."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from hisconsole.errors import Refused
from hisconsole.text import _, printable
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.desk.relief import Hand

Found = TypeVar("Found")

NAMED = "HISCONSOLE_OPERATOR"
"""Where the SSH server, or a person, says who acts."""

_ACT_ID = re.compile(r"[0-9A-Za-z-]{1,36}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the operator by roster id, the system account, and where from.

    `by_key`: the SSH server has named the operator by the key; `proved`: the PIN was given here, and `pin`
    tells that one from any that is set later (empty: whichever there is).
    """

    operator: str
    os_user: str
    source: str
    by_key: bool = False
    proved: bool = False
    pin: str = ""


class Seat:
    """Who sits at one console: held once, for the desk on its record and for the one without."""

    def __init__(self, actor: Actor) -> None:
        """Sit `actor` down."""
        self._sits = actor
        self._bound = threading.local()

    @property
    def actor(self) -> Actor:
        """Who acts: in a job that was handed over he who sat here when it began, else who sits here now."""
        hand = self._hand()
        return hand.actor if hand is not None else self._sits

    def take(self, actor: Actor) -> None:
        """Somebody else sits here from now on, and acts in the rest of this job."""
        self._sits = actor
        if (hand := self._hand()) is not None:
            hand.actor = actor

    def once(self, what: Callable[[], Found]) -> Found:
        """Do what must not be done twice, where the job that does it may be run twice."""
        hand = self._hand()
        return hand.once(what) if hand is not None else what()

    def refuse(self) -> None:
        """An act in this job is refused without the record: whoever asked for it may be told so."""
        if (hand := self._hand()) is not None:
            hand.refused = True

    @contextmanager
    def given_to(self, hand: Hand) -> Iterator[None]:
        """Let `hand` act in this thread for one job, whoever sits down meanwhile."""
        self._bound.hand = hand
        try:
            yield
        finally:
            self._bound.hand = None

    def _hand(self) -> Hand | None:
        found: Hand | None = getattr(self._bound, "hand", None)
        return found


def act_id(now: datetime | None = None) -> str:
    """A fresh id for an act: UUIDv7 (RFC 9562), so that ids sort by time."""
    stamp = int((now.timestamp() if now else time.time()) * 1000)
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64)
    value |= (0b10 << 62) | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def refuse_odd_id(act: str) -> None:
    """Refuse an id that no act on record may have. Raises Refused."""
    if not _ACT_ID.fullmatch(act):
        raise Refused(_("The id of an act has at most 36 letters, digits and hyphens."))


def good_id(act: str) -> str:
    """The id itself, or where no act may have it one that follows from it, the same each time."""
    if _ACT_ID.fullmatch(act):
        return act
    return hashlib.sha256(act.encode("utf-8", "surrogatepass")).hexdigest()[:32]


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
