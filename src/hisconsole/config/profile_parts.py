"""The parts of one profile, as its file gives them: readings, tables, checks, recognition."""

from __future__ import annotations

import re
from types import MappingProxyType

from hisconsole.config.targets_fields import PartFields
from hisconsole.fields import shown
from hisconsole.plan.profiles import (
    COMMANDS,
    CONVERSIONS,
    COUNTERS,
    NET_CHECKS,
    Check,
    Combine,
    Join,
    Only,
    Probe,
    Profile,
    Reading,
    Recognise,
    Settings,
    State,
    Table,
)
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind
from hisconsole.text import _

_STATES = (Status.OK, Status.WARNING, Status.CRITICAL, Status.UNKNOWN)
_UNIT = re.compile(r"[A-Za-z%/]{1,6}")


def profile_of(id_: str, fields: PartFields) -> tuple[Profile, tuple[str, ...]]:
    """The profile of one file, and the names of those it includes."""
    probe = fields.choice("probe", Probe, needed=True) or Probe.SNMP
    kind = fields.choice("kind", Kind, needed=True) or Kind.SERVER
    recognise = Recognise((), (), ())
    below = fields.part("recognise")
    if below is not None:
        recognise = Recognise(below.oids("objects"), below.listed("words"), below.oids("answers"))
        below.close()
        if probe is not Probe.SNMP:
            fields.refuse("recognise", _("'recognise' belongs only to profiles with 'probe: snmp'."))
    readings, tables, checks = [], [], []
    for name, part in fields.parts("readings"):
        readings.append(_reading(name, part, table=False))
        part.close()
    for name, part in fields.parts("tables"):
        tables.append(_table(name, part))
        part.close()
    for name, part in fields.parts("checks"):
        checks.append(_check(name, part, probe))
        part.close()
    for name in ("readings", "tables") if probe is not Probe.SNMP else ("checks",):
        if fields.given(name):
            sentence = _("'{name}' cannot be measured with 'probe: {probe}'.")
            fields.refuse(name, sentence.format(name=name, probe=probe.value))
    include = fields.references("include")
    if not (
        readings or tables or checks or include or any(map(fields.given, ("readings", "tables", "checks")))
    ):
        fields.refuse("name", _("this profile measures nothing: add 'readings', 'tables' or 'checks'."))
    profile = Profile(
        id=id_,
        name=fields.text("name", needed=True),
        probe=probe,
        kind=kind.value,
        recognise=recognise,
        readings=tuple(readings),
        tables=tuple(tables),
        checks=tuple(checks),
    )
    return profile, include


def _reading(id_: str, fields: PartFields, *, table: bool) -> Reading:
    convert = fields.text("convert")
    if convert and convert not in CONVERSIONS:
        fields.unknown_part("convert", convert, tuple(CONVERSIONS))
        convert = ""
    states = _states(fields)
    rules = fields.limits()
    if states and convert:
        fields.refuse("convert", _("give either 'states' or 'convert', not both."))
    if rules and (states or convert in ("text", "link", "printer_errors")):
        fields.refuse("warn" if fields.given("warn") else "crit", _("words have no limits: leave this out."))
    combine = fields.choice("combine", Combine) if table or fields.given("combine") else None
    if fields.given("combine") and not table:
        fields.refuse("combine", _("'combine' belongs only to the rows of a table."))
    if combine and (states or convert in COUNTERS):
        fields.refuse("combine", _("only plain numbers can be combined."))
    if fields.given("divide") and convert in COUNTERS | {"text", "link", "printer_errors"}:
        sentence = _("'{convert}' makes the unit itself: leave 'divide' out.")
        fields.refuse("divide", sentence.format(convert=convert))
    return Reading(
        id=id_,
        label=fields.text("label", needed=True, longest=40),
        object=fields.mib_object("object"),
        oid=fields.oid("oid", needed=True),
        unit=_unit(fields),
        divide=fields.positive("divide", otherwise=1.0),
        convert=convert,
        inputs=MappingProxyType(_inputs(fields, convert)),
        invalid=fields.integers("invalid"),
        states=MappingProxyType(states),
        only=_only(fields),
        combine=combine,
        links=fields.flag("links") if table else False,
        rules=rules,
    )


