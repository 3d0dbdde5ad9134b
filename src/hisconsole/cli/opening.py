"""A desk for one command, closed when the command ends."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hisconsole.cli.edge import Usage
from hisconsole.desk.desk import Desk
from hisconsole.desk.record import begun
from hisconsole.desk.upkeep import head_words
from hisconsole.errors import HisError, Refused, StoreFault
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.anchors import paper_line
from hisconsole.plan.operators import Proof
from hisconsole.plan.picture import StatusPicture
from hisconsole.store.faults import faults
from hisconsole.text import _
from hisconsole.wiring import Settings, evidence_picture, open_desk, open_site

ORPHANS_S = 1.0


class NoRecord(StoreFault):
    """Nothing was ever recorded in this folder, or it is the wrong one."""


@contextmanager
def at_desk(
    asked: Namespace,
    *,
    writable: bool = False,
    begin: bool = False,
    orphans: bool = True,
    proved: bool = False,
) -> Iterator[Desk]:
    """Open the record for one command; only with `begin` is one made where there is none.

    What was kept here before comes first, for a second at most: acts stay in their order, and an
    operator waits for nothing. With `proved` the PIN is wanted for looking, too.
    Raises Usage where somebody is to act and nobody is named, NoRecord where there is none.
    """
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    if writable and not settings.operator:
        names = ", ".join(contact.id for contact in open_site(settings).operators)
        sentence = _("Say who acts, with --operator or HISCONSOLE_OPERATOR: {names}.")
        raise Usage(sentence.format(names=names))
    if not begin:
        _must_exist(settings)
    desk = open_desk(settings, writable=writable)
    keeping = desk.keeping
    try:
        if writable or proved:
            _prove(asked, desk)
        if keeping is not None and orphans and not keeping.away:
            with suppress(HisError):  # whatever waits there, this command is not to wait for it
                keeping.bring_orphans(desk, for_s=ORPHANS_S)
        yield desk
    finally:
        if keeping is not None:
            keeping.close()
        desk.database.close()


def head_told(asked: Namespace) -> str:
    """Where the chain of the record stands, for a paper, which is printed without a record, too."""
    try:
        with at_desk(asked, orphans=False) as desk:
            return head_words(desk)
    except NoRecord:
        return paper_line(0, "")
    except StoreFault:
        return _("Head of the record: not known, the record cannot be read.")


def _prove(asked: Namespace, desk: Desk) -> None:
    """Have whoever acts give his PIN, where he has one and the account is not his own. Raises Refused."""
    from hisconsole.cli.operators import pin_of_file, pin_typed
    from hisconsole.desk.people import sit_down, who_is_here
    from hisconsole.plan.pins import wait_told

    if who_is_here(desk).proof is not Proof.PIN:
        return
    prompt = _("PIN of {who}: ").format(who=desk.actor.operator)
    pin = pin_of_file(asked.pin_file) if asked.pin_file else pin_typed(prompt, option="--pin-file")
    try:
        tried = sit_down(desk, desk.actor, pin)
    except StoreFault as fault:
        # What goes on without a record must not go on without a PIN that cannot be looked at.
        raise Refused(str(fault)) from None
    if not tried.right:
        raise Refused(wait_told(tried.wait_s) if tried.wait_s else _("Wrong PIN; nothing was done."))


def picture_for(asked: Namespace, desk: Desk) -> StatusPicture | None:
    """What the watch sees now, as evidence beside an act; None where nobody watches."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    return evidence_picture(settings, desk.site)


def _must_exist(settings: Settings) -> None:
    with faults(settings.data):
        found = begun(settings.config, settings.data)
    if not found:
        sentence = _(
            "There is no record in {folder}: the first call begins one (hisconsole report), or name"
            " another folder with --data."
        )
        raise NoRecord(sentence.format(folder=settings.data))
