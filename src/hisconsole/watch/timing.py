"""The lengths of time and the bounds by which a watch works; tests make them short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from hisconsole.plan.health import Policy
from hisconsole.plan.watching import SELF_S
from hisconsole.store.readings_lease import LEASE_S
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, and rounds of each probe at once.

    A silent SNMP target holds its place for at most 4 s, so 512 places serve thousands that died at
    once; more SSH rounds than handshakes (15) are only kept connections.
    """

    lease_s: float = LEASE_S
    standby_s: float = 2.0
    """How often one that stands by looks; a holder that was killed is seen at once then."""
    commit_s: float = 1.0
    beat_s: float = 1.0
    """How often watches of several hosts meet on their server."""
    reload_s: float = 2.0
    report_s: float = SELF_S
    due_s: float = 1.0
    """How often passed deadlines are looked for; asking costs a fraction of a millisecond."""
    correlate_s: float = 1.0
    """How often what is seen is brought to the incidents."""
    backup_s: float = 15.0
    """How often it is looked whether a backup of the record is due."""
    end_s: float = 1.5
    """How long an end in good order may take."""
    policy: Policy = field(default_factory=Policy)
    at_once: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"snmp": 512, "ssh": 150, "net": 150})
    )
