"""One entry of targets.yaml, read field by field."""

from __future__ import annotations

import ipaddress
from types import MappingProxyType

from hisconsole.config.targets_fields import PartFields
from hisconsole.plan.targets import CADENCE_S, EVERYBODY, SNMP_PORT, SSH_PORT, Engine, Kind, Override, Target
from hisconsole.text import _

SHORTEST_S = 5
LONGEST_S = 3600


def target_of(fields: PartFields, *, sample: bool) -> Target:
    """One target; what it names elsewhere is checked when all files are read."""
    kind = fields.choice("kind", Kind, needed=True)
    address = fields.address("address")
    if address and sample and not ipaddress.ip_address(address).is_loopback:
        sentence = _("a sample hospital uses 127.x.x.x only: for a real one, see site.yaml.")
        fields.refuse("address", sentence)
    settings, _below = fields.pairs("settings")
    return Target(
        id=fields.own_id(),
        name=fields.text("name", needed=True),
        kind=kind or Kind.SERVER,
        address=address,
        port=fields.number("port", least=1, most=65535) or SNMP_PORT,
        building=fields.text("building"),
        room=fields.text("room"),
        parents=fields.references("parents"),
        services=fields.references("services"),
        credential=fields.reference("credential"),
        login=fields.reference("login"),
        login_port=fields.number("login_port", least=1, most=65535) or SSH_PORT,
        profiles=fields.references("profiles", needed=True),
        cadence_s=fields.number("every", least=SHORTEST_S, most=LONGEST_S) or CADENCE_S[kind or Kind.SERVER],
        thresholds=tuple(
            Override(match, rules) for match, rules in fields.limits_by_pattern("thresholds").items()
        ),
        links=fields.listed("links"),
        settings=MappingProxyType(settings),
        engine=fields.choice("engine", Engine) or Engine.GUFO,
        jump=fields.reference("jump"),
        find=fields.words("find"),
        gateway=fields.flag("gateway"),
        serves=_serves(fields),
    )


def _serves(fields: PartFields) -> tuple[str, ...]:
    """The departments that work with it; whether they exist is told by `serves_checks`."""
    served = fields.references("serves")
    if EVERYBODY in served and len(served) > 1:
        sentence = _("'serves' names '{all}' and others too: write one or the other.")
        fields.refuse("serves", sentence.format(all=EVERYBODY))
    return served
