"""Whether the one who acts may: by role, and known to be who he says; the one place where that is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from hisconsole.config import Site
from hisconsole.desk import pins, private
from hisconsole.desk.actor import Actor
from hisconsole.errors import StoreFault
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.operators import (
    NEEDS_PIN,
    Given,
    Proof,
    given,
    not_allowed,
    pins_kept,
    proof_of,
    roles_of,
)
from hisconsole.plan.roles import MACHINES, Role, Row, may, refusal, table
from hisconsole.store import events
from hisconsole.store.database import Connection, Database
from hisconsole.store.revision import COPIED
from hisconsole.text import _

ROOT: Final = "root"
PINS: Final = ("own-pin", "others-pin")
"""What root may do where there is no PIN of whom the record says has one: or nobody could sit there."""

_KINDS: Final = (Kind.ROLES, Kind.PIN)

ONE_A: Final = timedelta(minutes=1)
"""Refusals of the same act of the same operator within it are one event, and counted."""


class Permits:
    """What a desk knows of roles, as it looked last; what directors gave is read on from where it stopped.

    Whoever decides by them looks first, in the transaction in which he decides; without a record what was
    known last counts.
    """

    def __init__(self, database: Database) -> None:
        """Know nothing yet."""
        self._database = database
        self._swaps = database.swaps
        self._given: dict[str, Given] = {}
        self._pins: dict[str, bool] = {}
        self._read = 0
        self.rows: Mapping[str, Row] = table()

    def look(self, connection: Connection, newest: int | None = None) -> None:
        """Know the roles and PINs of this moment; `newest` is the record's newest seq where that is known."""
        swaps, known, kept, read = self._database.swaps, self._given, self._pins, self._read
        if self._swaps != swaps:
            known, kept, read = {}, {}, 0
        newest = events.head(connection).seq if newest is None else newest
        if newest != read:
            fresh = events.of_site(connection, _KINDS, after=read)
            known, kept, read = known | given(fresh), kept | pins_kept(fresh), newest
        self._swaps, self._given, self._pins, self._read = swaps, known, kept, read

    def passed(self, written: Sequence[Event]) -> None:
        """Events of one's own, at the end of the record, need not be read again."""
        if self._read == written[0].seq - 1 and not any(each.kind in _KINDS for each in written):
            self._read = written[-1].seq

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Read again what is read in the block where that raises: it was never committed."""
        read = self._read
        try:
            yield
        except BaseException:
            self._read = min(read, self._read)
            raise

    @property
    def given(self) -> Mapping[str, Given]:
        """The roles that directors gave."""
        return self._given

    def proof(self, site: Site, actor: Actor) -> Proof:
        """How the one who acts is known to be who he says."""
        return proof_by(self._database, site, actor, elsewhere=self._has_pin(actor.operator))

    def proved(self, actor: Actor) -> bool:
        """Whether somebody has given the PIN that he has now: one that was set anew is given anew."""
        if not (actor.proved and actor.pin):
            return actor.proved
        return pins.mark_of(self._database.data, actor.operator) in ("", actor.pin)

    def pin_elsewhere(self, operator: str) -> bool:
        """Whether by the record an operator has a PIN that this host has not."""
        return self._has_pin(operator) and not pins.has_pin(self._database.data, operator)

    def _has_pin(self, operator: str) -> bool:
        """Whether by the record an operator has a PIN; beside a copy none can be set, nor is there an act."""
        return self._pins.get(operator, False) and not (self._database.data / COPIED).exists()

    def roles(self, site: Site, operator: str) -> frozenset[Role]:
        """The roles of somebody; nobody of the roster has none where roles count."""
        if not site.named:
            return roles_of(operator, {}, {})
        contact = site.contact(operator)
        if contact is None or not contact.operator:
            return frozenset()
        return roles_of(operator, site.named_by_id, self._given)

    def directors(self, site: Site) -> list[str]:
        """Names of who can change roles."""
        return [each.name for each in site.operators if Role.DIRECTOR in self.roles(site, each.id)]

    def why_not(self, site: Site, actor: Actor, act: str) -> tuple[str, str]:
        """Why somebody may not do an act, and what would allow it; both empty where he may."""
        row = self.rows[act]
        machine = MACHINES.get(actor.operator)
        if machine is not None:
            told = _("'{act}' is nothing that the {actor} does.")
            return ("" if act in machine else told.format(act=act, actor=actor.operator)), ""
        roles = self.roles(site, actor.operator)
        if not may(roles, act, self.rows):
            return refusal(actor.operator, roles, row, directors=self.directors(site)), ""
        proof = self.proof(site, actor)
        if proof is Proof.PIN and not self.proved(actor):
            return _("{who} acts by PIN here: give it first.").format(who=actor.operator), NEEDS_PIN
        if proof is Proof.NEVER and self.pin_elsewhere(actor.operator):
            way_back = act in PINS and actor.os_user == ROOT
            return ("" if way_back else pin_elsewhere_told(actor.operator)), ""
        if proof is Proof.NEVER:
            told = _("The account {account} is somebody's own, and {who} has no PIN: act from another one.")
            return told.format(account=actor.os_user, who=actor.operator), ""
        return "", ""

    def refused(
        self, connection: Connection, site: Site, actor: Actor, act: str, *, number: int, now: datetime
    ) -> list[NewEvent]:
        """What to record of a refusal; within a minute of the last one nothing: then it is counted."""
        recent = events.lately(connection, Kind.NOT_ALLOWED, actor=actor.operator, since=now - ONE_A)
        last = any(each.body["act"] == act for each in recent)
        before = _counted(self._database, f"{actor.operator} {act}", add=last)
        roles = self.roles(site, actor.operator)
        return [] if last else [not_allowed(act, number, roles, before=before, now=now)]


def pin_elsewhere_told(operator: str) -> str:
    """That a PIN counts on the host where it was set, and every way to have one here."""
    return _(
        "{who} has a PIN, but not on this host: a director sets it here, or root on this host does without a"
        " screen: hisconsole --operator {who} operators pin {who}."
    ).format(who=operator)


def proof_by(database: Database, site: Site, actor: Actor, *, elsewhere: bool = False) -> Proof:
    """How the one who acts is known to be who he says; `elsewhere`: by the record he has a PIN."""
    return proof_of(
        actor.operator,
        account=actor.os_user,
        by_key=actor.by_key,
        named=site.named_by_id,
        has_pin=pins.has_pin(database.data, actor.operator),
        elsewhere=elsewhere,
    )


def _counted(database: Database, key: str, *, add: bool) -> int:
    """Count one refusal more, or say how many were counted and begin anew; a full disk counts nothing."""
    with suppress(StoreFault), private.held(private.file_of(database.data, "_refused")) as counts:
        if add:
            counts[key] = _number(counts.get(key)) + 1
            return 0
        return _number(counts.pop(key, 0))
    return 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
