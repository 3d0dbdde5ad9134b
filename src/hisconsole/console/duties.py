"""All that is due, soonest first: Enter opens the act that meets it, m meets it by hand with a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hisconsole.console.acting import One, draft_of, is_there
from hisconsole.console.commands import COMMANDS, GUIDES, begin
from hisconsole.console.contact import open_contact
from hisconsole.console.eyes import settle
from hisconsole.console.form import ActForm
from hisconsole.console.maintenance import open_stop
from hisconsole.console.place import Place, go_to
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.console.show import WIDE, category_mark
from hisconsole.plan.calltree import CALL, OWN_AUTHORITY
from hisconsole.plan.document import Plan
from hisconsole.plan.due import ESCALATE, ETA, GATE, ONE_FAULT, PARALYSIS, WRONG_NUMBER, Due, duty_label
from hisconsole.plan.duty import ACTION
from hisconsole.plan.events import SITE
from hisconsole.plan.eyes import EYES
from hisconsole.plan.feedback import TELL, UPDATE
from hisconsole.plan.incident import Incident
from hisconsole.plan.maintenance import BEGINS, ENDS
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock, countdown
from hisconsole.plan.turn import HANDOVER, ROUTINE
from hisconsole.plan.words import Audience
from hisconsole.text import _, fit
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class DueRow:
    """A due row as it is shown: with its words, and the incident that owes it (None: the site itself)."""

    due: Due
    incident: Incident | None
    label: str
    what: str

    @property
    def key(self) -> tuple[int, str, str]:
        """What the cursor follows."""
        return self.due.incident, self.due.duty, self.due.key


def read_rows(desk: Desk) -> list[DueRow]:
    """All due rows, in the words of the edition each incident runs under."""
    from hisconsole.desk.duties import all_due

    owed = all_due(desk)
    told: dict[str, str] = {}
    if any(each.due.duty == EYES for each in owed):
        from hisconsole.desk.replaying import told_unsettled

        told = {str(event.seq): sentence for event, sentence in told_unsettled(desk)}
    rows = []
    for each in owed:
        label = duty_label(each.plan, each.due.duty, each.due.key)
        what = told.get(each.due.key, "") if each.due.duty == EYES else ""
        rows.append(DueRow(each.due, each.incident, label, what or what_is_owed(each.plan, each.due)))
    return rows


def what_is_owed(plan: Plan | None, due: Due) -> str:
    """A duty in a sentence: the plan's own where it has one."""
    if plan is not None and (of_plan := plan.clock(due.duty)):
        return of_plan.what
    if due.duty == GATE:
        gate = plan.gate(due.key) if plan is not None else None
        return _("From now on by hand: {gate}.").format(gate=gate.say if gate is not None else due.key)
    return {
        ESCALATE: _("Tell the leading group, or have the director say not yet."),
        PARALYSIS: _("Say whether the network as a whole has failed."),
        ONE_FAULT: _("Say whether it is one fault with those proposed: merge them, or keep them apart."),
        ACTION: _("The review said: do action {key}, then say how (m).").format(key=due.key),
        ETA: _("The ETA runs out: give a new one, or say that it works again."),
        CALL: _("Call the next one of the leading group, and say what came of it."),
        OWN_AUTHORITY: _("Nobody who may start the plan answers: announce manual work yourself."),
        TELL: _("Reach those whom message {key} has not reached.").format(key=due.key),
        UPDATE: _("Send the next word: it was promised by now."),
        WRONG_NUMBER: _("A wrong number of {key}: find the right one, then verify it.").format(key=due.key),
        "receipt": _("Have every department repeat notice {key}: d shows whom it has not reached.").format(
            key=due.key
        ),
        "resume": _("It has been well for long enough: departments may resume on the director's word."),
        "back-entry": _("Enter the paper of {key}: say how many, who, by when.").format(key=due.key),
        "pack": _("The printed downtime pack is old: print it again (hisconsole pack --record)."),
        HANDOVER: _("The shift is over: hand the duty over (4)."),
        ROUTINE: _("Do the routine {id} of the shift, or say why not (4).").format(id=due.key),
        "silence": _("The silence of {key} ends; then it rings again.").format(key=due.key),
        EYES: _("An act that was kept here could not be recorded: Enter says what became of it."),
        BEGINS: _("Maintenance {key} begins; then its targets are quiet. M shows it.").format(key=due.key),
        ENDS: _("Maintenance {key} is to be over: end or extend it, else it is a fault.").format(key=due.key),
    }.get(due.duty, due.duty)


