"""Who else looks: shown on the incident and before the same act, and nobody is held up by it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hisconsole.console.classify import Classification
from hisconsole.console.incident import IncidentScreen
from hisconsole.desk import presence
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk
from hisconsole.desk.drafts import process_id
from hisconsole.paths import Server
from hisconsole.plan.presence import Looking
from hisconsole.plan.times import to_text
from hisconsole.store.shared import Shared
from tests.console.app import ME, OTHER, Seat, call, console, lay_call, site
from tests.desk.test_presence import lay


def others_look(seat: Seat, name: str, operator: str, doing: str = "") -> Path:
    """A console of somebody else, on another host."""
    now = to_text(seat.app.now())
    return lay(
        seat.data, name, operator=operator, incident=1, since=now, doing=doing, doing_since=now, at=now
    )


async def opened(seat: Seat) -> None:
    await seat.until("cannot enter")
    await seat.press("enter")
    await seat.at(IncidentScreen)


async def test_others_are_counted_and_named_and_gone_again(tmp_path: Path) -> None:
    lay_call(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        first = others_look(seat, "a-1", OTHER)
        second = others_look(seat, "b-2", "zhao.yan")
        await seat.until("2 others viewing")
        await seat.until(f"Also looking at it: {OTHER}, zhao.yan.")
        assert max(map(len, seat.lines())) <= 80
        first.unlink()
        second.unlink()
        await seat.until("turns the page")


async def test_one_shows_oneself_while_one_looks_and_what_one_does(tmp_path: Path) -> None:
    lay_call(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        folder = tmp_path / presence.FOLDER
        await seat.until(lambda: [*folder.glob("*.json")])
        (own,) = folder.glob("*.json")
        await seat.press("v")
        await seat.until(lambda: '"doing": "verify"' in own.read_text())
        assert process_id() in own.read_text()
        await seat.press("esc")
        await seat.at(IncidentScreen)
        await seat.press("esc")
        await seat.until(lambda: not own.exists())


async def test_a_console_on_another_host_is_seen_where_the_record_lies_on_a_server(
    tmp_path: Path, on_postgres: Callable[[bool], Server]
) -> None:
    server = on_postgres(True)

    def sit(host: str, operator: str) -> Desk:
        database = Shared(server, tmp_path / host)
        return Desk(database=database, site=site(), actor=Actor(operator, "tester", "local no tty"))

    with closing((other := sit("b", OTHER)).database):
        call(other)
        async with console(tmp_path / "a", open_desk=lambda: sit("a", ME)) as seat:
            await opened(seat)
            looking = Looking(OTHER, 1, seat.app.now())
            presence.show_all(other.database, looking, now=seat.app.now())
            await seat.until("1 other viewing")
            (ours,) = presence.others_of_all(other.database, now=seat.app.now())
            assert (ours.operator, ours.incident) == (ME, 1)
        assert presence.others_of_all(other.database, now=other.now()) == ()


async def test_a_claim_is_told_before_the_same_act_and_holds_nobody_up(tmp_path: Path) -> None:
    lay_call(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        others_look(seat, "a-1", OTHER, "classify")
        await seat.until(f"{OTHER}: Classify since")
        await seat.press("v")
        await seat.rest()
        assert "You can go on" not in seat.text()
        await seat.press("esc")
        await seat.at(IncidentScreen)
        await seat.press("c")
        await seat.at(Classification)
        await seat.until("You can go on: whoever is second is told.")
