"""A turn played in memory: acts go in, events come out and are folded, as the desk does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hisconsole.plan import turn_acts
from hisconsole.plan.delta import Delta, since
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.handover import Asks
from hisconsole.plan.turn import Item, Turn, fold_turn
from hisconsole.plan.turn_acts import Beginning, Frozen
from tests.hospital import START

OUT, IN, THIRD = "li.na", "wang.wei", "zhao.min"
SUMMARY = "incident 3: the archive volume of the database is full, Zhao Min frees space until 22:30"
OWN = "Database has no room for logs; I ask Zhao again and call the dean at half past."
ITEMS = (
    Item("incident:3", Asks.RESTATE, 3),
    Item("incident:4", Asks.TAKE, 4),
    Item("silence:9", Asks.SILENCE, SITE),
)


class Site:
    """Every event of a record, in order; the highest turn is the one that runs."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.now: datetime = START
        self.silences: dict[str, str] = {"9": "sw-1", "10": "ups-1"}
        self.grave: tuple[int, ...] = ()

    def add(self, decided: Sequence[NewEvent], actor: str) -> None:
        for new in decided:
            seq = len(self.events) + 1
            self.events.append(
                Event(seq, "act", new.kind, new.incident, new.at, self.now, actor, "os", "tty", new.body)
            )
        self.now += timedelta(seconds=1)

    def happens(self, kind: Kind, incident: int, *, actor: str = "watch", **body: Any) -> None:
        self.add([NewEvent(kind, incident, self.now, body)], actor)

    def turn_of(self, number: int) -> Turn | None:
        return fold_turn(event for event in self.events if event.incident == -number)

    @property
    def turn(self) -> Turn | None:
        least = min((event.incident for event in self.events), default=0)
        return self.turn_of(-least) if least < SITE else None

    @property
    def deltas(self) -> tuple[Delta, ...]:
        turn = self.turn
        if turn is None or turn.offer is None:
            return ()
        later = [event for event in self.events if event.seq > turn.offer.as_of]
        return since(later, turn=turn.number, receiver=turn.offer.to)

    def holders(self) -> list[str]:
        """Who has the duty after every event, by the turns that have begun and not ended."""
        running: dict[int, str] = {}
        found = []
        for event in self.events:
            if event.kind is Kind.TURN_BEGUN:
                running[event.incident] = event.body["person"]
            elif event.kind in (Kind.ACCEPTED, Kind.RELIEVED):
                del running[event.incident]
            found.append("+".join(running.values()))
        return found

    # -- acts, as the desk carries them out ------------------------------------------------------

    def begin(self, who: str, reason: str = "", *, until: datetime | None = None) -> None:
        beginning = Beginning("night", until)
        self.add(turn_acts.start(self.turn, who, reason=reason, beginning=beginning, now=self.now), who)

    def offer(self, who: str, to: str, reason: str = "", items: Sequence[Item] = ITEMS) -> None:
        held = turn_acts.refuse_offer(self.turn, who, to=to, reason=reason, grave=self.grave)
        frozen = Frozen(len(self.events), tuple(items), {"form": 1}, "hash")
        self.add(turn_acts.offer(held, to=to, reason=reason, frozen=frozen, now=self.now), who)

    def withdraw(self, who: str) -> None:
        self.add(turn_acts.withdraw(self.turn, who, now=self.now), who)

    def take(self, who: str, answers: Mapping[str, str], *, seen: Mapping[int, int] | None = None) -> None:
        self.add(
            turn_acts.take(
                self.turn, who, answers=answers, seen=seen or {}, silences=self.silences, now=self.now
            ),
            who,
        )

    def take_all(self, who: str) -> None:
        """Everything that can be acknowledged is."""
        turn = self.turn
        answers = {}
        if turn is not None and turn.offer is not None:
            for item in turn.offer.unanswered:
                if item.asked is not Asks.RESTATE:
                    answers[item.key] = "kept" if item.asked is Asks.SILENCE else "taken"
        self.take(who, answers, seen={delta.incident: delta.seq for delta in self.deltas})

    def restate(self, who: str, key: str = "incident:3", text: str = OWN, minutes: int = 20) -> None:
        self.add(
            turn_acts.restate(
                self.turn,
                who,
                key,
                text=text,
                action="ask Zhao",
                action_at=self.now + timedelta(minutes=minutes),
                summary=SUMMARY,
                now=self.now,
            ),
            who,
        )

    def confirm(self, who: str) -> None:
        self.add(turn_acts.confirm(self.turn, who, now=self.now), who)

    def objected(self, who: str, key: str = "incident:3") -> None:
        self.add(turn_acts.objected(self.turn, who, key, text="not the dean", now=self.now), who)

    def give_back(self, who: str) -> None:
        self.add(turn_acts.give_back(self.turn, who, questions="who is Zhao?", now=self.now), who)

    def accept(self, who: str, reason: str = "") -> None:
        touched = {delta.incident for delta in self.deltas}
        self.add(
            turn_acts.accept(
                self.turn,
                who,
                reason=reason,
                deltas=self.deltas,
                grave=[number for number in self.grave if number in touched],
                silences=self.silences,
                stops=(),
                signed="signed",
                beginning=Beginning(),
                now=self.now,
            ),
            who,
        )
