"""An outage on a real record in compressed time: two desks and the watch, all on one clock of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from hisconsole.config import Site, load_site
from hisconsole.desk import calls, classifying
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due, recompute, tell_overdue
from hisconsole.desk.reading import read_log
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import plan_outcomes, with_outcomes
from hisconsole.flows.read import load_flow
from hisconsole.paths import shipped
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.times import from_text
from hisconsole.store import tables
from hisconsole.store.database import Database
from hisconsole.store.rebuild import rebuild
from hisconsole.store.verify import verify
from tests.hospital import START, Clock, lay_record

HANDS = ("li.na", "wang.lei")
"""Two operators of the sample, each at a desk."""
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""02:30 in Berlin, half an hour before the clocks there go back to 02:00."""
DAY = timedelta(days=1)

Deadline = tuple[str, str, datetime]


@cache
def sample(timezone: str) -> Site:
    """The sample hospital as it is shipped, in another place."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        shutil.copytree(shipped("config"), config)
        path = config / "site.yaml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("timezone: Asia/Shanghai", f"timezone: {timezone}"), "utf-8")
        site = load_site(config)
    assert (site.timezone, site.plan.timezone) == (timezone, timezone)
    return site


@dataclass(slots=True)
class Outage:
    """What happens to one record. `minute` is true time; the clock that all go by may be set wrong."""

    data: Path
    timezone: str = "Asia/Shanghai"
    start: datetime = START
    clock: Clock = field(default_factory=Clock)
    minute: int = 0
    told: list[Deadline] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)

    def open(self) -> None:
        """Sit everybody down; what the record owes is right without being computed again."""
        site = sample(self.timezone)
        self.desks = [
            Desk(
                database=Database(self.data),
                site=site,
                actor=Actor(who, "tester", "local no tty"),
                now=self.clock,
            )
            for who in (*HANDS, "watch")
        ]
        assert recompute(self.watch) == 0

    def close(self) -> None:
        for desk in self.desks:
            desk.database.close()

    def restart(self) -> None:
        """All programs end and start again."""
        self.close()
        self.open()

    @property
    def watch(self) -> Desk:
        return self.desks[-1]

    def owed(self) -> list[Deadline]:
        return [(row.due.duty, row.due.key, row.due.at) for row in all_due(self.watch)]

    def look(self) -> None:
        """The watch looks at its clock: it tells what has passed and was not told, and nothing else."""
        new = [each for each in self.owed() if each[2] <= self.clock() and not self.was_told(each)]
        assert tell_overdue(self.watch) == len(new)
        if new:
            assert sorted(told(self.fallen()[-len(new) :])) == sorted(new)
            assert tell_overdue(self.watch) == 0
        self.told += new

    def was_told(self, owed: Deadline) -> bool:
        """Whether it was told, or last a later deadline that has passed, too, and then moved earlier."""
        *what, at = owed
        last = next((told for *named, told in reversed(self.told) if [*named] == what), None)
        return owed in self.told or (last is not None and at <= last <= self.clock())

    def fallen(self) -> list[Event]:
        log = read_log(self.watch, text=Kind.FELL_DUE.value, limit=10_000)
        return [event for event in reversed(log) if event.kind is Kind.FELL_DUE]

    def pass_until(self, minute: int) -> None:
        """Minute by minute, the watch looking at each."""
        while self.minute < minute:
            self.minute += 1
            self.clock.pass_(minutes=1)
            self.look()

    def jump(self, length: timedelta) -> None:
        """The clock is wrong for two minutes that nobody acts in, and then is put right."""
        right = self.clock.moment
        for wrong in (right + length, right + length + timedelta(minutes=1), right):
            self.clock.moment = wrong
            self.look()

    def act(self, hand: int, name: str, given: Mapping[str, str]) -> None:
        desk = self.desks[hand]
        if name == "call":
            calls.take_call(desk, given, join=1 if self.minute else None)
        elif name == "guided":
            guided(desk, given)
        else:
            desk.perform(name, 1, given)

    def minutes(self, deadlines: Iterable[Deadline]) -> list[str]:
        """Deadlines in minutes since it began, for people to read."""
        return [f"{key or duty}@{(at - self.start).total_seconds() / 60:g}" for duty, key, at in deadlines]

    def prove(self) -> None:
        """The chain and the tables hold, and tables made anew from the events are the same."""
        with self.watch.database.read() as connection:
            assert verify(connection).faults == ()
        kept = self.projections()
        with self.watch.database.write() as connection:
            rebuild(connection)
        assert self.projections() == kept

    def projections(self) -> dict[str, list[dict[str, Any]]]:
        with self.watch.database.read() as connection:
            return {
                table.name: [
                    dict(row)
                    for row in connection.execute(
                        select(table).order_by(*table.primary_key.columns)
                    ).mappings()
                ]
                for table in tables.PROJECTIONS
            }


def told(events: Iterable[Event]) -> list[Deadline]:
    """The deadlines that events tell of."""
    return [(event.body["duty"], event.body["key"], from_text(event.body["deadline"])) for event in events]


def guided(desk: Desk, said: Mapping[str, str]) -> None:
    """Classify 0001 by the questions, answering each that is put."""
    known = classifying.prefilled(desk, 1, None)
    flow = load_flow(shipped("screens") / "flows" / "classify.yaml")
    walk = walking.begin(with_outcomes(flow, plan_outcomes(known.plan.rules)), known.filled, known.facts)
    while (step := walking.current(walk)) is not None:
        given = said.get(step.id)
        walk = walking.answer(walk, given) if given else walking.unknown(walk)
    classifying.classify(desk, 1, walking.answers(walk), expected=known.incident.version)


@contextmanager
def an_outage(
    timezone: str = "Asia/Shanghai", start: datetime = START, folder: Path | None = None
) -> Iterator[Outage]:
    """A record of its own with everybody at their desks; in the end it must hold."""
    with TemporaryDirectory(dir=folder) as held:
        outage = Outage(lay_record(Path(held) / "data"), timezone, start, Clock(start))
        outage.open()
        try:
            yield outage
            outage.prove()
        finally:
            outage.close()


Step = tuple[int, int, str, dict[str, str]]
"""The minute, which hand, the act and what is given."""


def _by_hand(duty: str, key: str = "") -> dict[str, str]:
    return {"duty": duty, "key": key, "text": "done"}


def _read_out(audience: str) -> dict[str, str]:
    return {"audience": audience, "text": "as read"}


def _call(place: str) -> dict[str, str]:
    return {"workstation": place, "symptom": "no-network"}


STORY: Sequence[Step] = (
    (0, 0, "call", _call("reg-01")),
    (1, 0, "acknowledge", {}),
    (2, 1, "call", _call("cash-01")),
    (4, 0, "verify", {"result": "confirmed", "how": "remote"}),
    (5, 1, "call", _call("lab-01")),
    (6, 0, "guided", {"component": "network"}),
    (7, 1, "met", _by_hand("director-i")),
    (8, 1, "eta", {"earliest": "+20", "latest": "+40"}),
    (9, 0, "met", _by_hand("feedback")),
    (12, 1, "paralysis", {"confirmed": "yes", "text": "both core switches are dark"}),
    (13, 0, "hold", {"by": "chen.hao", "reason": "the spare is on its way"}),
    (14, 1, "stopped", {"departments": "registration, cashier, lab, pharmacy-out, ward3"}),
    (15, 0, "met", _by_hand("gate", "cashier")),
    (17, 0, "met", _by_hand("engineer")),
    (18, 1, "met", _by_hand("vendor")),
    (20, 1, "cause", {"text": "the core's supply", "confidence": "suspected"}),
    (22, 0, "met", _by_hand("feedback-i")),
    (23, 1, "fix", {"text": "changed the fuse", "result": "failed"}),
    (31, 0, "met", _by_hand("gate", "stage-1")),
    (35, 0, "aggravate", {"aggravators": "staff-away"}),
    (40, 1, "eta", {"earliest": "+30", "latest": "+60"}),
    (44, 0, "escalate", {"reason": "no end in sight"}),
    (51, 0, "summary", _read_out("team")),
    (52, 1, "summary", _read_out("leader")),
    (60, 0, "met", _by_hand("feedback-i")),
    (102, 1, "eta", {"earliest": "+60", "latest": "+90"}),
    (113, 0, "summary", _read_out("team")),
    (113, 1, "summary", _read_out("leader")),
    (150, 1, "mitigated", {"text": "half of it runs over the old core"}),
    (155, 0, "reopen", {"reason": "the old core gave up"}),
    (170, 1, "cause", {"text": "a burnt supply", "confidence": "confirmed"}),
    (171, 1, "fix", {"text": "changed it", "result": "worked"}),
    (190, 0, "recovered", {"confirmed_by": "nurse Wu"}),
    (205, 1, "reopen", {"reason": "it is dark again"}),
    (207, 0, "met", _by_hand("director-i")),
    (208, 0, "met", _by_hand("feedback")),
    (212, 1, "paralysis", {"confirmed": "yes", "text": "dark again"}),
    (213, 0, "escalate", {"reason": "it came back"}),
    (214, 1, "eta", {"earliest": "+10"}),
    (222, 1, "met", _by_hand("eta")),
    (226, 0, "eta", {"earliest": "+9"}),
    (250, 0, "recovered", {"confirmed_by": "nurse Wu"}),
    (255, 1, "review", {}),
    (270, 1, "met", _by_hand("external-report")),
    (280, 0, "close", {"reason": "the supply was changed", "override": "chen.hao"}),
)
"""A failure of the whole network from the first call to close, mitigated, recovered, and back once."""

END = 300


def play(
    outage: Outage,
    *,
    restarts: frozenset[int] = frozenset(),
    jumps: Mapping[int, timedelta] | None = None,
    swapped: frozenset[int] = frozenset(),
    steps: Sequence[Step] = STORY,
    until: int = END,
) -> list[list[Deadline]]:
    """Tell the story, restarting or the clock jumping before some of its steps, others at the desks.

    Returns what was owed after each step.
    """
    owed = []
    for number, (minute, hand, name, given) in enumerate(steps):
        outage.pass_until(minute)
        if number in restarts:
            outage.restart()
        if jumps and number in jumps:
            outage.jump(jumps[number])
        outage.act(1 - hand if number in swapped else hand, name, given)
        outage.look()
        owed.append(outage.owed())
    outage.pass_until(until)
    return owed
