"""Work that goes on without the record: acts are kept here, shown as if done, and brought to it on return."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hisconsole.config import Site
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import Keepable
from hisconsole.desk.replaying import Tally, replay, replay_orphans, sentence_of
from hisconsole.desk.supposing import Supposing
from hisconsole.errors import Away, StoreFault
from hisconsole.plan.board import Board, Dues, board_of, merge
from hisconsole.plan.events import PROVISIONAL
from hisconsole.plan.incident import Incident
from hisconsole.plan.queue import Row, row_of
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import symptom_label
from hisconsole.store.journal import Journal
from hisconsole.store.journal_lines import Entry
from hisconsole.text import _


class Keeping:
    """The acts of one process that wait for the record; threads may share it."""

    def __init__(
        self, journal: Journal, *, data: Path, site: Site, actor: Actor, now: Callable[[], datetime]
    ) -> None:
        """Nothing is kept yet; files are begun with the first act. PINs lie in `data`."""
        self.journal = journal
        self.standin = Supposing(data=data, site=site, actor=actor, now=now)
        self.standin.keeping = self
        self._now = now
        self._mutex = threading.RLock()
        self._kept: dict[str, Outcome] = {}
        self._tally = Tally()
        self._rows: dict[int, tuple[Incident, Row]] = {}
        self.numbers: dict[int, int] = {}
        """The real numbers of calls that were taken under provisional ones."""
        self.away = False
        """Whether acts go straight into the journal: the record is away, or older ones still wait."""
        self.since: datetime | None = None
        """When the oldest act that waits was done."""
        self.fault = ""
        self.edition = 0
        """Changes when something was kept or brought."""
        self.told: deque[str] = deque(maxlen=20)
        """Sentences about what came of it, for the operator."""

    @property
    def brought(self) -> int:
        """How many of the acts that wait here were brought meanwhile."""
        return len(self._tally.done)

    @property
    def count(self) -> int:
        """How many acts wait here."""
        return len(self._kept)

    def went(self, fault: Away) -> None:
        """The record was found away: from now on acts are kept."""
        self.away, self.fault = True, str(fault)

    def keep(self, desk: Desk, act: Keepable, arguments: Mapping[str, Any], identity: str) -> Outcome:
        """Judge an act by the last known picture and keep it; a second time changes nothing.

        Raises Refused and NotFound as the record would, and StoreFault where no place takes it.
        """
        if identity not in self._kept and not isinstance(desk, Supposing):
            about = arguments.get(act.about) if act.about else None
            self._look_again(desk, self.numbers.get(about, about) if isinstance(about, int) else None)
        with self._mutex:
            if (known := self._kept.get(identity)) is not None:
                return known
            standin, moment = self.standin, desk.now()
            standin.seat = desk.seat  # whoever acts at that desk acts here
            standin.site = desk.full_site
            standin.decided = ()
            arguments = act.numbered(arguments, {**self.numbers, **{each: each for each in standin.supposed}})
            before, outside = standin.provisional, standin.now
            standin.now, standin.judging = (lambda: moment), threading.get_ident()
            try:
                outcome = act.carry_out(standin, **arguments, act=identity)
            finally:
                standin.now, standin.judging = outside, 0
            given, aside = act.frozen(self._as_seen_on_record(arguments))
            about = arguments.get(act.about) if act.about else outcome.incident
            self.journal.keep(
                Entry(
                    act=identity,
                    kind=act.kind,
                    given=given,
                    operator=desk.actor.operator,
                    os_user=desk.actor.os_user,
                    source=desk.actor.source,
                    at=moment,
                    label=outcome.sentence,
                    incident=about if isinstance(about, int) else 0,
                    provisional=outcome.incident if outcome.incident > before else 0,
                    aside=aside,
                    opened=standin.opened_by(about),
                )
            )
            standin.suppose(identity, moment, seen=arguments.get("expected") or 0)
            self.away, self.since, self.edition = True, self.since or moment, self.edition + 1
            outcome = self._kept[identity] = replace(
                outcome, act=identity, sentence=self._words(outcome.sentence), kept=True
            )
            return outcome

    def _look_again(self, desk: Desk, number: int | None) -> None:
        """Know an incident as the record has it now, where that can still be read. Raises NotFound."""
        self.standin.memory, self.standin.permits = desk.memory, desk.permits
        if number is not None and number <= PROVISIONAL:
            with suppress(StoreFault), desk.database.read() as connection:
                incident, _history = desk.memory.look(connection, number)
                desk.memory.plan(connection, incident.plan)

    def _words(self, sentence: str) -> str:
        if self.journal.lasting:
            return _("{act}, KEPT HERE until the record is back").format(act=sentence)
        return _("{act}, KEPT HERE in memory only: do not log out nor restart this machine").format(
            act=sentence
        )

    def _as_seen_on_record(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The version that was seen, as the record counts it."""
        seen, number = arguments.get("expected"), arguments.get("number")
        if not isinstance(seen, int) or not isinstance(number, int):
            return dict(arguments)
        if number > PROVISIONAL:
            return {**arguments, "expected": None}
        return {**arguments, "expected": self.standin.seen_on_record(number, seen)}

    def bring_back(self, desk: Desk, *, for_s: float) -> bool:
        """Bring what waits to the record, for about `for_s` seconds; True once nothing waits.

        Raises Away where the record is still away; then everything stays as it is.
        """
        until = time.monotonic() + for_s
        for file in list(self.journal.files):
            if not replay(desk, file, self._tally, numbers=self.numbers, until=until):
                return False
        with self._mutex:
            if any(identity not in self._tally.done for identity in self._kept):
                return False
            self.journal.drop_empty()
            self._kept.clear()
            self._rows.clear()
            self.standin.forget()
            self.away, self.since, self.fault, self.edition = False, None, "", self.edition + 1
            if self._tally.done:
                self._tell()
        return True

    def bring_orphans(self, desk: Desk, *, for_s: float) -> bool:
        """Bring what processes that are gone have kept; True once nothing is left. Raises Away."""
        tally = Tally()
        try:
            return replay_orphans(desk, self.journal, tally, until=time.monotonic() + for_s)
        finally:
            if tally.done:
                self.edition += 1
                self.told.append(_("Of another console that ended: {what}").format(what=sentence_of(tally)))

    def _tell(self) -> None:
        sentence = sentence_of(self._tally)
        named = [(name, real) for name, real in self.numbers.items() if real in self._tally.incidents]
        if named:
            names = ", ".join(f"{subject(name)} is {subject(real)}" for name, real in named[:6])
            sentence += " " + _("On record: {names}.").format(names=names)
        self.told.append(sentence)
        self._tally = Tally()

    def shown(self, board: Board | None) -> Board | None:
        """A picture with what was kept since in it, each such row saying so."""
        with self._mutex:
            if not self.standin.supposed:
                return board
            rows = [self._row(incident) for incident, _history in self.standin.supposed.values()]
        if board is None:
            return board_of(0, self._now(), rows, Dues())
        return merge(board, rows, Dues(board.overdue, board.next_due, board.turns_at))

    def _row(self, incident: Incident) -> Row:
        """Its row, which costs a millisecond or two, made once for each of its versions."""
        held = self._rows.get(incident.number)
        if held is None or held[0] is not incident:
            plan = self.standin.memory.known_plan(incident.plan) or self.standin.site.plan
            held = self._rows[incident.number] = incident, _marked(row_of(incident, plan))
        return held[1]

    def close(self) -> None:
        """Let the journal go: what waits in it is brought by whoever comes next."""
        with self._mutex:
            self.journal.close()


def _marked(row: Row) -> Row:
    """A row that says first that it is kept here: 80 columns cut the end of its words."""
    what = [symptom_label(row.symptom) if row.symptom else "", row.words]
    words = _("KEPT HERE {words}").format(words=": ".join(part for part in what if part))
    return replace(row, symptom="", words=words)
