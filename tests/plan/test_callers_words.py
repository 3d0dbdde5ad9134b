"""The way of a caller in one line, one line of advice, and on a page."""

from __future__ import annotations

from datetime import datetime

import pytest

from hisconsole.plan.callers_advice import OnPath, likely_fault
from hisconsole.plan.callers_path import CallersPath, callers_path
from hisconsole.plan.callers_words import BETWEEN, advice_line, chain_line, path_lines, say
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.status import Status
from hisconsole.text import cell_len, printable
from tests.hospital import SITE, START
from tests.hostile import HOSTILE
from tests.plan.pictures import picture, shown, target
from tests.plan.play import a_report
from tests.plan.test_callers_path import BEHIND, CRITICAL, DOWN, NET, UNKNOWN, bad, way

HERE = OnPath(3, "agg-1", red=True)


def line(path: CallersPath, width: int = 78) -> str:
    return BETWEEN.join(piece.text for piece in chain_line(path, width, now=START))


def short(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def test_the_chain_is_one_line_with_how_long_it_is_broken() -> None:
    path = way(*bad(agg_1=DOWN, acc_1=BEHIND))
    assert line(path, 200) == (
        "reg-01 - acc-1 UNREACHABLE - agg-1 DOWN 00:04 - core-1/2 OK - app-1/2 OK - db-1 OK"
    )
    assert line(path) == "reg-01 - acc-1 UNREACHABLE - agg-1 DOWN 00:04 - core, app, db OK"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (way(), "reg-01 - access, agg, core, app, db OK"),
        (way(*bad(core_1=DOWN)), "reg-01 - access, agg OK - core-1/2 1 of 2 - app, db OK"),
        (way(*bad(db_1=CRITICAL)), "reg-01 - access, agg, core, app OK - db-1 CRITICAL 00:04"),
        (way(*bad(agg_1=UNKNOWN)), "reg-01 - access OK - agg-1 UNKNOWN - core, app, db OK"),
        (way(switch=""), "reg-01 - its switch NOT WATCHED - core, app, db OK"),
        (
            way(*bad(**dict.fromkeys(("acc_1", "agg_1", "core_1", "core_2"), UNKNOWN))),
            "reg-01 - access, agg, core UNKNOWN - app, db OK",
        ),
    ],
)
def test_a_long_chain_says_what_is_well_together(path: CallersPath, told: str) -> None:
    assert line(path, 60) == told


def test_what_is_red_is_never_what_is_left_out() -> None:
    path = way(*bad(core_1=DOWN, db_1=CRITICAL))
    assert line(path, 50) == "reg-01 - ... - core-1/2 1 of 2 - ... - db-1 CRITICAL 00:04"


@pytest.mark.parametrize(
    ("path", "near", "symptom", "told"),
    [
        (
            way(*bad(agg_1=DOWN)),
            (),
            "no-network",
            "Broken at agg-1. Say: I see a network fault.",
        ),
        (
            way(*bad(agg_1=DOWN)),
            (HERE,),
            "no-network",
            "Broken at agg-1, 0003. Say: We know of it and are on it.",
        ),
        (way(*bad(db_1=CRITICAL)), (), "slow-database", "Critical at db-1. Say: I see a system fault."),
        (
            way(*bad(agg_1=UNKNOWN)),
            (),
            "no-network",
            "Not seen: agg-1. Say: It is on record; we call you back.",
        ),
        (way(), (), "no-network", "Nothing red. Say: Up to your floor it is well: is the cable lit?"),
        (way(), (), "other", "Nothing red. Say: From here it looks well; does a neighbour's work?"),
        (
            way(own=OwnPath(strikes=2, words="no gateway")),
            (),
            "other",
            "CONSOLE ISOLATED. Say: It is on record; we call you back.",
        ),
        (way(held=False), (), "other", "NO WATCH. Say: It is on record; we call you back."),
        (
            callers_path("reg-01", "acc-1", "reg", None, now=START),
            (),
            "other",
            "No picture. Say: It is on record; we call you back.",
        ),
        (way(switch=""), (), "other", "Not seen: its switch. Say: It is on record; we call you back."),
    ],
)
def test_the_advice_is_one_line(path: CallersPath, near: tuple[OnPath, ...], symptom: str, told: str) -> None:
    advice = advice_line(path, near, None, symptom=symptom, width=78)
    assert advice == told
    assert 1 <= len(say(path, near, symptom=symptom)) <= 2


def test_the_page_tells_all_of_it() -> None:
    made = picture(*bad(agg_1=DOWN, acc_1=BEHIND), now=START, targets=NET)
    path = callers_path("reg-01", "acc-1", "reg", made, now=START)
    likely = likely_fault(path, a_report(switch="acc-1"), SITE.plan, made, now=START)
    told = path_lines(path, (HERE,), likely, symptom="no-network", short=short, now=START)
    page = "\n".join(told)
    assert "aggregation: broken\n  agg-1: down since 13:56 (00:04), down" in page
    assert "Red between this caller and the system: aggregation agg-1 lets nothing through." in page
    assert "Not seen, so neither well nor down: acc-1." in page
    assert "Likely part of 0003, which lies at agg-1." in page
    assert "(partial-network), because agg-1 is down" in page
    assert told[-1].startswith("Tell the caller: We know of it and are on it. Please leave the computer on")


def test_an_old_picture_and_missing_ends_say_so() -> None:
    old = path_lines(way(held=False), (), None, symptom="other", short=short, now=START)
    assert old[0] == "No watch is at work: the way is shown as of 14:00."
    assert "Nothing is red" not in "\n".join(old)
    bare = tuple(target(each.id, kind=each.kind, parents=each.parents) for each in NET)
    ends = path_lines(way(targets=bare), (), None, symptom="other", short=short, now=START)
    assert any("No target says that it serves this department" in each for each in ends)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_what_a_device_says_cannot_act_on_the_terminal(text: str) -> None:
    path = way(shown("agg-1", Status.DOWN, text, now=START))
    told = path_lines(path, (), None, symptom="other", short=short, now=START)
    told += [line(path), advice_line(path, (), None, symptom="other", width=78)]
    assert all(each == printable(each) for each in told)
    assert cell_len(told[-1]) <= 78
