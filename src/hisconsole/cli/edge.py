"""Where commands meet the terminal, the pipe and the exit code: one way out for answers and faults.

Exit codes: 0 done, 1 findings, 2 usage, 3 the store, 4 refused, 5 not found, 70 a bug, 74 the answer
could not be written, 130 Ctrl+C. An act that is kept here is 0 as well: a script that did it again would
do it twice. An answer that nobody reads on (a closed pipe) is no fault.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from hisconsole.errors import ConfigFault, HisError
from hisconsole.text import _, printable
from hisconsole.values import dataclass

BUG = 70
UNWRITTEN = 74
INTERRUPTED = 130

_LONGEST = 10_000
"""Characters of a line; every text on record is shorter."""


class Usage(HisError):
    """The command line itself is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to: `data` for --json, `lines` for people, and the exit code."""

    data: object
    lines: Sequence[str]
    code: int = 0


def soften() -> None:
    """Let no letter that the terminal's encoding lacks turn an answer into a fault."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")


def deliver(answer: Answer, *, as_json: bool) -> int:
    """Write an answer to stdout; returns its exit code, or UNWRITTEN where it could not be written."""
    if as_json:
        import json

        # ASCII alone: whatever the data hold, no terminal obeys it and every encoding has it.
        text = json.dumps(answer.data) + "\n"
    else:
        text = "".join(printable(line, limit=_LONGEST) + "\n" for line in answer.lines)
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        return answer.code
    except OSError as fault:
        sentence = _("The command was carried out, but its answer could not be written: {why}.")
        return complain(sentence.format(why=fault.strerror or fault), code=UNWRITTEN, as_json=as_json)
    return answer.code


def refuse(fault: HisError, *, as_json: bool) -> int:
    """Say on stderr why a command was not carried out; returns its exit code."""
    lines = isinstance(fault, ConfigFault)
    sentence = printable(str(fault), limit=_LONGEST, lines=lines)
    return complain(sentence, code=fault.exit_code, as_json=as_json)


def complain(sentence: str, *, code: int, as_json: bool) -> int:
    """Write one fault to stderr, as a sentence or as JSON; returns `code`."""
    if as_json:
        import json

        text = json.dumps({"error": sentence, "code": code}) + "\n"
    else:
        text = f"hisconsole: {sentence}\n"
    with suppress(OSError):
        _write(sys.stderr, text)
    return code


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # the caller closed it
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # What is left in the buffer goes nowhere, or Python would complain about it at its end.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), stream.fileno())
        raise


def crash(error: BaseException, data: Path, *, as_json: bool) -> int:
    """One calm sentence about a bug; its traceback goes to console.log in the data folder."""
    from hisconsole.faultlog import LOG, fault_id, log_fault

    name, log = fault_id(error), data / LOG
    sentence = _("Something went wrong here (error {id}); {path} has the details.")
    if not log_fault(log, error, name):
        sentence = _("Something went wrong here (error {id}); {path} could not take the details.")
    return complain(printable(sentence.format(id=name, path=log)), code=BUG, as_json=as_json)
