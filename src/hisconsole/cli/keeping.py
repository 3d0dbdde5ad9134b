"""Commands that keep the record and the hospital's files: verify, backup, restore, init, check."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage
from hisconsole.errors import ConfigFault, Finding, HisError, StoreFault
from hisconsole.paths import Server, config_dir, data_dir, shipped
from hisconsole.text import _, ngettext, printable

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk
    from hisconsole.flows.lint import Linted
    from hisconsole.plan.anchors import Anchor
    from hisconsole.plan.document import Plan
    from hisconsole.plan.targets import Infrastructure
    from hisconsole.store.database import Database
    from hisconsole.store.verify import Proof


def verify(asked: Namespace) -> Answer:
    """Prove the record; its head is what an anchor outside remembers."""
    from hisconsole.store.verify import verify as prove

    anchors = [anchor for word in asked.anchor for anchor in _anchors(word)]
    with closing(_record(asked)) as database, database.read() as connection:
        proof = prove(connection, anchors=anchors)
    data = {"holds": not proof.faults, **_proved(proof), "faults": list(proof.faults)}
    data["anchors"] = [str(anchor) for anchor in anchors]
    if proof.faults:
        return Answer(data, proof.faults, StoreFault.exit_code)
    lines = [_("The record holds: {proof}").format(proof=_told(proof))]
    if anchors:
        told = ngettext(
            "{n} head that was kept outside fits.", "{n} heads that were kept outside fit.", len(anchors)
        )
        lines.append(told.format(n=len(anchors)))
    return Answer(data, lines)


def _anchors(word: str) -> Sequence[Anchor]:
    """The heads that a word of the command line names: one itself, or those in a file."""
    from hisconsole.plan.anchors import SHORTEST, found_in, given

    anchor = given(word)
    if anchor is not None:
        return (anchor,)
    path = _file(word)
    try:
        found = found_in(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as fault:
        raise Usage(
            _(
                "{word} is neither a head of {n} characters or more nor a file that can be read: {why}."
            ).format(word=printable(word), n=SHORTEST, why=fault.strerror)
        ) from None
    if not found:
        raise Usage(_("{file} holds no head of a record.").format(file=printable(word)))
    return found


def backup(asked: Namespace) -> Answer:
    """Copy the record to a new file, and put on record that this was done."""
    from hisconsole.desk.upkeep import record_backup
    from hisconsole.store.backup import backup as copy

    target = _file(asked.file)
    with closing(_record(asked)) as database:
        proof = copy(database, target)
    lines = [_("{file} holds: {proof}").format(file=target, proof=_told(proof))]
    unrecorded = _recorded(
        asked,
        lambda desk: record_backup(
            desk, str(target), seq=proof.head.seq, head=proof.head.hash, daily=asked.daily
        ),
    )
    if unrecorded:
        told = _("That it was made could not be recorded, so 'hisconsole ready' misses it: {why}")
        lines.append(told.format(why=unrecorded))
    return Answer({"file": str(target), **_proved(proof), "recorded": not unrecorded}, lines)


def _recorded(asked: Namespace, act: Callable[[Desk], object]) -> str:
    """Put on record what was done with a copy; why that cannot be, or empty. The copy is none the worse."""
    from hisconsole.desk.actor import here
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.record import open_record
    from hisconsole.desk.upkeep import NIGHTLY
    from hisconsole.wiring import Settings, check_operator, open_site

    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    try:
        site = open_site(settings)
        check_operator(site, settings.operator)
        with closing(open_record(settings.config, settings.data)) as database:
            desk = Desk(database=database, site=site, actor=here(settings.operator or NIGHTLY))
            act(desk)
    except HisError as fault:
        return str(fault)
    return ""


def restore(asked: Namespace) -> Answer:
    """Put a backup in the record's place."""
    from datetime import UTC, datetime

    from hisconsole.config.server import load_server
    from hisconsole.store.backup import restore as put

    if asked.drill:
        return _drilled(asked)
    if asked.file is None:
        raise Usage(_("Name the backup that is to take the record's place."))
    _speak(asked)
    source = _file(asked.file)
    data = data_dir(asked.data)
    server = load_server(config_dir(asked.config), data)
    kept, again = None, ""
    if server is None:
        proof, kept = put(data, source, now=datetime.now(UTC))
    else:
        proof, again = _put_on(server, data, source)
    lines = [_("The record now holds: {proof}").format(proof=_told(proof))]
    if kept is not None:
        lines.append(_("What was there before is kept as {path}.").format(path=kept))
    if again:
        lines.append(again)
    told = {"file": str(source), "kept": str(kept) if kept else None, **_proved(proof)}
    return Answer(told, lines)


