"""What an operator can do about a contact, the same in the roster and on the contact's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from hisconsole.config import Contact
from hisconsole.console.acting import draft_of
from hisconsole.console.form import Form
from hisconsole.console.lines import Said
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.rows import Line
from hisconsole.desk.actor import act_id
from hisconsole.desk.drafts import Draft
from hisconsole.desk.order import numbers_of
from hisconsole.errors import StoreFault
from hisconsole.plan.contacts import Known, acting_fields
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.story_outreach import number_label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome

Job = Callable[["Desk"], "Outcome"]


def _carry_out(console: HisConsole, contact: Contact, job: Job) -> None:
    """Have the desk do it, and say what it came to where one is by then."""

    def done(outcome: Outcome) -> None:
        console.say_here(f"{contact.name}: {outcome.sentence}")

    console.ask(job, done, failed=lambda error: console.say_here(str(error)))


def verify(console: HisConsole, contact: Contact) -> None:
    """Its numbers were tried and are right."""
    act = act_id()

    def job(desk: Desk) -> Outcome:
        from hisconsole.desk.roster import verify

        return verify(desk, contact.id, act=act)

    _carry_out(console, contact, job)


def wrong(console: HisConsole, contact: Contact, number: NumberKind) -> None:
    """A number reaches somebody else."""
    act = act_id()

    def job(desk: Desk) -> Outcome:
        from hisconsole.desk.roster import wrong

        return wrong(desk, contact.id, number, act=act)

    _carry_out(console, contact, job)


def back(console: HisConsole, contact: Contact) -> None:
    """It answers for itself again."""
    act = act_id()

    def job(desk: Desk) -> Outcome:
        from hisconsole.desk.roster import back

        return back(desk, contact.id, act=act)

    _carry_out(console, contact, job)


def reveal(console: HisConsole, contact: Contact, show: Callable[[], None]) -> None:
    """Record that its numbers are shown, then show them; a record that is gone keeps nobody from calling."""
    act = act_id()

    def job(desk: Desk) -> Outcome:
        from hisconsole.desk.roster import reveal

        return reveal(desk, [contact.id], act=act)

    def failed(error: BaseException) -> None:
        if isinstance(error, StoreFault):
            show()
            console.say_here(_("Shown, but not on record: {why}").format(why=error))
        else:
            console.say_here(str(error))

    console.ask(job, lambda _outcome: show(), failed=failed)


def menu(console: HisConsole, contact: Contact, known: Known) -> None:
    """The numbered menu of what can be found out about a contact."""
    choices = [Choice("right", _("Its numbers are right"), _("Tried just now; a wrong number is done with."))]
    choices += [
        Choice(kind.value, _("Wrong number: {which}").format(which=number_label(kind)), _("It opens a task."))
        for kind in numbers_of(contact)
    ]
    away = known.acting is not None and known.acting.holds(console.now())
    choices.append(Choice("acting", _("Somebody acts in its place"), _("Until a time, or until it is back.")))
    if away:
        choices.append(Choice("back", _("It is back"), _("It answers for itself again.")))

    def chosen(answer: str | None) -> None:
        if answer == "right":
            verify(console, contact)
        elif answer == "acting":
            console.push_screen(ActingForm(contact, draft_of(console, form_name(contact), 0)))
        elif answer == "back":
            back(console, contact)
        elif answer is not None:
            wrong(console, contact, NumberKind(answer))

    console.push_screen(Pick(_("What about {name}?").format(name=contact.name), choices), chosen)


def form_name(contact: Contact) -> str:
    """The name under which the draft of who acts for a contact is kept."""
    return f"acting-{contact.id}"


class ActingForm(Form):
    """Who answers in a contact's place, until when, why."""

    def __init__(self, contact: Contact, draft: Draft | None) -> None:
        """For one contact, whose deputy in the files is offered."""
        given = {"deputy": contact.deputy}
        asks = acting_fields()
        super().__init__(form=form_name(contact), incident=0, asks=asks, draft=draft, given=given)
        self.contact = contact

    def compose(self) -> ComposeResult:
        """A title, the questions, a line for sentences."""
        title = _("Who acts for {name}?").format(name=self.contact.name)
        yield Line((f" {title}", "reverse"))
        yield Line((f" {self.contact.role}", "dim"))
        for field in self.asks:
            yield self.row(field)
        yield Said(id="said")
        yield Line(
            (_(" Until as 18:00 or +8h. Enter goes on, and at last does it; Esc keeps a draft"), "dim")
        )

    def on_mount(self) -> None:
        """Begin with who."""
        self.query_one("#deputy").focus()
        if self.found_draft is not None:
            self.say(_("A draft was found; ctrl+x throws it away."))

    @on(Input.Submitted)
    def entered(self, message: Input.Submitted) -> None:
        """Enter takes the person that was meant, and goes on."""
        self.take_person(message)

    def submit(self) -> None:
        """Put it on record."""
        if self.busy:
            return
        contact, given, act, console = self.contact, self.answers(), self.act_id, self.console
        if not given.get("deputy", "").strip():
            self.say(_("Say who acts."))
            self.query_one("#deputy").focus()
            return
        self.busy = True
        self.say(_("Writing ..."))

        def job(desk: Desk) -> Outcome:
            from hisconsole.desk.roster import acting

            return acting(desk, contact.id, given, act=act)

        def done(_outcome: Outcome) -> None:
            self.done()
            console.say_here(
                _("{deputy} acts for {name}.").format(deputy=given.get("deputy", ""), name=contact.name)
            )

        console.ask(job, done, failed=self.refused)
