"""What an answer is made from beside the device's state: the words that were asked, and what there is."""

from __future__ import annotations

from collections.abc import Mapping

from hisconsole.practice.facets import Facet
from hisconsole.probes.parse.output import Arguments
from hisconsole.values import dataclass

NOT_FOUND = 127
"""The exit code of `timeout` for a program that the host does not have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one host; `now` is the host's clock in seconds since 1970."""

    arguments: Arguments
    facets: Mapping[str, Facet]
    now: float

    def under(self, prefix: str) -> list[str]:
        """What stands behind `prefix` in the names of the facets there are."""
        return [name.removeprefix(prefix) for name in self.facets if name.startswith(prefix)]


def missing(program: str) -> tuple[str, int]:
    """The answer of a host that does not have the program."""
    return f"timeout: failed to run command '{program}': No such file or directory", NOT_FOUND
