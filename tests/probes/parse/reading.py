"""What a reader makes of a text, short enough to compare."""

from __future__ import annotations

from hisconsole.plan.status import Status
from hisconsole.probes.parse import read
from hisconsole.probes.parse.output import Output

NOW = 1_700_000_000
Short = dict[str, tuple[float | str | None, Status | None]]


def values(command: str, text: str, *, code: int | None = 0, **arguments: tuple[str, ...]) -> Short:
    """Value and hint of each reading by its key."""
    samples = read(command, Output(text, code, now=NOW), arguments)
    return {sample.key: (sample.value, sample.hint) for sample in samples}


def reasons(command: str, text: str, *, code: int | None = 0, **arguments: tuple[str, ...]) -> list[str]:
    """The reasons that the readings give."""
    samples = read(command, Output(text, code, now=NOW), arguments)
    return [sample.reason for sample in samples if sample.reason]


OK, WARNING, CRITICAL, UNKNOWN = Status.OK, Status.WARNING, Status.CRITICAL, Status.UNKNOWN
