"""Records to measure on, made by the plan's own rules and kept for the next run."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

import hisconsole
from hisconsole.config import Site
from hisconsole.desk.actor import act_id
from hisconsole.plan import calls
from hisconsole.plan.acts import all_acts
from hisconsole.plan.asking import Answer
from hisconsole.plan.decisions import Setting
from hisconsole.plan.document import Plan
from hisconsole.plan.events import GENESIS, SITE, Event, Kind, NewEvent, canonical, link
from hisconsole.plan.fold import apply
from hisconsole.plan.frozen import to_data
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.times import to_text
from hisconsole.plan.words import Scope, Symptom
from hisconsole.store import projections, tables
from hisconsole.store.database import Database

_SOURCES = (
    *("plan/acts.py", "plan/calls.py", "plan/decisions.py", "plan/due.py", "plan/events.py"),
    *("plan/incident.py", "plan/queue.py", "store/projections.py", "store/tables.py"),
)
"""What the content of a record hangs on."""
_STEP = 5000
_WORDS = (
    "cannot save the prescription, red message at the bottom",
    "screen stays white after the password",
    "挂号窗口保存不了 queue of about twenty patients",
    "printer prints nothing, the program says it did",
    "very slow since this morning, a minute for each page",
    "no connection, the little computer sign has a cross",
)

Step = tuple[str, Mapping[str, Answer]]
_VERIFIED: Mapping[str, Answer] = {"result": "confirmed", "how": "remote"}


def keep(home: Path, site: Site, *, stored: int, opened: int) -> Path:
    """A record of `stored` incidents, the last `opened` of them open; made anew when the code changes."""
    name = f"stored-{stored}-open-{opened}-"
    folder = home / (name + _version(site))
    if not folder.exists():
        for old in home.glob(name + "*"):
            shutil.rmtree(old)
        partial = folder.with_name(folder.name + ".partial")
        _build(partial, site, stored=stored, opened=opened)
        partial.rename(folder)
    return folder


def _version(site: Site) -> str:
    digest = hashlib.sha256(site.version.encode())
    package = Path(hisconsole.__file__).parent
    migrations = sorted((package / "store/migrations/versions").glob("*.py"))
    for path in (*(package / name for name in _SOURCES), *migrations, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class _Pen:
    """Writes the chain: the rows of events, and the present of the incident they make."""

    def __init__(self) -> None:
        self.seq = 0
        self.previous = GENESIS
        self.rows: list[dict[str, Any]] = []

    def write(
        self, incident: Incident | None, events: Sequence[NewEvent], *, actor: str, now: datetime
    ) -> Incident:
        """One act."""
        act = act_id(now)
        for new in events:
            incident = apply(incident, self._append(new, act, actor, now))
        assert incident is not None
        return incident

    def adopt(self, plan: Plan) -> None:
        """The edition of the plan under which every incident runs."""
        now = datetime.now(UTC)
        body = {"version": plan.version, "edition": plan.edition, "plan": to_data(plan)}
        self._append(NewEvent(Kind.PLAN_ADOPTED, SITE, now, body), act_id(now), "bench", now)

    def _append(self, new: NewEvent, act: str, actor: str, now: datetime) -> Event:
        self.seq += 1
        event = Event(self.seq, act, new.kind, new.incident, new.at, now, actor, "bench", "local", new.body)
        self.previous = link(self.previous, self.seq, canonical(event))
        self.rows.append(
            {
                **{name: getattr(event, name) for name in ("seq", "act", "incident", "actor", "os_user")},
                "source": event.source,
                "kind": event.kind.value,
                "at": to_text(event.at),
                "recorded": to_text(now),
                "body": json.dumps(event.body, sort_keys=True, separators=(",", ":")),
                "hash": self.previous,
            }
        )
        return event


def _build(folder: Path, site: Site, *, stored: int, opened: int) -> None:
    """Write it in large transactions: the acts are as the desk would have written them, one by one."""
    shutil.rmtree(folder, ignore_errors=True)
    database = Database(folder)
    pen = _Pen()
    pen.adopt(site.plan)
    made = _incidents(pen, site, stored=stored, opened=opened)
    for first in range(0, stored, _STEP):
        rows: dict[str, list[dict[str, Any]]] = {"incident": [], "report": [], "due": []}
        for _number in range(first, min(first + _STEP, stored)):
            for name, found in projections.columns_of(next(made), site.plan).items():
                rows[name] += found
        with database.write() as connection:
            connection.execute(insert(tables.event), pen.rows)
            for name, found in rows.items():
                if found:
                    connection.execute(insert(tables.metadata.tables[name]), found)
        pen.rows.clear()
    database.close()


def _incidents(pen: _Pen, site: Site, *, stored: int, opened: int) -> Iterator[Incident]:
    dice = random.Random(7)
    present = datetime.now(UTC).replace(microsecond=0)
    acts = all_acts()
    operators = [contact.id for contact in site.operators]
    for number in range(1, stored + 1):
        age = (
            timedelta(minutes=5 * (stored - number) + 60) if number <= stored - opened else timedelta(hours=1)
        )
        now = present - age + timedelta(seconds=dice.random() * 1800)
        steps = _open_life(dice, number, now) if number > stored - opened else _closed_life(dice)
        report = _report(dice, site, number, now, untaken=not steps)
        actor = dice.choice(operators)
        taken = calls.take(report, incident=None, number=number, plan=site.plan.version, now=now)
        incident = pen.write(None, taken, actor=actor, now=now)
        for name, answers in steps:
            now += timedelta(seconds=dice.randint(20, 400))
            setting = Setting(incident, (), answers, actor, now, to_text, plan=site.plan, present=site.plan)
            incident = pen.write(incident, acts[name].decide(setting), actor=actor, now=now)
        yield incident


def _report(dice: random.Random, site: Site, number: int, now: datetime, *, untaken: bool) -> Report:
    station = dice.choice(site.workstations)
    return Report(
        number=number,
        workstation=station.id,
        department=station.department,
        room=station.room,
        reporter=dice.choice(("nurse Zhou", "Dr. Hu", "window 3", "")),
        callback="workstation",
        symptom=dice.choice(tuple(Symptom)).value,
        words=dice.choice(_WORDS),
        scope=Scope.UNKNOWN.value,
        # The most overdue duty ends at :30, so that `idle` sees whether its count-down wakes the screen.
        occurred=now.replace(second=30) - timedelta(minutes=dice.randint(1, 9)),
        # A serious one that nobody takes rings each minute; real operators take those first.
        critical=station.key_terminal and not untaken,
        switch=station.switch,
        taken_by="bench",
    )


def _closed_life(dice: random.Random) -> list[Step]:
    reason: Step = ("close", {"reason": "works again, the caller says so"})
    if dice.random() < 0.5:
        return [("acknowledge", {}), ("verify", {"result": "user-resolved", "how": "phone"}), reason]
    return [("acknowledge", {}), ("verify", _VERIFIED), ("recovered", {"confirmed_by": "nurse"}), reason]


def _open_life(dice: random.Random, number: int, now: datetime) -> list[Step]:
    """Of ten: three new, two verifying, four active, one mitigated; every other one of these has an ETA."""
    turn = number % 10
    if turn < 3:
        return []
    if turn < 5:
        return [("acknowledge", {})]
    category = dice.choice(("I", "II", "II", "III", "III", "III", "Other"))
    steps: list[Step] = [
        ("acknowledge", {}),
        ("verify", _VERIFIED),
        ("classify", {"category": category, "reason": "by the guide"}),
    ]
    if turn % 2:
        far = now + timedelta(days=1, hours=dice.random() * 700)
        steps.append(("eta", {"earliest": far, "latest": far, "why": "the supplier says so"}))
    return [*steps, ("mitigated", {"text": "by hand"})] if turn == 9 else steps
