from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hisconsole import plain
from hisconsole.config import Site, load_site
from hisconsole.desk.reading import File
from hisconsole.paths import shipped
from hisconsole.plan.acts import all_acts
from hisconsole.plan.board import Board, Dues, merge
from hisconsole.plan.due import duties
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.fold import fold
from hisconsole.plan.incident import Incident
from hisconsole.plan.queue import Row, row_of
from hisconsole.plan.times import to_text
from hisconsole.text import cell_len, printable, wrap
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def event(seq: int, kind: Kind, /, ago: int = 0, late: int = 0, **body: object) -> Event:
    at = NOW - minutes(ago)
    return Event(seq, f"a{seq}", kind, 42, at, at + minutes(late), "li.na", "root", "local", body)


def reported(seq: int, number: int, workstation: str, words: str, ago: int = 7) -> Event:
    return event(
        *(seq, Kind.REPORTED, ago),
        number=number,
        workstation=workstation,
        department="registration",
        room="Hall 1F",
        reporter="赵护士",
        callback="kept",
        symptom="cannot-save",
        words=words,
        scope="some",
        occurred=to_text(NOW - minutes(ago)),
        critical=True,
        switch="sw-opd-1f",
        taken_by="li.na",
    )


def history(words: str = "it says ORA-00257") -> list[Event]:
    return [event(1, Kind.OPENED, 6), reported(2, 1, "reg-01", words)]


WORKED = [
    *history(),
    reported(3, 2, "reg-02", "", 5),
    event(4, Kind.ACKNOWLEDGED, 5),
    event(5, Kind.VERIFIED, 4, result="confirmed", how="remote", by="li.na", text=""),
    event(6, Kind.NOTED, 30, 26, text="one\ntwo"),
    event(7, Kind.PINNED, 3, entry=6),
    event(8, Kind.CLASSIFIED, 3, category="II", reason="one thing"),
    event(
        *(9, Kind.ESTIMATED, 2),
        earliest=to_text(NOW + minutes(20)),
        latest=to_text(NOW + minutes(40)),
        why="space is being freed",
    ),
    event(10, Kind.CAUSE_FOUND, 2, text="archive log full", confidence="suspected"),
    event(11, Kind.FIX_TRIED, 1, text="freed space", result="worked"),
]


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(shipped("config"))


PLAN = load_site(shipped("config")).plan


def folded(events: Sequence[Event]) -> Incident:
    incident = fold(events)
    assert incident is not None
    return incident


def row(events: Sequence[Event]) -> Row:
    return row_of(folded(events), PLAN)


def board(*rows: Row) -> Board:
    none = Board(0, NOW, (), (), {}, 0, 0, None, None, ())
    return merge(none, rows, Dues(overdue=len({each.number for each in rows})))


def told(events: Sequence[Event], site: Site, numbers: dict[int, str] | None = None) -> list[str]:
    incident = fold(events)
    assert incident is not None
    file = File(incident, tuple(events), numbers or {}, PLAN)
    return plain.incident_lines(file, site=site, now=NOW, numbers=numbers)


def test_lines_break_at_blanks_and_by_cells() -> None:
    assert wrap("", 10) == [""]
    assert wrap("one two three", 10) == ["one two", "three"]
    assert wrap("one two thr", 7) == ["one two", "thr"]
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert wrap("登录被拒绝", 5) == ["登录", "被拒", "绝"]
    assert wrap("登", 1) == ["登"]
    assert wrap("ab" + "e\u0323" * 3, 3) == ["abe\u0323", "e\u0323e\u0323"]


def test_the_plain_view_at_a_glance() -> None:
    owed = duties(folded(history()), PLAN)[:1]
    view = plain.overview(board(row(history()), row(history())), owed, plan=PLAN, zone=ZONE)
    assert view == [
        "2026-11-23 22:00  1 open  1 not taken  1 overdue",
        "",
        "  No   Cat State      Age    Due     WS  Where      What",
        "! 0042 ?   new        00:07  -00:05  1   reg-01     cannot save: it says ORA-00~",
        "",
        "Due:",
        "  21:55       -00:05  0042  ack, whoever is there",
    ]


def test_an_empty_queue() -> None:
    assert plain.overview(board(), (), plan=PLAN, zone=ZONE)[2:] == ["No incident.", "", "Nothing is due."]


def test_columns_stand_whatever_they_hold() -> None:
    rows = [row(history("故障" * 50)), row(WORKED)]
    head, *lines = plain.queue_lines(rows, now=NOW, zone=ZONE)
    assert [line.index("cannot save") for line in lines] == [head.index("What")] * 2
    assert cell_len(lines[0]) in (79, 80)
    assert lines[0].endswith("~")
    assert lines[1].split()[:5] == ["0042", "II", "active", "00:07", "00:03"]


