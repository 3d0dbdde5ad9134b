"""Events as they are told, linked and folded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hisconsole.plan import calls
from hisconsole.plan.events import GENESIS, Event, Kind, canonical, link
from hisconsole.plan.fold import fold
from hisconsole.plan.story import tell
from hisconsole.plan.story_outreach import TELL_OUTREACH
from hisconsole.plan.story_turn import TELL_TURN
from hisconsole.plan.story_watch import TELL_WATCH
from hisconsole.plan.times import clock, to_text
from hisconsole.plan.words import (
    Category,
    Confidence,
    Method,
    Result,
    Scope,
    State,
    Symptom,
    Verification,
    label,
    symptom_label,
)
from tests.hospital import START
from tests.plan.play import LI, ZONE, Play, a_report, standing_in


def _event(kind: Kind, /, **body: object) -> Event:
    return Event(1, "act-1", kind, 1, START, START, LI, "tester", "local", body)


REPORT = calls.body_of(a_report(3))
TOLD: dict[str, tuple[Event, str]] = {
    "opened": (_event(Kind.OPENED), "opened"),
    "reported": (
        _event(Kind.REPORTED, **REPORT),
        "report 3 from reg-01: cannot save - it says disk full (nurse Wu)",
    ),
    "reported, bare": (
        _event(Kind.REPORTED, **{**REPORT, "words": "", "reporter": "", "workstation": ""}),
        "report 3 from unknown workstation: cannot save",
    ),
    "corrected": (
        _event(Kind.CORRECTED, **{**REPORT, "words": "one\ntwo", "reporter": ""}),
        "corrected: report 3 from reg-01: cannot save - one / two",
    ),
    "detached": (_event(Kind.DETACHED, report=3, to=7), "report 3 went to 0007"),
    "attached": (
        _event(Kind.ATTACHED, **{**REPORT, "from": 7}),
        "report 3 came over from 0007: reg-01",
    ),
    "acknowledged": (_event(Kind.ACKNOWLEDGED), "acknowledged and taken"),
    "assigned": (_event(Kind.ASSIGNED, owner=LI, reason=""), "given to li.na"),
    "assigned, why": (_event(Kind.ASSIGNED, owner=LI, reason="on site"), "given to li.na: on site"),
    "verified": (
        _event(Kind.VERIFIED, result="not-reproduced", how="on-site", by=LI, text="works"),
        "verified on site by li.na: not reproduced - works",
    ),
    "noted": (_event(Kind.NOTED, text="one\ntwo"), "one / two"),
    "pinned": (_event(Kind.PINNED, entry=4), "pinned or unpinned entry 4"),
    "classified": (
        _event(Kind.CLASSIFIED, category="II", reason="one net"),
        "category II: one net",
    ),
    "estimated": (
        _event(
            Kind.ESTIMATED,
            earliest="2026-11-23T14:20:00.000000Z",
            latest="2026-11-23T14:40:00.000000Z",
            why="supplier",
        ),
        "ETA 22:20 - 22:40: supplier",
    ),
    "estimated, one time": (
        _event(
            Kind.ESTIMATED,
            earliest="2026-11-23T14:20:00.000000Z",
            latest="2026-11-23T14:20:00.000000Z",
            why="",
        ),
        "ETA 22:20",
    ),
    "cause": (
        _event(Kind.CAUSE_FOUND, text="log full", confidence="suspected"),
        "cause suspected: log full",
    ),
    "fix": (_event(Kind.FIX_TRIED, text="restart", result="failed"), "fix failed: restart"),
    "ruled out": (
        _event(Kind.RULED_OUT, text="the switch", how="its counters stand still"),
        "ruled out: the switch; its counters stand still",
    ),
    "contingency": (
        _event(Kind.CONTINGENCY, condition="it fills again", action="free it"),
        "if it fills again, then free it",
    ),
    "ticket": (
        _event(Kind.TICKET, contact="acme", number="T-8", promised="", done=False, text=""),
        "ticket T-8 with acme",
    ),
    "ticket, promised": (
        _event(
            Kind.TICKET,
            contact="acme",
            number="T-8",
            promised="2026-11-23T15:00:00.000000Z",
            done=False,
            text="a disk",
        ),
        "ticket T-8 with acme, promised for 23:00: a disk",
    ),
    "ticket, done": (
        _event(Kind.TICKET, contact="acme", number="T-8", promised="", done=True, text=""),
        "ticket T-8 with acme is done",
    ),
    "mitigated": (_event(Kind.MITIGATED, text=""), "mitigated"),
    "recovered": (
        _event(Kind.RECOVERED, confirmed_by="nurse Wu"),
        "recovered: confirmed by nurse Wu",
    ),
    "recovered, unconfirmed": (_event(Kind.RECOVERED, confirmed_by=""), "recovered"),
    "review": (_event(Kind.REVIEWED, text="why so late"), "review begun: why so late"),
    "action": (
        _event(Kind.ACTION, number=2, text="a second supply", owner="chen.hao", due=to_text(START)),
        f"action 2, chen.hao until {clock(START, zone=ZONE, now=START)}: a second supply",
    ),
    "reopened": (_event(Kind.REOPENED, reason="back"), "reopened: back"),
    "closed": (_event(Kind.CLOSED, reason="over"), "closed: over"),
    "undone": (_event(Kind.UNDONE, act="act-1"), "took back the act before"),
    "silenced": (
        _event(Kind.SILENCED, target="ups-1", whole=False, end=to_text(START), reason="test"),
        f"ups-1 silenced until {clock(START, zone=ZONE, now=START)}: test",
    ),
    "silenced with all": (
        _event(Kind.SILENCED, target="sw-1", whole=True, end=to_text(START), reason="works"),
        f"sw-1 and what hangs on it silenced until {clock(START, zone=ZONE, now=START)}: works",
    ),
    "unsilenced": (_event(Kind.UNSILENCED, target="ups-1", silence="4"), "silence of ups-1 lifted"),
    "enrolled": (
        _event(Kind.ENROLLED, target="db-1", fingerprint="SHA256:x", replaced=""),
        "host key of db-1 enrolled: SHA256:x",
    ),
    "service silenced": (
        _event(Kind.SILENCED, target="", service="pacs", whole=False, end=to_text(START), reason="moves"),
        f"service pacs silenced until {clock(START, zone=ZONE, now=START)}: moves",
    ),
    "service unsilenced": (
        _event(Kind.UNSILENCED, target="", service="pacs", silence="4"),
        "silence of service pacs lifted",
    ),
    "maintenance": (
        _event(
            Kind.MAINTENANCE,
            number=3,
            start=to_text(START),
            end=to_text(START),
            systems="HIS database",
            reason="new disks",
            approved_by="Dr Sun",
        ),
        "maintenance 3 planned, 22:00 to 22:00: HIS database, new disks; approved by Dr Sun",
    ),
    "maintenance begun": (_event(Kind.MAINTENANCE_BEGUN, number=3), "maintenance 3 begun early"),
    "maintenance extended": (
        _event(Kind.MAINTENANCE_EXTENDED, number=3, end=to_text(START), reason="slow"),
        "maintenance 3 extended until 22:00: slow",
    ),
    "maintenance ended": (_event(Kind.MAINTENANCE_ENDED, number=3, outcome=""), "maintenance 3 ended"),
    "maintenance cancelled": (
        _event(Kind.MAINTENANCE_CANCELLED, number=3, reason="no disks"),
        "maintenance 3 cancelled: no disks",
    ),
    "maintenance overran": (
        _event(Kind.MAINTENANCE_OVERRAN, number=3, incident=7),
        "maintenance 3 has overrun: it is incident 0007",
    ),
    "maintenance lapsed": (
        _event(Kind.MAINTENANCE_LAPSED, number=3),
        "the quiet of maintenance 3 was not accepted again",
    ),
    "restore tried": (
        _event(Kind.RESTORE_TRIED, file="/backup/a.db", seq=9, hash="x"),
        "restore tried with /backup/a.db: it held up to entry 9",
    ),
    "backed up": (
        _event(Kind.BACKED_UP, file="/backup/a.db", seq=9, hash="x"),
        "record backed up to /backup/a.db, up to entry 9",
    ),
    "classified by the questions": (
        _event(Kind.CLASSIFIED, category="I", fault="fiber-cut", why="7.3: fibre is cut", reason=""),
        "category I (fiber-cut): 7.3: fibre is cut",
    ),
    "classified by questions": (
        _event(
            Kind.CLASSIFIED,
            category="I",
            fault="server-down",
            why="a server cannot work",
            reason="",
            answers={"component": "server", "scope": "some"},
            sources={"component": "db-1 is down since 09:12"},
        ),
        (
            "category I (server-down): a server cannot work;"
            " answers: component = server (db-1 is down since 09:12), scope = some"
        ),
    ),
    "classified by hand after questions": (
        _event(Kind.CLASSIFIED, category="II", reason="one net", answers={"component": "server"}),
        "category II: one net",
    ),
    "lowered": (
        _event(Kind.CLASSIFIED, category="II", reason="one net", approved_by="sun.bo", tried=to_text(START)),
        "category II: one net; agreed by sun.bo, director tried since 22:00",
    ),
    "plan": (
        _event(Kind.PLAN_ADOPTED, version="abc", edition="2026-11", plan={}),
        "plan 2026-11 (abc) is in force",
    ),
    "paralysis": (
        _event(Kind.PARALYSIS, confirmed="yes", text="no link lives"),
        "overall network failure confirmed: no link lives",
    ),
    "no paralysis": (_event(Kind.PARALYSIS, confirmed="no", text=""), "no overall network failure"),
    "stopped": (
        _event(Kind.STOPPED, departments=["lab", "reg"]),
        "departments that stand still: lab, reg",
    ),
    "none stopped": (_event(Kind.STOPPED, departments=[]), "departments that stand still: none"),
    "aggravated": (_event(Kind.AGGRAVATED, aggravators=["staff-away"]), "made worse by: staff-away"),
    "escalated": (_event(Kind.ESCALATED, reason=""), "escalated to the leading group"),
    "escalated, why": (
        _event(Kind.ESCALATED, reason="no end"),
        "escalated to the leading group: no end",
    ),
    "held": (
        _event(Kind.HELD, by="chen.hao", reason="ends soon", tried=""),
        "not escalated: ends soon; agreed by chen.hao",
    ),
    "met": (
        _event(Kind.MET, duty="gate", key="g-1", text="rang them"),
        "gate g-1 met by hand: rang them",
    ),
    "fell due": (
        _event(Kind.FELL_DUE, duty="verify", key="", deadline=to_text(START), owner=""),
        "fell due: verify",
    ),
    "drill": (
        _event(
            Kind.DRILL_HELD,
            scenario="fibre",
            began=to_text(START),
            ended=to_text(START + timedelta(minutes=20)),
        ),
        "DRILL fibre held, from 22:00 to 22:20",
    ),
    "needs eyes": (
        _event(
            Kind.NEEDS_EYES,
            label="Close",
            incident=42,
            given={"name": "close"},
            by="li.na",
            why="It is closed.",
        ),
        "NEEDS YOUR EYES: 'Close' on 0042 by li.na was not recorded: It is closed.",
    ),
    "needs eyes, with what was entered": (
        _event(
            Kind.NEEDS_EYES,
            label="ETA",
            incident=42,
            given={"name": "eta", "number": 42, "given": {"earliest": "+30", "reason": "x", "at": ""}},
            by="li.na",
            why="No.",
        ),
        "NEEDS YOUR EYES: 'ETA' on 0042 by li.na was not recorded: No. Entered was: earliest=+30, reason=x.",
    ),
    "needs eyes, of the site": (
        _event(Kind.NEEDS_EYES, label="Silenced", incident=0, given={}, by="li.na", why="It has ended."),
        "NEEDS YOUR EYES: 'Silenced' on the site by li.na was not recorded: It has ended.",
    ),
    "settled": (_event(Kind.SETTLED, entry=7, text="done by hand"), "entry 7 settled: done by hand"),
    "roles": (
        _event(Kind.ROLES, operator="ma.chao", roles=["engineer", "operator"]),
        "ma.chao is engineer, operator from now on",
    ),
    "not allowed": (
        _event(Kind.NOT_ALLOWED, act="close", incident=7, roles=["observer"], before=3),
        "REFUSED 'close' on 0007 (3 more before)",
    ),
    "not allowed at the site": (
        _event(Kind.NOT_ALLOWED, act="silence", incident=0, roles=[], before=0),
        "REFUSED 'silence'",
    ),
    "pin set": (_event(Kind.PIN, operator="li.na", what="set", wrong=0, wait_s=0), "PIN of li.na set"),
    "pin cleared": (
        _event(Kind.PIN, operator="li.na", what="cleared", wrong=0, wait_s=0),
        "PIN of li.na cleared",
    ),
    "pin given": (_event(Kind.PIN, operator="li.na", what="given", wrong=0, wait_s=0), "li.na gave the PIN"),
    "pin wrong": (
        _event(Kind.PIN, operator="li.na", what="wrong", wrong=5, wait_s=60),
        "WRONG PIN for li.na, 5 in a row; next try in 60 s",
    ),
    "snapshot": (
        _event(
            Kind.SNAPSHOT,
            why="report",
            of="3",
            seen=to_text(START),
            watched=True,
            isolated=False,
            targets=1,
            readings=[
                {
                    "target": "his-db-1",
                    "key": "disk//arch",
                    "label": "archive volume",
                    "value": 97.0,
                    "unit": "%",
                    "status": "critical",
                    "at": to_text(START),
                }
            ],
            left_out=0,
        ),
        "evidence at report 3: 1 reading of 1 target, as seen 22:00; his-db-1 critical: archive volume 97 %",
    ),
    "summarised": (
        _event(Kind.SUMMARISED, audience="leader", text="one\ntwo"),
        "summary for the leader: one / two",
    ),
}


@pytest.mark.parametrize(("event", "told"), TOLD.values(), ids=list(TOLD))
def test_an_event_is_told_in_one_line(event: Event, told: str) -> None:
    assert tell(event, clock=lambda moment: clock(moment, zone=ZONE, now=START)) == told


def test_every_kind_is_told() -> None:
    others = set(TELL_OUTREACH) | set(TELL_TURN) | set(TELL_WATCH)
    assert {event.kind for event, _told in TOLD.values()} == set(Kind) - others


@pytest.mark.parametrize(
    "value",
    [
        value
        for words in (State, Category, Scope, Verification, Method, Confidence, Result)
        for value in words
    ],
    ids=lambda value: f"{type(value).__name__}-{value}",
)
def test_every_value_has_words(value: State) -> None:
    assert label(value)


@pytest.mark.parametrize("symptom", list(Symptom))
def test_every_symptom_has_words(symptom: Symptom) -> None:
    assert symptom_label(symptom.value)


def test_a_link_is_made_as_the_design_says() -> None:
    """SHA-256("hisc1" || previous || seq || SHA-256(canonical)), so that others can check it."""
    event = _event(Kind.NOTED, text="caf\u00e9 \u4fe1")
    text = (
        '{"act":"act-1","actor":"li.na","at":"2026-11-23T14:00:00.000000Z",'
        '"body":{"text":"caf\\u00e9 \\u4fe1"},"incident":1,"kind":"noted","os_user":"tester",'
        '"recorded":"2026-11-23T14:00:00.000000Z","seq":1,"source":"local"}'
    )
    assert canonical(event) == text
    inner = hashlib.sha256(text.encode()).hexdigest()
    assert link(GENESIS, 1, text) == hashlib.sha256(b"hisc1" + b"0" * 64 + b"1" + inner.encode()).hexdigest()


CHANGES: dict[str, object] = {
    "seq": 2,
    "act": "act-2",
    "kind": Kind.PINNED,
    "incident": 2,
    "at": datetime(2026, 11, 23, 14, 0, 0, 1, tzinfo=UTC),
    "recorded": datetime(2026, 11, 23, 14, 0, 0, 1, tzinfo=UTC),
    "actor": "li.nb",
    "os_user": "root",
    "source": "remote",
    "body": {"text": "y"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_link_holds_every_field(name: str) -> None:
    event = _event(Kind.NOTED, text="x")
    changed = replace(event, **{name: CHANGES[name]})  # type: ignore[arg-type]
    assert canonical(changed) != canonical(event)
    assert link(GENESIS, 1, canonical(changed)) != link(GENESIS, 1, canonical(event))
    assert link("1" * 64, 1, canonical(event)) != link(GENESIS, 1, canonical(event))


def test_folding_nothing_gives_nothing() -> None:
    assert fold([]) is None


def test_folding_needs_a_beginning() -> None:
    with pytest.raises(ValueError, match="comes before its incident was opened"):
        fold([_event(Kind.NOTED, text="x")])


def test_an_undone_act_counts_for_nothing_but_stays_told() -> None:
    play = standing_in(State.ACTIVE)
    before = play.incident
    play.act("cause", text="the switch", confidence="suspected").act("undo")
    assert play.incident.cause == before.cause == ""
    assert play.incident.version == len(play.events)
    assert len(play.events) == before.version + 2


def test_a_timeline_can_be_told_from_any_play() -> None:
    play = Play().call().act("acknowledge").act("eta", earliest="+20").act("note", text="x")
    told = [tell(event, clock=lambda moment: clock(moment, zone=ZONE)) for event in play.events]
    assert all("\n" not in line for line in told)
