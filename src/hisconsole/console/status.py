"""Mode 2: what is watched, one line a target, the worst first, by pane, building or kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual import on
from textual.widget import Widget

from hisconsole.console.commands import COMMANDS
from hisconsole.console.filter import Entry, Filtered
from hisconsole.console.pick import Choice
from hisconsole.console.rows import Line, RowList
from hisconsole.console.status_show import (
    change_head,
    counts_line,
    draw_change,
    draw_status,
    maintenance_line,
    status_head,
    status_words,
    tabs_line,
)
from hisconsole.console.status_views import (
    Group,
    building_groups,
    choose_view,
    everything,
    kind_groups,
    pane_groups,
    tabs_of,
)
from hisconsole.console.target import TargetScreen
from hisconsole.console.target_acts import call_about, poll_now, target_menu
from hisconsole.plan.health import Change
from hisconsole.plan.maintenance import present
from hisconsole.plan.panes import Index, index_of, wanted
from hisconsole.plan.picture import StatusPicture, Watched, shown_now
from hisconsole.plan.status import Status, status_label
from hisconsole.plan.targets import Infrastructure
from hisconsole.text import _


class StatusScreen(Filtered):
    """The status of all that is watched."""

    place = "status"

    def __init__(self) -> None:
        """Begin with every target."""
        super().__init__()
        self.only_problems = False
        self.hour = False
        self.held: StatusPicture | None = None
        self.panes: Sequence[Group] = (everything(),)
        self.group = self.panes[0]
        self._index: Index | None = None
        self._drawn: tuple[object, ...] = ()
        self._led = False
        self._reading = True

    def body(self) -> Iterable[Widget]:
        """Counts, panes, a header, the targets or what changed, the search."""
        yield Line(id="counts")
        yield Line(id="maintenance")
        yield Line(id="tabs")
        yield Line(id="head")
        console = self.console
        zone, marks = console.site.zone, console.screens_data.marks
        yield RowList[Watched](
            key=lambda row: row.target.id,
            draw=draw_status(console.now, zone, marks),
            empty=_(" No target is like that.")
            if console.lookout.watching
            else _(" Nothing is watched here."),
            moved=self.read_out,
            id="targets",
        )
        yield RowList[Change](
            key=lambda change: (change.target, change.at, change.new),
            draw=draw_change(zone, marks, self._name_of),
            empty=_(" Nothing changed in the last hour."),
            moved=self.read_out,
            id="changes",
        )
        yield Entry(id="filter")

    def on_mount(self) -> None:
        """The targets are shown; changes when asked for, and planned stops where there are any."""
        self.query_one("#maintenance").display = False
        self.query_one("#changes").display = False
        if self.console.lookout.watching is None:
            self.rows.set_rows(())

    def on_resize(self) -> None:
        """The header and the panes have more room where there is some."""
        self._heads()

    @property
    def rows(self) -> RowList[Any]:
        """The list that is shown."""
        return self.query_one("#changes" if self.hour else "#targets", RowList)

    @property
    def shown(self) -> StatusPicture | None:
        """The picture that is shown."""
        return self.held or self.console.lookout.picture

    def _name_of(self, target: str) -> str:
        row = self.shown.by_target.get(target) if self.shown else None
        return row.target.name if row else ""

    # -- the picture -----------------------------------------------------------------------------

    def picture(self) -> None:
        """Come back to it: what is watched may have changed meanwhile."""
        self.status_picture()

    def status_picture(self, *, fresh: bool = True) -> None:
        """Show the picture through pane and search, unless it is the one that is shown."""
        picture = self.shown
        if picture is None:
            return
        index = self._prepared(picture.infrastructure)
        drawn = (picture.rows, picture.changes, self.group, self.only_problems, self.filter, self.hour)
        if len(drawn) != len(self._drawn) or any(a is not b for a, b in zip(drawn, self._drawn, strict=True)):
            self._drawn = drawn
            keep = wanted(self.filter, index)
            rows = [
                row
                for row in picture.rows
                if self.group.holds(row.target.id)
                and (not self.only_problems or row.shown.status is not Status.OK)
                and keep(row)
            ]
            self._led = True
            if self.hour:
                ids = {row.target.id for row in rows}
                self.rows.set_rows([each for each in picture.changes if each.target in ids], fresh=fresh)
            else:
                self.rows.set_rows(rows, fresh=fresh)
            self._led = False
        self._heads()
        if self._reading:
            self._tell_filter()

    def _prepared(self, infrastructure: Infrastructure) -> Index:
        """The index and the panes of these files; they change with the files only."""
        if self._index is None or self._index.version != infrastructure.version:
            self._index = index = index_of(infrastructure)
            self.panes = pane_groups(self.console.screens_data.panes, infrastructure, index)
            every = [*self.panes, *building_groups(infrastructure), *kind_groups(infrastructure)]
            self.group = next((each for each in every if each.name == self.group.name), self.panes[0])
        return self._index

    def _heads(self) -> None:
        width = self.size.width
        head = change_head(width) if self.hour else status_head(width)
        self.query_one("#head", Line).show((head, "underline"))
        picture = self.shown
        if picture is None:
            return
        cells, right = counts_line(picture, width=width, now=self.console.now())
        self.query_one("#counts", Line).show(*cells, right=right)
        stops = present(picture.maintenance, self.console.now())
        line = self.query_one("#maintenance", Line)
        line.display = bool(stops)
        line.show(*maintenance_line(stops, now=self.console.now(), clock_of=self.console.clock))
        groups = [*self.panes, *([] if self.group in self.panes else [self.group])]
        tabs = tabs_of(groups, picture, width)
        self.query_one("#tabs", Line).show(*tabs_line(tabs, groups.index(self.group)))

    def minute(self) -> None:
        """Ages have moved on."""
        self.rows.repaint()
        self._heads()

    # -- sentences -------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """As everywhere; neither search nor words of a row push it away until the operator moves on."""
        self._reading = False
        super().say(sentence)

    def _tell_filter(self) -> None:
        picture, parts = self.shown, [_("Status")]
        if self.group.ids is not None:
            parts.append(self.group.name)
        if self.only_problems:
            parts.append(_("only problems"))
        if self.hour:
            parts.append(_("changed in the last hour"))
        if self.filter:
            parts.append(self.filter)
        if picture is not None and len(parts) > 1:
            super().say(
                _("{way} ({shown} of {all}); Esc shows all").format(
                    way=" > ".join(parts),
                    shown=len(self.rows.rows),
                    all=len(picture.changes if self.hour else picture.rows),
                )
            )

    def read_out(self) -> None:
        """Show the words in full below, where the columns cut them."""
        row = self.rows.cursor_row
        if row is None or (self._led and not self._reading):
            return
        self._reading = True
        if self.filter or self.only_problems or self.hour or self.group.ids is not None:
            self._tell_filter()
        elif isinstance(row, Watched):
            shown = shown_now(row, self.console.now())
            words = status_words(row, shown, clock_of=self.console.clock)
            super().say(f"{row.target.id}  {row.target.name}: {words or status_label(shown.status)}")

    # -- keys ------------------------------------------------------------------------------------

    @on(RowList.Selected)
    def open_target(self) -> None:
        """Enter opens the target."""
        row = self.rows.cursor_row
        if row is not None:
            self.app.push_screen(TargetScreen(row.target if isinstance(row, Change) else row.target.id))

    def chosen(self) -> list[str]:
        """Ids of the marked targets, else of the one under the cursor."""
        return [row.target if isinstance(row, Change) else row.target.id for row in self.rows.targets()]

    def acted(self) -> None:
        """Marks have served their purpose."""
        self.rows.unmark()

    def _show(self, group: Group | None = None, *, hour: bool | None = None) -> None:
        """Change what is shown; the world has not changed by it."""
        self.group = group or self.group
        if hour is not None and hour is not self.hour:
            self.hour = hour
            self.query_one("#targets").display = not hour
            self.query_one("#changes").display = hour
            self.rows.focus()
        self._reading = True
        super().say("")
        self.status_picture(fresh=False)

    def do_tab(self, step: int = 1) -> None:
        """The next pane."""
        at = self.panes.index(self.group) if self.group in self.panes else -1 if step > 0 else 0
        self._show(self.panes[(at + step) % len(self.panes)])

    def do_tab_back(self) -> None:
        """The pane before."""
        self.do_tab(-1)

    def do_problems(self) -> None:
        """Only what is not ok, or all."""
        self.only_problems = not self.only_problems
        self._show()

    def do_changes(self) -> None:
        """What changed in the last hour, or how it is now."""
        self._show(hour=not self.hour)

    def do_views(self) -> None:
        """Choose a pane, a building, a kind, only problems, what changed, planned stops, readiness."""
        picture = self.shown
        if picture is None:
            return
        keys = self.console.keys
        others, beyond = (
            [Choice(name, _(key.help), key.shown) for name in names if (key := keys.get(name))]
            for names in (("problems", "changes"), ("maintenance", "ready"))
        )

        def shown(answer: Group | str) -> None:
            if isinstance(answer, Group):
                self._show(answer)
            elif command := COMMANDS.get(answer):
                command(self.console)
            elif answer == "problems":
                self.do_problems()
            else:
                self.do_changes()

        choose_view(self.console, self.panes, picture, shown, others=others, beyond=beyond)

    def set_filter(self, expression: str) -> None:
        """Show the targets that have these words."""
        super().set_filter(expression)
        self._show()

    def do_back(self) -> bool:
        """Close and clear the search, then the view, then the marks."""
        if super().do_back():
            return True
        if self.hour or self.only_problems or self.group.ids is not None:
            self.only_problems = False
            self._show(self.panes[0], hour=False)
            return True
        if self.rows.marked:
            self.rows.unmark()
            return True
        self.rows.looked()
        return False

    def do_mark(self) -> None:
        """Mark the line."""
        self.rows.action_mark()

    def do_pause(self) -> None:
        """Hold the picture still, or let it run again."""
        self.held = self.console.lookout.picture if self.held is None else None
        self.status_picture()
        self.refresh_status()

    def held_changes(self) -> int | None:
        """How many targets have another status than in the picture that is held."""
        now = self.console.lookout.picture
        if self.held is None or now is None:
            return None
        if now.rows is self.held.rows:
            return 0
        held = {row.target.id: row.shown.status for row in self.held.rows}
        return sum(held.get(row.target.id) is not row.shown.status for row in now.rows)

    def do_poll(self) -> None:
        """Have the marked targets, or the one under the cursor, polled at once."""
        poll_now(self.console, self.chosen())
        self.acted()

    def do_more(self) -> bool:
        """What can be done with the targets that are marked or under the cursor."""
        target_menu(self.console, self.chosen())
        return True

    def reported(self) -> dict[str, str]:
        """A call taken on a hard problem begins with it."""
        row = self.rows.cursor_row
        return call_about(row, self.console.site.zone) if isinstance(row, Watched) else {}

    def copied(self) -> str:
        """The target and its words."""
        row = self.rows.cursor_row
        if isinstance(row, Change):
            return f"{row.target} {status_label(row.old)} > {status_label(row.new)} {row.words}"
        if row is None:
            return ""
        return f"{row.target.id} {row.target.name} {status_label(row.shown.status)} {row.words}"
