"""The way of a caller on the screen: two lines on the call form, a page of an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from hisconsole.console.lines import Lines
from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.text import _, printable, wrap

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.callers import SeenFrom
    from hisconsole.plan.incident import Report

LOOKS: Mapping[str, Role] = {
    "open": "normal",
    "weak": "bold",
    "ill": "reverse",
    "blind": "bold",
    "broken": "alarm",
}
"""How a hop looks that stands so; what reckons ways is loaded with the first call, not with the console."""


class CallersWay(Lines):
    """The way of the workstation that was chosen, and what to tell its caller; nothing where none is watched.

    It is drawn at once from the picture that is here; the incidents on it come from the desk a moment later.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        """Nobody is chosen yet."""
        super().__init__(id=id)
        self._report: Report | None = None
        self._seen: SeenFrom | None = None

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    def on_mount(self) -> None:
        """Statuses change and grow old while the caller speaks."""
        self.set_interval(1.0, self.draw)

    def of(self, report: Report | None) -> None:
        """Show the way of this call; None: no workstation is chosen."""
        before = self._report
        if report is None or before is None or report.workstation != before.workstation:
            self._seen = None
        self._report = report
        self.draw()

    def found(self, seen: SeenFrom) -> None:
        """What the desk knows of incidents and faults on it; an answer about another call is late."""
        report = self._report
        if report is not None and seen.path.workstation == report.workstation:
            self._seen = seen
            self.draw()

    def draw(self) -> None:
        """Two lines: the chain, then what is red and what to say."""
        report, lookout = self._report, self.console.lookout
        if report is None or not watches(self.console):
            self.show([])
            return
        from hisconsole.plan.callers_path import callers_path
        from hisconsole.plan.callers_words import advice_line, chain_line

        now = self.console.now()
        path = callers_path(report.workstation, report.switch, report.department, lookout.picture, now=now)
        width = (self.size.width or self.app.size.width) - 2
        near = self._seen.near if self._seen else ()
        likely = self._seen.likely if self._seen else None
        cells: list[Cell] = [(" ", "normal")]
        for at, piece in enumerate(chain_line(path, width, now=now)):
            cells.append((" - " if at else "", "dim"))
            cells.append((piece.text, LOOKS[piece.way] if piece.way else "normal"))
        advice = advice_line(path, near, likely, symptom=report.symptom, width=width)
        self.show([cells, [(f" {advice}", "bold")]])


def watches(console: HisConsole) -> bool:
    """Whether there is anything to say of ways: a watch is met, and the picture, if any, has targets."""
    picture = console.lookout.picture
    return console.lookout.watching is not None and (picture is None or bool(picture.infrastructure.targets))


WayRow = tuple[int, str, bool]
"""A line of the page: its place, its text, and whether it is a heading."""


def way_rows(console: HisConsole, seen: Sequence[tuple[Report, SeenFrom]]) -> list[WayRow]:
    """The ways of an incident's reports as lines of a page."""
    if not watches(console):
        return [(0, _("Nothing is watched here: no way can be shown."), False)]
    from hisconsole.plan.callers_words import path_lines

    width = console.size.width - 2
    lines: list[tuple[str, bool]] = []
    for report, each in seen:
        head = _("Report {number}, {workstation}").format(
            number=report.number, workstation=printable(report.workstation)
        )
        told = path_lines(
            each.path, each.near, each.likely, symptom=report.symptom, short=console.clock, now=console.now()
        )
        lines += [
            (head, True),
            *((part, False) for line in told for part in inside(line, width)),
            ("", False),
        ]
    return [(at, text, head) for at, (text, head) in enumerate(lines)]


def inside(line: str, width: int) -> list[str]:
    """A line in parts of at most `width` cells, the further ones as far in as it begins."""
    indent = " " * (len(line) - len(line.lstrip()))
    return [indent + part for part in wrap(line.lstrip(), width - len(indent))]


def draw_way(row: WayRow, width: int, look: Look) -> Sequence[Cell]:
    """A line of that page."""
    return [(f" {row[1]}", "bold" if row[2] else "normal")]
