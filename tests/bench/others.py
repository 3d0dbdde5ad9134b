"""Full-screen programs that others made, to be measured beside ours; what is missing is named.

htop, mutt and tig come from the distribution. posting and harlequin are installed from PyPI into an
environment of their own, the folder `others` in the bench's home: `python -m venv`, then
`pip install posting harlequin`; their libraries would not go together with ours.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.run import HERE, Run

DOWN, PAGE_DOWN = "\x1b[B", "\x1b[6~"


@dataclass(frozen=True, slots=True)
class Other:
    """A program: how it is started, which keys step and page, and what is on its screen once it is there."""

    name: str
    argv: tuple[str, ...]
    step: str = "j"
    page: str = PAGE_DOWN
    ready: str = ""
    least: int = 0
    """Bytes that its first screen has at least."""
    lists: bool = True
    """Whether it has a list whose cursor one can follow."""


def others(run: Run, rows: Path) -> Iterator[Other]:
    """Those that are installed; the names of the rest go into `run.missing`."""
    yield Other("DataTable", (sys.executable, str(HERE / "grid.py"), str(rows), "0", "0"), ready="Cat")
    makers: tuple[tuple[str, Callable[[Run, str], Other]], ...] = (
        ("htop", lambda _run, program: Other("htop", (program,), step=DOWN, ready="CPU")),
        ("mutt", _mutt),
        ("tig", _tig),
        ("posting", lambda run, program: _textual(run, program, "posting", "--collection")),
        ("harlequin", lambda run, program: _textual(run, program, "harlequin", "--adapter", "sqlite")),
    )
    home = run.home / "others" / "bin"
    for name, make in makers:
        program = shutil.which(name) or shutil.which(name, path=str(home))
        if program is None:
            run.missing.append(name)
        else:
            yield make(run, program)


def _mutt(run: Run, program: str) -> Other:
    box, settings = run.scratch / "mbox", run.scratch / "muttrc"
    settings.write_text(f'set folder="{run.scratch}"\n')
    with box.open("w") as file:
        for number in range(400):
            file.write(
                f"From a@example.com Thu Nov 26 08:{number % 60:02d}:00 2026\nFrom: ward{number} <a@b>\n"
            )
            file.write(f"Subject: {number} cannot save the prescription, red message at the bottom\n")
            file.write(f"Date: Thu, 26 Nov 2026 08:{number % 60:02d}:00 +0000\n\ntext\n\n")
    return Other("mutt", (program, "-n", "-F", str(settings), "-R", "-f", str(box)), ready="cannot save")


def _tig(run: Run, program: str) -> Other:
    repository = run.scratch / "repository"
    if not repository.exists():
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
        who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
        stream = "".join(
            f"commit refs/heads/main\ncommitter bench <b@b> {1_700_000_000 + number * 60} +0000\n"
            f"data {len(words)}\n{words}\n"
            for number in range(400)
            for words in [f"{number} cannot save the prescription, red message"]
        )
        subprocess.run(
            ["git", *who, "-C", str(repository), "fast-import", "--quiet"],
            input=stream.encode(),
            check=True,
        )
        subprocess.run(["git", "-C", str(repository), "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    there = f'cd "{repository}" && exec "{program}"'
    return Other("tig", ("/bin/sh", "-c", there), ready="cannot save")


def _textual(run: Run, program: str, name: str, *words: str) -> Other:
    folder = run.scratch / name
    folder.mkdir(exist_ok=True)
    last = str(folder) if name == "posting" else str(folder / "empty.db")
    return Other(name, (program, *words, last), step="\t", least=10_000, lists=False)
