"""One target: every reading, the way from the console to it, and what changed in the last hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual import on
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from hisconsole.console.feed import Readings
from hisconsole.console.filter import Entry, Filtered
from hisconsole.console.page import Page
from hisconsole.console.rows import Line, RowList
from hisconsole.console.status_show import change_head, draw_change
from hisconsole.console.target_acts import call_about, poll_now, target_menu
from hisconsole.console.target_show import (
    Hop,
    checked_text,
    draw_hop,
    draw_reading,
    hops,
    reading_detail,
    reading_head,
    reading_lines,
    sorted_readings,
    target_head,
    way_head,
)
from hisconsole.plan.chain import Chain, chain
from hisconsole.plan.find import fold
from hisconsole.plan.health import Change
from hisconsole.plan.picture import History, StatusPicture, Watched, shown_now
from hisconsole.plan.reading import Judged, reading_words
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Rules
from hisconsole.plan.threshold import Threshold
from hisconsole.text import _, ngettext

HEAD_LINES = 4
DETAIL_LINES = 3
REST_S = 0.15
"""How long the cursor rests on a reading before its past is asked for."""
LISTS = ("readings", "way", "changes")


class TargetScreen(Filtered):
    """The target screen; its readings are read anew whenever it was polled."""

    place = "target"

    def __init__(self, target: str) -> None:
        """Show `target`."""
        super().__init__()
        self.target = target
        self.page = 0
        self.readings: Sequence[Judged] = ()
        self._way = Chain(((target,),), (), 0)
        self._rules: Rules | None = None
        self._version = ""
        self._read: object = self
        self._past: dict[str, History] = {}
        self._rest: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Four lines of head, the pages, three lists of which one is shown, three lines of detail."""
        for line in range(HEAD_LINES):
            yield Line(id=f"head{line}")
        yield Line(id="tabs")
        yield Line(id="head")
        console = self.console
        zone, marks = console.site.zone, console.screens_data.marks
        yield RowList[Judged](
            key=lambda judged: (judged.probe, judged.sample.key),
            draw=draw_reading(console.now, zone, marks, self._limits, self._old),
            empty=_(" No reading is known, or none is like that."),
            moved=self.rested,
            id="readings",
        )
        yield RowList[Hop](key=lambda hop: hop.target, draw=draw_hop(console.now, marks), id="way")
        yield RowList[Change](
            key=lambda change: (change.at, change.new),
            draw=draw_change(zone, marks, self._name_of),
            empty=_(" Nothing changed in the last hour."),
            id="changes",
        )
        for line in range(DETAIL_LINES):
            yield Line(id=f"detail{line}")
        yield Entry(id="filter")

    def on_mount(self) -> None:
        """Begin with the readings."""
        self._turn(0)

    def on_resize(self) -> None:
        """Header and detail fill the width."""
        self._heads()
        self._detail()

    @property
    def rows(self) -> RowList[Any]:
        """The list that is shown."""
        return self.query_one(f"#{LISTS[self.page]}", RowList)

    @property
    def row(self) -> Watched | None:
        """The target as the picture has it; None where the files name it no more."""
        picture = self.console.lookout.picture
        return picture.by_target.get(self.target) if picture else None

    def _name_of(self, target: str) -> str:
        return self.row.target.name if self.row else ""

    def _limits(self, key: str) -> tuple[Threshold, ...]:
        return self._rules.of(key) if self._rules else ()

    def _old(self) -> bool:
        """Whether what is shown of it is of now no more."""
        row = self.row
        return row is None or shown_now(row, self.console.now()).under is Status.STALE

    # -- the picture -----------------------------------------------------------------------------

    def picture(self) -> None:
        """Come back to it."""
        self.status_picture()

    def status_picture(self) -> None:
        """Show what is known, and read the readings again when it was polled meanwhile."""
        picture, row = self.console.lookout.picture, self.row
        if picture is None:
            return
        if row is None:
            self.say(_("'{target}' is not in the files any more.").format(target=self.target))
            return
        self._prepare(picture, row)
        changes = [change for change in picture.changes if change.target == self.target]
        self.query_one("#way", RowList).set_rows(hops(self._way, picture))
        self.query_one("#changes", RowList).set_rows(changes)
        self._heads()
        if row.shown.checked_at != self._read:
            self._read = row.shown.checked_at
            self.console.ask_readings(lambda readings: readings.readings_of(self.target), self._show)

    def _prepare(self, picture: StatusPicture, row: Watched) -> None:
        """The way to it and its limits change with the files only."""
        infrastructure = picture.infrastructure
        if self._version != infrastructure.version:
            self._version = infrastructure.version
            self._way = chain(self.target, infrastructure.parents)
            profiles = [
                infrastructure.profiles[id_] for id_ in row.target.profiles if id_ in infrastructure.profiles
            ]
            self._rules = Rules(row.target, profiles)

    def _show(self, readings: Sequence[Judged]) -> None:
        if self._open():
            self.readings = sorted_readings(readings)
            self._past.clear()
            self._list(fresh=True)
            self._ask_past()

    def _open(self) -> bool:
        """Whether there is still something to draw into: an answer may come while the screen is left."""
        return self.is_attached and bool(self.query(RowList))

    def _list(self, *, fresh: bool) -> None:
        parts = fold(self.filter).split()
        rows = [
            judged
            for judged in self.readings
            if all(
                part in fold(f"{judged.sample.key} {judged.sample.label} {judged.status}") for part in parts
            )
        ]
        self.query_one("#readings", RowList).set_rows(rows, fresh=fresh)
        self._heads()
        self._detail()

    def _heads(self) -> None:
        picture, row = self.console.lookout.picture, self.row
        width = self.size.width
        head = (reading_head(width), way_head(), change_head(width))[self.page]
        self.query_one("#head", Line).show((head, "underline"))
        if picture is None or row is None:
            return
        now, zone, marks = self.console.now(), self.console.site.zone, self.console.screens_data.marks
        lines = target_head(row, self._way, picture, now=now, marks=marks, zone=zone)
        for at, cells in enumerate(lines):
            self.query_one(f"#head{at}", Line).show(*cells)
        count, below = len(self.readings), len(self._way.below)
        changes = sum(change.target == self.target for change in picture.changes)
        tabs = (
            _(" Readings, {n} ").format(n=count),
            _(" The way to it, {n} ").format(n=sum(map(len, self._way.levels)) + below),
            _(" Last hour, {n} ").format(n=changes),
        )
        cells = [(name, "reverse" if at == self.page else "normal") for at, name in enumerate(tabs)]
        self.query_one("#tabs", Line).show(
            *cells, (f"  {_('] turns the page')}", "dim"), right=[(checked_text(row, now) + " ", "dim")]
        )

    def minute(self) -> None:
        """Ages have moved on."""
        self._heads()
        self.rows.repaint()

    # -- one reading -----------------------------------------------------------------------------

    def _detail(self) -> None:
        judged = self.query_one("#readings", RowList).cursor_row if self.page == 0 else None
        lines: list[Any] = [[]] * DETAIL_LINES
        if judged is not None:
            lines = reading_detail(
                judged,
                thresholds=self._limits(judged.sample.key),
                history=self._past.get(judged.sample.key),
                width=self.size.width,
                now=self.console.now(),
                zone=self.console.site.zone,
            )
        for at, cells in enumerate(lines):
            self.query_one(f"#detail{at}", Line).show(*cells)

    def rested(self) -> None:
        """Show the reading in full; its past is asked for once the cursor rests."""
        self._detail()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_S, self._ask_past)

    def _ask_past(self) -> None:
        judged = self.query_one("#readings", RowList).cursor_row
        if judged is None or judged.sample.key in self._past:
            return
        target, key = self.target, judged.sample.key

        def job(readings: Readings) -> History:
            return readings.history(target, key)

        def answer(history: History) -> None:
            if self._open():
                self._past[key] = history
                self._detail()

        self.console.ask_readings(job, answer)

    # -- keys ------------------------------------------------------------------------------------

    def _turn(self, page: int) -> None:
        self.page = page % len(LISTS)
        for at, name in enumerate(LISTS):
            self.query_one(f"#{name}").display = at == self.page
        for line in range(DETAIL_LINES):
            self.query_one(f"#detail{line}").display = self.page == 0
        self.rows.focus()
        self._heads()
        self._detail()

    def do_tab(self) -> None:
        """The next page."""
        self._turn(self.page + 1)

    def do_tab_back(self) -> None:
        """The page before."""
        self._turn(self.page - 1)

    @on(RowList.Selected, "#way")
    def open_target(self) -> None:
        """Enter on the way opens that target."""
        hop = self.rows.cursor_row
        if isinstance(hop, Hop) and hop.row is not None and hop.target != self.target:
            self.app.push_screen(TargetScreen(hop.target))

    @on(RowList.Selected, "#readings")
    def open_reading(self) -> None:
        """Enter on a reading shows all of it, where lines cut it."""
        judged = self.rows.cursor_row
        if isinstance(judged, Judged):
            self.app.push_screen(
                Page(
                    f"{self.target} {judged.sample.label}",
                    reading_lines(judged, self._limits(judged.sample.key), self.console.clock),
                )
            )

    def chosen(self) -> list[str]:
        """The target."""
        return [self.target]

    def do_poll(self) -> None:
        """Have it polled at once."""
        poll_now(self.console, self.chosen())

    def do_more(self) -> bool:
        """What can be done with it."""
        target_menu(self.console, self.chosen())
        return True

    def reported(self) -> dict[str, str]:
        """A call taken on a hard problem begins with it."""
        return call_about(self.row, self.console.site.zone) if self.row else {}

    def do_filter(self) -> None:
        """Type to narrow the readings."""
        self._turn(0)
        super().do_filter()

    def set_filter(self, expression: str) -> None:
        """Show the readings that have these words."""
        super().set_filter(expression)
        if not self.filter:
            self.say("")
        self._list(fresh=False)

    @on(Input.Submitted, "#filter")
    def tell_found(self) -> None:
        """Enter also says how many there are."""
        shown, known = len(self.rows.rows), len(self.readings)
        found = ngettext("{filter} ({n} of {all} reading)", "{filter} ({n} of {all} readings)", known)
        self.say(found.format(filter=self.filter, n=shown, all=known))

    def copied(self) -> str:
        """The target and the cursor's line in words."""
        row = self.rows.cursor_row
        if isinstance(row, Judged):
            return f"{self.target} {reading_words(row)}"
        return f"{self.target} {row.target}" if isinstance(row, Hop) else self.target
