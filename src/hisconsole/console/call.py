"""Taking a call: the form an operator fills while the caller is still on the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from hisconsole.console.acting import is_there
from hisconsole.console.callers_way import CallersWay
from hisconsole.console.choose import Choose
from hisconsole.console.filter import Entry
from hisconsole.console.form import Form
from hisconsole.console.lines import Said
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.desk.actor import utc_now
from hisconsole.desk.drafts import Draft
from hisconsole.plan.calls import Alike, call_fields
from hisconsole.plan.find import find
from hisconsole.plan.incident import Incident
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import from_text, span
from hisconsole.plan.words import label
from hisconsole.text import _, clip, fit, ngettext

if TYPE_CHECKING:
    from hisconsole.desk.callers import SeenFrom
    from hisconsole.desk.calls import Prefill
    from hisconsole.desk.desk import Desk, Outcome

MATCHES = 4


class CallForm(Form):
    """A call: workstation, symptom, words, and at once the open incidents that look the same."""

    BINDINGS = [
        Binding("down", "step(1)", show=False, priority=True),
        Binding("up", "step(-1)", show=False, priority=True),
    ]

    def __init__(
        self,
        *,
        draft: Draft | None = None,
        given: Mapping[str, str] | None = None,
        report: int = 0,
    ) -> None:
        """Take a new call, or with `report` put that report, as `given`, right."""
        fields = call_fields()
        form = "correct" if report else "call"
        super().__init__(form=form, incident=report, asks=fields, draft=draft, given=given)
        self.fields = {field.name: field for field in fields}
        self.report = report
        self.seen = from_text(draft.saved) if draft else utc_now()
        """When what is put right here was looked at."""
        self.alike: Sequence[tuple[Incident, Alike]] = ()
        self.matches: tuple[str, ...] = ()
        self.match = 0
        self.settled = self.given.get("workstation", "")
        self.asking_where = False

    def compose(self) -> ComposeResult:
        """The questions as a caller answers them; below, what is found meanwhile."""
        title = _("New call")
        if self.report:
            title = _("Correct report {number}").format(number=self.report)
        yield Line((f" {self.console.headed(title)}", "reverse"), id="title")
        asks = self.fields
        yield self.row(asks["workstation"])
        yield Line(id="place")
        yield self.row(asks["reporter"], asks["callback"])
        yield self.row(asks["symptom"])
        yield self.row(asks["words"])
        yield self.row(asks["scope"])
        yield self.row(asks["occurred"], asks["department"])
        yield CallersWay(id="way")
        yield Line(id="found")
        yield RowList[tuple[str, str]](key=lambda row: row[0], draw=self._draw)
        yield Said(id="said")
        yield Line(
            (
                _(" Enter goes on; after the words it is taken. Tab other fields, Esc keeps a draft"),
                "dim",
            )
        )

    def on_mount(self) -> None:
        """Begin with the workstation, or where a draft stopped."""
        self.query_one(RowList).can_focus = False
        for name in ("workstation", "symptom", "words"):
            if not self.given.get(name):
                break
        self.query_one(f"#{name}").focus()
        if self.settled:
            self._show_place(self.settled)
            self._look_alike()
        if self.found_draft is not None:
            self.say(
                _("Draft of {when} found again; ctrl+x throws it away.").format(
                    when=self.console.clock(from_text(self.found_draft.saved))
                )
            )

    # -- finding the workstation -----------------------------------------------------------------

    @on(Input.Changed, "#workstation")
    def typed_workstation(self, message: Input.Changed) -> None:
        """Show what the letters may mean."""
        if message.value == self.settled != "":
            return
        self.settled = ""
        self.alike = ()
        self.query_one(CallersWay).of(None)
        self.matches = (
            find(message.value, self.console.stations, limit=MATCHES) if message.value.strip() else ()
        )
        self.match = 0
        self._list_matches()
        self.query_one("#place", Line).show()

    def _list_matches(self) -> None:
        site = self.console.site
        rows: list[tuple[str, str]] = []
        for key in self.matches:
            station = site.workstation(key)
            if station:
                department = site.department(station.department)
                terminal = _("key terminal") if station.key_terminal else ""
                where = f"{department.name if department else ''}, {station.room}"
                rows.append((key, f"{fit(key, 9)} {fit(station.phone, 6)} {where}  {terminal}"))
        rows_list = self.query_one(RowList)
        rows_list.set_rows(rows, fresh=False)
        if rows:
            rows_list.move_to(rows[self.match][0])
        head = _("Enter takes the marked one:") if rows else ""
        if not rows and self.query_one("#workstation", Entry).value.strip():
            head = _("Not in the list: Enter keeps it as typed.")
        self.query_one("#found", Line).show((f" {head}", "underline" if rows else "normal"))

    def action_step(self, step: int) -> None:
        """Up and down move among what was found, elsewhere among the questions."""
        if self.focused is not None and self.focused.id == "workstation" and self.matches:
            self.match = max(0, min(self.match + step, len(self.matches) - 1))
            self.query_one(RowList).move_to(self.matches[self.match])
        elif isinstance(self.focused, RowList):
            self.focused.action_down() if step > 0 else self.focused.action_up()
        elif step > 0:
            self.app.action_focus_next()
        else:
            self.app.action_focus_previous()

    def _settle(self) -> None:
        """The workstation is known: fill in what is known about it."""
        entry = self.query_one("#workstation", Entry)
        if not self.settled:
            self.settled = self.matches[self.match] if self.matches else entry.value.strip()
            entry.value = self.settled
            entry.cursor_position = len(self.settled)
        self.matches = ()
        self._list_matches()
        self._show_place(self.settled)
        name = self.settled
        if not self.report:

            def question(desk: Desk) -> Prefill:
                from hisconsole.desk.calls import prefill

                return prefill(desk, name)

            self.console.ask(question, self._prefill)
        self.query_one("#symptom").focus()
        self._look_alike()

    def _show_place(self, name: str) -> None:
        site = self.console.site
        station = site.workstation(name)
        if station is None:
            self.query_one("#place", Line).show(
                (_("             not in the list; give its department below"), "normal")
            )
            return
        department = site.department(station.department)
        parts = [department.name if department else "", station.room, station.building]
        key = _("KEY TERMINAL") if station.key_terminal else ""
        cells: list[Cell] = [(fit(key, 12) + " ", "bold")]
        cells.append((", ".join(part for part in parts if part), "normal"))
        cells.append((f"  {_('switch')} {station.switch}", "dim"))
        self.query_one("#place", Line).show(*cells)

    def _prefill(self, known: Prefill) -> None:
        if not is_there(self):
            return
        for name, value in (("reporter", known.reporter), ("callback", known.callback)):
            entry = self.query_one(f"#{name}", Entry)
            if value and not entry.value:
                entry.value = value

    # -- what looks the same ---------------------------------------------------------------------

    def _look_alike(self) -> None:
        if self.report or not self.settled:
            return
        from hisconsole.desk.supposed import supposed

        name, picture = self.settled, self.console.lookout.picture
        symptom = self.query_one("#symptom", Choose).value
        department = self.query_one("#department", Entry).value.strip()
        self.query_one(CallersWay).of(
            supposed(self.console.site, name, symptom=symptom, department=department)
        )

        def question(desk: Desk) -> SeenFrom:
            from hisconsole.desk.callers import belongs

            return belongs(desk, workstation=name, symptom=symptom, department=department, picture=picture)

        self.console.ask(question, self._show_alike)

    def _show_alike(self, seen: SeenFrom) -> None:
        if not is_there(self):
            return
        self.query_one(CallersWay).found(seen)
        self.alike = seen.alike[:MATCHES]
        if self.matches:
            return
        now = self.console.now()
        rows: list[tuple[str, str]] = []
        if self.alike:
            rows.append(("0", "0 " + _("New incident")))
        for at, (incident, found) in enumerate(self.alike, start=1):
            words = incident.reports[0].words if incident.reports else ""
            if incident.detection is not None:
                words = incident.detection.headline
            reports = ngettext("{n} report", "{n} reports", len(incident.reports))
            text = _("{digit} Join {number} {state} {age}, {reports}: {words} (same {same})").format(
                digit=at,
                number=subject(incident.number),
                state=label(incident.state),
                age=span(now - incident.t0),
                reports=reports.format(n=len(incident.reports)),
                words=clip(words, 24),
                same=_(", ").join(found.same),
            )
            rows.append((str(at), text))
        rows_list = self.query_one(RowList)
        rows_list.set_rows(rows, fresh=False)
        if rows:
            rows_list.action_first()
        head = _("Looks the same:") if rows else ""
        self.query_one("#found", Line).show((f" {head}", "underline" if rows else "normal"))

    def _draw(self, row: tuple[str, str], width: int, look: Look) -> Sequence[Cell]:
        return [(f"  {row[1]}", "normal")]

    # -- going on --------------------------------------------------------------------------------

    @on(Choose.Chosen)
    def chosen(self, message: Choose.Chosen) -> None:
        """A digit answers and goes on: from the symptom to the words, from the scope to the time."""
        if message.choose.id == "symptom":
            self._look_alike()
            self.query_one("#words").focus()
        else:
            self.query_one("#words").focus()

    @on(Input.Submitted)
    def entered(self, message: Input.Submitted) -> None:
        """Enter settles the workstation; after the words it takes the call; elsewhere it goes on."""
        name = message.input.id
        if name == "workstation":
            if message.value.strip():
                self._settle()
        elif name == "words":
            self.submit()
        elif name == "callback":
            self.query_one("#symptom").focus()
        elif name in ("occurred", "department"):
            self._look_alike()
            self.query_one("#words").focus()
        else:
            self.app.action_focus_next()

    def submit(self) -> None:
        """Take the call; where something looks the same, ask first where it belongs."""
        if self.busy:
            return
        answers = self.answers()
        for name in ("workstation", "symptom"):
            if not answers.get(name):
                self.say(_("{label} is needed.").format(label=self.fields[name].label))
                self.query_one(f"#{name}").focus()
                return
        if self.alike and not self.report:
            self.asking_where = True
            self.query_one(RowList).can_focus = True
            self.query_one(RowList).focus()
            self.say(_("0 or Enter: a new incident. A digit joins it to one that looks the same."))
            return
        self._take(None)

    def on_key(self, event: events.Key) -> None:
        """The answer to where the call belongs."""
        if not self.asking_where or not isinstance(self.focused, RowList):
            return
        key = str(self.focused.cursor_key) if event.key == "enter" else event.character or ""
        if key == "0":
            event.stop()
            self._take(None)
        elif key.isdigit() and 1 <= int(key) <= len(self.alike):
            event.stop()
            self._take(self.alike[int(key) - 1][0].number)

    def _take(self, join: int | None) -> None:
        self.busy = True
        self.say(_("Writing ..."))
        answers, act, report, seen = self.answers(), self.act_id, self.report, self.seen
        self.seen = self.console.now()  # who is told that somebody was first may still have it his way
        picture = self.console.lookout.picture

        def job(desk: Desk) -> Outcome:
            from hisconsole.desk.calls import correct_report, take_call

            if report:
                return correct_report(desk, report, answers, seen=seen, act=act)
            return take_call(desk, answers, join=join, act=act, picture=picture)

        def done(outcome: Outcome) -> None:
            self.done()
            self.console.show_incident(outcome.incident, seq=outcome.seq)
            self.console.say(f"{subject(outcome.incident)}: {outcome.sentence}")

        self.console.ask(job, done, failed=self.refused)
