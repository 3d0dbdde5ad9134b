"""Software RAID, RAID controllers, drives' own verdicts, and the paths to a storage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Arguments, Output, lines, name, number, phrase, unclear, unknown
from hisconsole.text import _

_ARRAY = re.compile(r"(md[^ :]{1,40}) : (active|inactive)\b(.*)")
_MEMBERS = re.compile(r"\[([0-9]{1,3})/([0-9]{1,3})\] \[([U_]{1,128})\]")
_PROGRESS = re.compile(r"(recovery|resync|reshape|check|repair) *= *([0-9]{1,3}(?:\.[0-9]+)?)%")
_VOLUME = re.compile(r"([0-9]+/[0-9]+) +(RAID[0-9]+|JBOD|Cac[0-9]) +([A-Za-z0-9]+) .*")
_DRIVE = re.compile(r"([0-9]* ?:[0-9]+) +[0-9]+ +([A-Za-z]+) .*")
_DESCRIPTION = re.compile(r"^Description = ([^\n]{1,200})", re.MULTILINE)
_SMART_ARRAY = re.compile(r" *(logicaldrive|physicaldrive) ([0-9A-Za-z:]{1,20}) \((.*)\) *")
_SMART = re.compile(r"(?:self-assessment test result|SMART Health Status): *(.{1,80})")
_MAP = re.compile(r"(\S+) (?:\(\S+\) )?dm-[0-9]+ .*")
_PATH = re.compile(r".*[ `|]- [0-9#]+:[0-9#]+:[0-9#]+:[0-9#]+ +\S+ +\S+ +(\w+) +(i/o \w+|\w+) .*")

_SOUND = ("ready", "ghost", "i/o pending")
"""What multipath's checkers say of a path that works; a ghost waits beside one that is preferred."""

VOLUME_STATES = {
    "Optl": (Status.OK, ""),
    "Pdgd": (Status.WARNING, "partially degraded"),
    "Dgrd": (Status.CRITICAL, "degraded"),
    "OfLn": (Status.CRITICAL, "offline"),
    "Rec": (Status.WARNING, "recovering"),
}
DRIVE_STATES = {
    **dict.fromkeys(("Onln", "UGood", "GHS", "DHS", "JBOD", "Cpybck"), (Status.OK, "")),
    # Shielded: the controller tests a drive that it does not trust.
    **dict.fromkeys(("UGShld", "HSPShld", "CFShld", "CBShld"), (Status.WARNING, "being tested")),
    "Sntze": (Status.WARNING, "being erased"),
    "UGUnsp": (Status.WARNING, "not supported by the controller"),
    "Rbld": (Status.WARNING, "rebuilding"),
    "Failed": (Status.CRITICAL, "failed"),
    "Offln": (Status.CRITICAL, "offline"),
    "UBad": (Status.CRITICAL, "bad"),
    "UBUnsp": (Status.CRITICAL, "bad and unsupported"),
    "Msng": (Status.CRITICAL, "missing"),
}


