"""An outage played by the rules with the sample hospital's departments and cards: to paper and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from hisconsole.config import Site, load_site
from hisconsole.desk.means import means_of
from hisconsole.paths import shipped
from hisconsole.plan.acts import Setting, all_acts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.due import duties
from hisconsole.plan.events import NewEvent
from hisconsole.plan.times import clock
from tests.hospital import START
from tests.plan.play import LI, ZONE, Play, a_report

DIRECTOR, DEPUTY = "chen.hao", "fang.min"


@cache
def sample() -> Site:
    """The sample hospital, read once."""
    return load_site(shipped("config"))


@dataclass(slots=True)
class Hand(Play):
    """An incident of the sample hospital."""

    spent: frozenset[tuple[str, str]] = frozenset()

    def decide(self, name: str, actor: str = LI, /, **given: str) -> Sequence[NewEvent]:
        act, site = all_acts()[name], sample()
        return act.decide(
            Setting(
                incident=self.incident,
                history=self.events,
                answers=read_answers(act.asks, given, now=self.now, zone=ZONE),
                actor=actor,
                now=self.now,
                clock=lambda moment: clock(moment, zone=ZONE, now=self.now),
                plan=site.plan,
                present=site.plan,
                departments=tuple(each.id for each in site.departments),
                people=tuple(each.id for each in site.roster),
                means=means_of(site, lambda: self._given),
            )
        )

    @property
    def _given(self) -> set[tuple[str, str]]:
        return {*self.spent, *(block for each in self.incident.notices for block in each.blocks)}

    def act(self, name: str, actor: str = LI, /, **given: str) -> Hand:
        self.write(self.decide(name, actor, **given), actor=actor)
        return self

    def at(self, minute: float) -> Hand:
        """So many minutes after it began."""
        self.now = START + timedelta(minutes=minute)
        return self

    def owed(self, *names: str) -> dict[str, float]:
        """What is owed of these duties, by key (or name), in minutes after the beginning."""
        return {
            due.key or due.duty: (due.at - START).total_seconds() / 60
            for due in duties(self.incident, sample().plan)
            if due.duty in names
        }


def outage(*stopped: str) -> Hand:
    """A confirmed failure of the whole network in which departments stand still."""
    play = Hand()
    play.call(a_report(department="registration", occurred=START))
    play.act("verify", result="confirmed").act("paralysis", confirmed="yes")
    if set(stopped) != {"registration"}:
        play.act("stopped", departments=" ".join(stopped))
    return play


def on_paper(*departments: str) -> Hand:
    """Departments that work by hand since minute 10."""
    return outage(*departments).at(10).act("notice", kind="start", departments=" ".join(departments))


def well(*departments: str, minute: float = 60) -> Hand:
    """The same when it has recovered at a minute, and nobody has said yet to resume."""
    return on_paper(*departments).at(minute).act("recovered")


def moment(minute: float) -> datetime:
    """So many minutes after the beginning."""
    return START + timedelta(minutes=minute)
