"""Who is on duty at this console: chosen, known by PIN where he has one, and what he left unfinished."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from hisconsole.config import Site, workstation_entries
from hisconsole.config.covering import covered
from hisconsole.console.lock import LockScreen
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.place import Place
from hisconsole.desk import drafts
from hisconsole.desk.actor import Actor, here
from hisconsole.desk.pins import has_pin
from hisconsole.errors import StoreFault
from hisconsole.plan.operators import Proof, proof_of
from hisconsole.plan.times import from_text
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.people import Present
    from hisconsole.desk.pins import Tried

KEYED_S = 1.5
"""A key so long ago is a new one to whoever asks each second."""


def choose_operator(console: HisConsole) -> None:
    """Ask who is on duty, and sit that operator down at the desk."""

    def chosen(answer: str | None) -> None:
        console.operator = answer or ""
        if console.start.session is not None:
            console.start.session.seated(console.operator)
        lock_at_start(console)
        sit_down(console, here(console.operator))

    console.push_over_lock(Pick(_("Who is on duty?"), _choices(console), must=True), chosen)


def choose_other(console: HisConsole) -> None:
    """Ask who takes this terminal over; he gives his own PIN."""

    def chosen(answer: str | None) -> None:
        lock = locked(console)
        if answer is not None and lock is not None:
            lock.ask_for(answer)

    console.push_over_lock(Pick(_("Who takes over here?"), _choices(console)), chosen)


def _choices(console: HisConsole) -> list[Choice]:
    return [
        Choice(contact.id, f"{contact.name} ({contact.id})", contact.role)
        for contact in console.site.operators
    ]


def sit_down(console: HisConsole, actor: Actor) -> None:
    """Let somebody act here whose PIN is not known yet; where he has one, it is asked for."""

    def job(desk: Desk) -> Tried:
        from hisconsole.desk.people import sit_down

        return sit_down(desk, actor)

    def sat(tried: Tried) -> None:
        recognise(console)
        if tried.right:
            offer_drafts(console)

    console.ask(job, sat)
    console.refresh_status()


def recognise(console: HisConsole) -> None:
    """See who acts here as the record has it now: a changed role or a new PIN counts at once."""

    def job(desk: Desk) -> Present:
        from hisconsole.desk.people import who_is_here

        return who_is_here(desk)

    def seen(present: Present) -> None:
        if present.operator != console.operator:
            return  # somebody else has sat down meanwhile
        covers = present.site.covered and not console.site.covered
        console.present = present
        if present.site is not console.site:
            show_site(console, present.site)
        if covers:
            clear(console)
        _known(console, present)

    def failed(_error: BaseException) -> None:
        """Line 1 tells that the record cannot be read; patients wait, so the files decide meanwhile."""
        lock = console.locked_by
        if lock is not None and lock.unsure and _by_files(console) is Proof.FREE and console.operator:
            uncover(console)

    console.ask(job, seen, failed=failed)


def _known(console: HisConsole, present: Present) -> None:
    """Lift the lock of the start from whom the desk knows, and lay it over everybody else."""
    if console.operator and not present.may_act:
        lock(console)
    elif console.operator and console.locked_by is not None and console.locked_by.unsure:
        uncover(console)


def show_site(console: HisConsole, site: Site) -> None:
    """Show the hospital as whoever acts here may see it."""
    console.site = site
    console.stations = workstation_entries(site)
    if console.place is not None:
        console.place.picture()


def locked(console: HisConsole) -> LockScreen | None:
    """The lock over this console, where there is one."""
    return console.locked_by


def lock_at_start(console: HisConsole) -> None:
    """Cover the console before its first picture, until the desk says who is here and how he is known.

    The record may name PINs that no file of this host has, so where roles count all but one's own account
    waits for it; elsewhere a PIN among the files is reason enough.
    """
    proof = _by_files(console)
    if console.locked_by is not None:
        console.locked_by.sits(console.operator)
    elif proof is Proof.PIN or (proof is not Proof.OWN and console.full_site.named):
        _cover(console, console.operator, console.now(), unsure=True)


def _by_files(console: HisConsole) -> Proof:
    """How whoever acts here is known, as far as files tell without a record."""
    actor = here(console.operator)
    return proof_of(
        actor.operator,
        account=actor.os_user,
        by_key=actor.by_key,
        named=console.full_site.named_by_id,
        has_pin=has_pin(console.start.data, actor.operator),
    )


def lock(console: HisConsole) -> None:
    """Cover the console until whoever acts here has given his PIN."""
    if console.locked_by is not None:
        console.locked_by.wants_pin()
        return

    def job(desk: Desk) -> None:
        from hisconsole.desk.people import stand_up

        stand_up(desk)

    console.ask(job, lambda _none: None)
    _cover(console, console.operator, console.now())


def _cover(console: HisConsole, operator: str, since: datetime, *, unsure: bool = False) -> None:
    lock = LockScreen(operator, since=since, choose=choose_other, taken=taken_over, unsure=unsure)
    console.locked_by = lock
    console.push_screen(lock)


def uncover(console: HisConsole) -> None:
    """Take the lock away, and what it had asked."""
    lock, console.locked_by = console.locked_by, None
    while lock in console.screen_stack:
        console.pop_screen()


def lock_idle(console: HisConsole) -> None:
    """Cover the console once nobody has pressed a key for as long as the site says; asked each second."""
    if console.start.session is not None and time.monotonic() - console.keyed_at < KEYED_S:
        console.start.session.keyed()
    present, minutes = console.present, console.site.idle_min
    if present is None or present.proof is not Proof.PIN or not minutes:
        return
    if time.monotonic() - console.keyed_at >= minutes * 60:
        lock(console)


def taken_over(console: HisConsole, operator: str) -> None:
    """Somebody has given his PIN: whoever sat here before finds what he had begun at any console of his."""
    uncover(console)
    if operator != console.operator:
        with suppress(StoreFault):  # then it is found once this console has ended
            drafts.release(console.start.data, console.operator)
        clear(console)
        console.operator = operator
        if console.full_site.named:  # until the desk, which may be busy, knows what he may see
            show_site(console, covered(console.full_site))
    recognise(console)
    offer_drafts(console)
    console.refresh_status()


def clear(console: HisConsole) -> None:
    """Put away forms and sheets, and cover the numbers that were asked for."""
    lock, console.locked_by = console.locked_by, None
    while len(console.screen_stack) > 1:
        console.pop_screen()
    if isinstance(console.screen, Place):
        console.screen.cover()
    if lock is not None:
        _cover(console, lock.operator, lock.since, unsure=lock.unsure)


def offer_drafts(console: HisConsole) -> None:
    """Tell of a call that was not finished."""
    left = drafts.left(console.start.data, console.operator)
    kept = [draft for draft in left if draft.form == "call"]
    if kept:
        console.say(
            _("A call of {when} was not finished: n opens it again.").format(
                when=console.clock(from_text(kept[0].saved))
            )
        )
