"""Drafts: half-filled forms, kept as private files so that a dropped line or a kill loses no word.

They are not part of the record. A draft belongs to the process that writes it; when that is gone,
any console of the same operator finds it again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from hisconsole.errors import StoreFault
from hisconsole.plan.events import PROVISIONAL
from hisconsole.plan.times import from_text
from hisconsole.text import _, printable
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands: which form, about which incident (0: none), the answers, the act's id."""

    form: str
    incident: int
    act: str
    answers: Mapping[str, str]
    operator: str
    saved: str
    process: str


def process_id() -> str:
    """Name this process, told apart from a later one with the same pid by its start time."""
    return _process(os.getpid())


def _process(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return f"{pid}:{stat.rpartition(')')[2].split()[19]}"


def is_alive(process: str) -> bool:
    """Whether a process that was named so still runs on this host."""
    pid = process.partition(":")[0]
    return pid.isdigit() and _process(int(pid)) == process


def save(data: Path, draft: Draft) -> None:
    """Write a draft; it is whole on disk or not there. Raises StoreFault."""
    folder = data / "drafts"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{draft.act}.json"
        partial = path.with_suffix(".partial")
        handle = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(draft), file)
        partial.rename(path)
    except OSError as error:
        raise StoreFault(
            _("The draft cannot be kept in {folder}: {why}.").format(
                folder=folder, why=error.strerror or error
            )
        ) from error


def drop(data: Path, act: str) -> None:
    """Forget a draft: its act is done, or the operator emptied the form; what stays does no harm."""
    with suppress(OSError):
        (data / "drafts" / f"{act}.json").unlink(missing_ok=True)


def left(data: Path, operator: str) -> list[Draft]:
    """Drafts of an operator that no living process is writing (or this one), oldest first."""
    found: list[Draft] = []
    for path in sorted((data / "drafts").glob("*.json")):
        draft = _read(path)
        if draft is None or draft.operator != operator:
            continue
        if draft.incident > PROVISIONAL and draft.process != process_id():
            continue  # its call had that number there alone: here it is another's
        if not is_alive(draft.process) or draft.process == process_id():
            found.append(draft)
    return sorted(found, key=lambda draft: draft.saved)


def release(data: Path, operator: str) -> None:
    """Let go what an operator has begun here, so that any other console of his finds it at once.

    Raises StoreFault.
    """
    for draft in left(data, operator):
        if draft.process == process_id():
            save(data, replace(draft, process=""))


def _read(path: Path) -> Draft | None:
    """A draft from its file, or None where the file is no draft."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        answers = {printable(str(k)): printable(str(v), lines=True) for k, v in raw["answers"].items()}
        return Draft(
            form=str(raw["form"]),
            incident=int(raw["incident"]),
            act=path.stem,
            answers=answers,
            operator=str(raw["operator"]),
            saved=from_text(str(raw["saved"])).isoformat(timespec="seconds"),
            process=str(raw["process"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
