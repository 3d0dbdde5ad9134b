"""What keys do everywhere: acts, a call, menus, help, the bell, the way back and out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from hisconsole.console.acting import draft_of, perform
from hisconsole.console.call import CallForm
from hisconsole.console.form import ActForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Choice, Pick, confirm
from hisconsole.console.place import Place, go_to
from hisconsole.console.table import Key
from hisconsole.console.wire import wire_of
from hisconsole.desk import drafts
from hisconsole.desk.actor import act_id
from hisconsole.plan.acts import Act
from hisconsole.plan.incident import Report
from hisconsole.plan.status import status_label
from hisconsole.plan.times import from_text
from hisconsole.plan.words import Audience, label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk

BY_THE_PLAN = (
    "paralysis",
    "stopped",
    "aggravate",
    "hold",
    "met",
    "summary",
    "classify",
    "escalate",
    "message",
    "told",
    "called",
    "dial",
)
"""Acts that stand last in the menu: most have a guided screen, and are there for doing them by hand."""

ON_THE_BOARD = frozenset(
    {"notice", "receipt", "back-entry", "back-entered", "action", "ruled-out", "contingency", "ticket"}
)
"""Acts that a screen of theirs carries out, and those for whoever comes next; by hand they are in the
palette, the menu has no room left."""

MOVES = frozenset({"palette", "down", "up", "first", "last", "page_down", "page_up"})


def begin(console: HisConsole, name: str) -> None:
    """Begin an act on what is marked or under the cursor: ask what it asks, or do it at once."""
    place = console.screen
    if not isinstance(place, Place):
        return
    numbers, versions = place.targets(), place.versions()
    if not numbers:
        console.say(_("There is no incident under the cursor."))
        return
    act = console.acts[name]
    if act.asks:
        found = draft_of(console, name, numbers[0])
        console.push_screen(ActForm(act, numbers, versions, found))
        return
    perform(
        console,
        act,
        numbers,
        {},
        versions=versions,
        first_id=act_id(),
        done=lambda: None,
        refused=lambda error: console.say(str(error)),
    )


def take_call(console: HisConsole) -> None:
    """Take a call; an unfinished one is offered first."""
    kept = [draft for draft in drafts.left(console.start.data, console.operator) if draft.form == "call"]
    given = console.place.reported() if console.place else {}
    if not kept:
        console.push_screen(CallForm(given=given))
        return
    choices = [
        Choice(
            draft.act,
            _("Go on with the call of {when}").format(when=console.clock(from_text(draft.saved))),
            f"{draft.answers.get('workstation', '')} {draft.answers.get('words', '')}",
        )
        for draft in kept
    ]
    choices.append(Choice("new", _("New call")))

    def chosen(answer: str | None) -> None:
        if answer is not None:
            found = next((draft for draft in kept if draft.act == answer), None)
            console.push_screen(CallForm(draft=found, given=None if found else given))

    console.push_screen(Pick(_("A call was not finished"), choices), chosen)


def correct_call(console: HisConsole, report: Report) -> None:
    """Put a report right, beginning with what was taken down, or with an unfinished draft."""
    if draft := draft_of(console, "correct", report.number):
        console.push_screen(CallForm(draft=draft, report=report.number))
        return

    def open_form(answers: dict[str, str]) -> None:
        console.push_screen(CallForm(given=answers, report=report.number))

    def question(desk: Desk) -> dict[str, str]:
        from hisconsole.desk.calls import report_answers

        return report_answers(desk, report)

    console.ask(question, open_form)


def menu(acts: Iterable[Act], keys: Iterable[Key], place: str) -> list[Act]:
    """The acts that have no key at a place, and by hand those that a key leads to by questions."""
    taken = {key.name for key in keys if key.works_on(place)} - GUIDES.keys()
    rest = [act for act in acts if act.name not in taken | ON_THE_BOARD]
    return sorted(rest, key=lambda act: BY_THE_PLAN.index(act.name) if act.name in BY_THE_PLAN else -1)


def more(console: HisConsole) -> None:
    """Every act that has no key at this place, and by hand what has a guided screen, numbered."""
    if console.place is not None and console.place.do_more():
        return
    rest = menu(console.acts.values(), console.keys.values(), _place(console))
    choices = [Choice(act.name, act.label, act.help) for act in rest]

    def chosen(name: str | None) -> None:
        if name == "dial":  # a claim alone says nothing: the list goes on to what came of it
            _call_list(console)
        elif name is not None:
            begin(console, name)

    console.push_screen(Pick(_("What has happened?"), choices), chosen)


def palette(console: HisConsole) -> None:
    """Every act and place by name."""
    place = _place(console)
    named = {
        key.name: Choice(key.name, _(key.help), key.shown)
        for key in console.keys.values()
        if key.works_on(place) and key.name not in MOVES
    }
    for act in console.acts.values():
        named.setdefault(act.name, Choice(act.name, act.label, act.help))

    def chosen(name: str | None) -> None:
        key = console.keys.get(name or "")
        if key is not None and key.works_on(place):
            console.action_press(key.name)
        elif name is not None:
            begin(console, name)

    console.push_screen(Pick(_("What do you want to do?"), list(named.values()), typing=True), chosen)


def show_keys(console: HisConsole) -> None:
    """The keys of this place."""
    place = _place(console)
    from hisconsole.console.diagnostics import compress

    keys = [key for key in console.keys.values() if key.works_on(place)]
    screens = console.screens_data
    if place in ("status", "target"):
        marks = "  ".join(f"{glyph.mark} {status_label(status)}" for status, glyph in screens.marks.items())
    else:
        marks = "  ".join(f"{glyph.mark} {label(state)}" for state, glyph in screens.glyphs.items())
    lines = [f"  {', '.join(key.all_shown):<13} {_(key.help)}" for key in keys]
    lines += [
        "",
        _("Marks: {marks}").format(marks=marks),
        _("In front: * marked  + new since you looked. In forms and menus digits answer,"),
        _("Enter goes on, Esc goes back and keeps a draft."),
        "",
        compress(wire_of(console), os.environ)
        or _("On a slow line start ssh with -C: it sends a quarter of the bytes."),
    ]
    console.push_screen(Page(_("Keys"), lines))


def _place(console: HisConsole) -> str:
    return console.screen.place if isinstance(console.screen, Place) else ""


def mute(console: HisConsole) -> None:
    """The bell rings, or not."""
    console.muted = not console.muted
    console.say(_("The bell is silent.") if console.muted else _("The bell rings again."))
    console.refresh_status()


def back(console: HisConsole) -> None:
    """Clear a filter, else leave an incident; never leaves the console."""
    place = console.screen
    if isinstance(place, Place) and not place.do_back() and len(console.screen_stack) > 1:
        console.pop_screen()


def leave(console: HisConsole) -> None:
    """Back, and at the top ask to leave."""
    if len(console.screen_stack) > 1:
        console.pop_screen()
        return

    def answered(answer: str | None) -> None:
        if answer == "yes":
            console.exit(return_code=0)

    console.push_screen(confirm(_("Leave the console?"), _("Yes, leave")), answered)


def _classify(console: HisConsole) -> None:
    from hisconsole.console.classify import classify  # what a start does not need is loaded when it is

    classify(console)


def _call_list(console: HisConsole) -> None:
    from hisconsole.console.calltree import call_list

    call_list(console)


def _escalate(console: HisConsole) -> None:
    from hisconsole.console.escalate import escalate

    escalate(console)


def show_duties(console: HisConsole) -> None:
    """All that is due."""
    from hisconsole.console.duties import DutiesScreen

    if not isinstance(console.screen, DutiesScreen):
        console.push_screen(DutiesScreen())


def _maintenance(console: HisConsole) -> None:
    from hisconsole.console.maintenance import show_maintenance

    show_maintenance(console)


def _ready(console: HisConsole) -> None:
    from hisconsole.console.ready import show_ready

    show_ready(console)


def show_roster(console: HisConsole) -> None:
    """Mode 3, about the incident under the cursor."""
    from hisconsole.console.roster import show

    show(console)


def _summarise(audience: Audience) -> Callable[[HisConsole], object]:
    def summarise(console: HisConsole) -> None:
        from hisconsole.console.summary import summarise

        summarise(console, audience)

    return summarise


def _tell(console: HisConsole) -> None:
    from hisconsole.console.tell import tell

    tell(console)


def _departments(console: HisConsole) -> None:
    from hisconsole.console.departments import departments

    departments(console)


def _diagnostics(console: HisConsole) -> None:
    from hisconsole.console.diagnostics import show_diagnostics

    show_diagnostics(console)


def _aftermath(console: HisConsole) -> None:
    from hisconsole.console.review import report

    report(console)


GUIDES: Mapping[str, Callable[[HisConsole], object]] = {
    "classify": _classify,
    "escalate": _escalate,
    "dial": _call_list,
    "message": _tell,
    "told": _tell,
    **dict.fromkeys(("notice", "receipt", "back-entered"), _departments),
}
"""Acts that a guided screen leads to; their keys open that screen."""

COMMANDS: Mapping[str, Callable[[HisConsole], object]] = {
    "call": take_call,
    "more": more,
    "palette": palette,
    "keys": show_keys,
    "queue": lambda console: go_to(console, "queue"),
    "status": lambda console: go_to(console, "status"),
    "log": lambda console: go_to(console, "log"),
    "roster": show_roster,
    "handover": lambda console: go_to(console, "handover"),
    "duties": show_duties,
    "departments": _departments,
    "maintenance": _maintenance,
    "ready": _ready,
    "aftermath": _aftermath,
    "team": _summarise(Audience.TEAM),
    "leader": _summarise(Audience.LEADER),
    "mute": mute,
    "diagnostics": _diagnostics,
    "redraw": lambda console: console.action_redraw(),
    "back": back,
    "quit": leave,
}
