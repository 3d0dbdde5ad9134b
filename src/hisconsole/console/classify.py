"""Guided classification: questions, then what they come to and why, recorded with one Enter (plan 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events

from hisconsole.console.acting import One, draft_of, the_one
from hisconsole.console.flow import FlowScreen
from hisconsole.console.flow_show import answer_lines, asked_again
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Text, hanging
from hisconsole.console.sheet import Sheet
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import StepKind, plan_outcomes, with_outcomes
from hisconsole.flows.read import load_flow
from hisconsole.flows.walk import Walk
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.category import Alternative, Verdict, what_would_change
from hisconsole.plan.conditions import known
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import Category, category_name, label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.classifying import Prefilled
    from hisconsole.desk.desk import Desk, Outcome

FORM = "flow-classify"
"""The name of its drafts; that of the form by hand is the act's."""

SHOWN = 4
"""Alternatives on the page; there may be many, and the highest come first."""


class Classification(FlowScreen):
    """The questions of the classification, over what reports, record and watch say already."""

    def __init__(self, one: One, title: str, console: HisConsole) -> None:
        """About one incident."""
        draft = draft_of(console, FORM, one.number)
        super().__init__(form=FORM, incident=one.number, title=title, draft=draft)
        self.one = one
        self.before: Prefilled | None = None

    def begin(self) -> None:
        """See what is known before the first question is put."""
        self.say(self.one.note)
        number, picture = self.one.number, self.console.lookout.picture
        path = self.console.start.folder / "flows" / "classify.yaml"

        def question(desk: Desk) -> tuple[Prefilled, Walk]:
            from hisconsole.desk.classifying import prefilled

            before = prefilled(desk, number, picture)
            flow = with_outcomes(load_flow(path), plan_outcomes(before.plan.rules))
            return before, walking.begin(flow, before.filled, before.facts)

        def show(answer: tuple[Prefilled, Walk]) -> None:
            self.before = answer[0]
            self.one = replace(self.one, version=answer[0].incident.version)
            self.start(answer[1])

        self.console.ask(question, show, failed=self.refused)

    def decided(self, walk: Walk) -> None:
        """Show what the answers come to."""
        if self.before is not None and self.app.screen is self:
            self.app.push_screen(VerdictSheet(self, walk, self.before), self.went_on)

    def went_on(self, how: Callable[[Walk], Walk] | None) -> None:
        """Back to a question, or away: recorded, or kept as a draft."""
        if how is not None and self.walk is not None:
            self.to(how(self.walk))
        else:
            self.action_leave()

    def recorded(self, verdict: Category, told: str) -> None:
        """It is on record: the draft has served."""
        self.forget()
        if self.console.place is not None:
            self.console.place.acted()
        self.console.say(f"{subject(self.one.number)}: {label(verdict)}{told}")


