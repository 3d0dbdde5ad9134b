import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from hisconsole.console import rows
from hisconsole.console.rows import Line, strip
from hisconsole.text import cell_len
from tests.console.demo_apps import Item, KeyedList, ListApp
from tests.hostile import HOSTILE
from tests.ptys import Pty

DEMO = str(Path(__file__).with_name("demo_apps.py"))


@asynccontextmanager
async def shown(count: int = 100) -> AsyncIterator[tuple[ListApp, KeyedList, Pilot[None]]]:
    app = ListApp(count)
    async with app.run_test(size=(80, 24)) as pilot:
        yield app, app.list, pilot
    assert not app.faults


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "GRACE", 0.0)


def text(app: ListApp) -> list[str]:
    return [app.list.render_line(y).text.rstrip() for y in range(app.list.size.height)]


async def test_every_key_moves_the_cursor_and_it_stays_in_view() -> None:
    async with shown() as (_, listed, pilot):
        height = listed.size.height
        assert height == 22
        for key, place in [
            ("j", 2),
            ("down", 3),
            ("k", 2),
            ("up", 1),
            ("up", 1),
            ("pagedown", 23),
            ("ctrl+d", 34),
            ("ctrl+u", 23),
            ("pageup", 1),
            ("G", 100),
            ("j", 100),
            ("home", 1),
            ("end", 100),
            ("g", 1),
        ]:
            await pilot.press(key)
            assert listed.position == (place, 100), key
            styles = [next(iter(listed.render_line(y))).style for y in range(height)]
            assert len([style for style in styles if style and style.reverse]) == 1


async def test_the_cursor_follows_its_row_wherever_it_goes() -> None:
    async with shown() as (app, listed, pilot):
        await pilot.press("j", "j", "j")
        assert listed.cursor_key == 3
        listed.set_rows([Item(900), Item(901), *app.items])
        assert listed.cursor_row == Item(3)
        assert listed.position == (6, 102)
        listed.set_rows(app.items[::-1])
        assert listed.cursor_row == Item(3)
        await pilot.press("pageup", "pageup")
        listed.move_to(50)
        before = text(app)
        listed.set_rows([Item(number) for number in range(500, 900)] + app.items[::-1])
        assert listed.cursor_row == Item(50)
        assert text(app) == before  # newcomers above do not push what is being read


async def test_newcomers_at_the_top_are_seen_to_arrive() -> None:
    async with shown() as (app, listed, _):
        listed.set_rows([Item(900), *app.items])
        assert listed.cursor_key == 0
        assert text(app)[0].startswith("+I-00900")


async def test_a_vanished_row_hands_the_cursor_to_its_neighbour() -> None:
    async with shown(10) as (app, listed, _):
        listed.move_to(5)
        listed.set_rows([item for item in app.items if item.id not in {5, 6}])
        assert listed.cursor_key == 4
        listed.set_rows([item for item in app.items if item.id in {0, 9}])
        assert listed.cursor_key in {0, 9}
        listed.set_rows([])
        assert listed.cursor_row is None
        assert listed.position == (0, 0)
        assert text(app)[0] == "No calls."
        listed.set_rows(app.items)
        assert listed.position == (1, 10)


async def test_a_key_pressed_as_the_row_vanishes_does_not_hit_its_neighbour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "GRACE", 60.0)
    async with shown(10) as (app, listed, pilot):
        listed.move_to(5)
        assert [item.id for item in listed.targets()] == [5]
        listed.set_rows([item for item in app.items if item.id != 5])
        assert listed.targets() == []
        await pilot.press("enter")
        assert app.selected == []
        await pilot.press("j", "enter")
        assert app.selected == [7]
        assert [item.id for item in listed.targets()] == [7]
        listed.set_rows(app.items[:3], fresh=False)  # the operator's own filter is no surprise
        assert len(listed.targets()) == 1


async def test_marks_hold_on_to_rows_and_acts_get_them_in_order() -> None:
    async with shown() as (app, listed, pilot):
        await pilot.press("j", "space", "space", "j", "space")
        assert [item.id for item in listed.targets()] == [1, 2, 4]
        listed.set_rows([item for item in app.items[::-1] if item.id != 2])
        assert [item.id for item in listed.marked] == [4, 1]
        listed.unmark()
        assert listed.marked == []
        listed.move_to(4)
        await pilot.press("space", "k", "space")
        assert listed.marked == []


async def test_new_means_new_since_somebody_looked() -> None:
    async with shown(10) as (app, listed, pilot):
        assert not listed.new
        listed.set_rows([*app.items, Item(70), Item(71)])
        assert listed.new == {70, 71}
        listed.move_to(70)
        assert listed.new == {71}
        listed.set_rows([*app.items, Item(70), Item(71), Item(72)], fresh=False)
        assert listed.new == {71}
        listed.looked()
        await pilot.pause()
        assert not listed.new
        assert not any(line.startswith("+") for line in text(app))


async def test_enter_opens_and_moving_tells() -> None:
    async with shown(10) as (app, _listed, pilot):
        app.moves.clear()
        await pilot.press("j", "j", "k", "k", "k", "j", "enter")
        await pilot.pause()
        assert app.selected == [1]
        assert app.moves == [1, 2, 1, 0, 1]  # at the first row there is none above
        app.items = app.items[2:]
        app.list.set_rows(app.items)
        assert app.moves[-1] == 2, "a row that vanishes takes the cursor along"


