"""A department's manual card in lines, for the screen, the command line and the downtime pack alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hisconsole.config import Site
from hisconsole.plan.cards import Card
from hisconsole.text import _, wrap


def card_lines(site: Site, card: Card) -> list[str]:
    """Who coordinates, what to do meanwhile and after, with which forms and numbers."""
    names = [site.department(id_) for id_ in card.departments]
    coordinator = site.contact(card.coordinator)
    lines = [_("For: {names}").format(names=", ".join(each.name for each in names if each))]
    if coordinator is not None:
        who = f"{coordinator.name}, {coordinator.role}"
        lines.append(_("Coordinator: {who}").format(who=who))
    lines += [_("Stops: {what}").format(what=card.stops), "", _("During the outage")]
    lines += [f"  - {each}" for each in card.during]
    lines += ["", _("When it works again; entered as number {entry} of 5").format(entry=card.entry)]
    lines += [f"  - {each}" for each in card.after]
    lines += ["", _("Forms: {forms}").format(forms=", ".join(card.forms))]
    ready = ", ".join(f"{form} {amount}" for form, amount in card.stock)
    hours = card.lasts_s // 3600
    lines.append(_("Lying ready for {hours} h: {ready}").format(hours=hours, ready=ready))
    if card.blocks:
        blocks = ", ".join(f"{each.department} {each.text}" for each in card.blocks)
        lines.append(_("Numbers kept ({what}): {blocks}").format(what=card.numbers, blocks=blocks))
    lines.append(_("Nobody goes back to the computers on their own; wait for the notice RESUME."))
    lines.append(_("From: {clause}").format(clause=card.clause))
    return lines


def broken(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines no wider than `width` cells, the further ones below the beginning of the text."""
    for line in lines:
        indent = len(line) - len(line.lstrip())
        below = min(indent + 2, 20)
        first, *rest = wrap(line.strip(), max(20, width - below))
        yield " " * indent + first if first else ""
        yield from (" " * below + part for part in rest)
