"""The command line: the console, and every act and question without a screen.

Heavy libraries are imported by the command that needs them, and Textual by the full screen alone.
"""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module

from hisconsole.cli.edge import INTERRUPTED, Answer, Usage, crash, deliver, refuse, soften
from hisconsole.errors import HisError
from hisconsole.paths import config_dir, data_dir
from hisconsole.text import _

Handler = Callable[[Namespace], Answer | int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see `edge`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    data = ""
    soften()
    gc.disable()  # a tenth of a start
    try:
        from hisconsole.cli.arguments import read

        asked = read(words)
        if isinstance(asked, Answer):
            return deliver(asked, as_json=as_json and asked.data is not None)
        data = asked.data
        _as_owner(asked)
        if asked.command:
            gc.enable()
        with _looking(asked):
            outcome = _handler(asked)(asked)
            return outcome if isinstance(outcome, int) else deliver(_marked(outcome, asked), as_json=as_json)
    except HisError as fault:
        return refuse(fault, as_json=as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - here every bug ends, as one sentence
        try:
            return crash(error, data_dir(data), as_json=as_json)
        except HisError as homeless:
            return refuse(homeless, as_json=as_json)
    finally:
        gc.enable()


_MODULES = {
    **dict.fromkeys(("report", "act"), "writing"),
    **dict.fromkeys(("incidents", "incident", "log"), "reading"),
    **dict.fromkeys(("verify", "backup", "restore", "init", "check"), "keeping"),
    **dict.fromkeys(("watch", "status", "metrics"), "watching"),
    **dict.fromkeys(("classify", "escalation", "due", "summary"), "planning"),
    **dict.fromkeys(("departments", "cards", "pack"), "manual"),
    "flow": "flowing",
    **dict.fromkeys(("silence", "silences"), "silencing"),
    **dict.fromkeys(("targets", "hosts", "practice", "drill", "roster", "shifts", "handover", "path"), ""),
    **dict.fromkeys(("maintenance", "ready", "door", "sessions", "db", "journal", "operators"), ""),
}
"""In which module each command is, under its own name; those without one have a module of theirs."""


def _handler(asked: Namespace) -> Handler:
    command = asked.command
    if command is None:
        return console
    if command == "act" and asked.list:
        from hisconsole.cli import listing

        return listing.acts
    module = import_module(f"hisconsole.cli.{_MODULES[command] or command}")
    handler: Handler = getattr(module, command)
    return handler


_WITHOUT_DATA = frozenset({"init", "check"})


def _as_owner(asked: Namespace) -> None:
    """Have what root leaves in a data folder belong to the account whose folder it is, which must read it.

    Only the effective ids change: by the real one the record says, and the rights know, that it was root.
    """
    if os.geteuid() or asked.command in _WITHOUT_DATA:
        return
    try:
        held = data_dir(asked.data).stat()
    except OSError:
        return
    if held.st_uid:
        os.setgroups([held.st_gid])
        os.setegid(held.st_gid)
        os.seteuid(held.st_uid)
        if not all(os.access(each, os.R_OK, effective_ids=True) for each in (os.__file__, __file__)):
            os.seteuid(0)  # a program that only root can read: no console of that account can run it either
            os.setegid(0)


_ALIVE = frozenset({"watch", "door", "sessions", "practice", "drill", "restore", "db", "init", "check"})
"""What has nothing to look at in a copy."""


@contextmanager
def _looking(asked: Namespace) -> Iterator[None]:
    """Where only a copy is to be looked at, have the command find a copy of that copy as its data."""
    if not asked.read_only:
        yield
        return
    if asked.command in _ALIVE:
        raise Usage(_("'{command}' does not go with --read-only.").format(command=asked.command))
    from hisconsole.store.copies import looked_at

    with looked_at(data_dir(asked.data)) as folder:
        asked.data = str(folder)
        yield


_READ_BY_PROGRAMS = frozenset({"metrics", "watch", "door"})


def _marked(answer: Answer, asked: Namespace) -> Answer:
    """What is told from the record of a drill says so at its head, where it does not already."""
    from hisconsole.config.drills import MARKER

    if asked.command in _READ_BY_PROGRAMS or not (data_dir(asked.data) / MARKER).exists():
        return answer
    mark = _("DRILL")
    if any(mark in line for line in answer.lines[:3]):
        return answer
    return replace(answer, lines=[mark, *answer.lines])


def console(asked: Namespace) -> Answer | int:
    """The full screen where there is one, else the plain view and why."""
    from hisconsole.console.terminal import decide

    try:
        terminal = decide(
            os.environ,
            stdin_tty=os.isatty(0),
            stdout_tty=os.isatty(1),
            unicode=asked.unicode,
            encoding=asked.encoding,
        )
    except LookupError:
        sentence = _("--encoding {name}: no set of characters for a terminal is called so; try gb18030.")
        raise Usage(sentence.format(name=asked.encoding)) from None
    if terminal.plain or asked.json:
        from hisconsole.cli import reading

        return reading.overview(asked, terminal.reason, at_terminal=os.isatty(0) and os.isatty(1))
    from hisconsole.wiring import Settings, run_console

    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    return run_console(settings, terminal)
