"""Databases as their own tools list them; nothing here logs in to one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Arguments, Output, lines, name, phrase, said, unknown
from hisconsole.text import _, printable

_SERVICE = re.compile(r'Service "([^"]{1,120})" has [0-9]+ instance')
_INSTANCE = re.compile(r' *Instance "([^"]{1,60})", status ([A-Z/]{2,20}), has ')
_TNS = re.compile(r"TNS-[0-9]{5}: ?[^\n]{0,120}")
_BARE = "No message file for product=network"
_PMON = re.compile(r"[0-9]+ ora_pmon_([A-Za-z0-9_+$#]{1,30})")
_MYSQL = re.compile(r"^error: '?([^\n]{1,160})", re.MULTILINE)
_IRIS = re.compile(r"(?:Configuration|Instance) '([^']{1,60})'.*")


def oracle_listener(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """The listener and what each instance registered there.

    UNKNOWN is the normal word for a service registered by hand in listener.ora: the listener
    cannot know its state, so it is good here and says so.
    """
    if "Services Summary" not in output.text and "The listener supports no services" not in output.text:
        fault = _TNS.search(output.text)
        if fault is None:
            return
        # Without its messages it has not read listener.ora either: a wrong home, or one we may not read.
        refused = fault[0].startswith(("TNS-01189", "TNS-01190", "TNS-01169")) or _BARE in output.text
        yield Sample(
            "oracle/listener",
            _("Oracle listener"),
            None if refused else "down",
            "",
            "lsnrctl",
            Status.UNKNOWN if refused else Status.CRITICAL,
            phrase(fault[0]),
        )
        return
    yield Sample("oracle/listener", _("Oracle listener"), "up", "", "lsnrctl", Status.OK, "")
    service = ""
    words: dict[tuple[str, str], str] = {}
    for line in lines(output.text):
        head, row = _SERVICE.match(line), _INSTANCE.match(line)
        if head:
            service = name(head[1])
        elif row and service:
            which = service, name(row[1])
            # An instance registered by hand and by itself has two lines; only the second knows its state.
            if words.get(which, "UNKNOWN") == "UNKNOWN":
                words[which] = row[2]
    for (service, instance), word in words.items():
        yield _registered(service, instance, word)


def _registered(service: str, instance: str, word: str) -> Sample:
    label = f"{service} {instance}"
    hint, reason = Status.UNKNOWN, _("{label} is {word}").format(label=label, word=word)
    if word in ("READY", "READY/SECONDARY", "UNKNOWN"):
        hint = Status.OK
        by_hand = _("registered by hand: the listener cannot know its state")
        reason = by_hand if word == "UNKNOWN" else ""
    elif word in ("BLOCKED", "RESTRICTED"):
        hint = Status.CRITICAL if word == "BLOCKED" else Status.WARNING
    return Sample(f"oracle/{service}/{instance}", label, word, "", "lsnrctl", hint, reason)


def oracle_instances(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Whether the background process of each expected instance runs."""
    if output.code not in (0, 1) or (output.code == 1 and output.text.strip()):
        return
    running = {row[1] for line in lines(output.text) if (row := _PMON.fullmatch(line.strip()))}
    for instance in arguments.get("instances", ()):
        here = instance in running
        reason = "" if here else _("no ora_pmon_{instance} is running").format(instance=instance)
        yield Sample(
            f"oracle/instance/{instance}",
            _("instance {instance}").format(instance=instance),
            "running" if here else "missing",
            "",
            "pgrep",
            Status.OK if here else Status.CRITICAL,
            reason,
        )


def mysql(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Whether the server answers; an answer that refuses us is an answer."""
    key = "mysql/" + "".join(arguments.get("port", ()))
    if "is alive" in output.text or "Access denied" in output.text:
        yield Sample(key, "MySQL", "alive", "", "mysqladmin ping", Status.OK, "")
    elif "failed" in output.text or "Can't connect" in output.text:
        fault = _MYSQL.search(output.text)  # What it says first is only that it failed.
        reason = printable(fault[1].strip(" '") if fault else "", limit=160) or said(output)
        yield Sample(key, "MySQL", "no answer", "", "mysqladmin ping", Status.CRITICAL, reason)


_PG = {0: ("accepting", Status.OK), 1: ("rejecting", Status.CRITICAL), 2: ("no answer", Status.CRITICAL)}


def postgresql(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """What `pg_isready` says by its exit code (PostgreSQL manual: 0 accepting, 1 rejecting, 2 no answer)."""
    key = "postgresql/" + "".join(arguments.get("port", ()))
    if output.code in _PG and " - " in output.text:
        word, hint = _PG[output.code]
        yield Sample(
            key, "PostgreSQL", word, "", "pg_isready", hint, "" if hint is Status.OK else said(output)
        )


def iris(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Each Caché or IRIS instance of the host: whether it runs, its own alert state, its mirror role."""
    instance = ""
    facts: dict[str, str] = {}
    for line in [*lines(output.text), "Instance ''"]:
        head = _IRIS.match(line)
        field, _colon, value = line.strip().partition(":")
        if head or line == "Instance ''":
            if instance:
                yield from _iris(instance, facts)
            instance, facts = (name(head[1]) if head else ""), {}
        elif instance and field in ("status", "state", "mirroring"):
            facts[field] = value.strip()


def _iris(instance: str, facts: dict[str, str]) -> Iterator[Sample]:
    key, status = f"iris/{instance}", facts.get("status", "")
    word = phrase(status.split(",")[0])
    if not word:
        yield unknown(key, instance, "iris list", _("the list tells no status"))
        return
    good = word == "running"
    # "running on node ? (cache.ids missing)": it serves, and its own tools have lost sight of it.
    lost = word.startswith("running on node")
    hint = Status.OK if good else Status.WARNING if lost else Status.CRITICAL
    reason = "" if good else _("{instance} is {word}").format(instance=instance, word=word)
    yield Sample(key, instance, word, "", "iris list", hint, reason)
    state = facts.get("state", "")
    if good and state:
        hint = {"ok": Status.OK, "warn": Status.WARNING}.get(state, Status.CRITICAL)
        reason = (
            ""
            if hint is Status.OK
            else _("{instance} reports {state}").format(instance=instance, state=phrase(state))
        )
        yield Sample(
            f"{key}/state",
            _("{name} alerts").format(name=instance),
            phrase(state),
            "",
            "iris list",
            hint,
            reason,
        )
    role = re.search(r"Status *= *([^;]{1,40})", facts.get("mirroring", ""))
    if role:
        yield Sample(
            f"{key}/mirror",
            _("{name} mirror").format(name=instance),
            phrase(role[1]),
            "",
            "iris list",
            None,
            "",
        )
