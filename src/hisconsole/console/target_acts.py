"""What an operator can do with targets, the same in Status and on a target's own screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hisconsole.console.feed import Readings
from hisconsole.console.maintenance import open_stop, plan_stop
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.silence import lift, open_silence
from hisconsole.plan.picture import Watched
from hisconsole.plan.status import status_label
from hisconsole.text import _, ngettext

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole

REPORTER = "console"
"""Who reports a problem that the console itself shows."""


def poll_now(console: HisConsole, targets: Sequence[str]) -> None:
    """Ask the watch to poll targets at once."""
    if not targets or console.lookout.watching is None:
        console.say(_("There is no target under the cursor."))
        return

    def job(readings: Readings) -> None:
        for target in targets:
            readings.poll_now(target)

    def asked(_none: None) -> None:
        many = ngettext("{n} target is asked for.", "{n} targets are asked for.", len(targets))
        one = _("{target} is polled now ...").format(target=targets[0])
        console.say(one if len(targets) == 1 else many.format(n=len(targets)))

    def allowed(_none: None) -> None:
        console.lookout.await_poll(targets)
        console.ask_readings(job, asked)

    console.ask(lambda desk: desk.permit("poll"), allowed)


def call_about(row: Watched, zone: ZoneInfo) -> dict[str, str]:
    """What a call about a hard problem begins with; nothing where there is none."""
    shown = row.shown
    if not shown.firm:
        return {}
    status = status_label(shown.under)
    words = _("{name} is {status}: {words}").format(name=row.target.name, status=status, words=row.words)
    since = (shown.begun or shown.since).astimezone(zone)
    return {
        "workstation": row.target.id,
        "reporter": REPORTER,
        "words": words,
        "occurred": since.strftime("%Y-%m-%d %H:%M"),
    }


def _choose_service(console: HisConsole, services: Sequence[str]) -> None:
    """Ask which service is to be quiet, where there are several."""

    def chosen(answer: str | None) -> None:
        if answer is not None:
            open_silence(console, [answer], service=True)

    if len(services) == 1:
        chosen(services[0])
    else:
        choices = [Choice(each, each) for each in services]
        console.push_screen(Pick(_("Which service?"), choices), chosen)


def target_menu(console: HisConsole, targets: Sequence[str]) -> None:
    """The numbered menu of everything that can be done with targets."""
    picture = console.lookout.picture
    rows = [picture.by_target[each] for each in targets if each in picture.by_target] if picture else []
    if not rows:
        console.say(_("There is no target under the cursor."))
        return
    quiet = [row.shown.silence for row in rows if row.shown.silence is not None]
    silences = {each.id: each for each in quiet if not each.maintenance}
    services = sorted({service for row in rows for service in row.target.services})

    def lift_all() -> None:
        for each in silences.values():
            lift(console, each)

    does: dict[str, Callable[[], object]] = {
        "silence": lambda: open_silence(console, targets),
        "whole": lambda: open_silence(console, targets, whole=True),
        "poll": lambda: poll_now(console, targets),
        "lift": lift_all,
        "service": lambda: _choose_service(console, services),
        "plan": lambda: plan_stop(console, targets),
    }
    choices = [
        Choice("silence", _("Silence"), _("Agreed quiet, with a reason and an end.")),
        Choice("whole", _("Silence with all that hangs on it"), _("What has no other way to us.")),
        Choice("poll", _("Poll now"), _("Without waiting for its turn.")),
    ]
    if silences:
        choices.append(Choice("lift", _("End the silence"), _("It rings again.")))
    if services:
        choices.append(Choice("service", _("Silence a service"), ", ".join(services)))
    choices.append(Choice("plan", _("Plan a stop"), _("Maintenance of it, with a notice.")))
    for stop in sorted({each.maintenance for each in quiet if each.maintenance}):
        does[f"stop {stop}"] = partial(open_stop, console, stop)
        name = _("Maintenance {number}").format(number=stop)
        choices.append(Choice(f"stop {stop}", name, _("Extend or end it, its notice.")))

    def chosen(answer: str | None) -> None:
        if answer is not None:
            does[answer]()

    names = ", ".join(row.target.id for row in rows[:6])
    console.push_screen(Pick(_("What about {targets}?").format(targets=names), choices), chosen)
