"""Firewalls."""

from __future__ import annotations

from hisconsole.practice.devices.interfaces import interfaces
from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Type

_FORTIGATE = "1.3.6.1.4.1.12356.101"


def fortigate(draft: Draft) -> None:
    """A FortiGate with one tunnel to the county's health network."""
    system(draft, words="FortiGate-200F firewall", identity=f"{_FORTIGATE}.1.2005")
    interfaces(draft)
    draft.facet(measure("cpu", 11, broken=97))
    draft.facet(measure("memory", 52, broken=93))
    draft.facet(measure("sessions", 18_400, broken=2_900_000, most=3_000_000, unit=""))
    tunnel = draft.facet(choice("tunnel/county-health", "up", "down", broken="down"))
    draft.scalars(
        Type.GAUGE,
        {
            f"{_FORTIGATE}.4.1.3.0": lambda view: round(view.number("cpu") + view.drift("cpu", 3)),
            f"{_FORTIGATE}.4.1.4.0": lambda view: round(view.number("memory")),
            f"{_FORTIGATE}.4.1.8.0": lambda view: round(view.number("sessions") * (1 + view.drift("s", 0.1))),
            f"{_FORTIGATE}.4.1.11.0": lambda view: round(view.number("sessions") / 400),
        },
    )
    up = {"up": 1, "down": 0}
    draft.put(f"{_FORTIGATE}.12.1.1.0", Type.INTEGER, lambda view: up[view.word(tunnel)])
    draft.put(f"{_FORTIGATE}.12.2.2.1.2.1", Type.OCTETS, "county-health")
    draft.put(f"{_FORTIGATE}.12.2.2.1.20.1", Type.INTEGER, lambda view: 1 + up[view.word(tunnel)])
    draft.put(f"{_FORTIGATE}.12.2.3.1.1.1", Type.INTEGER, 1)
    draft.put(f"{_FORTIGATE}.12.2.3.1.2.1", Type.GAUGE, 0)
    draft.put(f"{_FORTIGATE}.12.2.3.1.6.1", Type.GAUGE, 0)
