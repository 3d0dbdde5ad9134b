"""Guided escalation: what is due and why, who is told in which order, what to say (plan 3, domain 5.7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from textual.binding import Binding

from hisconsole.console.acting import One, draft_of, is_there, on_record, perform, the_one
from hisconsole.console.calltree import CallSheet
from hisconsole.console.decision import decision, predicate_lines
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Text, hanging
from hisconsole.console.sheet import Sheet
from hisconsole.desk.actor import act_id
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock, span
from hisconsole.plan.words import label
from hisconsole.text import _, cell_len, fit

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.escalating import Escalation, Step

FRAME = 3
"""Lines that are not the text: the title, the sentence, the keys."""
FEW = 3
"""People of one step who get a line each; more are named in one breath."""


class EscalateSheet(Sheet[None]):
    """How an incident stands towards the leading group; Enter records that they are told."""

    BINDINGS = [Binding("n", "hold", show=False), Binding("tab", "turn", show=False)]

    def __init__(self, one: One) -> None:
        """About one incident."""
        super().__init__()
        self.one = one
        self.seen: Escalation | None = None
        self.speaking = False
        self.act_id = act_id()

    def on_mount(self) -> None:
        """Say which one it is about, where several are marked."""
        self.say(self.one.note)

    def look(self) -> None:
        """See how it stands now."""
        self.one = on_record(self.console, self.one)
        number, picture = self.one.number, self.console.lookout.picture

        def question(desk: Desk) -> Escalation:
            from hisconsole.desk.escalating import look

            return look(desk, number, picture)

        def show(seen: Escalation) -> None:
            self.busy = False
            self.seen = seen
            if self._told(seen):
                self._call()
            else:
                self.draw()

        self.console.ask(question, show, failed=self.refused)

    def _told(self, seen: Escalation) -> bool:
        decided = seen.standing.decided
        return decided is not None and not decided.held

    def _call(self) -> None:
        """They are to be told: in the place of the decision come the calls."""
        if is_there(self) and self.is_current:
            self.app.switch_screen(CallSheet(self.one))

    def title_now(self) -> str:
        """Which incident, and how long it lasts."""
        number = subject(self.one.number)
        if self.seen is None:
            return _("Escalate {number}").format(number=number)
        incident = self.seen.incident
        return _("Escalate {number}: {category}, since {when} ({length})").format(
            number=number,
            category=label(incident.category),
            when=self.console.clock(incident.zero),
            length=span(self.console.now() - incident.zero),
        )

    def keys(self) -> str:
        """What can be done."""
        turn = _("whom to call") if self.speaking else _("what to say")
        return _("Enter they are told  n not yet  Tab {turn}  y copies it  Esc back").format(turn=turn)

    def text(self, width: int) -> Text:
        """The decision, why and whom to call; the words below, or on a page of their own."""
        if self.seen is None:
            return []
        lines, words = self._order(self.seen, width), self._words(width)
        if len(lines) + len(words) <= self.size.height - FRAME:
            return lines + words
        return words if self.speaking else lines

    def _order(self, seen: Escalation, width: int) -> Text:
        now, zone = self.console.now(), self.console.site.zone

        def short(moment: datetime) -> str:
            return clock(moment, zone=zone, now=now)

        standing = seen.standing
        words, look = decision(standing, now, short)
        lines = hanging(" ", words, width, look=look)
        for predicate in (standing.serious, standing.unknown, standing.not_short, standing.immediate):
            lines += predicate_lines(predicate, now, short, width)
        lines.append([(f" {_('Tell them, in this order:')}", "bold")])
        for number, step in enumerate(seen.steps, start=1):
            for at, each in enumerate(step):
                lines += _called("" if at else str(number), each, width)
        return lines

    def _words(self, width: int) -> Text:
        return [[(f" {_('Say:')}", "bold")], *hanging("   ", self.copied(), width)]

    def action_turn(self) -> None:
        """From whom to call to what to say, and back."""
        self.speaking = not self.speaking
        self.action_move(-100)
        self.draw()

    def copied(self) -> str:
        """What is to be said."""
        return self.seen.script if self.seen is not None else ""

    def action_take(self) -> None:
        """The leading group is to be told: record it, and go on to calling them."""
        if self.busy or self.seen is None:
            return
        self.busy = True
        self.say(_("Writing ..."))
        number, incident = self.one.number, self.seen.incident

        def done() -> None:
            self.busy = False
            self._call()

        perform(
            self.console,
            self.console.acts["escalate"],
            [number],
            {},
            versions={number: incident.version},
            first_id=self.act_id,
            done=done,
            refused=self.refused,
        )

    def action_hold(self) -> None:
        """Somebody who may said not yet: who, and why."""
        if self.busy or self.seen is None:
            return
        number = self.one.number
        form = ActForm(
            self.console.acts["hold"],
            [number],
            {number: self.seen.incident.version},
            draft_of(self.console, "hold", number),
        )
        self.app.push_screen(form, lambda _done: self.look())


def _called(number: str, step: Step, width: int) -> Text:
    """Whom to call at one step: each with the numbers to try; many are named in one breath."""
    head = f"   {number or '+':<2} "
    if not step.people:
        return hanging(head, _("{role}: nobody in the roster").format(role=step.role), width, look="dim")
    if len(step.people) > FEW:
        names = ", ".join(f"{each.name} {' '.join(each.numbers[:1])}" for each in step.people)
        return hanging(head, f"{step.role}: {names}", width)
    lines: Text = []
    for at, each in enumerate(step.people):
        numbers = "  ".join(each.numbers)
        room = min(60, max(20, width - cell_len(head) - cell_len(numbers) - 3))
        before = " " * len(head) if at else head
        who = f"{each.name}, {step.role}"
        lines.append([(before, "bold"), (fit(who, room), "normal"), (f"  {numbers}", "bold")])
    return lines


def escalate(console: HisConsole) -> None:
    """Open the escalation of the incident under the cursor."""
    one = the_one(console)
    if one is not None:
        console.push_screen(EscalateSheet(one))
