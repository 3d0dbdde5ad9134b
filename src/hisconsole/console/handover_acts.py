"""What can be done in mode 4: the menu of what is allowed now, and the forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hisconsole.console.desk_form import DeskForm, Job
from hisconsole.console.page import Page
from hisconsole.console.pick import Choice, Pick
from hisconsole.desk.actor import act_id
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.turn import RoutineDuty
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.console.handover import HandoverScreen
    from hisconsole.desk.desk import Desk, Outcome
    from hisconsole.desk.handover import Looked


def choices_of(looked: Looked, me: str) -> list[Choice]:
    """What somebody may do now, in the order in which it is done."""
    turn, offered = looked.standing.turn, looked.offered
    found: list[Choice] = []
    if offered is not None and offered.to == me:
        if not looked.standing.missing:
            found.append(Choice("accept", _("Accept the duty"), _("It is yours from then on.")))
        found.append(Choice("return", _("Return it with questions"), _("The duty stays where it is.")))
    if turn is not None and turn.person == me:
        if offered is None:
            found.append(Choice("offer", _("Offer the duty"), _("The summary is frozen and numbered.")))
        else:
            if offered.restated and offered.confirmed_at is None:
                found.append(Choice("confirm", _("All was understood rightly"), _("Of what is restated.")))
            if offered.restated:
                found.append(Choice("object", _("This was understood wrongly"), _("It is restated again.")))
            found.append(Choice("withdraw", _("Withdraw the offer"), _("The next one is a new edition.")))
    else:
        hint = _("Nobody has it.") if turn is None else _("Without a handover; it asks for the reason.")
        found.append(Choice("begin", _("Take the duty"), hint))
    if turn is not None:
        found.append(Choice("note", _("Write a note of the shift"), _("What belongs to no incident.")))
    found += [
        Choice("figures", _("Figures of the shift"), _("Calls, incidents, times, by the hour.")),
        Choice("text", _("Read it as it is printed"), _("Two pages and the annex.")),
        Choice("changed", _("What has changed since the last handover"), ""),
        Choice("print", _("Print it"), _("Through lp, where there is one.")),
    ]
    return found


def reason_field(label: str) -> Field:
    """A reason that is asked for only where the act is refused without it."""
    return Field("reason", label, limit=200, late=True)


def _ask(
    screen: HandoverScreen,
    form: str,
    words: tuple[str, str],
    *,
    asks: Sequence[Field],
    job: Job,
    given: Mapping[str, str] | None = None,
) -> None:
    """Open a form: what names its draft, its title and a sentence about it, the questions, what does it."""
    title, about = words
    console = screen.console
    console.push_screen(
        DeskForm(console, form=form, title=title, about=about, asks=asks, job=job, given=given)
    )


def at_once(console: HisConsole, job: Callable[[Desk, str], Outcome]) -> None:
    """Have the desk do something that asks nothing."""
    act = act_id()
    console.ask(
        lambda desk: job(desk, act),
        lambda outcome: console.say(f"{outcome.sentence}."),
        failed=lambda error: console.say_here(str(error)),
    )


def begin(screen: HandoverScreen) -> None:
    """Take the duty."""

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.turns import begin

        return begin(desk, reason=given.get("reason", ""), act=act)

    turn = screen.looked.standing.turn if screen.looked else None
    if turn is None:
        at_once(screen.console, lambda desk, act: job(desk, {}, act))
        return
    reason = Field("reason", _("Reason"), required=True, limit=200)
    about = _("{who} has it: the reason why it is not handed over goes on record.").format(who=turn.person)
    _ask(screen, "duty", (_("Take the duty alone"), about), asks=(reason,), job=job)


def offer(screen: HandoverScreen) -> None:
    """Offer the duty to whoever comes next."""
    seen = screen.seen()

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.handover import offer

        return offer(desk, given.get("to", ""), seen, reason=given.get("reason", ""), act=act)

    document = screen.looked.document if screen.looked else None
    coming = document.header.incoming.person if document else ""
    asks = (Field("to", _("To"), Ask.PERSON, True, limit=64), reason_field(_("Reason")))
    about = _("The summary is frozen as it is now and numbered; the duty stays yours until it is accepted.")
    given = {"to": coming} if coming != screen.console.operator else {}
    _ask(screen, "offer", (_("Offer the duty"), about), asks=asks, job=job, given=given)


def confirm(screen: HandoverScreen) -> None:
    """All that was restated is right."""

    def job(desk: Desk, act: str) -> Outcome:
        from hisconsole.desk.turns import confirm

        return confirm(desk, act=act)

    at_once(screen.console, job)


def withdraw(screen: HandoverScreen) -> None:
    """Take the offer back."""

    def job(desk: Desk, act: str) -> Outcome:
        from hisconsole.desk.turns import withdraw

        return withdraw(desk, act=act)

    at_once(screen.console, job)


def restate(screen: HandoverScreen, key: str, title: str) -> None:
    """The receiver's own words about an incident."""
    from hisconsole.desk.turns import restate_fields

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.turns import restate

        return restate(desk, key, given, act=act)

    about = _("{title}\nSay in your own words how it stands, what is next and when.").format(title=title)
    _ask(screen, f"restate-{key}", (_("Restate"), about), asks=restate_fields(), job=job)


def accept(screen: HandoverScreen) -> None:
    """Take the duty over, asked once."""

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.handover import accept

        return accept(desk, reason=given.get("reason", ""), act=act)

    turn = screen.looked.standing.turn if screen.looked else None
    who = turn.person if turn else ""
    title = _("Accept the duty from {who}?").format(who=who)

    def answered(answer: str | None) -> None:
        if answer == "yes":
            about = _("Everything is acknowledged.")
            _ask(screen, "accept", (_("Accept the duty"), about), asks=(reason_field(_("Reason")),), job=job)

    choices = [Choice("no", _("No")), Choice("yes", _("Yes, it is mine from now on"))]
    screen.app.push_screen(Pick(title, choices), answered)