def _put_on(server: Server, data: Path, source: Path) -> tuple[Proof, str]:
    """Fill the empty database that site.yaml names, never one with a record; returns what is left to do."""
    from hisconsole.desk.record import open_shared
    from hisconsole.store.backup import usable
    from hisconsole.store.grants import lay_beside
    from hisconsole.store.moving import copy
    from hisconsole.store.seen import forget

    with usable(source) as backup_, closing(open_shared(server, data, patient=True)) as record:
        proof, again = copy(backup_, record), lay_beside(record)
    forget(data)
    return proof, again


def _drilled(asked: Namespace) -> Answer:
    """Restore a backup into a folder of its own, prove it and open its queue; the record stays as it is."""
    from datetime import UTC, datetime
    from tempfile import TemporaryDirectory

    from hisconsole.desk.upkeep import record_restore
    from hisconsole.plan.times import to_text
    from hisconsole.store.backup import restore as put
    from hisconsole.store.database import Database
    from hisconsole.store.events import at_seq
    from hisconsole.store.projections import queue

    source = _file(asked.file) if asked.file is not None else _newest_backup(asked)
    with TemporaryDirectory(prefix="hisconsole-restore-") as scratch:
        proof, _kept = put(Path(scratch), source, now=datetime.now(UTC))
        with closing(Database(Path(scratch), writable=False)) as database, database.read() as connection:
            open_ = len(queue(connection))
            last = at_seq(connection, proof.head.seq)
    made = to_text(last.recorded) if last is not None else None
    unrecorded = _recorded(
        asked, lambda desk: record_restore(desk, str(source), seq=proof.head.seq, head=proof.head.hash)
    )
    lines = [
        _("{file} can be restored: {proof}").format(file=source, proof=_told(proof)),
        ngettext("{n} incident is open in it.", "{n} incidents are open in it.", open_).format(n=open_),
        _("Its last event was recorded {when}. The record itself was not touched.").format(when=made or "-"),
    ]
    if unrecorded:
        lines.append(_("That this was tried could not be recorded: {why}").format(why=unrecorded))
    data = {"file": str(source), "open": open_, "made": made, **_proved(proof), "recorded": not unrecorded}
    return Answer(data, lines)


def _newest_backup(asked: Namespace) -> Path:
    """The newest backup that the watch has made."""
    from hisconsole.config import load_site
    from hisconsole.config.backups import backups_in, place_of

    folder = place_of(load_site(config_dir(asked.config)).backups, data_dir(asked.data))
    made = dict(backups_in(folder))
    if not made:
        raise HisError(_("There is no backup in {folder}: name one.").format(folder=folder))
    return made[max(made)]


def init(asked: Namespace) -> Answer:
    """Copy the sample hospital to a new folder."""
    from hisconsole.config import init_site

    folder = _file(asked.folder)
    init_site(folder)
    told = _(
        "{folder} has the sample hospital: rewrite its files for yours, run 'hisconsole check"
        " {folder}', then name it with --config or HISCONSOLE_CONFIG."
    )
    return Answer({"folder": str(folder)}, [told.format(folder=folder)])