class DutiesScreen(Place):
    """The list of all due rows, over whatever place it was opened from."""

    place = "duties"

    def __init__(self) -> None:
        """Nothing is known yet."""
        super().__init__()
        self._read = (-1, 0, False)
        self._led = False
        self._away = False

    def body(self) -> Iterable[Widget]:
        """A header and the list."""
        yield Line(id="head")
        yield RowList[DueRow](
            key=lambda row: row.key,
            draw=self._draw,
            empty=_(" Nothing is due. Esc goes back."),
            moved=self.read_out,
        )

    def on_resize(self) -> None:
        """The header has more columns where there is room."""
        self._head()

    def _head(self) -> None:
        cells = f" {_('Left'):<7}{_('At'):<12}{_('No'):<5}{_('Cat'):<4}{_('Due'):<13}{_('Owner'):<14}"
        self.query_one("#head", Line).show((f"{cells}{_('What')}", "underline"))

    def _draw(self, row: DueRow, width: int, look: Look) -> Sequence[Cell]:
        now, due = self.console.now(), row.due
        late = due.at <= now
        category = category_mark(row.incident.category) if row.incident is not None else ""
        owner = due.owner or "-"
        return [
            (" ", "normal"),
            (fit(countdown(due.at, now=now), 6), "reverse" if late else "normal"),
            (" ", "normal"),
            (fit(clock(due.at, zone=self.console.site.zone, now=now), 12), "normal"),
            (f"{subject(due.incident):<4} ", "bold"),
            (fit(category, 4), "bold" if category == "I" else "normal"),
            (fit(row.label, 12) + " ", "bold" if late else "normal"),
            (fit(owner, 20 if width >= WIDE else 13) + " ", "normal"),
            (row.what, "normal"),
        ]

    def picture(self) -> None:
        """Read again when the record has moved on, gone or come back, and when an act was kept here."""
        board, keeping = self.console.board, self.console.desk_thread.keeping
        now = (board.seq if board else 0, keeping.count if keeping else 0, self.console.trouble is not None)
        if now != self._read:
            self._read = now
            self.console.ask(read_rows, self._show)

    def _show(self, rows: list[DueRow]) -> None:
        if is_there(self):
            if self.console.trouble is not None:
                # What left the queue since it was looked at last owes nothing that could be told of it.
                listed = {row.number for row in self.console.board.rows} if self.console.board else set()
                rows = [row for row in rows if row.due.incident in listed]
            self._led = self.rows.cursor_key is not None
            self.rows.set_rows(rows)
            self._led = False
            before, self._away = self._away, self.console.trouble is not None
            if self._away and not before:  # once: what was said of an act stays
                self.say(_("The record is away: this is what the incidents owe as far as it is known here."))

    def minute(self) -> None:
        """Times left have moved on."""
        self.rows.repaint()

    @property
    def row(self) -> DueRow | None:
        """The row an act is for: that under the cursor, unless it was another a moment ago."""
        found = self.rows.targets()
        return found[0] if found and isinstance(found[0], DueRow) else None

    def targets(self) -> list[int]:
        """The incident that owes what the cursor is on."""
        row = self.row
        return [row.incident.number] if row is not None and row.incident is not None else []

    def versions(self) -> dict[int, int]:
        """The version that was read."""
        row = self.row
        return {row.incident.number: row.incident.version} if row is not None and row.incident else {}

    def read_out(self) -> None:
        """What is owed, in full, where the column cuts it; what was said of an act stays."""
        row = self.rows.cursor_row
        if isinstance(row, DueRow) and not self._led:
            self.say(row.what)

    @on(RowList.Selected)
    def meet(self) -> None:
        """Enter opens the act that meets it."""
        row = self.row
        if row is not None and row.due.duty == WRONG_NUMBER:
            open_contact(self.console, row.due.key)
            return
        if row is not None and row.due.duty == EYES:
            settle(self.console, int(row.due.key), row.what)
            return
        if row is not None and row.due.incident < SITE:
            self.console.pop_screen()
            go_to(self.console, "handover")
            return
        if row is not None and row.due.duty in (BEGINS, ENDS):
            open_stop(self.console, int(row.due.key))
            return
        if row is None or row.incident is None:
            self._nothing(row)
            return
        act = row.due.act
        if act == "paralysis":
            from hisconsole.console.paralysis import decide_paralysis

            decide_paralysis(self.console, One(row.incident.number, row.incident.version))
        elif act == "summary":
            COMMANDS["leader" if row.due.duty.endswith(Audience.LEADER.value) else "team"](self.console)
        elif act == "met":
            self.do_met()
        elif guide := GUIDES.get(act):
            guide(self.console)
        else:
            begin(self.console, act)

    def _nothing(self, row: DueRow | None) -> None:
        """Nothing can be done about what belongs to no incident, or about no row at all."""
        if row is None:
            self.say(_("Nothing is due here."))
        else:
            self.say(_("It comes by itself; see Status.") if row.due.duty == "silence" else row.what)

    def do_met(self) -> None:
        """Meet it by hand: what was done, and when."""
        row = self.row
        if row is None or row.incident is None:
            self._nothing(row)
            return
        self.app.push_screen(MetForm(self.console, row, row.incident))

    def copied(self) -> str:
        """The row in words."""
        row = self.row
        if row is None:
            return ""
        return f"{row.due.incident:04d} {row.label} {self.console.clock(row.due.at)} {row.what}"


class MetForm(ActForm):
    """A note that meets one due row; which row is not asked again."""

    def __init__(self, console: HisConsole, row: DueRow, incident: Incident) -> None:
        """For the row under the cursor."""
        number = incident.number
        act = console.acts["met"]
        asked = replace(
            act,
            label=_("Met: {what},").format(what=row.label),
            help=row.what,
            asks=tuple(field for field in act.asks if field.name not in ("duty", "key")),
        )
        name = f"met-{row.due.duty}-{row.due.key}"
        super().__init__(asked, [number], {number: incident.version}, draft_of(console, name, number))
        self.form = name
        self.real = act
        self.held = {"duty": row.due.duty, "key": row.due.key}
