"""Paper, through the system's own print command, which is given only so much time."""

from __future__ import annotations

import shutil
import subprocess

from hisconsole.text import _, printable

PATIENCE_S = 20
"""How long the print command may take to take it."""


def print_text(text: str) -> str:
    """Hand a text to `lp`; returns a sentence about what came of it."""
    command = shutil.which("lp")
    if command is None:
        return _("There is no lp on this machine: the file lies beside the record, under handovers.")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, the text is its input
            [command, "-t", "hisconsole", "-"],
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _("The printer did not take it within {n} s.").format(n=PATIENCE_S)
    except OSError as error:
        return _("lp could not be run: {why}.").format(why=error.strerror or error)
    told = printable((done.stderr or done.stdout).decode(errors="replace"), limit=200).strip()
    if done.returncode:
        return _("lp refused it: {why}").format(why=told or done.returncode)
    return _("Printing: {told}").format(told=told or _("handed over to lp"))
