"""Arrays, drives, paths and backups of a played host."""

from __future__ import annotations

from datetime import UTC, datetime

from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import View
from hisconsole.practice.ssh.asked import Asked, missing
from hisconsole.probes.parse.output import Arguments

_HOUR = 3600
_MEGABYTE = 1_000_000
_FAILED, _SMART_FAILED = 1, 8


def prepare_raid(draft: Draft, arguments: Arguments) -> None:
    """An array."""
    draft.facet(choice("raid", "normal", "rebuilding", "degraded", broken="degraded"))


def prepare_smart(draft: Draft, arguments: Arguments) -> None:
    """A drive with a verdict of its own."""
    draft.facet(choice("smart", "passed", "failed", broken="failed"))


def prepare_paths(draft: Draft, arguments: Arguments) -> None:
    """Two paths to a storage."""
    draft.facet(choice("paths", "both", "one", "none", broken="one"))


def prepare_backup(draft: Draft, arguments: Arguments) -> None:
    """A nightly backup."""
    draft.facet(measure("backup-age", 7, broken=61, most=2000, unit="h"))
    draft.facet(measure("backup-size", 50_200, broken=0, most=10_000_000, unit="MB"))


def mdstat(view: View, asked: Asked) -> tuple[str, int]:
    """As /proc/mdstat."""
    rows = ["Personalities : [raid1]"]
    if "raid" in asked.facets:
        state = view.word("raid")
        rows.append(f"md0 : active raid1 sdb1[1]{'(F)' if state == 'degraded' else ''} sda1[0]")
        members = "[2/2] [UU]" if state == "normal" else "[2/1] [U_]"
        rows.append(f"      976630464 blocks super 1.2 {members}")
        if state == "rebuilding":
            rows.append("      [=>...........]  recovery =  9.4% (91803248/976630464) finish=94.1min")
    return "\n".join([*rows, "", "unused devices: <none>"]), 0


def raid_volumes(view: View, asked: Asked) -> tuple[str, int]:
    """As `storcli /c0/vall show`."""
    if "raid" not in asked.facets:
        return missing("storcli64")
    state = {"normal": "Optl", "rebuilding": "Pdgd", "degraded": "Dgrd"}[view.word("raid")]
    head = "DG/VD TYPE  State Access Consist Cache Cac sCC       Size Name"
    return f"Virtual Drives :\n{head}\n0/0   RAID5 {state}  RW     Yes     RWBD  -   ON  3.637 TB PRACTICE", 0


def raid_drives(view: View, asked: Asked) -> tuple[str, int]:
    """As `storcli /c0/eall/sall show`."""
    if "raid" not in asked.facets:
        return missing("storcli64")
    last = {"normal": "Onln", "rebuilding": "Rbld", "degraded": "Failed"}[view.word("raid")]
    states = ("Onln", "Onln", last)
    rows = [f"252:{slot}  {slot + 4} {state}   0 1.818 TB SAS  HDD" for slot, state in enumerate(states)]
    return "\n".join(["EID:Slt DID State DG     Size Intf Med", *rows]), 0


def smart_array(view: View, asked: Asked) -> tuple[str, int]:
    """As `ssacli ctrl all show config`."""
    if "raid" not in asked.facets:
        return missing("ssacli")
    state = view.word("raid")
    volume = {"normal": "OK", "rebuilding": "Recovering", "degraded": "Interim Recovery Mode"}[state]
    drive = {"normal": "OK", "rebuilding": "Rebuilding", "degraded": "Failed"}[state]
    return (
        "Smart Array P408i-a SR Gen10 in Slot 0 (Embedded)\n\n"
        f"      logicaldrive 1 (1.64 TB, RAID 5, {volume})\n"
        "      physicaldrive 1I:1:1 (port 1I:box 1:bay 1, SAS HDD, 900 GB, OK)\n"
        f"      physicaldrive 1I:1:2 (port 1I:box 1:bay 2, SAS HDD, 900 GB, {drive})"
    ), 0


def smart(view: View, asked: Asked) -> tuple[str, int]:
    """As `smartctl -H`."""
    if "smart" not in asked.facets:
        return missing("smartctl")
    passed = view.word("smart") == "passed"
    verdict = "PASSED" if passed else "FAILED!"
    text = f"SMART overall-health self-assessment test result: {verdict}"
    return text, 0 if passed else _SMART_FAILED


def multipath(view: View, asked: Asked) -> tuple[str, int]:
    """As `multipath -ll`."""
    if "paths" not in asked.facets:
        return missing("multipath")
    good = {"both": 2, "one": 1, "none": 0}[view.word("paths")]
    rows = ["mpatha (36000d310) dm-2 PRACTICE,ARRAY", "size=2.0T features='0' hwhandler='0' wp=rw"]
    for place in range(2):
        state = "active ready" if place < good else "failed faulty"
        rows.append(f"  |- {place + 3}:0:0:1 sd{'bc'[place]} 8:{16 * place} {state} running")
    return "\n".join(rows), 0


def backup(view: View, asked: Asked) -> tuple[str, int]:
    """As `stat` of the backup files."""
    files = asked.arguments["files"]
    if "backup-age" not in asked.facets:
        said = [f"stat: cannot statx '{file}': No such file or directory" for file in files]
        return "\n".join(said), _FAILED
    changed = int(asked.now - _HOUR * view.number("backup-age"))
    size = round(_MEGABYTE * view.number("backup-size"))
    return "\n".join(f"{changed} {size} {file}" for file in files), 0


def backup_folder(view: View, asked: Asked) -> tuple[str, int]:
    """As `find` in the folder of the backups: one each night up to the last that was made."""
    folder = asked.arguments["folder"][0]
    if "backup-age" not in asked.facets:
        return f"find: '{folder}': No such file or directory", _FAILED
    days = int(asked.arguments["days"][0])
    rows = []
    for night in range(days):
        hours = view.number("backup-age") + 24 * night
        if hours < 24 * days:
            changed = asked.now - _HOUR * hours
            size = round(_MEGABYTE * view.number("backup-size"))
            day = datetime.fromtimestamp(changed, UTC).strftime("%Y%m%d")
            rows.append(f"{changed:.10f}:{size}:PRACTICE_his_{day}.dmp")
    return "\n".join(rows), 0