def check(asked: Namespace) -> Answer:
    """Check the hospital's files, and what the screens are made of."""
    from hisconsole.config import check_site, is_sample, load_site
    from hisconsole.config.plan_file import check_signs
    from hisconsole.config.serves_checks import check_serves
    from hisconsole.config.targets import check_targets
    from hisconsole.console.table import load_screens

    folder = _file(asked.folder) if asked.folder is not None else config_dir(asked.config)
    faults = check_site(folder)
    warnings: list[Finding] = []
    watched: Infrastructure | None = None
    if folder.is_dir():
        sample = is_sample(folder)
        checked = check_targets(folder, sample=sample)
        faults += checked.faults
        warnings += checked.warnings
        watched = checked.infrastructure
        if watched is not None:
            warnings += check_signs(folder, watched)
        if sample and watched is not None:
            faults += _scenario_faults(folder, watched)
    if watched is not None and not faults:
        warnings += check_serves(folder, watched, {each.id for each in load_site(folder).departments})
    try:
        load_screens(shipped("screens"))
    except ConfigFault as fault:
        faults += fault.findings
    flows = _flow_findings(None if faults else load_site(folder).plan)
    faults += [finding for linted in flows for finding in linted.faults]
    warnings += [finding for linted in flows for finding in linted.warnings]
    data = [
        {"file": each.file, "line": each.line, "col": each.col, "sentence": each.sentence, "level": level}
        for level, findings in (("fault", faults), ("warning", warnings))
        for each in findings
    ]
    lines = [str(each) for each in faults]
    lines += [_("{finding} (a warning)").format(finding=each) for each in warnings]
    if faults:
        return Answer(data, lines, ConfigFault.exit_code)
    return Answer(data, [*lines, _("{folder}: no faults found.").format(folder=folder)])


def _flow_findings(plan: Plan | None) -> list[Linted]:
    """What is wrong with the guided screens, beside the plan's rules where there is a plan to go by."""
    from hisconsole.flows.read import check_flow

    return [check_flow(path, plan) for path in sorted((shipped("screens") / "flows").glob("*.yaml"))]


def _scenario_faults(folder: Path, infrastructure: Infrastructure) -> list[Finding]:
    """What is wrong with the scenarios of a sample hospital; a real one has none."""
    from hisconsole.practice.hospital import build
    from hisconsole.practice.scenario_file import load_scenario, scenario_names

    scenarios = folder / "scenarios"
    faults: list[Finding] = []
    hospital = build(infrastructure)
    for name in scenario_names(scenarios):
        try:
            load_scenario(scenarios, name, hospital)
        except ConfigFault as fault:
            faults += fault.findings
        except HisError as fault:
            faults.append(Finding(printable(str(scenarios / f"{name}.yaml")), 1, 1, str(fault)))
    return faults


def _file(named: str) -> Path:
    if not named or "\0" in named:
        raise Usage(_("A file or folder is to be named."))
    return Path(named).absolute()


def _speak(asked: Namespace) -> None:
    """Speak the hospital's language where its files can be read; keeping the record needs no more."""
    from hisconsole.wiring import Settings, open_site

    with suppress(ConfigFault):
        open_site(Settings(config_dir(asked.config), data_dir(asked.data), ""))


def _record(asked: Namespace) -> Database:
    from hisconsole.desk.record import open_record

    _speak(asked)
    return open_record(config_dir(asked.config), data_dir(asked.data), writable=False, patient=True)


def _proved(proof: Proof) -> Mapping[str, object]:
    return {"seq": proof.head.seq, "hash": proof.head.hash, "incidents": proof.incidents}


def _told(proof: Proof) -> str:
    count = ngettext("{n} incident", "{n} incidents", proof.incidents).format(n=proof.incidents)
    return _("{count}, head {seq} {hash}").format(count=count, seq=proof.head.seq, hash=proof.head.hash)
