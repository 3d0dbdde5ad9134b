"""Commands that keep the record and the hospital's files: verify, backup, restore, init, check."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage
from hisconsole.errors import ConfigFault, Finding, HisError, StoreFault
from hisconsole.paths import Server, config_dir, data_dir, shipped
from hisconsole.text import _, ngettext, printable

if TYPE_CHECKING:
    from hisconsole.flows.lint import Linted
    from hisconsole.plan.document import Plan
    from hisconsole.plan.targets import Infrastructure
    from hisconsole.store.database import Database
    from hisconsole.store.verify import Proof


def verify(asked: Namespace) -> Answer:
    """Prove the record; its head is what an anchor outside remembers."""
    from hisconsole.store.verify import verify as prove

    with closing(_record(asked)) as database, database.read() as connection:
        proof = prove(connection)
    data = {"holds": not proof.faults, **_proved(proof), "faults": list(proof.faults)}
    if proof.faults:
        return Answer(data, proof.faults, StoreFault.exit_code)
    return Answer(data, [_("The record holds: {proof}").format(proof=_told(proof))])


def backup(asked: Namespace) -> Answer:
    """Copy the record to a new file, and put on record that this was done."""
    from hisconsole.store.backup import backup as copy

    target = _file(asked.file)
    with closing(_record(asked)) as database:
        proof = copy(database, target)
    lines = [_("{file} holds: {proof}").format(file=target, proof=_told(proof))]
    unrecorded = _unrecorded(asked, target, proof)
    if unrecorded:
        told = _("That it was made could not be recorded, so 'hisconsole ready' misses it: {why}")
        lines.append(told.format(why=unrecorded))
    return Answer({"file": str(target), **_proved(proof), "recorded": not unrecorded}, lines)


def _unrecorded(asked: Namespace, target: Path, proof: Proof) -> str:
    """Why a copy that was made is not on record; empty when it is. The copy is none the worse for it."""
    from hisconsole.desk.actor import here
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.record import open_record
    from hisconsole.desk.upkeep import NIGHTLY, record_backup
    from hisconsole.wiring import Settings, check_operator, open_site

    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    try:
        site = open_site(settings)
        check_operator(site, settings.operator)
        with closing(open_record(settings.config, settings.data)) as database:
            desk = Desk(database=database, site=site, actor=here(settings.operator or NIGHTLY))
            record_backup(desk, str(target), seq=proof.head.seq, head=proof.head.hash)
    except HisError as fault:
        return str(fault)
    return ""


def restore(asked: Namespace) -> Answer:
    """Put a backup in the record's place."""
    from datetime import UTC, datetime

    from hisconsole.config.server import load_server
    from hisconsole.store.backup import restore as put

    _speak(asked)
    source = _file(asked.file)
    data = data_dir(asked.data)
    server = load_server(config_dir(asked.config), data)
    proof, kept = (
        put(data, source, now=datetime.now(UTC)) if server is None else _put_on(server, data, source)
    )
    lines = [_("The record now holds: {proof}").format(proof=_told(proof))]
    if kept is not None:
        lines.append(_("What was there before is kept as {path}.").format(path=kept))
    told = {"file": str(source), "kept": str(kept) if kept else None, **_proved(proof)}
    return Answer(told, lines)


def _put_on(server: Server, data: Path, source: Path) -> tuple[Proof, None]:
    """Fill the empty database that site.yaml names: one with a record in it is never written over."""
    from hisconsole.desk.record import open_shared
    from hisconsole.store.database import Database
    from hisconsole.store.moving import copy

    with closing(Database.at(source)) as backup_, closing(open_shared(server, data, patient=True)) as record:
        return copy(backup_, record), None


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
