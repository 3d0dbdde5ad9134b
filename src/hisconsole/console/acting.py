"""Carrying acts out from the console, and keeping the drafts of their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hisconsole.desk import drafts
from hisconsole.desk.actor import act_id
from hisconsole.desk.drafts import Draft
from hisconsole.errors import HisError
from hisconsole.plan.acts import Act
from hisconsole.plan.story_turn import subject
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from textual.screen import Screen

    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome


def is_there(screen: Screen[Any]) -> bool:
    """Whether a screen can show an answer: it may not be up yet, or have been left meanwhile."""
    return screen.is_mounted and screen.is_attached and screen.display  # false while it is being removed


@dataclass(frozen=True, slots=True)
class One:
    """The incident under the cursor, and the version of it that the operator sees.

    `note` says so where others are marked as well.
    """

    number: int
    version: int | None
    note: str = ""


def the_one(console: HisConsole) -> One | None:
    """The incident a guided act is for; of several marked ones only that under the cursor."""
    place = console.place
    numbers = place.targets() if place is not None else []
    if place is None or not numbers:
        console.say(_("There is no incident under the cursor."))
        return None
    number, note = numbers[0], ""
    if len(numbers) > 1:
        number = int(str(place.rows.cursor_key))
        note = _("Only {number}, under the cursor: this is done one by one.").format(number=subject(number))
    return One(number, place.versions().get(number), note)


def on_record(console: HisConsole, one: One) -> One:
    """The same incident under its number on record, once a call that was kept here has one.

    Of what is on record no version was seen yet.
    """
    number = console.desk_thread.on_record(one.number)
    return one if number == one.number else replace(one, number=number, version=None)


def perform(
    console: HisConsole,
    act: Act,
    numbers: Sequence[int],
    given: Mapping[str, str],
    *,
    versions: Mapping[int, int],
    first_id: str,
    done: Callable[[], None],
    refused: Callable[[BaseException], None],
) -> None:
    """Carry one act out on each incident; what is refused for one does not stop the others."""
    ids = [first_id, *(act_id() for _number in numbers[1:])]
    picture = console.lookout.picture

    def job(desk: Desk) -> tuple[list[Outcome], list[str]]:
        outcomes: list[Outcome] = []
        refusals: list[str] = []
        for number, identity in zip(numbers, ids, strict=True):
            try:
                outcomes.append(
                    desk.perform(
                        act.name,
                        number,
                        given,
                        expected=versions.get(number),
                        act=identity,
                        picture=picture,
                    )
                )
            except HisError as error:
                if len(numbers) == 1:
                    raise
                refusals.append(f"{subject(number)}: {error}")
        return outcomes, refusals

    def finished(result: tuple[list[Outcome], list[str]]) -> None:
        outcomes, refusals = result
        done()
        if console.place is not None:
            console.place.acted()
        names = ", ".join(subject(outcome.incident) for outcome in outcomes)
        kept = next((outcome.sentence for outcome in outcomes if outcome.kept), "")
        told = f"{names}: {kept or act.label}" if outcomes else ""
        console.say("  ".join(part for part in (told, *refusals) if part))

    console.ask(job, finished, failed=refused)


def draft_of(console: HisConsole, form: str, incident: int) -> Draft | None:
    """The draft that was kept of a form about an incident or a report."""
    found = drafts.left(console.start.data, console.operator)
    return next((d for d in found if d.form == form and d.incident == incident), None)


def keep_draft(console: HisConsole, draft: Draft) -> None:
    """Write a draft; half a kilobyte into the page cache, so it is done at once."""
    try:
        drafts.save(console.start.data, draft)
    except HisError as error:
        console.say_here(str(error))