def test_what_is_due_comes_in_the_order_of_time() -> None:
    owed = [*duties(folded(history()), PLAN)[:1] * 12, *duties(folded(WORKED), PLAN)[:1]]
    lines = plain.due_lines(owed, plan=PLAN, now=NOW, zone=ZONE)
    assert len(lines) == 1 + plain.DUE_SHOWN + 1
    assert lines[1].split()[:2] == ["21:55", "-00:05"]
    assert lines[-1] == "  and 3 more"


def test_one_incident(site: Site) -> None:
    text = "\n".join(told(WORKED, site))
    assert text == (
        "0042  Category II  active\n"
        "Since       21:53 (00:07)\n"
        "Owner       li.na\n"
        "Category    one thing\n"
        f"Plan        {PLAN.edition} ({PLAN.version})\n"
        "What        cannot save: it says ORA-00257\n"
        "Where       reg-01, Outpatient Registration, Hall 1F (2 workstations; caller\n"
        "            says: some)\n"
        "Verified    confirmed remotely, li.na 21:56\n"
        "ETA         22:20 - 22:40 space is being freed\n"
        "Cause       suspected: archive log full\n"
        "Fix         worked: freed space\n"
        "Due         feedback 22:03 (00:03)\n"
        "Due         director 22:08 (00:08)\n"
        "Due         engineer 22:08 (00:08)\n"
        "Due         vendor 22:08 (00:08)\n"
        "Due         update 22:27 (00:27)\n"
        "Due         look again 22:29 (00:29)\n"
        "Due         ETA 22:40 (00:40)\n"
        "Due         escalate 23:40 (01:40)\n"
        "\n"
        "Reports:\n"
        "  1    21:53       reg-01     赵护士       cannot save: it says ORA-00257\n"
        "  2    21:55       reg-02     赵护士       cannot save\n"
        "\n"
        "Timeline:\n"
        "  1      21:54       li.na     opened\n"
        "  2      21:53       li.na     report 1 from reg-01: cannot save - it says\n"
        "                               ORA-00257 (赵护士)\n"
        "  3      21:55       li.na     report 2 from reg-02: cannot save (赵护士)\n"
        "  4      21:55       li.na     acknowledged and taken\n"
        "  5      21:56       li.na     verified remotely by li.na: confirmed\n"
        "^ 6      21:30       li.na     one / two (written 21:56)\n"
        "  7      21:57       li.na     pinned or unpinned entry 6\n"
        "  8      21:57       li.na     category II: one thing\n"
        "  9      21:58       li.na     ETA 22:20 - 22:40: space is being freed\n"
        "  10     21:58       li.na     cause suspected: archive log full\n"
        "  11     21:59       li.na     fix worked: freed space"
    )


def test_the_end_of_an_incident(site: Site) -> None:
    over = [
        *WORKED,
        event(12, Kind.RECOVERED, confirmed_by="赵护士"),
        event(13, Kind.CLOSED, reason="done"),
    ]
    lines = told(over, site)
    assert "Recovered   22:00, confirmed by 赵护士" in lines
    assert "Closed      22:00: done" in lines
    assert not any(line.startswith("Due") for line in lines)
    assert plain.queue_lines([row(over)], now=NOW + minutes(99), zone=ZONE)[1].split()[3] == "00:07"


def test_an_incident_whose_reports_went_away(site: Site) -> None:
    lines = told([*history(), event(3, Kind.DETACHED, report=1, to=7)], site)
    assert "What        All its reports went to other incidents." in lines


def test_numbers_stand_in_a_column_of_their_own(site: Site) -> None:
    assert not any("13800001111" in line for line in told(WORKED, site))
    lines = told(WORKED, site, {1: "13800001111"})
    (line,) = [line for line in lines if "13800001111" in line]
    assert line.split()[:5] == ["1", "21:53", "reg-01", "赵护士", "13800001111"]


def test_the_log_says_when_an_entry_was_written_later() -> None:
    lines = plain.log_lines([WORKED[5], WORKED[0]], now=NOW, zone=ZONE)
    assert lines == [
        "6      21:30       0042 li.na     one / two (written 21:56)",
        "1      21:54       0042 li.na     opened",
    ]


def test_acts_as_they_are_typed() -> None:
    verify = all_acts()["verify"]
    lines = plain.act_lines("verify", "incident", verify.help, verify.asks)
    assert lines[0].startswith("verify N   ")
    assert lines[1] == "    * result=confirmed | not-reproduced | user-resolved"
    assert lines[2] == "      how=phone | remote | on-site | poll (phone)"
    assert lines[-1] == "      at=TIME"
    assert all(cell_len(line) <= 80 for line in plain.act_notes())


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_gets_through(site: Site, name: str) -> None:
    words = HOSTILE[name]
    events = [*history(words), reported(3, 2, words, words), event(4, Kind.NOTED, text=words)]
    there = board(row(events), row([events[0], events[2]]))
    lines = [
        *plain.overview(there, duties(folded(events), PLAN), plan=PLAN, zone=ZONE),
        *plain.log_lines(events, now=NOW, zone=ZONE),
        *told(events, site, {1: words, 2: words}),
    ]
    assert all(line == printable(line) for line in lines)
    assert max(map(cell_len, lines)) <= 80