async def test_only_visible_lines_that_differ_are_drawn_again() -> None:
    async with shown(10_000) as (app, listed, pilot):
        await pilot.pause()
        drawn: list[int] = []
        render_line = listed.render_line

        def render_and_tell(y: int) -> Strip:
            drawn.append(y)
            return render_line(y)

        listed.render_line = render_and_tell  # type: ignore[method-assign]
        await pilot.press("s", "C")
        await pilot.pause()
        assert drawn == []
        await pilot.press("c")
        await pilot.pause()
        assert drawn == [2]
        drawn.clear()
        await pilot.press("j")
        await pilot.pause()
        assert drawn == [0, 1]
        assert app.items[2].state == "DOWN"


async def test_a_resize_keeps_the_cursor_in_view() -> None:
    async with shown() as (app, listed, pilot):
        await pilot.press("pagedown", "pagedown", "j", "j")
        held = listed.cursor_key
        for size in [(60, 10), (120, 50), (80, 4), (200, 24), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert listed.cursor_key == held
            assert f"I-{held:05}" in "".join(text(app))


async def test_rows_that_come_between_a_new_size_and_the_word_of_it_are_drawn() -> None:
    async with shown() as (_, listed, pilot):
        seen = Region(0, 0, 80, 10)
        listed.render_lines(seen)
        told = asyncio.Event()
        listed.call_later(told.wait)
        listed.styles.height = 10
        while listed.size.height != 10:  # noqa: ASYNC110 - the layout sets no event
            await asyncio.sleep(0.01)
        listed.render_lines(seen)
        listed.set_rows([Item(900)])
        told.set()
        await pilot.pause()
        assert "I-00900" in listed.render_lines(seen)[0].text


async def test_a_row_that_cannot_be_drawn_costs_one_line() -> None:
    app = ListApp(10)
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.set_rows([Item(1), Item(2, "BOOM"), Item(3)])
        await pilot.pause()
        lines = text(app)
        assert lines[0].startswith(" I-00001")
        assert f"error {app.faults[0].id}" in lines[1]
        assert lines[2].startswith(" I-00003")
        await pilot.press("j", "j")
        assert app.list.cursor_key == 3


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [1, 7, 80])
def test_a_hostile_row_is_exactly_as_wide_as_the_list(name: str, width: int) -> None:
    line = strip([(" id ", "bold"), (HOSTILE[name], "alarm"), ("end", "dim")], width)
    assert line.text.isprintable()
    assert cell_len(line.text) == width == line.cell_length


def test_roles_are_told_apart_without_colour_also_under_the_cursor() -> None:
    for inverse in (False, True):
        cells: list[rows.Cell] = [("x", role) for role in rows.STYLES]
        looks = set()
        for segment in strip(cells, len(cells), inverse=inverse):
            assert segment.style is not None
            looks.add(segment.style.without_color)
        assert len(looks) == len(rows.STYLES)


async def test_a_line_shows_both_ends_and_says_nothing_twice() -> None:
    async with shown() as (app, _, pilot):
        line = app.query_one("#status", Line)
        line.show(("12 open", "bold"), right=[("22:41", "normal")])
        await pilot.pause()
        assert line.render_line(0).text == "12 open" + " " * 68 + "22:41"
        line.show(("12 open", "bold"), right=[("22:41", "normal")])
        assert not line._repaint_regions
        line.show(("x" * 200, "bold"), right=[("22:41", "normal")])
        assert line.render_line(0).text == "x" * 74 + "~22:41"


# -- on a real terminal --------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[Pty]:
    with Pty([sys.executable, DEMO, "list", "10000"]) as pty:
        pty.wait_for("ready 10000")
        pty.wait_for("I-00020")
        pty.settle()
        yield pty


def written(pty: Pty, keys: str) -> int:
    before = len(pty.raw)
    pty.send(keys)
    pty.settle()
    return len(pty.raw) - before


def test_what_reaches_the_terminal_is_what_changed(terminal: Pty) -> None:
    assert len(terminal.raw) < 12_000
    assert written(terminal, "s") == 0  # equal rows
    assert written(terminal, "C") == 0  # a change out of sight
    assert 0 < written(terminal, "c") < 180  # one visible row
    assert 0 < written(terminal, "j") < 300  # the cursor
    before = len(terminal.raw)
    time.sleep(1)
    terminal.settle()
    assert len(terminal.raw) == before  # rest
    assert terminal.screen()[3] == " I-00002 DOWN  login refused, all wards"
    assert terminal.forbidden() == []


def test_a_list_scrolls_by_lines_where_the_terminal_moves_them(terminal: Pty) -> None:
    terminal.send("j" * 21)
    terminal.settle()
    assert 0 < written(terminal, "j") < 300
    assert "I-00001" in terminal.screen()[1]
    assert 0 < written(terminal, "j") < 300
    assert "I-00023" in terminal.screen()[22]


def test_a_list_scrolls_by_half_screens_where_it_does_not() -> None:
    with Pty([sys.executable, DEMO, "list", "10000"], term="vt100") as pty:
        pty.wait_for("I-00020")
        pty.settle()
        pty.send("j" * 22)
        pty.settle()
        assert "I-00011" in pty.screen()[1]
        assert written(pty, "j") < 300


@pytest.mark.parametrize("term", ["linux", "vt100", "xterm", "screen", "tmux-256color"])
def test_every_kind_of_terminal_shows_the_cursor_and_gets_back_what_it_had(term: str) -> None:
    with Pty([sys.executable, DEMO, "list", "50"], term=term) as pty:
        before = pty.modes()
        pty.wait_for("I-00020")
        pty.key("j", "c")
        assert any(cell.reverse for cell in pty.screen_.buffer[2].values())
        if term == "vt100":
            assert not re.search(rb"\x1b\[(?:[0-9]+;)*[34][0-7][;m]", pty.raw)
        pty.key("q")
        assert pty.exited() == 0
        assert pty.modes() == before
        assert pty.forbidden() == []
