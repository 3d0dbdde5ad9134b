"""Making a handover, part by part; and paper that holds whatever comes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.handover import (
    Asks,
    Counts,
    Entry,
    Handover,
    Header,
    Line,
    Part,
    Section,
    Side,
    from_data,
    part_title,
    to_data,
)
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_layout import FRONT, age_label
from hisconsole.plan.handover_receiver import Restatement, Signature, signed
from hisconsole.plan.handover_sources import Earlier, Question, ShiftNote
from hisconsole.plan.handover_text import pages
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.status import Status
from hisconsole.text import cell_len
from tests.hostile import HOSTILE
from tests.plan.hand import moment, outage
from tests.plan.handing import (
    HEAD,
    SITUATIONS,
    begun,
    case,
    numbered,
    sources,
    storm,
    with_wrong,
)
from tests.plan.pictures import judged, picture, shown
from tests.plan.play import LI, WANG
from tests.shares import tries

# -- what is asked -----------------------------------------------------------------------------------


def asked(handover: Handover, number: int) -> Asks:
    entry = handover.entry(f"incident:{number}")
    assert entry is not None
    return entry.asks


def test_category_one_treated_as_one_and_unstable_are_restated_the_rest_is_taken() -> None:
    one = (
        begun(0).act("verify", result="confirmed").act("classify", category="I", reason="x").act("mitigated")
    )
    treated = numbered(begun(0, department="icu").act("verify", result="confirmed"), 2)
    three = begun(0, department="records", critical=False).act("verify", result="confirmed")
    quiet = numbered(three.act("classify", category="III", reason="x"), 3)
    found = build(sources(moment(11), one, treated, quiet))
    assert [asked(found, n) for n in (1, 2, 3)] == [Asks.RESTATE, Asks.RESTATE, Asks.TAKE]
    entry = found.entry("incident:2")
    assert entry is not None
    assert "unclassified, treated as I" in entry.title
    blanks = [each.key for each in found.section(Part.RECEIVER).entries]
    assert blanks == ["restate:incident:2", "restate:incident:1", "sign"]


def test_an_age_counts_the_accepted_handovers_that_held_it() -> None:
    play = begun(0)
    for held, label in ((0, ""), (1, "2nd handover"), (2, "3rd handover"), (5, "6th handover")):
        earlier = tuple(Earlier(n, moment(-60), ("incident:1", "x")) for n in range(held))
        entry = build(sources(moment(5), play, earlier=(*earlier, Earlier(9, moment(-9), ())))).entry(
            "incident:1"
        )
        assert entry is not None
        assert (entry.age, age_label(entry.age)) == (held, label)
    assert age_label(40) == "over 20 handovers"


def test_only_what_asks_for_something_is_held_over() -> None:
    found = build(SITUATIONS["late-with-clocks"]())
    assert "acting:fang.min" in found.keys
    assert not {"shift", "figures", "contacts:verified", "sign"} & set(found.keys)


# -- counts and headline -----------------------------------------------------------------------------


def test_counts_are_of_what_is_open_and_of_what_the_shift_did() -> None:
    one = begun(0).act("classify", category="I", reason="x")
    back = numbered(begun(1).act("verify", result="confirmed").act("recovered").act("reopen", reason="x"), 2)
    ended = numbered(begun(2).act("verify", result="user-resolved").act("close", reason="x"), 3)
    slip = numbered(begun(3).act("verify", result="confirmed").act("recovered"), 4)
    slip.act("reopen", reason="x").act("undo")
    counts = build(sources(moment(4), one, back, slip, over=[ended])).counts
    assert (counts.one, counts.unclassified, counts.open) == (1, 2, 3)
    assert (counts.new, counts.closed, counts.reopened, counts.unverified) == (4, 1, 1, 1)


def test_the_headline_never_calls_well_what_nobody_sees() -> None:
    now = moment(5)
    well = build(sources(now)).headline
    assert well == "No incident is open; all that is watched is well."
    for unseen in (
        None,
        picture(now=now, held=False),
        picture(now=now, beat_s=60),
        picture(now=now, path=OwnPath(2, now, "no link")),
    ):
        found = build(sources(now, picture=unseen))
        assert "not known" in found.headline
        assert "well" not in found.headline
        assert not found.section(Part.WATCH).known
        assert "is well" not in found.section(Part.HEADER).note


# -- the watch ---------------------------------------------------------------------------------------


def test_one_reading_is_one_thing_and_many_of_one_target_are_one() -> None:
    now = moment(5)
    of = picture(
        shown("nas-1", Status.WARNING, "x", now=now), shown("ups-1", Status.WARNING, now=now), now=now
    )
    few = tuple(judged(f"disk//{n}", 90.0, Status.WARNING, now=now) for n in range(3))
    many = tuple(judged(f"if/{n}", 0.0, Status.DOWN, now=now) for n in range(48))
    of = with_wrong(with_wrong(of, "nas-1", wrong=few), "ups-1", wrong=many)
    keys = [each.key for each in build(sources(now, picture=of)).section(Part.WATCH).entries]
    assert sorted(keys) == [
        "watch:nas-1:disk//0",
        "watch:nas-1:disk//1",
        "watch:nas-1:disk//2",
        "watch:ups-1",
    ]


def test_a_watch_item_says_which_incident_hangs_on_it() -> None:
    now = moment(5)
    of = picture(shown("sw-opd-1f", Status.CRITICAL, "errors", now=now), now=now)
    entry = build(sources(now, begun(0), picture=of)).entry("watch:sw-opd-1f")
    assert entry is not None
    assert Line("Reports", "T-0001") in entry.lines


def test_what_cannot_be_seen_is_one_finding() -> None:
    now = moment(5)
    ids = ("sw-agg-1", "sw-opd-1f", "prn-cash-1", "prn-cash-2", "his-db-1", "ups-1")
    stale = [shown(id_, Status.STALE, now=now, age_s=4000) for id_ in ids]
    keys = [
        each.key for each in build(sources(now, picture=picture(*stale, now=now))).section(Part.GAPS).entries
    ]
    assert keys == ["blind:stale"]
    one = build(sources(now, picture=picture(stale[0], now=now))).section(Part.GAPS).entries
    assert [each.key for each in one] == ["blind:sw-agg-1"]


def test_a_handover_is_late_from_a_quarter_of_an_hour_on() -> None:
    keys = [
        [each.key.partition(":")[0] for each in build(sources(moment(minute))).section(Part.WATCH).entries]
        for minute in (75, 76)
    ]
    assert keys == [[], ["late"]]


def test_why_nothing_is_known_stands_in_place_of_none() -> None:
    found = build(sources(moment(5), unknown={Part.SILENCES: "the record is locked."}))
    section = found.section(Part.SILENCES)
    assert (section.known, section.note) == (False, "Not known, because the record is locked.")


# -- the receiver ------------------------------------------------------------------------------------


def test_what_the_receiver_made_of_it_is_printed_and_changes_nothing_that_was_frozen() -> None:
    made = build(replace(SITUATIONS["storm"](), silences=SITUATIONS["chinese"]().silences))
    before = to_data(made)
    (first, *_rest) = made.asking(Asks.RESTATE)
    signature = Signature(
        "Wang Wei",
        moment(70),
        accepted=True,
        restated=(Restatement(first.key, "ring Lianchuang about core B", moment(75), correct=True),),
        questions=(Question(1, "Wang Wei", moment(66), "Which spare?", "the old one"),),
        kept=("silence:7",),
        later=("22:58 report 40 from reg-02",),
    )
    printed = signed(made, signature)
    assert to_data(made) == before
    assert [
        replace(a, entries=()) == replace(b, entries=())
        for a, b in zip(made.sections, printed.sections, strict=True)
    ]
    titles = [each.title for each in printed.section(Part.RECEIVER).entries]
    assert titles[0] == "T-0001 Category I: ring Lianchuang about core B"
    assert titles[1].startswith("T-0002 Category I: ____")
    assert "UPS A (ups-1): accepted again" in titles
    assert "after the offer: 22:58 report 40 from reg-02" in titles
    assert titles[-1] == f"ACCEPTED by Wang Wei, 23:10: record up to entry 1234 {HEAD}"
    back = signed(made, replace(signature, accepted=False, kept=()))
    titles = [each.title for each in back.section(Part.RECEIVER).entries]
    assert "UPS A (ups-1): lapsed" in titles
    assert titles[-1].startswith("RETURNED by Wang Wei")


def test_a_summary_is_all_that_an_entry_says() -> None:
    entry = Entry("x", "one", (Line("a", "two"), Line("b", "three")))
    assert entry.summary == "one\ntwo\nthree"


# -- whatever comes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_stays_text(text: str) -> None:
    play = begun(0).act("verify", result="confirmed")
    dirty = replace(
        case(play),
        incident=replace(
            play.incident, cause=text, owner=text, category_reason=text, fixes=((text, "failed"),)
        ),
    )
    made = build(
        sources(
            moment(5),
            site=text,
            mark=text[:20],
            cases=(dirty,),
            notes=(ShiftNote(1, moment(1), LI, text),),
            health={"x": text},
            outgoing=Side(text, text, text, moment(0), moment(60), (text,)),
            unknown={Part.CLOCKS: text},
        )
    )
    for page in pages(made):
        assert all(cell_len(line) <= 80 for line in page)
        assert all(line.isprintable() for line in page)
    assert from_data(json.loads(json.dumps(to_data(made)))) == made


TEXT = st.text(max_size=200)
MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - the zone is given beside them
LINES = st.builds(Line, TEXT, TEXT, st.booleans(), st.booleans())
ENTRIES = st.builds(
    Entry, TEXT, TEXT, st.lists(LINES, max_size=3).map(tuple), st.integers(0, 30), st.sampled_from(Asks)
)
SIDES = st.builds(
    Side, TEXT, TEXT, TEXT, st.none() | MOMENTS, st.none() | MOMENTS, st.lists(TEXT, max_size=2).map(tuple)
)
HEADERS = st.builds(
    Header,
    TEXT,
    TEXT,
    st.just("Asia/Shanghai"),
    st.integers(0, 10**6),
    st.integers(1, 9),
    TEXT,
    SIDES,
    SIDES,
    MOMENTS,
    st.none() | MOMENTS,
    st.integers(0, 10**9),
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    TEXT,
)
SECTIONS = st.builds(
    Section, st.sampled_from(Part), TEXT, st.lists(ENTRIES, max_size=4).map(tuple), TEXT, st.booleans()
)
HANDOVERS = st.builds(
    Handover,
    HEADERS,
    TEXT,
    st.builds(Counts, *[st.integers(0, 999)] * 10),
    st.lists(SECTIONS, max_size=3).map(tuple),
)


@given(handover=HANDOVERS)
def test_any_handover_is_read_back_exactly(handover: Handover) -> None:
    assert from_data(json.loads(json.dumps(to_data(handover)))) == handover


@given(handover=HANDOVERS, name=st.sampled_from(["age", "known", "lines", "solo", "moves"]))
def test_a_later_program_reads_what_an_older_one_wrote(handover: Handover, name: str) -> None:
    """What the older did not know is missing; what the later does not know is left out."""

    def older(data: object) -> object:
        if isinstance(data, dict):
            return {"tomorrow": 1, **{key: older(value) for key, value in data.items() if key != name}}
        return [older(each) for each in data] if isinstance(data, list) else data

    data = older(to_data(handover))
    assert isinstance(data, dict)
    assert from_data(data).counts == handover.counts


SIZES = st.lists(st.integers(0, 60), min_size=14, max_size=14)


@settings(max_examples=tries(30), deadline=None)
@given(sizes=SIZES, words=st.integers(1, 40), asks=st.lists(st.sampled_from(Asks), min_size=7, max_size=7))
def test_a_flood_in_any_part_leaves_every_part_on_the_first_pages(
    sizes: list[int], words: int, asks: list[Asks]
) -> None:
    base = build(sources(moment(5)))
    sections = tuple(
        Section(
            part,
            part_title(part),
            tuple(
                Entry(
                    f"{part}:{n}",
                    f"{part} {n} " + "故障 word " * words,
                    (Line("Next", "x" * 90, brief=True),),
                    n % 4,
                    asks[n % 7],
                )
                for n in range(size)
            ),
            "None." if not size else "",
        )
        for part, size in zip(Part, sizes, strict=True)
    )
    made = replace(base, sections=sections)
    found = pages(made)
    front = [line for page in found[:FRONT] for line in page]
    for number, part in enumerate(Part, 1):
        assert any(line.startswith(f"{number}. {part_title(part).upper()}") for line in front)
    assert all(len(page) == 60 for page in found)
    assert all(cell_len(line) <= 80 for page in found for line in page)
    annexes = [number for number, page in enumerate(found, 1) if page[2].startswith("ANNEX")]
    assert min(annexes, default=len(found) + 1) <= FRONT + 1
    text = "\n".join(line for page in found for line in page)
    for entry in made.entries:
        assert entry.title[:18].rstrip() in text


def test_a_storm_of_dozens_has_every_incident_on_paper() -> None:
    plays = [numbered(begun(n / 2), n + 1) for n in range(60)]
    made = build(sources(moment(50), *plays))
    assert len(made.section(Part.INCIDENTS).entries) == 60
    text = "\n".join(line for page in pages(made)[FRONT:] for line in page)
    assert all(f"T-{n:04d} " in text for n in range(1, 61))


def test_a_solo_start_and_a_category_one_say_why() -> None:
    for of, why in (
        (storm(), "With a Category I open, because the shift has been on its feet for fourteen hours."),
        (SITUATIONS["solo-start"](), "Solo start, because the evening operator was taken ill at 22:30."),
    ):
        front = " ".join(line.strip() for page in pages(build(of))[:FRONT] for line in page)
        assert why in front


def test_the_next_gate_and_what_is_recorded_are_ifs() -> None:
    play = outage("pharmacy-out").act("contingency", WANG, **{"if": "B comes back", "then": "leave A down"})
    entry = build(sources(moment(5), play)).entry("incident:1")
    assert entry is not None
    ifs = [line.text for line in entry.lines if line.name == "If, then"]
    assert ifs[0] == "if B comes back: leave A down (wang.wei)"
    assert ifs[1] == "if it is not back by 22:30: registration, admission and pharmacies by hand"