def _table(id_: str, fields: PartFields) -> Table:
    readings = []
    for name, part in fields.parts("readings"):
        readings.append(_reading(name, part, table=True))
        part.close()
    if not readings and not fields.given("readings"):
        fields.refuse("readings", _("'{id}' reads nothing: add 'readings'.").format(id=id_))
    names = fields.oids("names")
    key = fields.text("key") or "name"
    if key not in ("name", "index"):
        fields.refuse("key", _("'key' must be name or index, not '{value}'.").format(value=shown(key)))
    for name in ("join", "alias", "until", "skip"):
        if fields.given(name) and not fields.given("names"):
            fields.refuse(name, _("'{name}' needs 'names' beside it.").format(name=name))
    return Table(
        id=id_,
        names=names,
        alias=fields.oid("alias"),
        join=fields.choice("join", Join) or Join.WHOLE,
        by_index=key == "index",
        until=fields.text("until"),
        only=_only(fields),
        skip=fields.listed("skip"),
        readings=tuple(readings),
    )


def _check(id_: str, fields: PartFields, probe: Probe) -> Check:
    known = NET_CHECKS if probe is Probe.NET else COMMANDS
    use = fields.text("use") or id_
    if use not in known and probe is not Probe.SNMP:
        if fields.given("use"):
            fields.unknown_part("use", use, tuple(known))
        else:
            sentence = _("'{id}' is no check of this kind: say with 'use' which one it is.")
            fields.findings.append(fields.document.at_key(fields.path, sentence.format(id=shown(id_))))
    settings, below = fields.pairs("settings")
    for name, value in settings.items():
        wrong = setting_fault(known.get(use), name, value)
        if wrong:
            below.refuse(name, wrong)
    return Check(
        id=id_,
        use=use,
        label=fields.text("label", needed=True, longest=40),
        settings=MappingProxyType(settings),
        rules=MappingProxyType(fields.limits_by_pattern("limits")),
    )


def setting_fault(settings: Settings | None, name: str, value: str) -> str:
    """Why a setting of a check cannot be used, in words; empty when it can."""
    if settings is None:
        return ""
    form = {**settings.needed, **settings.free}.get(name)
    if form is None:
        known = ", ".join((*settings.needed, *settings.free)) or _("none")
        return _("'{name}' is no setting of this check; it has: {known}.").format(
            name=shown(name), known=known
        )
    words = value.split()
    if len(words) > 1 and name not in settings.many:
        return _("'{name}' takes one word, not '{value}'.").format(name=name, value=shown(value))
    for word in words:
        if not re.fullmatch(form.value, word):
            return _("'{word}' cannot be used as '{name}'.").format(word=shown(word), name=name)
    return ""


def _states(fields: PartFields) -> dict[int, State]:
    found = {}
    pairs, below = fields.pairs("states")
    for number, text in pairs.items():
        word, _blank, words = text.partition(" ")
        if not re.fullmatch("-?[0-9]{1,10}", number):
            sentence = _("'{number}' is not a whole number: states are listed by number.")
            below.findings.append(
                below.document.at_key((*below.path, number), sentence.format(number=shown(number)))
            )
        elif word and word not in _STATES:
            sentence = _("'{word}' is no state: begin with ok, warning, critical or unknown.")
            below.refuse(number, sentence.format(word=shown(word)))
        elif word:
            found[int(number)] = State(Status(word), words.strip() or word)
    return found


def _inputs(fields: PartFields, convert: str) -> dict[str, str]:
    given, below = fields.pairs("inputs")
    needed, free = CONVERSIONS.get(convert, (frozenset(), frozenset()))
    inputs = {}
    for name in given:
        if name not in needed | free:
            known = ", ".join(sorted(needed | free)) or _("none")
            sentence = _("'{name}' is no input of this conversion; it has: {known}.")
            below.refuse(name, sentence.format(name=shown(name), known=known))
        else:
            inputs[name] = below.oid(name)
    for name in sorted(needed - given.keys()):
        sentence = _("'{convert}' needs '{name}' below 'inputs'.")
        fields.refuse("convert", sentence.format(convert=convert, name=name))
    return inputs


def _only(fields: PartFields) -> Only | None:
    oid = fields.oid("only")
    given = [name for name in ("is", "not") if fields.given(name)]
    values = [fields.text(name, longest=400).split() for name in ("is", "not")]
    if fields.given("only") and len(given) != 1:
        fields.refuse("only", _("'only' needs either 'is' or 'not' with values beside it."))
    elif given and not fields.given("only"):
        fields.refuse(given[0], _("'{name}' needs 'only' beside it.").format(name=given[0]))
    if not oid or len(given) != 1:
        return None
    return Only(oid, frozenset(values[0] or values[1]), keep=given == ["is"])


def _unit(fields: PartFields) -> str:
    unit = fields.text("unit", longest=6)
    if unit and not _UNIT.fullmatch(unit):
        fields.refuse(
            "unit", _("'{value}' cannot be a unit: use letters, '%' and '/'.").format(value=shown(unit))
        )
        return ""
    return unit
