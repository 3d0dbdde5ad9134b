"""Readiness of this host: who can sign on at it, and what it still has after a restart."""

from __future__ import annotations

from collections.abc import Iterator

from hisconsole.plan.readiness_seen import Area, Concern, Kept, Signing, Urgency
from hisconsole.text import _, ngettext


def of_signing(signing: Signing) -> Iterator[Concern]:
    """PINs that were set on another host: their hashes leave no data folder, so they open nothing here."""
    names = signing.elsewhere
    if signing.nobody:
        what = _("Nobody could sign on at this host: the PIN of every operator is set only on another one.")
        do = _("As root on this host, set the first one: hisconsole --operator {who} operators pin {who}.")
        yield Concern(Urgency.NOW, Area.OPERATORS, what, names, do.format(who=names[0]))
    elif names:
        what = ngettext(
            "{n} operator has a PIN on another host and none on this one, and cannot sign on here with it.",
            "{n} operators have a PIN on another host and none on this one, and cannot sign on here with it.",
            len(names),
        )
        do = _("A director who can sign on here sets it: 'hisconsole operators pin NAME'; or root does.")
        yield Concern(Urgency.SOON, Area.OPERATORS, what.format(n=len(names)), names, do)


def of_kept(kept: Kept) -> Iterator[Concern]:
    """What would be gone after a restart of this host, just when the record or the network is away."""
    if not kept.takes:
        what = _("No folder of this host takes acts while the record is away: they could not be kept.")
        do = _("Make the data folder writable, or name a folder on a disk here as 'journal' in site.yaml.")
        yield Concern(Urgency.NOW, Area.KEPT, what, (), do)
    elif not kept.takes_lasts:
        what = _("Acts kept while the record is away lie in memory: a restart of this host loses them.")
        do = _("Make the data folder writable, or name a folder on a disk here as 'journal' in site.yaml.")
        yield Concern(Urgency.NOW, Area.KEPT, what, (kept.takes,), do)
    if kept.files_in_memory:
        what = _("Roster, plan and cards lie in memory: a restart of this host loses them.")
        do = _("Copy the hospital's files to a disk of this host, and name them with HISCONSOLE_CONFIG.")
        yield Concern(Urgency.NOW, Area.KEPT, what, (kept.files_in_memory,), do)
    if kept.files_afar:
        what = _("Roster, plan and cards lie on a network share: without the network no console starts here.")
        do = _("Copy the hospital's files to a disk of this host, and name them with HISCONSOLE_CONFIG.")
        yield Concern(Urgency.NOW, Area.KEPT, what, (kept.files_afar,), do)
    if kept.data_in_memory:
        what = _("The data folder lies in memory: a restart of this host loses what is in it, PINs, too.")
        do = _("Move it to a disk of this host, and name it with --data or HISCONSOLE_DATA.")
        yield Concern(Urgency.NOW, Area.KEPT, what, (kept.data_in_memory,), do)
    if kept.incidents_in_memory:
        what = _(
            "Incidents are known only to consoles that run: one started while the server is away has none."
        )
        do = _("Leave a console open on each host, and print the handover at each turn of duty.")
        yield Concern(Urgency.NOTE, Area.KEPT, what, (), do)
