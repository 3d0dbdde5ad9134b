"""Handovers as files beside the record: text to print, HTML to read, each private to its owner."""

from __future__ import annotations

import os
from pathlib import Path

from hisconsole.errors import StoreFault
from hisconsole.plan.handover import Handover
from hisconsole.plan.handover_html import handover_page
from hisconsole.plan.handover_text import printed
from hisconsole.text import _

FOLDER = "handovers"


def keep(data: Path, document: Handover, *, language: str) -> tuple[Path, ...]:
    """Write a summary; a later one of the same number and edition, the signed one, takes its place.

    Raises StoreFault. The record holds the summary too, with the hash of this text.
    """
    header = document.header
    stem = f"{header.prefix}H{header.number:04d}-{header.edition}"
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return tuple(
            _write(folder / f"{stem}.{kind}", text)
            for kind, text in (
                ("txt", printed(document)),
                ("html", handover_page(document, language=language)),
            )
        )
    except OSError as error:
        raise StoreFault(
            _("The handover is on record, but {path} cannot be written: {why}.").format(
                path=error.filename or folder, why=error.strerror or error
            )
        ) from error


def _write(path: Path, text: str) -> Path:
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return path
