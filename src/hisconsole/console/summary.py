"""Summaries to be read aloud: conditions, actions and needs for the team, three lines for the leader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisconsole.console.acting import One, perform, the_one
from hisconsole.console.lines import Text, hanging
from hisconsole.console.sheet import Sheet
from hisconsole.desk.actor import act_id
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import Audience, label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


class SummarySheet(Sheet[None]):
    """The text as it is to be read; Enter records that it was given."""

    def __init__(self, audience: Audience, one: One) -> None:
        """For whom, and about which incident."""
        super().__init__()
        self.audience = audience
        self.number = one.number
        self.note = one.note
        self.spoken: list[str] = []
        self.act_id = act_id()

    def on_mount(self) -> None:
        """Say which one it is about, where several are marked."""
        self.say(self.note)

    def look(self) -> None:
        """Make it from what is on record now."""
        audience = self.audience
        number = self.number = self.console.desk_thread.on_record(self.number)

        def question(desk: Desk) -> list[str]:
            from hisconsole.desk.reading import read_incident
            from hisconsole.plan.summary import leader_summary, team_summary

            file = read_incident(desk, number)
            made = team_summary if audience is Audience.TEAM else leader_summary

            def called(id_: str) -> str:
                department = desk.site.department(id_)
                return department.name if department is not None else id_

            return made(
                file.incident,
                file.plan,
                file.history,
                desk.now(),
                desk.clock,
                name=desk.site.name,
                call=called,
                mark=desk.site.stamp,
            )

        def show(spoken: list[str]) -> None:
            self.busy = False
            self.spoken = spoken
            self.draw()

        self.console.ask(question, show, failed=self.refused)

    def title_now(self) -> str:
        """For whom, about what."""
        return _("{number}: summary for {audience}, to be read aloud").format(
            number=subject(self.number), audience=label(self.audience)
        )

    def text(self, width: int) -> Text:
        """What is said, a paragraph to each part."""
        return [line for part in self.spoken for line in ([], *hanging("  ", part, width))]

    def keys(self) -> str:
        """What can be done."""
        return _("Enter records that it was given  y copies it  j k move  Esc back")

    def action_take(self) -> None:
        """It was read out: put it on record as it was read."""
        if self.busy or not self.spoken:
            return
        self.busy = True
        self.say(_("Writing ..."))
        perform(
            self.console,
            self.console.acts["summary"],
            [self.number],
            {"audience": self.audience.value, "text": "\n".join(self.spoken)},
            versions={},
            first_id=self.act_id,
            done=self.leave,
            refused=self.refused,
        )

    def copied(self) -> str:
        """All of it."""
        return "\n".join(self.spoken)


def summarise(console: HisConsole, audience: Audience) -> None:
    """Open the summary of the incident under the cursor."""
    one = the_one(console)
    if one is not None:
        console.push_screen(SummarySheet(audience, one))
