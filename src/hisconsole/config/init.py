"""A real site's first step: the sample hospital, copied to a private folder to be rewritten."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hisconsole.config.load import FILES, ROLES
from hisconsole.errors import HisError, Refused
from hisconsole.paths import shipped
from hisconsole.text import _, printable

_SAMPLE_MARK = "# SAMPLE"
_SECRET = re.compile(r"  (community|auth_password|priv_password): .*")
_KEY = re.compile(r"  key_file: .*")
_ENTRY = re.compile(r"([a-z0-9-]+):")


def init_site(target: Path) -> None:
    """Copy the shipped hospital to `target` without its SAMPLE marks, for a person to rewrite.

    Refuses a folder that holds anything. Numbers of people are personal data, so the folder is
    open to its owner alone (0700) and so are the files (0600).
    """
    from hisconsole.config.targets import CREDENTIALS, TARGETS  # 10 ms that no console's start needs

    where = printable(str(target))
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise Refused(_("{folder} is not empty: name a new folder.").format(folder=where))
        target.chmod(0o700)
        for name in (*FILES, *ROLES):
            text = (shipped("config") / name).read_text("utf-8")
            _write_private(target / name, _without_marks(text))
        for name in (TARGETS, CREDENTIALS):
            text = (shipped("config") / name).read_text("utf-8")
            _write_private(target / name, _without_marks(_without_secrets(text)))
    except OSError as fault:
        sentence = _("{folder} cannot be written: {reason}.")
        reason = printable(fault.strerror or str(fault))
        raise HisError(sentence.format(folder=where, reason=reason)) from fault


def _without_marks(text: str) -> str:
    kept = (line for line in text.splitlines() if not line.startswith(_SAMPLE_MARK))
    return "".join(("sample: no" if line == "sample: yes" else line) + "\n" for line in kept)


def _without_secrets(text: str) -> str:
    """The same with files to be filled in place of the secrets that open the practice hospital only."""
    lines: list[str] = []
    entry = ""
    for line in text.replace("practice-", "hospital-").replace(": practice", ": hisconsole").splitlines():
        named = _ENTRY.fullmatch(line)
        entry = named[1] if named else entry
        secret = _SECRET.fullmatch(line)
        if secret:
            file = f"secrets/{entry}-{secret[1].replace('_', '-')}"
            lines.append("  # Write the secret into this file in the data folder, then chmod 600 it.")
            lines.append(f"  {secret[1]}_file: {file}")
        elif _KEY.fullmatch(line):
            lines.append("  # Made in the data folder by ssh-keygen -t ed25519 -f and this name.")
            lines.append(f"  key_file: secrets/{entry}-key")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
