"""Failures that carry a sentence fit for an operator; anything else that is raised is a bug."""

from __future__ import annotations

from collections.abc import Sequence

from hisconsole.values import dataclass


class HisError(Exception):
    """An expected failure; its text says what happened and what to do."""

    exit_code = 1


class Refused(HisError):
    """An act that the rules do not allow now; the text says why and what would be allowed.

    `needs` names the field whose answer would allow it, where there is one.
    """

    exit_code = 4

    def __init__(self, sentence: str, *, needs: str = "") -> None:
        super().__init__(sentence)
        self.needs = needs


class NotFound(HisError):
    """Something named by the operator does not exist."""

    exit_code = 5


class StoreFault(HisError):
    """The store cannot be used as it is; the text names the file and the way out."""

    exit_code = 3


class Damaged(StoreFault):
    """The record's file is not what was written; the text names the way back."""


class Away(StoreFault):
    """The store cannot be reached, or takes nothing now; the same act may come again once it does.

    `doubtful` when the answer to a commit was lost: the act may have been written, and its own id keeps
    it from being written twice.
    """

    def __init__(self, sentence: str, *, doubtful: bool = False) -> None:
        super().__init__(sentence)
        self.doubtful = doubtful


class Busy(Away):
    """Another process held the store longer than the bounded wait; nothing was written."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in a file of the hospital, at a line and column counted from 1."""

    file: str
    line: int
    col: int
    sentence: str

    def __str__(self) -> str:
        """The form that editors and people find their way by."""
        return f"{self.file}:{self.line}:{self.col}: {self.sentence}"


class ConfigFault(HisError):
    """Files of the hospital that cannot be used, with every fault found in one pass."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings; the text lists them one a line."""
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)
