"""One incident: what is known on top, below it the timeline or the reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from textual import on
from textual.widget import Widget

from hisconsole.console.acting import is_there
from hisconsole.console.callers_way import WayRow, draw_way, way_rows
from hisconsole.console.commands import correct_call
from hisconsole.console.incident_show import summary
from hisconsole.console.page import Page
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.place import Place
from hisconsole.console.rows import Cell, Line, RowList
from hisconsole.console.show import draw_entry, draw_report
from hisconsole.console.symptoms import Hit, draw_hit, hits
from hisconsole.plan import snapshot_words
from hisconsole.plan.contacts import masked
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Report
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.text import _, ngettext

if TYPE_CHECKING:
    from hisconsole.desk.callers import SeenFrom
    from hisconsole.desk.desk import Desk, Outcome
    from hisconsole.desk.reading import File

HEAD_LINES = 7
PAGES = ("timeline", "reports", "way", "hits")


class IncidentScreen(Place):
    """The incident screen; the file on it is read anew whenever the incident changes."""

    place = "incident"

    def __init__(self, number: int) -> None:
        """Show incident `number`."""
        super().__init__()
        self.number = number
        self.file: File | None = None
        self.page = PAGES[0]
        self._read = -1

    def body(self) -> Iterable[Widget]:
        """Seven lines of summary, the tabs, the lists of which one is shown."""
        for line in range(HEAD_LINES):
            yield Line(id=f"head{line}")
        yield Line(id="head")
        now, zone = self.console.now, self.console.site.zone
        yield RowList[Event](
            key=lambda event: event.seq, draw=draw_entry(zone, now, self._pinned), id="timeline"
        )
        yield RowList[Report](
            key=lambda report: report.number,
            draw=draw_report(zone, now, self._numbers),
            id="reports",
        )
        yield RowList[WayRow](key=lambda row: row[0], draw=draw_way, id="way")
        yield RowList[Hit](
            key=lambda hit: hit.key,
            draw=draw_hit(self.console.site, lambda: self.console.lookout.picture),
            id="hits",
        )

    def on_mount(self) -> None:
        """Begin with the timeline."""
        self._turn(PAGES[0])

    @property
    def rows(self) -> RowList[Any]:
        """The list that is shown."""
        return self.query_one(f"#{self.page}", RowList)

    def _numbers(self) -> Mapping[int, str]:
        """Where callers can be rung; masked from the moment when one may only read."""
        known = self.file.callbacks if self.file else {}
        return {each: masked(known[each]) for each in known} if self.console.site.covered else known

    def _pinned(self) -> frozenset[int]:
        return self.file.incident.pinned if self.file else frozenset()

    def picture(self) -> None:
        """Read again when the incident has changed."""
        board = self.console.board
        seq = board.seq if board else 0
        if seq != self._read:
            self._read = seq

            def question(desk: Desk) -> File:
                from hisconsole.desk.reading import read_incident

                return read_incident(desk, self.number)

            self.console.ask(question, self._show)

    def company(self) -> None:
        """Who else looks stands behind the tabs."""
        self._head()

    def minute(self) -> None:
        """Times left have moved on."""
        self._head()
        self._look_down()

    def status_picture(self) -> None:
        """What is watched has changed, and with it the ways of those who called."""
        self._look_down()

    def _look_down(self) -> None:
        """Have the ways of its reports looked at, while that page is shown."""
        if self.file is None or self.page != "way":
            return
        number, reports, picture = self.number, self.file.incident.reports, self.console.lookout.picture

        def question(desk: Desk) -> list[tuple[Report, SeenFrom]]:
            from hisconsole.desk.callers import paths_of

            return paths_of(desk, reports, picture, but=number)

        def show(seen: list[tuple[Report, SeenFrom]]) -> None:
            if is_there(self):
                self.query_one("#way", RowList).set_rows(way_rows(self.console, seen), fresh=False)

        self.console.ask(question, show)

    def _show(self, file: File) -> None:
        if not is_there(self):
            return
        shown, self.number = self.file, file.incident.number
        if shown is not None and (shown.incident.number, shown.incident.version) == (
            file.incident.number,
            file.incident.version,
        ):
            return
        self.file = file
        pinned = file.incident.pinned
        entries = sorted(file.history, key=lambda e: (e.seq in pinned, e.at, e.seq), reverse=True)
        self.query_one("#timeline", RowList).set_rows(entries)
        self.query_one("#reports", RowList).set_rows(file.incident.reports)
        self.query_one("#hits", RowList).set_rows(hits(file.incident.detection))
        self._head()

    def _head(self) -> None:
        if self.file is None:
            return
        incident = self.file.incident
        lines = summary(incident, self.file.plan, self.console.site, self.console.now())
        for at, cells in enumerate(lines):
            self.query_one(f"#head{at}", Line).show(*cells)
        entries = ngettext("{n} entry", "{n} entries", len(self.file.history))
        reports = ngettext("{n} report", "{n} reports", len(incident.reports))
        tabs = (
            _(" Timeline, {entries} ").format(entries=entries.format(n=len(self.file.history))),
            _(" Reports, {reports} ").format(reports=reports.format(n=len(incident.reports))),
            _(" Path "),
            _(" What is hit, {n} ").format(n=len(hits(incident.detection))),
        )
        head: list[Cell] = []
        for page, tab in zip(PAGES, tabs if incident.detection else tabs[:3], strict=False):
            head += [(tab, "reverse" if page == self.page else "normal"), ("  ", "normal")]
        others = self.console.company.told(self.number)
        aside: Cell = (f" {others}", "bold") if others else (f" {_('] turns the page')}", "dim")
        self.query_one("#head", Line).show(*head, aside)

    def do_tab(self) -> None:
        """Timeline, reports, the ways of those who called, what is hit where the watch found something."""
        self._leaf(1)

    def do_tab_back(self) -> None:
        """The page before."""
        self._leaf(-1)

    def _leaf(self, by: int) -> None:
        found = self.file is not None and self.file.incident.detection is not None
        pages = PAGES if found else PAGES[:3]
        self._turn(pages[(pages.index(self.page) + by) % len(pages)])
        self.rows.focus()
        self._head()
        self._look_down()

    def _turn(self, page: str) -> None:
        self.page = page
        for each in PAGES:
            self.query_one(f"#{each}").display = each == page

    def targets(self) -> list[int]:
        """The incident."""
        return [self.number]

    def versions(self) -> dict[int, int]:
        """The version the operator sees."""
        return {self.number: self.file.incident.version} if self.file else {}

    @on(RowList.Selected, "#timeline")
    def open_entry(self) -> None:
        """Enter shows an entry in full."""
        event = self.rows.cursor_row
        if event is not None:
            self.app.push_screen(
                Page(
                    _("Entry {seq} of {number}").format(seq=event.seq, number=subject(self.number)),
                    self._entry_lines(event),
                )
            )

    def _entry_lines(self, event: Event) -> list[str]:
        clock = self.console.clock
        return [
            _("Happened {at}, recorded {recorded}").format(
                at=clock(event.at), recorded=clock(event.recorded)
            ),
            _("By {actor} ({user}, {source})").format(
                actor=event.actor, user=event.os_user, source=event.source
            ),
            "",
            *self._content(event),
        ]

    def _content(self, event: Event) -> list[str]:
        """What it says; of a snapshot every reading."""
        clock = self.console.clock
        if event.kind is Kind.SNAPSHOT:
            return snapshot_words.lines(event.body, clock)
        return tell(event, clock=clock).split(" / ")

    @on(RowList.Selected, "#reports")
    def open_report(self) -> None:
        """Enter on a report offers what can be done with it."""
        report = self.rows.cursor_row
        if report is None:
            return
        choices = [
            Choice("correct", _("Correct it")),
            Choice("detach", _("Detach it into an incident of its own")),
            Choice("move", _("Move it to another incident")),
            Choice("read", _("Read it in full")),
        ]
        title = _("Report {number} from {workstation}").format(
            number=report.number, workstation=report.workstation
        )
        self.app.push_screen(Pick(title, choices), lambda chosen: self._report(chosen, report))

    def _report(self, chosen: str | None, report: Report) -> None:
        if chosen == "correct":
            correct_call(self.console, report)
        elif chosen == "detach":
            self._move(report, None)
        elif chosen == "move":
            self._ask_where(report)
        elif chosen == "read":
            self.app.push_screen(Page(_("Report {n}").format(n=report.number), report_lines(report)))

    def _ask_where(self, report: Report) -> None:
        rows = self.console.board.rows if self.console.board else ()
        choices = [
            Choice(str(row.number), f"{subject(row.number)} {row.workstation}", row.words)
            for row in rows
            if row.number != self.number
        ]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                self._move(report, int(answer))

        self.app.push_screen(Pick(_("Move it to which incident?"), choices, typing=True), chosen)

    def _move(self, report: Report, to: int | None) -> None:
        def act(desk: Desk) -> Outcome:
            from hisconsole.desk.calls import move_report

            return move_report(desk, report.number, to=to)

        def done(outcome: Outcome) -> None:
            self.console.say(f"{subject(outcome.incident)}: {outcome.sentence}")

        self.console.ask(act, done)

    def copied(self) -> str:
        """The number and the cursor's line in words."""
        row = self.rows.cursor_row
        if isinstance(row, Report):
            return f"{subject(self.number)} {row.workstation} {row.words}"
        if row is None:
            return subject(self.number)
        if isinstance(row, tuple):
            return f"{subject(self.number)} {row[1]}"
        return f"{subject(self.number)} {tell(row, clock=self.console.clock)}"


def report_lines(report: Report) -> list[str]:
    """A report in full."""
    return [
        f"{_('Workstation')}: {report.workstation}  {report.room}",
        f"{_('Department')}: {report.department or '-'}",
        f"{_('Reporter')}: {report.reporter or '-'}",
        f"{_('Taken by')}: {report.taken_by}",
        "",
        *report.words.split("\n"),
    ]
