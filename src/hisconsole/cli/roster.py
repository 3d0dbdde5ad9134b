"""The roster without a screen: looked up, printed, imported, exported, put right.

The hospital's files are enough to read it; where the record cannot be opened, that is said.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hisconsole import plain
from hisconsole.cli import acted, roster_text
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.files import list_of, new_file
from hisconsole.cli.opening import NoRecord, at_desk, head_told
from hisconsole.config import Site, contact_entries
from hisconsole.desk import roster as desk_roster
from hisconsole.desk.actor import utc_now
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.roster import Entry, Knowns
from hisconsole.errors import ConfigFault, Refused, StoreFault
from hisconsole.paths import config_dir, data_dir, shipped
from hisconsole.plan.contacts import EVERYBODY, How
from hisconsole.plan.find import find
from hisconsole.plan.outreach import NumberKind
from hisconsole.text import _, fit, ngettext, printable, wrap
from hisconsole.wiring import Settings, check_operator, open_site


def roster(asked: Namespace) -> Answer:
    """Carry out the verb, or without one show the roster."""
    verbs: Mapping[str | None, Callable[[Namespace], Answer]] = {
        None: _show,
        "import": _import,
        "export": _export,
        "verify": _verify,
        "wrong": _wrong,
        "acting": _acting,
        "back": _back,
    }
    return verbs[asked.verb](asked)


def _site(asked: Namespace) -> Site:
    site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), asked.operator))
    check_operator(site, asked.operator)
    return site


def _known(asked: Namespace) -> tuple[Knowns, list[str]]:
    """What the record knows of the contacts; where it cannot be opened nothing, and why."""
    try:
        with at_desk(asked) as desk:
            return desk_roster.read_known(desk), []
    except NoRecord:
        return {}, []
    except StoreFault as fault:
        sentence = _("By the files alone, without what the record knows: {why}").format(why=fault)
        return {}, wrap(sentence, plain.WIDTH)


def _recorded(asked: Namespace, whose: Sequence[str], how: How) -> list[str]:
    """Record that numbers are shown; a record that cannot take it does not keep them from anybody."""
    try:
        with at_desk(asked, writable=True, begin=True) as desk:
            desk_roster.reveal(desk, whose, how=how)
    except StoreFault as fault:
        sentence = _("It is not on record that these numbers were shown: {why}").format(why=fault)
        return wrap(sentence, plain.WIDTH)
    return []


def _refuse(asked: Namespace) -> None:
    """Who may not see numbers takes no list of them away; that he tried is on record. Raises Refused."""
    with at_desk(asked, writable=True, begin=True) as desk:
        desk.permit("reveal")


def _show(asked: Namespace) -> Answer:
    site = _site(asked)
    known, said = _known(asked)
    entries = desk_roster.entries(site, known, now=utc_now())
    steps: dict[str, int] = {}
    if asked.incident is not None:
        with at_desk(asked) as desk:
            order = desk_roster.to_call(desk, asked.incident)
        for each in order:
            steps |= {id_: each.step + 1 for id_ in each.contacts if id_ not in steps}
        by_id = {each.contact.id: each for each in entries}
        entries = tuple(by_id[id_] for id_ in steps if id_ in by_id)
    if asked.find.strip():
        met = find(asked.find, contact_entries(site), limit=len(site.roster))
        by_id = {each.contact.id: each for each in entries}
        entries = tuple(by_id[id_] for id_ in met if id_ in by_id)
    hidden = not (asked.numbers or asked.print)
    if not hidden and entries:
        whole = len(entries) == len(site.roster)
        whose = [EVERYBODY] if whole else [each.contact.id for each in entries]
        said += _recorded(asked, whose, How.PRINT if asked.print else How.SCREEN)
    data = [roster_text.shape(each, hidden=hidden, step=steps.get(each.contact.id)) for each in entries]
    return Answer(data, [*_told(asked, site, entries, steps, hidden=hidden), *said])


def _told(
    asked: Namespace, site: Site, entries: Sequence[Entry], steps: dict[str, int], *, hidden: bool
) -> list[str]:
    if not entries:
        return [_("Nobody in the roster has these words.")]
    if asked.print:
        stamped = roster_text.stamp(site, operator=asked.operator, now=utc_now())
        return roster_text.paper(site, entries, stamped=f"{stamped} {head_told(asked)}")
    return roster_text.lines(entries, hidden=hidden, steps=steps)


def _import(asked: Namespace) -> Answer:
    from hisconsole.config.roster_files import Outcome as Of
    from hisconsole.config.roster_files import counts, preview, write

    site, folder = _site(asked), config_dir(asked.config)
    if asked.write and (site.sample or folder.resolve() == shipped("config").resolve()):
        sentence = _("Nothing is written into a sample hospital: make your own with 'hisconsole init'.")
        raise Refused(sentence)
    found = preview(list_of(asked.file), folder=folder, site=site, kind=asked.kind)
    written = asked.write and not found.refused and found.changes > 0
    if written:
        write(folder, found)
    lines = []
    for each in found.verdicts:
        lines.append(f"{each.line:>5} {fit(each.outcome.value, 8)} {each.name} {each.contact} {each.words}")
        if each.outcome is not Of.REFUSED:
            lines += [f"{'':15}{c.field}: {c.before or '-'} > {c.after or '-'}" for c in each.changes]
    number = counts(found.verdicts)
    lines += [
        "",
        _("{add} new, {change} changed, {same} as they are, {refused} refused.").format(
            add=number[Of.ADD], change=number[Of.CHANGE], same=number[Of.SAME], refused=number[Of.REFUSED]
        ),
    ]
    lines.append(_outcome(asked, found.refused, found.changes, written=written))
    data = {
        "form": found.form.value,
        "written": written,
        "lines": [
            {
                "line": each.line,
                "name": each.name,
                "outcome": each.outcome.value,
                "contact": each.contact,
                "words": each.words,
                "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in each.changes],
            }
            for each in found.verdicts
        ],
    }
    code = (Refused.exit_code if asked.write else ConfigFault.exit_code) if found.refused else 0
    return Answer(data, lines, code)


def _outcome(asked: Namespace, refused: int, changes: int, *, written: bool) -> str:
    if written:
        return _("roster.yaml is written.")
    if refused:
        return _("Nothing is written: put the refused lines right first.")
    return _("With --write it is done.") if changes and not asked.write else _("There is nothing to do.")


def _export(asked: Namespace) -> Answer:
    from hisconsole.config.roster_export import csv_text, vcard_text

    made = {".csv": csv_text, ".vcf": vcard_text}.get(Path(asked.file).suffix.lower())
    if made is None:
        raise Usage(_("Name the file NAME.csv or NAME.vcf: its ending says how it is written."))
    if not asked.operator:
        raise Usage(_("Say who takes it, with --operator or HISCONSOLE_OPERATOR."))
    site = _site(asked)
    if site.covered:
        _refuse(asked)
    known, said = _known(asked)
    stands = desk_roster.entries(site, known, now=utc_now())
    text = made(
        site,
        stamp=roster_text.stamp(site, operator=asked.operator, now=utc_now()),
        verified={each.contact.id: each.standing.verified for each in stands if each.standing.verified},
    )
    # First who takes it: a refusal that came behind the file would leave every number in it.
    unrecorded = _recorded(asked, [EVERYBODY], How.EXPORT)
    new_file(Path(asked.file), text.encode("utf-8-sig" if made is csv_text else "utf-8"))
    count = ngettext("{n} contact is in {file}.", "{n} contacts are in {file}.", len(site.roster))
    told = [count.format(n=len(site.roster), file=asked.file)]
    data = {
        "file": asked.file,
        "form": "csv" if made is csv_text else "vcard",
        "contacts": len(site.roster),
        "unrecorded": bool(unrecorded),
    }
    return Answer(
        data, [*told, _("It is CONFIDENTIAL: keep it where only you can read it."), *said, *unrecorded]
    )


def _verify(asked: Namespace) -> Answer:
    return _did(asked, lambda desk: desk_roster.verify(desk, asked.contact, act=asked.id))


def _wrong(asked: Namespace) -> Answer:
    number = NumberKind(asked.which)
    return _did(asked, lambda desk: desk_roster.wrong(desk, asked.contact, number, act=asked.id))


def _acting(asked: Namespace) -> Answer:
    given = {"deputy": asked.deputy, "until": asked.until, "reason": asked.reason}
    return _did(asked, lambda desk: desk_roster.acting(desk, asked.contact, given, act=asked.id))


def _back(asked: Namespace) -> Answer:
    return _did(asked, lambda desk: desk_roster.back(desk, asked.contact, act=asked.id))


def _did(asked: Namespace, act: Callable[[Desk], Outcome]) -> Answer:
    with at_desk(asked, writable=True, begin=True) as desk:
        outcome = act(desk)
    data = {**acted.shape(outcome), "contact": asked.contact}
    return Answer(data, [acted.told(outcome, printable(asked.contact, limit=60))])
