"""An incident played by the rules alone: acts in, events and the folded incident out, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hisconsole.plan import calls
from hisconsole.plan.acts import Setting, all_acts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.events import Event, NewEvent
from hisconsole.plan.fold import fold
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.times import clock
from hisconsole.plan.words import State
from tests.hospital import OPERATORS, SITE, START

ZONE = ZoneInfo("Asia/Shanghai")
LI, WANG, ZHAO = OPERATORS
PLAN = SITE.plan


def a_report(number: int = 1, **changes: object) -> Report:
    """A call from the registration desk."""
    values: dict[str, object] = {
        "number": number,
        "workstation": "reg-01",
        "department": "reg",
        "room": "1F 01",
        "reporter": "nurse Wu",
        "callback": "workstation",
        "symptom": "cannot-save",
        "words": "it says disk full",
        "scope": "one",
        "occurred": START,
        "critical": True,
        "switch": "sw-1",
        "taken_by": LI,
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]


@dataclass(slots=True)
class Play:
    """One incident, its events and a clock; each act takes a second."""

    now: datetime = START
    events: list[Event] = field(default_factory=list)

    @property
    def incident(self) -> Incident:
        incident = fold(self.events)
        assert incident is not None
        return incident

    def write(self, new: Sequence[NewEvent], *, actor: str = LI) -> None:
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
        self.now += timedelta(seconds=1)

    def call(self, report: Report | None = None) -> Play:
        incident = self.incident if self.events else None
        report = report or a_report(len(self.events) + 1)
        self.write(calls.take(report, incident=incident, number=1, plan=PLAN.version, now=self.now))
        return self

    def decide(self, name: str, actor: str = LI, /, **given: str) -> Sequence[NewEvent]:
        act = all_acts()[name]
        answers = read_answers(act.asks, given, now=self.now, zone=ZONE)
        return act.decide(
            Setting(
                incident=self.incident,
                history=self.events,
                answers=answers,
                actor=actor,
                now=self.now,
                clock=lambda moment: clock(moment, zone=ZONE, now=self.now),
                plan=PLAN,
                present=PLAN,
                departments=tuple(each.id for each in SITE.departments),
            )
        )

    def act(self, name: str, actor: str = LI, /, **given: str) -> Play:
        self.write(self.decide(name, actor, **given), actor=actor)
        return self


_WAYS: Mapping[State, tuple[tuple[str, dict[str, str]], ...]] = {
    State.NEW: (),
    State.VERIFYING: (("acknowledge", {}),),
    State.ACTIVE: (("verify", {"result": "confirmed"}),),
    State.MITIGATED: (("verify", {"result": "confirmed"}), ("mitigated", {})),
    State.RECOVERED: (("verify", {"result": "confirmed"}), ("recovered", {})),
    State.BACK_ENTRY: (
        ("verify", {"result": "confirmed"}),
        ("notice", {"kind": "start", "departments": "lab"}),
        ("recovered", {}),
        ("notice", {"kind": "resume", "override": LI}),
    ),
    State.REVIEW: (
        ("classify", {"category": "I", "reason": "all is down"}),
        ("verify", {"result": "confirmed"}),
        ("recovered", {}),
        ("review", {}),
    ),
    State.CLOSED: (("verify", {"result": "user-resolved"}), ("close", {"reason": "unplugged"})),
}


def standing_in(state: State) -> Play:
    """An incident that acts have brought to a state."""
    play = Play().call()
    for name, given in _WAYS[state]:
        play.act(name, **given)
    assert play.incident.state is state
    return play
