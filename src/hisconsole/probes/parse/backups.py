"""How old the last backup is, by the host's own clock."""

from __future__ import annotations

from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Arguments, Output, lines, name, number, unclear, unknown
from hisconsole.text import _

_HOUR = 3600
_MEGABYTE = 1_000_000


def backup(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Age in hours and size in MB of each named file, from `stat`."""
    rows = {}
    for line in lines(output.text):
        words = line.split(" ", 2)
        if len(words) == 3:
            rows[words[2]] = (number(words[0]), number(words[1]))
    for file in arguments.get("files", ()):
        changed, size = rows.get(file, (None, None))
        if changed is not None and size is not None:
            yield from _aged(name(file), changed, size, output.now)
        elif "No such file" in output.text and "denied" not in output.text:
            reason = _("{file} does not exist").format(file=name(file))
            yield Sample(f"backup/{name(file)}", name(file), None, "h", "stat", Status.CRITICAL, reason)
        else:
            reason = unclear(output)
            yield unknown(f"backup/{name(file)}", name(file), "stat", reason)


def backup_folder(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Age and size of the newest file of a folder; none in the days asked for is critical."""
    folder = name("".join(arguments.get("folder", ())))
    days = "".join(arguments.get("days", ()))
    if output.code != 0 and not output.cut:
        return
    newest: tuple[float, float] | None = None
    for line in lines(output.text):
        words = line.split(":", 2)
        changed, size = (number(words[0]), number(words[1])) if len(words) == 3 else (None, None)
        if changed is not None and size is not None:
            newest = max(newest or (changed, size), (changed, size))
        elif not output.cut:
            return
    if newest is not None:
        yield from _aged(folder, *newest, output.now)
    elif not output.cut:
        reason = _("no file of the last {days} days in {folder}").format(days=days, folder=folder)
        yield Sample(f"backup/{folder}", folder, None, "h", "find", Status.CRITICAL, reason)


def _aged(label: str, changed: float, size: float, now: int | None) -> Iterator[Sample]:
    if now is None:
        yield unknown(f"backup/{label}", label, "stat", _("the host did not tell its time"))
        return
    age = round(max(0.0, now - changed) / _HOUR, 2)
    yield Sample(f"backup/{label}", label, age, "h", "stat", None, "")
    yield Sample(
        f"backup_size/{label}",
        _("{file} size").format(file=label),
        round(size / _MEGABYTE, 1),
        "MB",
        "stat",
        Status.CRITICAL if size == 0 else None,
        _("{file} is empty").format(file=label) if size == 0 else "",
    )
