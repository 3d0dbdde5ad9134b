"""Planned stops on the screen: a numbered list, what can be done with one, its forms and its notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from hisconsole.console.acting import draft_of, is_there
from hisconsole.console.choose import Choose
from hisconsole.console.form import Form
from hisconsole.console.lines import Said
from hisconsole.console.page import Page
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.rows import Line
from hisconsole.desk.actor import act_id
from hisconsole.plan.asking import Field
from hisconsole.plan.maintenance import Maintenance, Stage, stage, unfinished
from hisconsole.plan.maintenance_acts import cancel_fields, end_fields, extend_fields, plan_fields
from hisconsole.plan.maintenance_words import quiet_words, stage_label, when_words
from hisconsole.text import _, printable

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome

Act = Callable[["Desk", Mapping[str, str], str], "Outcome"]
NEW = "new"


class MaintenanceForm(Form):
    """What one act on a planned stop is asked."""

    def __init__(
        self,
        console: HisConsole,
        title: str,
        asks: Sequence[Field],
        act: Act,
        *,
        name: str,
        number: int = 0,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """`name` and `number` are those under which its draft is kept."""
        form = f"maintenance-{name}"
        super().__init__(
            form=form, incident=number, asks=asks, draft=draft_of(console, form, number), given=given
        )
        self.heading = title
        self.act = act

    def compose(self) -> ComposeResult:
        """A title, the questions, a line for sentences."""
        yield Line((f" {self.heading}", "reverse"))
        for field in self.asks:
            yield self.row(field)
        yield Said(id="said")
        yield Line((_(" Until as 23:30 or +2h. Departments by id, or all, or none."), "dim"))
        yield Line((_(" Enter goes on, and after the last question does it; Esc keeps a draft"), "dim"))

    def on_mount(self) -> None:
        """Begin with the first question that has no answer."""
        first = next((each.name for each in self.asks if not self.given.get(each.name)), self.asks[0].name)
        self.query_one(f"#{first}").focus()
        if self.found_draft is not None:
            self.say(_("A draft was found; ctrl+x throws it away."))

    @on(Input.Submitted)
    def entered(self, message: Input.Submitted) -> None:
        """Enter goes on."""
        self.next_from(message.input.id or "")

    @on(Choose.Chosen)
    def chosen(self, message: Choose.Chosen) -> None:
        """An answered choice goes on."""
        self.next_from(message.choose.id or "")

    def submit(self) -> None:
        """Carry it out, unless it would be quiet about something that is not there."""
        if self.busy:
            return
        given = self.answers()
        unknown = self._unknown(given)
        if unknown:
            self.say(unknown)
            return
        self.busy = True
        self.say(_("Writing ..."))
        act, number = self.act, self.act_id

        def job(desk: Desk) -> tuple[Outcome, Maintenance | None]:
            from hisconsole.desk.maintaining import of_act

            outcome = act(desk, given, number)
            return outcome, None if outcome.kept else of_act(desk, outcome)

        def done(answer: tuple[Outcome, Maintenance | None]) -> None:
            self.done()
            tell_done(self.console, *answer)

        self.console.ask(job, done, failed=self.refused)

    def _unknown(self, given: Mapping[str, str]) -> str:
        """What of the targets and services nobody watches, in a sentence."""
        picture = self.console.lookout.picture
        if picture is None:
            return ""
        for name, known, sentence in (
            ("targets", frozenset(picture.by_target), _("There is no target '{name}'.")),
            ("services", frozenset(picture.infrastructure.services), _("No target carries '{name}'.")),
        ):
            named = given.get(name, "").replace(",", " ").split()
            if wrong := next((each for each in named if each not in known), ""):
                self.query_one(f"#{name}").focus()
                return sentence.format(name=wrong)
        return ""


def tell_done(console: HisConsole, outcome: Outcome, found: Maintenance | None) -> None:
    """Say what an act on a planned stop came to; of one that is only kept here nobody knows the number."""
    if console.place is not None:
        console.place.acted()
    if found is None:
        console.say(f"{outcome.sentence}.")
        return
    words = when_words(found, console.now(), clock=console.clock)
    told = _("{act}: {number}, {when}.")
    console.say(told.format(act=outcome.sentence, number=found.number, when=words))


def plan_stop(console: HisConsole, targets: Sequence[str] = ()) -> None:
    """Open the form of a new stop, of the targets that are meant."""

    def act(desk: Desk, given: Mapping[str, str], identity: str) -> Outcome:
        from hisconsole.desk.maintaining import add

        return add(desk, given, act=identity)

    given = {"targets": " ".join(targets)}
    console.push_screen(MaintenanceForm(console, _("Plan a stop"), plan_fields(), act, name=NEW, given=given))


class StopPick(Pick):
    """A menu made of what the desk answers: it is up at once, and keys typed ahead wait for its lines."""

    def __init__(self, title: str) -> None:
        """Nothing can be chosen yet."""
        super().__init__(title, ())
        self.busy = True

    def on_mount(self) -> None:
        """The answer may have come before the screen."""
        self._lay()

    def fill(self, title: str, choices: Sequence[Choice]) -> None:
        """Show what can be chosen."""
        self._title, self._choices = title, {choice.key: choice for choice in choices}
        self.busy = False
        self._lay()

    def _fill(self, typed: str) -> None:
        if not self.busy:  # an empty list would say that there is nothing
            super()._fill(typed)

    def _lay(self) -> None:
        for line in self.query("#title").results(Line):  # none yet, or none any more
            title = _("{title}: looking ...").format(title=self._title) if self.busy else self._title
            line.show((f" {title}", "reverse"))
            self._fill("")

    def refused(self, error: BaseException) -> None:
        """There is nothing to choose from: say why, where one was before."""
        self.busy = False
        if is_there(self):
            self.dismiss(None)
        self.console.say(str(error))

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)


def show_maintenance(console: HisConsole) -> None:
    """The stops that run or are to come, in a numbered list, and a new one."""
    stops: dict[str, Maintenance] = {}
    pick = StopPick(_("Maintenance"))

    def question(desk: Desk) -> tuple[Maintenance, ...]:
        from hisconsole.desk.maintaining import every

        return unfinished(every(desk))

    def show(found: tuple[Maintenance, ...]) -> None:
        choices = [Choice(NEW, _("Plan a stop"), _("With the fields of its notice."))]
        for each in found:
            words = when_words(each, console.now(), clock=console.clock)
            at = stage_label(stage(each, console.now()))
            name = printable(f"{each.number} {each.systems}")
            choices.append(Choice(str(each.number), name, f"{at}, {words}"))
        stops.update({str(each.number): each for each in found})
        pick.fill(_("Maintenance"), choices)

    def chosen(answer: str | None) -> None:
        if answer == NEW:
            plan_stop(console)
        elif answer is not None:
            open_stop(console, stops[answer].number)

    console.push_screen(pick, chosen)
    console.ask(question, show, failed=pick.refused)


def open_stop(console: HisConsole, number: int) -> None:
    """The numbered menu of what can be done with a stop as it is now."""
    stops: list[Maintenance] = []
    pick = StopPick(_("Maintenance {number}").format(number=number))

    def question(desk: Desk) -> Maintenance:
        from hisconsole.desk.maintaining import one

        return one(desk, number)

    def show(found: Maintenance) -> None:
        stops.append(found)
        pick.fill(_about(console, found), _acts_on(console, found))

    def chosen(answer: str | None) -> None:
        if answer == "notice":
            _notice(console, stops[0])
        elif answer == "begin":
            _begin(console, number)
        elif answer is not None:
            _form(console, answer, stops[0])

    console.push_screen(pick, chosen)
    console.ask(question, show, failed=pick.refused)


def _about(console: HisConsole, found: Maintenance) -> str:
    """A stop in a line: what, how far, until when."""
    now = console.now()
    stop = f"{found.number} {found.systems}: {stage_label(stage(found, now))}"
    return printable(f"{stop}, {when_words(found, now, clock=console.clock)}")


def _acts_on(console: HisConsole, found: Maintenance) -> list[Choice]:
    """What can be done with it: what is over can only be read out."""
    allowed = ["notice"]
    if found.over_at is None:
        planned = stage(found, console.now()) is Stage.PLANNED
        allowed += ["begin", "extend", "cancel"] if planned else ["end", "extend"]
    hints = {
        "notice": _("To be read out: what, where, from when until when, why."),
        "begin": _("Quiet from now on: {what}").format(what=quiet_words(found)),
        "extend": _("A later end, and why."),
        "end": _("It works; they ring again: {what}").format(what=quiet_words(found)),
        "cancel": _("It will not be."),
    }
    return [Choice(name, _act_label(name), hints[name]) for name in allowed]


def _act_label(name: str) -> str:
    return {
        "notice": _("Its notice"),
        "begin": _("Begin now"),
        "extend": _("Extend"),
        "end": _("End"),
        "cancel": _("Cancel"),
    }[name]


def _notice(console: HisConsole, found: Maintenance) -> None:
    from hisconsole.desk.maintaining import notice_lines

    lines = notice_lines(console.site, found, now=console.now(), clock=console.clock)
    console.push_screen(Page(_("Notice of maintenance {number}").format(number=found.number), lines))


def _begin(console: HisConsole, number: int) -> None:
    identity = act_id()

    def job(desk: Desk) -> tuple[Outcome, Maintenance | None]:
        from hisconsole.desk.maintaining import begin, of_act

        outcome = begin(desk, number, act=identity)
        return outcome, None if outcome.kept else of_act(desk, outcome)

    console.ask(job, lambda answer: tell_done(console, *answer))


def _form(console: HisConsole, name: str, found: Maintenance) -> None:
    def act(desk: Desk, given: Mapping[str, str], identity: str) -> Outcome:
        from hisconsole.desk import maintaining

        acts = {"extend": maintaining.extend, "end": maintaining.end, "cancel": maintaining.cancel}
        return acts[name](desk, found.number, given, act=identity)

    asks = {"extend": extend_fields, "end": end_fields, "cancel": cancel_fields}[name]()
    title = _("{act} maintenance {number}: {systems}").format(
        act=_act_label(name), number=found.number, systems=found.systems
    )
    console.push_screen(MaintenanceForm(console, printable(title), asks, act, name=name, number=found.number))
