"""Services, listening ports, an application's own answer, and the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Arguments, Output, lines, name, number, unclear, unknown
from hisconsole.text import _, ngettext

_STATES = {
    "active": Status.OK,
    "reloading": Status.OK,
    "refreshing": Status.OK,
    "activating": Status.WARNING,
    "deactivating": Status.WARNING,
    "maintenance": Status.WARNING,
    "inactive": Status.CRITICAL,
    "failed": Status.CRITICAL,
    "unknown": Status.CRITICAL,
}
"""`inactive` is critical because only services that must run are asked for."""


def services(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """One word a service, in the order they were asked for."""
    return _services(output, arguments.get("units", ()))


def sql_server(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """SQL Server on Linux, by its service."""
    return _services(output, ("mssql-server",))


def _services(output: Output, units: tuple[str, ...]) -> Iterator[Sample]:
    words = [line.strip() for line in lines(output.text)]
    if len(words) != len(units) or not all(word in _STATES for word in words):
        for unit in units:
            reason = unclear(output)
            yield unknown(f"service/{unit}", unit, "systemctl", reason)
        return
    for unit, word in zip(units, words, strict=True):
        hint = _STATES[word]
        reason = "" if hint is Status.OK else _("{unit} is {word}").format(unit=unit, word=word)
        yield Sample(f"service/{unit}", unit, word, "", "systemctl", hint, reason)


def failed_units(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """How many units have failed, and which."""
    rows = [line.split() for line in lines(output.text)]
    failed = [name(row[0]) for row in rows if len(row) >= 4 and row[2] == "failed"]
    if output.code not in (0, None) or (rows and not failed):
        reason = unclear(output)
        yield unknown("units/failed", _("failed units"), "systemctl", reason)
        return
    reason = ""
    if failed:
        shown = ", ".join(failed[:3])
        reason = ngettext(
            "{count} unit failed: {shown}", "{count} units failed: {shown}", len(failed)
        ).format(count=len(failed), shown=shown)
    hint = Status.CRITICAL if failed else Status.OK
    yield Sample("units/failed", _("failed units"), float(len(failed)), "", "systemctl", hint, reason)


def listening(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Whether each expected TCP port is listened on."""
    if output.code not in (0, None):
        return
    ports = set()
    for line in lines(output.text):
        row = line.split()
        if len(row) >= 5 and row[0] == "LISTEN":
            ports.add(row[3].rpartition(":")[2])
    for port in arguments.get("ports", ()):
        here = port in ports
        label = _("port {port}").format(port=port)
        if not here and output.cut:
            yield unknown(f"listening/{port}", label, "ss", _("the list was cut before this port"))
            continue
        reason = "" if here else _("nothing listens on port {port}").format(port=port)
        value = "listening" if here else "closed"
        yield Sample(
            f"listening/{port}", label, value, "", "ss", Status.OK if here else Status.CRITICAL, reason
        )


def application(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """What an application on the host itself answers to one GET: status and time."""
    where = "".join(arguments.get("port", ())) + "".join(arguments.get("path", ()))
    words = output.text[:200].strip().split(":")
    seconds = number(words[1]) if len(words) == 2 else None
    if seconds is None or not re.fullmatch("[0-9]{3}", words[0]):
        return
    label = _("application {where}").format(where=where)
    good = "200" <= words[0] <= "399"
    if words[0] == "000":
        reason = _("no answer from the application (curl {code})").format(code=output.code)
    else:
        reason = "" if good else _("the application answers {status}").format(status=words[0])
    hint = Status.OK if good else Status.CRITICAL
    yield Sample(f"application/{where}", label, words[0], "", "curl", hint, reason)
    if words[0] == "000":
        return
    yield Sample(f"application_time/{where}", _("answer time"), seconds, "s", "curl", None, "")


_CHRONY = 14
"""Fields of `chronyc -c tracking`: 1 address, 2 stratum, 4 offset in seconds, 13 leap status."""


def time(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Whether the clock is synchronised, and by how much it is off where chrony keeps it."""
    for line in lines(output.text):
        fields = line.split(",")
        if len(fields) == _CHRONY:
            yield from _chrony(fields)
            return
        if line in ("NTPSynchronized=yes", "NTPSynchronized=no"):
            yield _synchronised("timedatectl", good=line.endswith("yes"))
            return


def _chrony(fields: list[str]) -> Iterator[Sample]:
    offset, stratum = number(fields[4]), number(fields[2])
    if offset is None or stratum is None:
        return
    yield _synchronised("chronyc", good=fields[13] != "Not synchronised" and 0 < stratum < 16)
    yield Sample("time/offset", _("clock offset"), abs(offset), "s", "chronyc", None, "")
    yield Sample("time/stratum", _("clock stratum"), stratum, "", "chronyc", None, "")


def _synchronised(source: str, *, good: bool) -> Sample:
    hint = Status.OK if good else Status.CRITICAL
    reason = "" if good else _("the clock is not synchronised")
    return Sample("time/synchronised", _("clock"), "yes" if good else "no", "", source, hint, reason)