def give_back(screen: HandoverScreen) -> None:
    """Return it with questions."""

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.turns import give_back

        return give_back(desk, given.get("questions", ""), act=act)

    field = Field("questions", _("Questions"), required=True)
    about = _("The duty stays where it is; the next offer is a new edition.")
    _ask(screen, "return", (_("Return the summary"), about), asks=(field,), job=job)


def object_to(screen: HandoverScreen) -> None:
    """Say what was understood wrongly."""
    offered = screen.looked.offered if screen.looked else None
    restated = offered.restated if offered else {}

    def chosen(key: str | None) -> None:
        if key is None:
            return

        def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
            from hisconsole.desk.turns import object_to

            return object_to(desk, key, given.get("text", ""), act=act)

        said = restated[key]
        about = f"{said.text} / {said.action}"
        field = Field("text", _("What is wrong"), required=True, limit=600)
        _ask(screen, f"object-{key}", (_("Understood wrongly"), about), asks=(field,), job=job)

    choices = [Choice(key, key, said.text) for key, said in restated.items()]
    screen.app.push_screen(Pick(_("Which?"), choices), chosen)


def write_note(screen: HandoverScreen) -> None:
    """A note of the shift."""

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.turns import note

        return note(desk, given.get("text", ""), act=act)

    about = _("It stands in the summary; what concerns an incident is noted there.")
    asks = (Field("text", _("Note"), required=True),)
    _ask(screen, "shift-note", (_("Note of the shift"), about), asks=asks, job=job)


def routine(screen: HandoverScreen, duty: RoutineDuty, *, done: bool) -> None:
    """A routine was done, or was not."""
    from hisconsole.desk.turns import routine_fields

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.turns import routine

        return routine(desk, duty.id, done=done, given=given, act=act)

    asks = routine_fields(duty) if done else tuple(f for f in routine_fields(duty) if f.name == "note")
    title = duty.name if done else _("{name}: not done").format(name=duty.name)
    about = _("Nothing needs to be said where all is well.") if done else _("Say why.")
    _ask(screen, f"routine-{duty.id}", (title, about), asks=asks, job=job)


def take(screen: HandoverScreen, keys: Sequence[str], seen: Mapping[int, int], answer: str = "taken") -> None:
    """Acknowledge items and news."""

    def job(desk: Desk, act: str) -> Outcome:
        from hisconsole.desk.turns import take

        return take(desk, dict.fromkeys(keys, answer), seen, act=act)

    at_once(screen.console, job)


def silence(screen: HandoverScreen, keys: Sequence[str], title: str) -> None:
    """Take a silence on, or let it lapse."""
    choices = [
        Choice("kept", _("Keep it"), _("It stays quiet until its end.")),
        Choice("lapses", _("Let it lapse"), _("It rings again once you have the duty.")),
    ]

    def chosen(answer: str | None) -> None:
        if answer is not None:
            take(screen, keys, {}, answer)

    screen.app.push_screen(Pick(title, choices), chosen)


def _show_page(screen: HandoverScreen, title: str, lines: Callable[[Desk], Sequence[str]]) -> None:
    console = screen.console

    def show(found: Sequence[str]) -> None:
        console.push_screen(Page(title, found))

    console.ask(lines, show, failed=lambda error: console.say(str(error)))


def show_paper(screen: HandoverScreen) -> None:
    """The summary as it is printed."""
    seen = screen.seen()

    def lines(desk: Desk) -> Sequence[str]:
        from hisconsole.desk.handover import read_text

        return read_text(desk, seen)

    _show_page(screen, _("As it is printed"), lines)


def show_changes(screen: HandoverScreen) -> None:
    """What has changed since the last handover that was accepted."""
    seen, width = screen.seen(), screen.size.width - 6

    def lines(desk: Desk) -> Sequence[str]:
        from hisconsole.desk.handover import changes_since_last

        return changes_since_last(desk, seen, width=width)

    _show_page(screen, _("What has changed since the last handover"), lines)


def show_figures(screen: HandoverScreen) -> None:
    """The figures of the shift, with its calls by the hour."""
    width = screen.size.width - 6

    def lines(desk: Desk) -> Sequence[str]:
        from hisconsole.desk.handover import shift_figures

        return shift_figures(desk, width=width)

    _show_page(screen, _("Figures of the shift"), lines)


def print_it(screen: HandoverScreen) -> None:
    """Print the summary; the screen does not wait for a printer."""
    console, seen = screen.console, screen.seen()

    async def printed(text: str) -> None:
        from hisconsole.desk.printing import print_text

        console.say(await asyncio.to_thread(print_text, text))

    def text(desk: Desk) -> str:
        from hisconsole.desk.handover import printed_text

        return printed_text(desk, seen)

    def show(found: str) -> None:
        console.run_worker(printed(found), exit_on_error=False)

    console.ask(text, show, failed=lambda error: console.say(str(error)))


WAYS: Mapping[str, Callable[[HandoverScreen], None]] = {
    "accept": accept,
    "return": give_back,
    "offer": offer,
    "confirm": confirm,
    "object": object_to,
    "withdraw": withdraw,
    "begin": begin,
    "note": write_note,
    "figures": show_figures,
    "text": show_paper,
    "changed": show_changes,
    "print": print_it,
}
"""What each choice leads to."""

ONWARD = ("accept", "confirm", "offer")
"""What one key does for whoever presses it: the first of these that is allowed."""
