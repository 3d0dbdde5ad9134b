"""Where a finding must stand, and how it must be told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hisconsole.errors import Finding
from hisconsole.text import printable

JARGON = re.compile(r"\b(None|str|dict|list index|mapping|scalar|token|YAML)\b|Error|<class")


def place(text: str, at: str) -> tuple[int, int]:
    """Line and column of `at` in a text, behind the line's end that it may begin with."""
    offset = text.index(at) + (1 if at.startswith("\n") else 0)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def well_told(findings: Iterable[Finding]) -> None:
    """Each finding is one line for an operator, without the words of Python or of YAML."""
    for finding in findings:
        line = str(finding)
        assert printable(line) == line
        assert finding.sentence.endswith((".", "?"))
        assert not JARGON.search(finding.sentence)
