"""Who else looks at the incident that is open here: shown to them and to us, and in nobody's way."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hisconsole.plan.presence import BEAT, Looking, named, viewers, viewing, warning

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk

Seen = tuple[int, str]
"""An incident that is open here, 0 for none, and the act whose form is open."""


class Company:
    """What this console tells others of itself, and what it knows of them; asked once a second."""

    def __init__(self, console: HisConsole) -> None:
        """Look at nothing yet."""
        self._console = console
        self._seen: Seen = (0, "")
        self._since = self._doing_since = console.now()
        self._shown_at: datetime | None = None
        self._shown = False
        self._warned: Seen = (0, "")
        self._told = ""
        self.others: tuple[Looking, ...] = ()

    def beat(self) -> None:
        """Show what is looked at here, and look who else does; nothing is done while nothing is open."""
        console, now = self._console, self._console.now()
        seen = self._look()
        if seen[0] != self._seen[0]:
            self._since = now
            self._told = ""
        if seen != self._seen:
            self._doing_since, self._shown_at = now, None
        self._seen = seen
        if not seen[0] or not console.operator:
            self._leave()
            return
        show = self._shown_at is None or not now - self._shown_at < BEAT
        if show:
            self._shown_at, self._shown = now, True
        doing = seen[1]
        looking = Looking(console.operator, seen[0], self._since, doing, self._doing_since if doing else None)

        def job(desk: Desk) -> tuple[Looking, ...]:
            from hisconsole.desk import presence

            if show:
                presence.show_all(desk.database, looking, now=now)
            return presence.others_of_all(desk.database, now=now)

        console.ask(job, self._came, failed=lambda _error: None)

    def leave(self) -> None:
        """Nobody looks from here any more: the console ends."""
        if self._shown:
            from hisconsole.desk import presence

            presence.leave(self._console.start.data)
            # For other hosts the desk does it, before it ends; where it cannot, they forget us in a minute.
            self._console.desk_thread.submit(lambda desk: presence.leave_all(desk.database))

    def told(self, number: int) -> str:
        """Who else looks at an incident, and what they do there, in a few words."""
        return viewing(viewers(self.others, number), self._label, self._console.clock)

    def _leave(self) -> None:
        self.others = ()
        if not self._shown:
            return
        self._shown = False

        def job(desk: Desk) -> None:
            from hisconsole.desk import presence

            presence.leave_all(desk.database)

        self._console.ask(job, lambda _none: None, failed=lambda _error: None)

    def _look(self) -> Seen:
        """The incident that is open on top, and the form over it."""
        for screen in reversed(self._console.screen_stack):
            number = getattr(screen, "incident", None)
            act = self._act(getattr(screen, "form", ""))
            if isinstance(number, int) and number > 0 and act:
                return number, act
            number = getattr(screen, "number", None)
            if isinstance(number, int) and number > 0:
                return number, ""
        return 0, ""

    def _act(self, form: object) -> str:
        """The act on an incident that a form is for; empty where it is about something else."""
        words = str(form).removeprefix("flow-").split("-")
        names = ("-".join(words[:count]) for count in range(len(words), 0, -1))
        return next((name for name in names if name in self._console.acts), "")

    def _came(self, others: tuple[Looking, ...]) -> None:
        number, doing = self._seen
        changed = others != self.others
        self.others = others
        found = viewers(others, number)
        busy = getattr(self._console.screen, "busy", False)  # what it is told now would be told over
        if doing and self._warned != self._seen and not busy:
            told = warning(found, doing, self._label, self._console.clock)
            if told:
                self._warned = self._seen
                self._console.say_here(told)
        elif not doing:
            self._warned = (0, "")
        names = named(found, self._label, self._console.clock)
        if names != self._told and not doing:
            self._told = names
            if names:
                self._console.say(names)
        if changed and self._console.place is not None:
            self._console.place.company()

    def _label(self, act: str) -> str:
        known = self._console.acts.get(act)  # what another version of the program calls it stays as it is
        return known.label if known is not None else act