def mdstat(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Each software array, from /proc/mdstat; a host without any gives no reading."""
    if "Personalities" not in output.text and "No such file" not in output.text:
        yield unknown("raid", "RAID", "mdstat", unclear(output))
        return
    arrays: list[tuple[str, list[str]]] = []
    for line in lines(output.text):
        if _ARRAY.match(line):
            arrays.append((line, []))
        elif arrays and line.startswith(" "):
            arrays[-1][1].append(line)
    for head, rest in arrays:
        yield from _array(head, " ".join(rest))


def _array(head: str, rest: str) -> Iterator[Sample]:
    first = _ARRAY.match(head)
    if first is None:
        return
    array, label = f"raid/{name(first[1])}", name(first[1])
    members, progress = _MEMBERS.search(rest), _PROGRESS.search(rest)
    hint, word = Status.OK, "clean"
    if first[2] == "inactive":
        hint, word = Status.CRITICAL, "inactive"
    elif "(F)" in first[3] or (members is not None and "_" in members[3]):
        hint, word = Status.CRITICAL, "degraded"
    elif "resync=" in rest.replace(" ", "") and progress is None:
        hint, word = Status.WARNING, "resync waiting"
    if progress is not None and progress[1] != "check":
        hint, word = (hint, "rebuilding") if hint is Status.CRITICAL else (Status.WARNING, progress[1])
    shown = members[3] if members else ""
    reason = "" if hint is Status.OK else f"{label} {word} [{shown}]" if shown else f"{label} {word}"
    yield Sample(array, label, word, "", "mdstat", hint, reason)
    if progress is not None:
        yield Sample(
            f"{array}/progress", f"{label} {progress[1]}", number(progress[2]), "%", "mdstat", None, ""
        )


def raid_volumes(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Volumes of an LSI or Broadcom controller, from `storcli show`."""
    rows = [row for line in lines(output.text) if (row := _VOLUME.fullmatch(line))]
    for row in rows:
        yield _state("volume", row[1], row[3], VOLUME_STATES, "storcli")
    if not rows:
        yield from _described("raid_volumes", output)


def raid_drives(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Drives of an LSI or Broadcom controller, from `storcli show`."""
    rows = [row for line in lines(output.text) if (row := _DRIVE.fullmatch(line.strip()))]
    for row in rows:
        yield _state("drive", row[1].replace(" ", ""), row[2], DRIVE_STATES, "storcli")
    if not rows:
        yield from _described("raid_drives", output)


def _described(key: str, output: Output) -> Iterator[Sample]:
    """Why storcli shows no row, in its own words: no controller, nothing configured."""
    found = _DESCRIPTION.search(output.text)
    words = phrase(found[1]) if found else ""
    if words and words != "None":
        yield unknown(key, key.replace("_", " "), "storcli", words)


def _state(kind: str, which: str, word: str, states: dict[str, tuple[Status, str]], source: str) -> Sample:
    label = f"{kind} {which}"
    hint, meaning = states.get(word, (Status.UNKNOWN, f"in a state not known here: {word[:20]}"))
    reason = f"{label} {meaning}" if meaning else ""
    return Sample(f"raid/{kind}/{which}", label, word[:20], "", source, hint, reason)


def smart_array(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Volumes and drives of HPE Smart Array controllers, from `ssacli ctrl all show config`."""
    slot = ""
    for line in lines(output.text):
        controller = re.search(r"in Slot ([0-9]{1,3})", line)
        if controller:
            slot = controller[1]
        row = _SMART_ARRAY.fullmatch(line)
        if row:
            kind = "volume" if row[1] == "logicaldrive" else "drive"
            said_state = [part.strip() for part in row[3].split(",")][2 if kind == "volume" else 3 :]
            state = phrase(", ".join(said_state))
            good = bool(said_state) and said_state[0] == "OK"
            label = f"{kind} {slot}/{row[2]}"
            hint = Status.OK if good else _smart_array_fault(state)
            yield Sample(
                f"raid/{kind}/{slot}/{row[2]}",
                label,
                state,
                "",
                "ssacli",
                hint,
                "" if good else f"{label} {state}",
            )


def _smart_array_fault(state: str) -> Status:
    mending = re.search("Recovering|Rebuilding|Predictive|Transforming|Ready for", state)
    return Status.WARNING if mending else Status.CRITICAL if state else Status.UNKNOWN


def smart(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """A drive's own verdict, from `smartctl -H`."""
    which = "".join(arguments.get("device", ()))
    kind = "".join(arguments.get("type", ()))
    label = which if kind in ("", "auto") else f"{which} {kind}"
    for line in lines(output.text):
        found = _SMART.search(line)
        if found:
            verdict = phrase(found[1])
            good = verdict in ("PASSED", "OK")
            reason = (
                "" if good else _("{drive} says of itself: {verdict}").format(drive=label, verdict=verdict)
            )
            hint = Status.OK if good else Status.CRITICAL
            yield Sample(f"smart/{label}", label, verdict, "", "smartctl", hint, reason)
            return


def multipath(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """How many paths to each storage volume have failed, from `multipath -ll`."""
    volume, paths = "", {}
    for line in lines(output.text):
        head, path = _MAP.fullmatch(line), _PATH.fullmatch(line)
        if head:
            volume = name(head[1])
            paths[volume] = [0, 0]
        elif path and volume:
            paths[volume][path[1] != "active" or path[2] not in _SOUND] += 1
    for label, (good, bad) in paths.items():
        hint = Status.CRITICAL if not good else Status.WARNING if bad else Status.OK
        reason = ""
        if hint is not Status.OK:
            reason = _("{bad} of {all} paths to {volume} failed").format(
                bad=bad, all=good + bad, volume=label
            )
        yield Sample(
            f"multipath/{label}",
            _("{volume} failed paths").format(volume=label),
            float(bad),
            "",
            "multipath",
            hint,
            reason,
        )
