"""The door: open it, or print what systemd and sshd want to know about it."""

from __future__ import annotations

import os
import select
import sys
from argparse import Namespace
from contextlib import suppress

from hisconsole.cli.edge import Answer
from hisconsole.paths import config_dir, data_dir
from hisconsole.text import printable


def door(asked: Namespace) -> Answer | int:
    """Be the door until SIGTERM; in each console that it forks, be that console."""
    config, data, words = config_dir(asked.config), data_dir(asked.data), _words(asked)
    if asked.unit:
        from hisconsole.cli.unit import door_unit

        text = door_unit(config, data, words=words)
        return Answer({"unit": text}, text.splitlines())
    if asked.sshd_config:
        from hisconsole.cli.sshd import sshd_config

        text = sshd_config(config, data, words=words)
        return Answer({"sshd_config": text}, text.splitlines())
    from hisconsole.door import Door, preload

    opened = Door(data, farewell=preload(config), tell=_tell)
    opened.open()
    visitor = opened.serve()
    if visitor is None:
        opened.close()
        return 0
    from hisconsole.cli import console

    asked.operator = visitor.operator
    return console(asked)


def _words(asked: Namespace) -> list[str]:
    """The options of the full screen, for every console."""
    words = ["--unicode"] if asked.unicode else []
    return [*words, "--encoding", asked.encoding] if asked.encoding else words


def _tell(line: str) -> None:
    """A line for the journal; a journal that takes nothing must not hold up a login."""
    with suppress(OSError):
        if select.select([], [sys.stderr], [], 0)[1]:
            os.write(sys.stderr.fileno(), f"{printable(line, limit=200)}\n".encode())
