"""What came of telling one recipient: in a few words for the list, and the form that asks for all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from hisconsole.console.acting import One, perform
from hisconsole.console.form import ActForm
from hisconsole.console.looks import Role
from hisconsole.desk.telling import Line
from hisconsole.plan.story_outreach import channel_label
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole


@dataclass(frozen=True, slots=True)
class Shown:
    """A recipient as he is drawn; `writing` while the record has not answered yet."""

    line: Line
    writing: bool


def came_of_it(shown: Shown, short: Callable[[datetime], str]) -> tuple[str, Role]:
    """What came of telling one, in a few words, and how loud."""
    to = shown.line.to
    if shown.writing:
        return "...", "dim"
    reached = to.reached
    if reached is not None:
        parts = [
            _("read back") if to.read_back else _("told"),
            short(reached.at),
            reached.person or channel_label(reached.channel),
            reached.by,
        ]
        return " ".join(part for part in parts if part), "dim"
    if not to.attempts:
        return _("not tried yet"), "normal"
    tries = ngettext("{n} try", "{n} tries", len(to.attempts)).format(n=len(to.attempts))
    return _("NOT REACHED {tries}, last {when}").format(tries=tries, when=short(to.last_at)), "bold"


class ToldForm(ActForm):
    """What came of telling one recipient, in full; who it is, is not asked again."""

    def __init__(self, console: HisConsole, one: One, line: Line) -> None:
        """About one line of the list."""
        act = console.acts["told"]
        asked = replace(
            act,
            label=_("Told: {whom}, incident").format(whom=line.name),
            asks=tuple(field for field in act.asks if field.name not in ("recipients", "number")),
        )
        super().__init__(asked, [one.number], {}, None)
        self.form = f"told-{line.key}"[:64]
        self.real = act
        self.of = {"recipients": line.key}

    def _carry_out(self) -> None:
        self.busy = True
        self.say(_("Writing ..."))
        perform(
            self.console,
            self.real,
            self.numbers,
            {**self.answers(), **self.of},
            versions={},
            first_id=self.act_id,
            done=self.done,
            refused=self.refused,
        )
