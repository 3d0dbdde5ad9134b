"""One screen for every flow: a question at a time, answered by digits; nothing answered is ever lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from hisconsole.console.acting import is_there, keep_draft
from hisconsole.console.filter import Entry
from hisconsole.console.flow_show import answer_lines, kept_value, offered, question
from hisconsole.console.lines import Lines, Said
from hisconsole.console.pick import confirm
from hisconsole.console.rows import Line, strip
from hisconsole.desk import drafts
from hisconsole.desk.actor import act_id
from hisconsole.desk.drafts import Draft, process_id
from hisconsole.errors import HisError
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN, Choice, Step, StepKind
from hisconsole.flows.walk import Walk
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole

FRAME = 6
"""Lines that are neither answers given, nor the question, nor its choices."""


class Choices(Widget, can_focus=True):
    """The answers of a question, one a line; none is chosen until a digit or an arrow says so."""

    DEFAULT_CSS = "Choices { height: 1fr; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        """Begin with none."""
        super().__init__(id=id)
        self.choices: tuple[Choice, ...] = ()
        self.at = -1

    def show(self, choices: tuple[Choice, ...], *, at: int) -> None:
        """Show these, the cursor on the answer that was given before."""
        self.choices, self.at = choices, at
        self.refresh()

    def move(self, by: int) -> None:
        """To the next or the one before, round."""
        count = len(self.choices)
        self.at = (self.at + by) % count if self.at >= 0 else (0 if by > 0 else count - 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A digit and what it says."""
        if y >= len(self.choices):
            return strip([], self.size.width)
        chosen = y == self.at
        digit = (y + 1) % 10 if self.choices[y].value != UNKNOWN else 0
        return strip(
            [(" > " if chosen else "   ", "bold"), (f"{digit} ", "bold"), (_(self.choices[y].say), "normal")],
            self.size.width,
            inverse=chosen,
        )


