"""A hospital whose truth a test sets, a watch that polls it, and a record: the rules alone, no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from hisconsole.config import Site, load_site
from hisconsole.config.targets import load_targets
from hisconsole.paths import shipped
from hisconsole.plan import likeness
from hisconsole.plan.acts import Setting, all_acts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.calls import take
from hisconsole.plan.category import Verdict, verdict
from hisconsole.plan.clusters import Place, Seen
from hisconsole.plan.correlation import decide
from hisconsole.plan.correlation_events import events_of
from hisconsole.plan.elapsed import OVER
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.facts import facts_of
from hisconsole.plan.fold import fold
from hisconsole.plan.health import Outcome, Policy, TargetHealth, begin, step
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.picture import Watched
from hisconsole.plan.reach import OwnPath, top_down
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Silence, show
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.plan.times import clock
from tests.hospital import START
from tests.plan.pictures import judged

LIMIT = timedelta(minutes=5)
WATCH = "watch"
AT_ONCE = Policy(attempts=1, recoveries=1)


@cache
def sample() -> tuple[Site, Infrastructure]:
    return load_site(shipped("config")), load_targets(shipped("config"), sample=True)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so of a target itself: a critical one names the reading that is."""

    status: Status = Status.OK
    reading: str = "cpu"


@dataclass(slots=True)
class Lookout:
    """Polls what is true, looks, and writes what is to be written; every look is at `now`."""

    targets: Sequence[Target] = field(default_factory=lambda: sample()[1].targets)
    site: Site = field(default_factory=lambda: sample()[0])
    policy: Policy = AT_ONCE
    now: datetime = START
    truth: dict[str, Truth] = field(default_factory=dict)
    healths: dict[str, TargetHealth] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)
    path: OwnPath = field(default_factory=OwnPath)
    events: list[Event] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    counted: int = 0
    """How many changes of status there have been at all."""

    def __post_init__(self) -> None:
        self.healths = {each.id: begin(each.id, ("snmp",), now=self.now) for each in self.targets}

    # -- polling -------------------------------------------------------------------------------

    def reachable(self) -> frozenset[str]:
        """What answers: it works itself, and so does one of what it hangs on."""
        parents = {each.id: each.parents for each in self.targets}
        answers: set[str] = set()
        for id_ in top_down(parents, parents):
            if self._true(id_).status is Status.DOWN:
                continue
            known = [parent for parent in parents[id_] if parent in parents]
            if not known or any(parent in answers for parent in known):
                answers.add(id_)
        return frozenset(answers)

    def _true(self, id_: str) -> Truth:
        return self.truth.get(id_, Truth())

    def poll(self, ids: Iterable[str] | None = None) -> None:
        """Poll these targets, or all, once."""
        reached = self.reachable() if not self.path.strikes else frozenset()
        for id_ in self.healths if ids is None else ids:
            true = self._true(id_)
            found = (
                Outcome("snmp", true.status, self.now, "" if true.status is Status.OK else true.reading)
                if id_ in reached
                else Outcome("snmp", Status.DOWN, self.now, "no answer", "timeout")
            )
            before = self.healths[id_]
            after = step(before, found, policy=self.policy, now=self.now, trusted=self.path.trusted)
            if before.hard is not after.hard and before.checked_at is not None:
                self.changes[id_] = self.changes.get(id_, 0) + 1
                self.counted += 1
            self.healths[id_] = after

    def rows(self) -> Mapping[str, Watched]:
        """All as it is shown now."""
        shown = show(
            self.healths,
            parents={each.id: each.parents for each in self.targets},
            limits=dict.fromkeys(self.healths, LIMIT),
            silences=self.silences,
            path=self.path,
            now=self.now,
        )
        return {
            each.id: Watched(each, shown[each.id], LIMIT, wrong=self._wrong(each.id)) for each in self.targets
        }

    def _wrong(self, id_: str) -> tuple[Judged, ...]:
        true = self._true(id_)
        if true.status is not Status.CRITICAL:
            return ()
        return (judged(true.reading, 99, Status.CRITICAL, now=self.now),)

    def seen(self) -> Seen:
        """What the rules are given."""
        places: dict[str, list[Place]] = {}
        for each in self.site.workstations:
            place = Place(each.id, each.department, each.key_terminal)
            places.setdefault(each.switch, []).append(place)
        return Seen(
            at=self.now,
            rows=self.rows(),
            plan=self.site.plan,
            places=places,
            blind=not self.path.trusted,
            changes=dict(self.changes),
        )

    # -- the record ----------------------------------------------------------------------------

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All on record, in order."""
        by_number: dict[int, list[Event]] = {}
        for event in self.events:
            by_number.setdefault(event.incident, []).append(event)
        folded = (fold(history) for _number, history in sorted(by_number.items()))
        return tuple(each for each in folded if each is not None)

    def incident(self, number: int) -> Incident:
        """One of them."""
        return next(each for each in self.incidents if each.number == number)

    @property
    def open(self) -> tuple[Incident, ...]:
        """Those with a fault that stands."""
        return tuple(
            each
            for each in self.incidents
            if each.detection is not None and each.detection.standing and each.state not in OVER
        )

    def look(self) -> int:
        """One look of the watch; how many changes it came to."""
        known = {each.number: each for each in self.incidents}
        made = decide(self.seen(), known.values())
        numbers = max(known, default=0)
        for change in made:
            number = change.number or (numbers := numbers + 1)
            self._write(
                events_of(
                    change,
                    known.get(number),
                    number=number,
                    plan=self.site.plan.version,
                    actor=WATCH,
                ),
                WATCH,
            )
            for member in change.counted:
                self.changes.pop(member, None)
        return len(made)

    def settle(self) -> int:
        """Look until nothing changes any more at this moment; how many looks it took."""
        for looks in range(1, 12):
            if not self.look():
                return looks
        raise AssertionError("the watch does not come to rest")

    def pass_(self, minutes: float, *, every_s: float = 60) -> None:
        """Let time pass, polling and looking."""
        left = timedelta(minutes=minutes)
        while left > timedelta():
            part = min(left, timedelta(seconds=every_s))
            self.now += part
            left -= part
            self.poll()
            self.settle()

    def set(self, id_: str, status: Status, reading: str = "cpu") -> None:
        """Make something true."""
        assert id_ in self.healths, id_
        self.truth[id_] = Truth(status, reading)

    def set_all(self, ids: Iterable[str], status: Status) -> None:
        """Make the same true of several."""
        for each in ids:
            self.set(each, status)

    def call(self, workstation: str, symptom: str) -> int:
        """A call as an incident of its own, with what is proposed by that; its number."""
        station = self.site.workstation(workstation)
        assert station is not None, workstation
        known = self.incidents
        number = max((each.number for each in known), default=0) + 1
        report = Report(
            number=1 + sum(each.kind is Kind.REPORTED for each in self.events),
            workstation=station.id,
            department=station.department,
            room=station.room,
            reporter="",
            callback="",
            symptom=symptom,
            words="",
            scope="unknown",
            occurred=self.now,
            critical=station.key_terminal,
            switch=station.switch,
            taken_by="li.na",
        )
        self._write(take(report, incident=None, number=number, now=self.now), "li.na")
        parents = {each.id: each.parents for each in self.targets}
        made = likeness.proposed(self.incidents, parents, now=self.now, over=OVER)
        for home, proposal in made.items():
            body = likeness.body_of(proposal)
            self._write([NewEvent(Kind.PROPOSED, home, self.now, body)], "li.na")
        return number

    def act(self, name: str, number: int, **given: str) -> None:
        """An act of an operator."""
        act = all_acts()[name]
        zone = self.site.zone
        setting = Setting(
            incident=self.incident(number),
            history=[event for event in self.events if event.incident == number],
            answers=read_answers(act.asks, given, now=self.now, zone=zone),
            actor="li.na",
            now=self.now,
            clock=lambda moment: clock(moment, zone=zone, now=self.now),
            plan=self.site.plan,
            present=self.site.plan,
            look=self.incident,
        )
        self._write(act.decide(setting), "li.na")

    def _write(self, new: Sequence[NewEvent], actor: str) -> None:
        act = f"act-{len(self.events) + 1}"
        for each in new:
            self.events.append(
                Event(
                    seq=len(self.events) + 1,
                    act=act,
                    kind=each.kind,
                    incident=each.incident,
                    at=each.at,
                    recorded=self.now,
                    actor=actor,
                    os_user="tester",
                    source="local",
                    body=each.body,
                )
            )

    def proposes(self, incident: Incident) -> Verdict:
        """What the plan makes of an incident as it is known."""
        return verdict(self.site.plan, facts_of(incident, self.site.plan))

    def silence(self, target: str, minutes: float) -> None:
        """Agree on quiet for it and all that hangs on it alone."""
        id_ = str(len(self.silences) + 1)
        end = self.now + timedelta(minutes=minutes)
        self.silences.append(Silence(id_, target, True, self.now, end, "new power supply", "li.na"))


OPERATIONS: Mapping[str, Callable[[Lookout, list[str]], object]] = {
    "down": lambda out, words: out.set_all(words, Status.DOWN),
    "up": lambda out, words: out.set_all(words, Status.OK),
    "critical": lambda out, words: out.set(words[0], Status.CRITICAL, words[1]),
    "warning": lambda out, words: out.set(words[0], Status.WARNING, words[1]),
    "cut": lambda out, words: setattr(out, "path", OwnPath(2, out.now, "no link")),
    "free": lambda out, words: setattr(out, "path", OwnPath()),
    "silence": lambda out, words: out.silence(words[0], float(words[1])),
    "call": lambda out, words: out.call(words[0], words[1]),
    "ack": lambda out, words: out.act("acknowledge", int(words[0])),
    "verify": lambda out, words: out.act("verify", int(words[0]), result="confirmed"),
    "classify": lambda out, words: out.act("classify", int(words[0]), category=words[1], reason="seen"),
    "close": lambda out, words: out.act("close", int(words[0]), reason="done"),
    "merge": lambda out, words: out.act("merge", int(words[0])),
    "split": lambda out, words: out.act("split", int(words[0])),
    "apart": lambda out, words: out.act("apart", int(words[0])),
}
"""What the lines of a scenario say: an operation and its words."""


def play(stream: Iterable[str], *, until: float = 0) -> Lookout:
    """Play `minute operation words` line by line; the watch polls and looks every minute."""
    out = Lookout()
    out.poll()
    out.settle()
    for line in stream:
        at, operation, *words = line.split()
        _until(out, float(at))
        OPERATIONS[operation](out, words)
    _until(out, max(until, (out.now - START) / timedelta(minutes=1) + 1))
    return out


def _until(out: Lookout, minute: float) -> None:
    out.pass_(minute - (out.now - START) / timedelta(minutes=1))


def told(out: Lookout, incident: Incident) -> str:
    """An incident in a line, as the table of scenarios expects it."""
    detection, found = incident.detection, out.proposes(incident)
    fault = found.fault.id if found.fault else "-"
    head = f"{incident.number} {incident.state.value} {found.category.value} {fault}"
    if detection is None:
        return f"{head} | {len(incident.reports)} calls"
    calls = f" | {len(incident.reports)} calls" if incident.reports else ""
    return f"{head} | {detection.headline}{calls}"