class VerdictSheet(Sheet["Callable[[Walk], Walk] | None"]):
    """Fault, category, why, who answers for it, and which answer would change it."""

    def __init__(self, guide: Classification, walk: Walk, before: Prefilled) -> None:
        """What `walk` came to."""
        super().__init__()
        self.guide = guide
        self.walk = walk
        self.before = before
        self.verdict: Verdict | None = None
        self.others: tuple[Alternative, ...] = ()

    def look(self) -> None:
        """Have the plan judge the answers, once."""
        if self.verdict is not None:
            return
        number, values = self.guide.one.number, walking.values(self.walk)

        def question(desk: Desk) -> Verdict:
            from hisconsole.desk.classifying import judge_answers

            return judge_answers(desk, number, values)

        def show(verdict: Verdict) -> None:
            self.busy = False
            self.verdict = verdict
            self.others = what_would_change(
                self.before.plan,
                known({**self.before.facts, **values}),
                {
                    step.id: [choice.value for choice in step.choices]
                    for step in self.walk.flow.steps
                    if step.kind is StepKind.CHOICE and step.id in values
                },
            )
            self.draw()

        self.console.ask(question, show, failed=self.refused)

    def title_now(self) -> str:
        """Which incident, and what it comes to."""
        number = subject(self.guide.one.number)
        if self.verdict is None:
            return _("Classify {number}").format(number=number)
        found = _("Classify {number}: {category}").format(
            number=number, category=label(self.verdict.category)
        )
        return _("{found}, for the time being").format(found=found) if self.verdict.provisional else found

    def aside(self) -> str:
        """The edition of the plan that says so."""
        if self.verdict is None:
            return ""
        plan = self.before.plan
        return _("plan {edition} ({version})").format(edition=plan.edition, version=plan.version)

    def keys(self) -> str:
        """What can be done."""
        return _("Enter records it  o other category  1-9 change  Left back  Esc keeps a draft")

    def text(self, width: int) -> Text:
        """All of it, the most important first."""
        verdict = self.verdict
        if verdict is None:
            return []
        plan = self.before.plan
        lines: Text = []
        if verdict.fault is not None:
            lines += _part(_("Fault"), verdict.fault.say, width)
            lines += _part(_("Because"), f"{verdict.why} ({verdict.fault.clause})", width)
        else:
            lines += _part(_("Open"), verdict.why, width)
        handling = plan.handling_of(verdict.category)
        if handling is not None:
            lines += _part(_("Handled"), handling.how, width)
        if verdict.fault is not None and verdict.fault.first:
            lines += _part(_("First"), verdict.fault.first, width)
        lines += [[], *answer_lines(self.walk, width, numbered=True)]
        return lines + self._alternatives(width)

    def _alternatives(self, width: int) -> Text:
        if not self.others:
            return []
        lines: Text = [[], [(f" {_('It would be another category with one other answer:')}", "bold")]]
        grouped: dict[tuple[Category, str], list[str]] = {}
        for other in self.others:
            step = self.walk.flow.step(other.question)
            choice = step.choice(other.value) if step is not None else None
            said = _(choice.say) if choice is not None else other.value
            grouped.setdefault((other.category, other.fault.say), []).append(said)
        for (category, fault), answers in list(grouped.items())[:SHOWN]:
            words = _("{category}, {fault}: {answers}").format(
                category=label(category), fault=fault, answers=_(" / ").join(answers)
            )
            lines.append([(f"   {words}", "normal")])
        more = len(grouped) - SHOWN
        if more > 0:
            lines.append([(f"   {_('... and {n} more').format(n=more)}", "dim")])
        return lines

    # -- keys ------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Digits put a question again, Left goes back, o takes another category."""
        pressed = event.character or ""
        if event.key in ("left", "backspace"):
            event.stop()
            self.dismiss(walking.back)
        elif pressed == "o":
            event.stop()
            self.overrule()
        elif pressed.isascii() and pressed.isdecimal():
            event.stop()
            put_again = asked_again(self.walk, int(pressed))
            if put_again is None:
                self.say(_("There is no question {digit} here.").format(digit=pressed))
            else:
                self.dismiss(put_again)

    def action_take(self) -> None:
        """Record what it comes to; leaving the highest category asks who agreed."""
        verdict = self.verdict
        if self.busy or verdict is None:
            return
        if self.leaves(verdict.category):
            self.overrule(verdict.category)
            return
        self.busy = True
        self.say(_("Writing ..."))
        self.record({}, act=self.guide.act_id, done=lambda: self.done(verdict.category), refused=self.refused)

    def leaves(self, category: Category) -> bool:
        """Whether the approver's word is needed for that category."""
        lowering = self.before.plan.lowering
        return self.before.incident.category is lowering and category is not lowering

    def record(
        self,
        given: Mapping[str, str],
        *,
        act: str,
        done: Callable[[], None],
        refused: Callable[[BaseException], None],
    ) -> None:
        """Put it on record, with what was given beside the answers."""
        one, answers, verdict = self.guide.one, walking.answers(self.walk), self.verdict
        picture, seen_at = self.before.picture, self.before.seen_at
        chosen = Category(given["category"]) if given.get("category") else None
        override = chosen if verdict is None or chosen is not verdict.category else None
        rest = {name: value for name, value in given.items() if name != "category"}

        def job(desk: Desk) -> Outcome:
            from hisconsole.desk.classifying import classify

            return classify(
                desk,
                one.number,
                answers,
                override=override,
                expected=one.version,
                act=act,
                picture=picture,
                seen_at=seen_at,
                **rest,
            )

        def finished(outcome: Outcome) -> None:
            done()
            if outcome.kept:
                self.console.say(f"{subject(one.number)}: {outcome.sentence}")

        self.console.ask(job, finished, failed=refused)

    def done(self, category: Category) -> None:
        """On record."""
        verdict = self.verdict
        agrees = verdict is not None and verdict.fault is not None and verdict.category is category
        told = f", {verdict.fault.say}" if agrees and verdict is not None and verdict.fault else ""
        self.guide.recorded(category, told)
        self.leave()

    def overrule(self, category: Category | None = None) -> None:
        """Ask for the category, the reason, and where one is needed who agreed."""
        if self.busy or self.verdict is None:
            return
        self.app.push_screen(Overruling(self, category))


class Overruling(ActForm):
    """Another category than the plan's, or one that needs somebody's word."""

    def __init__(self, sheet: VerdictSheet, category: Category | None) -> None:
        """`category` is what the answers come to, where only a word for it is missing."""
        leaving = sheet.before.incident.category is sheet.before.plan.lowering
        choices = tuple(each for each in Category if each is not Category.UNCLASSIFIED)
        asks = [Field("reason", _("Reason"), required=True)]
        if category is None:
            asks.insert(0, Field("category", _("Category"), Ask.CHOICE, True, choices))
        if leaving:
            asks += [
                Field("approved_by", _("Agreed by"), Ask.PERSON, limit=64),
                Field("tried", _("Tried since"), Ask.WHEN),
            ]
        one = sheet.guide.one
        help_ = _("It stands beside what the answers came to. Say why.")
        if category is not None:
            help_ = _("Leaving {lowered} for {category} takes the word of who may give it.").format(
                lowered=category_name(sheet.before.plan.lowering), category=category_name(category)
            )
        act = replace(
            sheet.console.acts["classify"],
            label=_("Category of"),
            help=help_,
            asks=tuple(asks),
            confirm=False,
        )
        form = f"{FORM}-other"
        super().__init__(act, [one.number], {}, draft_of(sheet.console, form, one.number))
        self.form = form
        self.category = category
        self.sheet = sheet

    def _carry_out(self) -> None:
        self.busy = True
        self.say(_("Writing ..."))
        given = self.answers()
        if self.category is not None:
            given["category"] = self.category.value

        def done() -> None:
            self.done()
            self.sheet.done(Category(given["category"]))

        if not given.get("category") or not given.get("reason", "").strip():
            self.busy = False
            self.say(_("A category and a reason are needed."))
            return
        self.sheet.record(given, act=self.act_id, done=done, refused=self.refused)


def _part(name: str, text: str, width: int) -> Text:
    return hanging(f" {name:<9} ", text, width, look="bold" if name == _("Fault") else "normal", strong="dim")


def classify(console: HisConsole) -> None:
    """Open the questions about the incident under the cursor."""
    one = the_one(console)
    if one is None:
        return
    row = console.board.by_number.get(one.number) if console.board else None
    title = _("Classify {number}").format(number=subject(one.number))
    if row is not None and row.words:
        title += f"  {row.workstation}  {row.words}"
    console.push_screen(Classification(one, title, console))