class FlowScreen(ModalScreen[None], inherit_bindings=False):
    """Draws a walk and feeds it answers; a draft is kept with each of them.

    While `busy` it waits for the desk, and keys typed ahead wait with it.
    """

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+x", "empty", show=False, priority=True),
        Binding("ctrl+l", "app.redraw", show=False),
    ]
    AUTO_FOCUS = "Choices"

    def __init__(self, *, form: str, incident: int, title: str, draft: Draft | None) -> None:
        """Walk for an incident; `form` names its drafts."""
        super().__init__()
        self.form = form
        self.incident = incident
        self.heading = title
        self.found_draft = draft
        self.act_id = draft.act if draft else act_id()
        self.walk: Walk | None = None
        self.busy = True
        self.skipping = False
        self.typed: dict[str, str] = {}
        self._typed_for = ("", False)

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    def compose(self) -> ComposeResult:
        """What was answered, the question, its answers, a line for sentences, the keys."""
        yield Line((f" {self.console.headed(self.heading)}", "reverse"), id="title")
        yield Lines(id="told")
        yield Lines(id="ask")
        yield Entry(id="typed")
        yield Choices(id="choices")
        yield Said(id="said")
        yield Line(id="keys")

    def on_mount(self) -> None:
        """Nothing is asked before the record was looked at."""
        self.query_one("#typed").display = False
        self.query_one("#ask", Lines).show([[(f" {_('Looking ...')}", "dim")]])
        self.begin()

    def begin(self) -> None:
        """Find out what is known already, and `start`."""
        raise NotImplementedError

    def decided(self, walk: Walk) -> None:
        """Nothing is left to ask."""
        raise NotImplementedError

    # -- walking ---------------------------------------------------------------------------------

    def start(self, walk: Walk) -> None:
        """Begin the walk, or go on with the draft's; who has left meanwhile is not troubled."""
        self.busy = False
        if not self.query("#keys"):
            return
        self.walk = walk
        if self.found_draft is not None:
            kept = unpacked(walk, self.found_draft.answers)
            if kept is not None:
                self.walk = kept
                self.typed = typed_before(self.found_draft.answers)
                self.say(_("A draft was found; ctrl+x throws it away."))
        self.go()

    def to(self, walk: Walk) -> None:
        """The walk has moved on: keep it, and go on."""
        self.walk = walk
        self.skipping = False
        self.keep()
        self.say("")
        self.go()

    def go(self) -> None:
        """Ask the next question, or say that it is decided."""
        if self.walk is None:
            return
        self.draw()
        if walking.current(self.walk) is None:
            self.decided(self.walk)

    def keep(self) -> None:
        """Keep what stands, with every answer."""
        if self.walk is None:
            return
        keep_draft(
            self.console,
            Draft(
                form=self.form,
                incident=self.incident,
                act=self.act_id,
                answers=packed(self.walk, self.typed),
                operator=self.console.operator,
                saved=self.console.now().isoformat(timespec="seconds"),
                process=process_id(),
            ),
        )

    def forget(self) -> None:
        """The draft has served."""
        drafts.drop(self.console.start.data, self.act_id)

    # -- drawing ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Lines break elsewhere in another size."""
        self.draw()

    def draw(self) -> None:
        """Bring all of it up to date."""
        walk = self.walk
        step = walking.current(walk) if walk is not None else None
        if walk is None or not self.query("#keys"):
            return
        width = self.size.width
        asked = question(step, width, skipping=self.skipping) if step is not None else []
        choices = offered(step) if step is not None and not self.skipping else ()
        room = self.size.height - FRAME - len(asked) - max(1, len(choices))
        told = list(answer_lines(walk, width, but=step.id if step is not None else ""))
        if len(told) > max(1, room):
            kept = max(0, room - 1)
            before_these = _("... and {n} before").format(n=len(told) - kept)
            told = [[(f"   {before_these}", "dim")], *told[len(told) - kept :]]
        self.query_one("#told", Lines).show([[], *told, []] if told else [[]])
        self.query_one("#ask", Lines).show(asked)
        entry, listed = self.query_one("#typed", Entry), self.query_one("#choices", Choices)
        before = kept_value(walk, step)
        values = [choice.value for choice in choices]
        listed.show(choices, at=values.index(before) if before in values else -1)
        typing = step is not None and (self.skipping or step.kind is not StepKind.CHOICE)
        asking = (step.id if step is not None else "", self.skipping)
        if typing and asking != self._typed_for:
            self._typed_for = asking
            said = "" if before == UNKNOWN else before
            entry.value = "" if self.skipping else self.typed.get(asking[0], said)
        self._typed_for = asking
        entry.display = typing
        (entry if typing else listed).focus()
        self.query_one("#keys", Line).show((f" {self.keys(step)}", "dim"))

    def keys(self, step: Step | None) -> str:
        """What the keys do now."""
        if self.skipping:
            return _("Enter skips it, Esc asks it after all")
        if step is not None and step.kind is not StepKind.CHOICE:
            return _("Enter goes on, empty is don't know  Left back  Tab skip  Esc keeps a draft")
        return _("1-9 answer  0 don't know  Left back  Tab skip  Esc keeps a draft")

    def say(self, sentence: str) -> None:
        """Put a sentence above the keys."""
        for said in self.query(Said):  # none once one has left
            said.say(sentence)

    def refused(self, error: BaseException) -> None:
        """Say why something was refused; who has left reads it where he is."""
        self.busy = False
        if is_there(self):
            self.say(str(error))
        else:
            self.console.say(str(error))

    # -- keys ------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Digits answer, arrows move, Enter takes, Left goes back."""
        walk = self.walk
        step = walking.current(walk) if walk is not None else None
        if walk is None or step is None or self.busy:
            return
        typing = self.query_one("#typed", Entry)
        if typing.display and (event.key not in ("enter", "tab", "left", "backspace")):
            return
        if event.key in ("left", "backspace") and typing.display and typing.value:
            return
        try:
            if self._pressed(event, walk, step, typing):
                event.stop()
        except HisError as error:
            event.stop()
            self.say(str(error))

    def _pressed(self, event: events.Key, walk: Walk, step: Step, typing: Entry) -> bool:
        listed = self.query_one("#choices", Choices)
        pressed = event.character or ""
        if event.key in ("left", "backspace"):
            self._back(walk)
        elif event.key == "tab":
            self.skipping = not self.skipping
            self.say("")
            self.draw()
        elif event.key == "enter" and typing.display:
            self._typed(walk, typing.value.strip())
        elif event.key == "enter":
            if listed.at < 0:
                self.say(_("Answer with a digit; 0 where nobody can say."))
            else:
                self._answer(walk, listed.choices[listed.at].value)
        elif event.key in ("down", "up", "j", "k"):
            listed.move(1 if event.key in ("down", "j") else -1)
        elif pressed in ("0", "?"):
            self._answer(walk, UNKNOWN)
        elif pressed.isdecimal() and pressed.isascii():
            if int(pressed) > len(step.choices):
                self.say(_("There is no answer {digit} here.").format(digit=pressed))
            else:
                self._answer(walk, step.choices[int(pressed) - 1].value)
        else:
            return False
        return True

    @on(Input.Changed, "#typed")
    def typing(self, message: Input.Changed) -> None:
        """Every key is kept."""
        step = walking.current(self.walk) if self.walk is not None else None
        if step is None or self.skipping or self._typed_for != (step.id, False):
            return
        if message.value != self.typed.get(step.id, kept_value(self.walk, step)):
            self.typed[step.id] = message.value
            self.keep()

    def _answer(self, walk: Walk, value: str) -> None:
        self.to(walking.unknown(walk) if value == UNKNOWN else walking.answer(walk, value))

    def _typed(self, walk: Walk, typed: str) -> None:
        if self.skipping:
            self.to(walking.skip(walk, typed))
        elif typed:
            self.to(walking.answer(walk, typed))
        else:
            self.to(walking.unknown(walk))

    def _back(self, walk: Walk) -> None:
        if self.skipping:
            self.skipping = False
            self.draw()
        else:
            self.to(walking.back(walk))

    def action_leave(self) -> None:
        """Leave; the draft stays."""
        if self.skipping:
            self.skipping = False
            self.draw()
            return
        if self.draft_kept():
            self.console.say(_("Kept as a draft."))
        self.dismiss(None)

    def draft_kept(self) -> bool:
        """Whether there is a draft to come back to."""
        return bool((self.console.start.data / "drafts" / f"{self.act_id}.json").exists())

    def action_empty(self) -> None:
        """Ask, then forget the draft and leave."""
        if self.busy:
            return

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self.forget()
                self.dismiss(None)

        self.app.push_screen(confirm(_("Throw these answers away?"), _("Yes, throw them away")), answered)


def packed(walk: Walk, typed: Mapping[str, str]) -> Mapping[str, str]:
    """A walk as the answers of a draft: a draft's values are short texts; evidence is looked up anew."""
    data = walking.to_data(walk) | {"filled": {}, "facts": {}, "typed": dict(typed)}
    return {name: json.dumps(value, ensure_ascii=False) for name, value in data.items()}


def unpacked(begun: Walk, kept: Mapping[str, str]) -> Walk | None:
    """The answers of a draft over what is known now, or None where it cannot be read any more."""
    try:
        data = {name: json.loads(value) for name, value in kept.items()}
        left = walking.from_data(begun.flow, data)
    except (HisError, ValueError):
        return None
    return replace(begun, given=left.given, order=left.order, at=left.at)


def typed_before(kept: Mapping[str, str]) -> dict[str, str]:
    """What a draft holds of answers that were being typed, by step."""
    try:
        return {str(step): str(text) for step, text in json.loads(kept.get("typed", "{}")).items()}
    except (ValueError, AttributeError):
        return {}
