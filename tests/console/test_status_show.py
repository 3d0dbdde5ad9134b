"""How Status is drawn, without a screen: marks, words, columns, the one alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.console.rows import Look, strip
from hisconsole.console.status_show import (
    LEVELS,
    age_text,
    alarm_slot,
    draw_status,
    problems_cell,
    sparkline,
)
from hisconsole.console.table import load_screens
from hisconsole.errors import ConfigFault
from hisconsole.paths import shipped
from hisconsole.plan.panes import index_of, members
from hisconsole.plan.picture import Watched
from hisconsole.plan.status import Status
from hisconsole.text import cell_len
from tests.console.app import copied, screens, site
from tests.console.watched import DB, ISOLATED
from tests.hostile import HOSTILE
from tests.plan.pictures import LIMIT, TARGETS, picture, shown, target

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "record", "quiet_s", "alarm"),
    [
        ({}, "", 0, ""),
        ({"held": False, "beat_s": None}, "", 0, "NO WATCH"),
        ({"held": False, "beat_s": 180}, "", 0, "NO WATCH 3m"),
        ({"beat_s": 240}, "", 0, "NO WATCH 4m"),
        ({"beat_s": 240}, "", 200, "STALE 3m"),
        ({"beat_s": 240}, "STALE 00:04", 200, "STALE 00:04"),
        ({"path": ISOLATED}, "", 0, "ISOLATED"),
        ({"path": ISOLATED}, "STALE 00:04", 200, "ISOLATED"),
        ({"path": ISOLATED, "beat_s": 240}, "", 0, "NO WATCH 4m"),  # nobody knows any more
        ({"age_s": 240}, "", 0, "STALE 4m"),
        ({"age_s": 240, "path": ISOLATED}, "", 0, "ISOLATED"),
        ({"age_s": 240, "beat_s": 300}, "", 0, "NO WATCH 5m"),
        ({"targets": (), "held": False}, "", 0, ""),
    ],
)
def test_the_one_alarm_is_the_worst_of_what_cannot_be_seen(
    more: dict[str, Any], record: str, quiet_s: float, alarm: str
) -> None:
    age_s = more.get("age_s", 5)
    given = {name: value for name, value in more.items() if name != "age_s"}
    made = picture(*(shown(each.id, now=NOW, age_s=age_s) for each in TARGETS), now=NOW, **given)
    assert alarm_slot(made, quiet_s=quiet_s, record=record, now=NOW) == alarm


def test_before_the_first_picture_only_what_hangs_is_told() -> None:
    assert alarm_slot(None, quiet_s=1, record="", now=NOW) == ""
    assert alarm_slot(None, quiet_s=9, record="", now=NOW) == "STALE <1m"


@pytest.mark.parametrize(
    ("status", "more", "cell"),
    [
        (Status.OK, {}, (0, "normal")),
        (Status.WARNING, {}, (1, "bold")),
        (Status.DOWN, {}, (1, "alarm")),
        (Status.OK, {"held": False}, None),
        (Status.DOWN, {"held": False}, (1, "dim")),
        (Status.OK, {"path": ISOLATED}, None),
    ],
)
def test_no_problems_is_said_only_by_who_sees(
    status: Status, more: dict[str, Any], cell: tuple[int, str] | None
) -> None:
    assert problems_cell(picture(shown(DB, status, now=NOW), now=NOW, **more), NOW) == cell


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-99, "<1m"), (0, "<1m"), (59, "<1m"), (60, "1m"), (3599, "59m"), (3600, "1h"), (47 * 3600, "47h"),
        (48 * 3600, "2d"), (9e9, "999d"),
    ],
)  # fmt: skip
def test_an_age_has_at_most_four_cells(seconds: float, text: str) -> None:
    assert age_text(NOW - timedelta(seconds=min(seconds, 6e9)), now=NOW) == text


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), ""),
        ((None, None), "  "),
        ((5.0,), LEVELS[3]),
        ((1.0, 1.0), LEVELS[3] * 2),
        ((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0), LEVELS),
        ((6.0, None, 0.0), "# ."),
        ((-20.0, -16.5), ".#"),
        ((1e300, -1e300), "#."),
    ],
)
def test_a_past_is_drawn_between_its_least_and_its_largest(
    values: tuple[float | None, ...], line: str
) -> None:
    assert sparkline(values) == line


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_is_drawn_in_its_columns(said: str, width: int) -> None:
    one = replace(target("t", said), id=said or "t")
    row = Watched(one, shown(one.id, Status.CRITICAL, said, now=NOW), LIMIT, said, (1.0, 2.0))
    draw = draw_status(lambda: NOW, site().zone, screens().marks)
    line = strip(draw(row, width, Look()), width)
    assert line.cell_length == width
    assert line.text.isprintable()
    assert line.text.startswith(" # critical    ")
    where = 15 + (28 if width < 100 else 44)
    front, used = "", 0
    for char in line.text:
        if used >= where + 1:
            break
        front, used = front + char, used + cell_len(char)
    assert line.text[len(front) :].startswith("<1m")


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("panes.yaml", '- {name: X, filter: "kind:toaster"}\n', "'kind:toaster' is not understood"),
        ("panes.yaml", "- {name: X}\n", "a pane has a name and a filter"),
        ("glyphs.yaml", "melted: {mark: m}\n", "there is no state 'melted'"),
    ],
)
def test_a_faulty_pane_or_mark_is_refused_with_its_place(
    tmp_path: Path, file: str, text: str, why: str
) -> None:
    folder = copied("screens", tmp_path / "screens")
    with (folder / file).open("a") as written:
        written.write(text)
    with pytest.raises(ConfigFault) as caught:
        load_screens(folder)
    assert why in str(caught.value)
    assert f"{file}:" in str(caught.value)


def test_every_status_has_a_mark_of_its_own() -> None:
    marks = screens().marks
    assert set(marks) == set(Status)
    assert len({glyph.mark for glyph in marks.values()}) == len(marks)
    assert all(glyph.mark.isascii() for glyph in marks.values())


def test_the_shipped_panes_hold_what_a_duty_operator_must_see_at_once() -> None:
    site = load_targets(shipped("config"), sample=True)
    index = index_of(site)
    panes = {pane.name: members(pane, site, index) for pane in screens().panes}
    wanted_ids = {
        "Core path": "sw-core-1 sw-core-2 sw-agg-1 sw-agg-2 sw-agg-3 fw-1 rt-insurance insurance-front",
        "HIS core": "his-db-1 his-db-2 his-app-1 his-app-2 lis-1 pacs-1 engine-1",
        "Power and room": "ups-1 ups-2 room-1",
        "Data safety": "nas-1",
        "Key terminals": "prn-cash-1 prn-lab-1",
        "Access switches": "sw-opd-1f sw-med-2f sw-inp-1f",
    }
    for name, ids in wanted_ids.items():
        assert set(ids.split()) <= panes[name], name
    assert frozenset().union(*panes.values()) == {each.id for each in site.targets}
