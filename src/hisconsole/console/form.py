"""The form of an act, made from what the act asks; it stays open, filled, until the act is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label

from hisconsole.config import contact_entries
from hisconsole.console.acting import is_there, keep_draft, perform
from hisconsole.console.choose import Choose
from hisconsole.console.filter import Entry
from hisconsole.console.lines import Said
from hisconsole.console.pick import confirm
from hisconsole.console.rows import Line
from hisconsole.desk import drafts
from hisconsole.desk.actor import act_id
from hisconsole.desk.drafts import Draft, process_id
from hisconsole.errors import Refused
from hisconsole.plan.acts import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.find import find
from hisconsole.plan.story_turn import subject
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole


class Form(ModalScreen[bool], inherit_bindings=False):
    """Questions one under the other; a draft is kept with every key. Answers True when done."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("tab,down", "app.focus_next", show=False),
        Binding("shift+tab,up", "app.focus_previous", show=False),
        Binding("ctrl+x", "empty", show=False, priority=True),
        Binding("ctrl+l", "app.redraw", show=False),
    ]

    def __init__(
        self,
        *,
        form: str,
        incident: int,
        asks: Sequence[Field],
        draft: Draft | None,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """Ask `asks`, beginning with the answers of a draft, or with what is `given`."""
        super().__init__()
        known = draft.answers if draft else given or {}
        self.form = form
        self.incident = incident
        self.possible = asks
        """All that may be asked; the late ones only where they are needed or answered already."""
        self.asks = tuple(field for field in asks if not field.late or field.name in known)
        self.act_id = draft.act if draft else act_id()
        self.blank = {field.name: field.default for field in asks if field.default}
        self.blank |= {name: value for name, value in (given or {}).items() if value}
        self.given = dict(draft.answers) if draft else self.blank
        self.found_draft = draft
        self.busy = False

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    def question(self, field: Field) -> Widget:
        """The widget that asks a question."""
        value = self.given.get(field.name, "")
        if field.ask is Ask.CHOICE:
            return Choose(field.choices, value=value or field.default, id=field.name)
        return Entry(value, id=field.name, limit=field.limit)

    def row(self, *fields: Field) -> Horizontal:
        """One line of the form."""
        parts: list[Widget] = []
        for field in fields:
            parts += [Label(field.label, classes="label", markup=False), self.question(field)]
        return Horizontal(*parts, classes="row")

    def say(self, sentence: str) -> None:
        """Put a sentence at the foot of the form."""
        self.query_one("#said", Said).say(sentence)

    def answers(self) -> dict[str, str]:
        """What stands in the form now."""
        given: dict[str, str] = {}
        for field in self.asks:
            widget = self.query_one(f"#{field.name}")
            value = widget.value if isinstance(widget, Entry | Choose) else ""
            if value:
                given[field.name] = value
        return given

    def keep(self) -> None:
        """Keep the draft as it stands; an empty form leaves none."""
        answers = self.answers()
        if answers == self.given or self.busy:
            return
        self.given = answers
        if answers == self.blank:
            drafts.drop(self.console.start.data, self.act_id)
            return
        keep_draft(
            self.console,
            Draft(
                form=self.form,
                incident=self.incident,
                act=self.act_id,
                answers=answers,
                operator=self.console.operator,
                saved=self.console.now().isoformat(timespec="seconds"),
                process=process_id(),
            ),
        )

    @on(Input.Changed)
    @on(Choose.Chosen)
    def changed(self) -> None:
        """Every key is kept."""
        self.keep()

    def take_person(self, message: Input.Submitted) -> None:
        """Take the person that was meant by what was typed, and go on."""
        name = message.input.id or ""
        field = next(field for field in self.asks if field.name == name)
        if field.ask is Ask.PERSON and message.value.strip():
            met = find(message.value, contact_entries(self.console.site), limit=1)
            if met:
                message.input.value = met[0]
                message.input.cursor_position = len(met[0])
        self.next_from(name)

    def next_from(self, name: str) -> None:
        """Go to the next question, or carry the act out after the last."""
        names = [field.name for field in self.asks]
        at = names.index(name)
        if at + 1 < len(names):
            self.query_one(f"#{names[at + 1]}").focus()
        else:
            self.submit()

    def submit(self) -> None:
        """Carry it out."""
        raise NotImplementedError

    def done(self) -> None:
        """The act is on record: the draft has served."""
        drafts.drop(self.console.start.data, self.act_id)
        if is_there(self):
            self.dismiss(True)

    def refused(self, error: BaseException) -> None:
        """The act was refused: say why, keep every answer, and put the late question that would allow it.

        Who has left reads it where he is.
        """
        self.busy = False
        if not is_there(self):
            self.console.say(str(error))
            return
        needed = error.needs if isinstance(error, Refused) else ""
        late = next((field for field in self.possible if field.name == needed), None)
        if late is None or late in self.asks:
            self.say(str(error))
        else:
            self.asks = (*self.asks, late)
            self.run_worker(self._put(late, str(error)))

    async def _put(self, late: Field, why: str) -> None:
        """Put one more question, and say why once it can be answered: keys go where one reads."""
        await self.query_one("#late", Vertical).mount(self.row(late))
        self.query_one(f"#{late.name}").focus()
        self.say(why)

    def action_leave(self) -> None:
        """Leave; the draft stays."""
        if self.given != self.blank:
            self.console.say(_("Kept as a draft."))
        self.dismiss(False)

    def action_empty(self) -> None:
        """Ask, then forget the draft and leave."""

        def answered(answer: str | None) -> None:
            if answer == "yes":
                drafts.drop(self.console.start.data, self.act_id)
                self.given = {}
                self.dismiss(False)

        self.app.push_screen(confirm(_("Throw this form away?"), _("Yes, throw it away")), answered)


class Questions(Form):
    """A form that asks its questions in order and carries the act out after the last."""

    def asked(self) -> ComposeResult:
        """The questions, room for a late one, a line for sentences, the keys."""
        for field in self.asks:
            yield self.row(field)
        yield Vertical(id="late")
        yield Said(id="said")
        yield Line((_(" Enter goes on, and after the last question does it; Esc keeps a draft"), "dim"))

    def on_mount(self) -> None:
        """Begin with the first question, or do it where there is none."""
        if self.asks:
            self.query_one(f"#{self.asks[0].name}").focus()
        else:
            self.submit()
        if self.found_draft is not None:
            self.say(_("A draft was found; ctrl+x throws it away."))

    @on(Input.Submitted)
    def entered(self, message: Input.Submitted) -> None:
        """Enter takes a person that was meant, and goes on."""
        self.take_person(message)

    @on(Choose.Chosen)
    def chosen(self, message: Choose.Chosen) -> None:
        """An answered choice goes on."""
        self.next_from(message.choose.id or "")


class ActForm(Questions):
    """The form of one act of the table, for one incident or several marked ones."""

    def __init__(
        self,
        act: Act,
        numbers: Sequence[int],
        versions: Mapping[int, int],
        draft: Draft | None,
        *,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """Ask what `act` asks, beginning with what is `given` where there is no draft."""
        super().__init__(form=act.name, incident=numbers[0], asks=act.asks, draft=draft, given=given)
        self.act = act
        self.real = act
        """The act as the table has it, where the form asks less and names it otherwise."""
        self.held: Mapping[str, str] = {}
        """Answers that are known and not asked."""
        self.numbers = numbers
        self.versions = versions

    def compose(self) -> ComposeResult:
        """A title naming the object, the questions, a line for sentences."""
        names = ", ".join(subject(number) for number in self.numbers[:8])
        yield Line((f" {self.console.headed(f'{self.act.label} {names}')}", "reverse"))
        yield Line((f" {self.act.help}", "dim"))
        yield from self.asked()

    def submit(self) -> None:
        """Ask once where the act says so, then carry it out."""
        if self.busy:
            return
        if not self.act.confirm:
            self._carry_out()
            return
        names = ", ".join(subject(number) for number in self.numbers)

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self._carry_out()

        question = f"{self.act.label} {names}?"
        self.app.push_screen(confirm(question, f"{_('Yes')}, {self.act.label.lower()} {names}"), answered)

    def _carry_out(self) -> None:
        self.busy = True
        self.say(_("Writing ..."))
        perform(
            self.console,
            self.real,
            self.numbers,
            {**self.answers(), **{name: value for name, value in self.held.items() if value}},
            versions=self.versions,
            first_id=self.act_id,
            done=self.done,
            refused=self.refused,
        )
