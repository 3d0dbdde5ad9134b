"""Where the watch listens for SNMP traps: the part `traps` of site.yaml.

It is read with the rest of the site for `hisconsole check`, and alone for the watch, because a fault in
the roster must not close its ears.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from hisconsole.config.documents import Signature, read_documents, signature_of
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import ConfigFault, Finding
from hisconsole.text import _
from hisconsole.values import dataclass

SITE = "site.yaml"
TRAP_PORT = 162

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - the site's choice


@dataclass(frozen=True, slots=True)
class Listening:
    """An address of this machine, 0.0.0.0 and :: stand for all of them, and a UDP port."""

    address: str
    port: int


def listening_of(fields: PartFields, *, sample: bool) -> Listening | None:
    """The part `traps` of site.yaml; None where it is not given, so that nobody listens."""
    part = fields.part("traps")
    if part is None:
        return None
    address = part.text("address")
    if address not in _EVERYWHERE:
        address = part.address("address")
    if address and sample and not ipaddress.ip_address(address).is_loopback:
        sentence = _("a sample hospital listens on 127.x.x.x only: for a real one, write 'sample: no'.")
        part.refuse("address", sentence)
    port = part.number("port", least=1, most=65535) or TRAP_PORT
    part.close()
    return Listening(address, port)


def load_listening(folder: Path) -> Listening | None:
    """Where to listen for traps; raises ConfigFault with what is wrong with that, and with nothing else."""
    findings: list[Finding] = []
    held = read_documents([folder / SITE], findings, needed=()).held
    document = held.get(folder / SITE)
    found = None
    if document is not None and isinstance(document.data, dict):
        fields = PartFields(document, (), [])
        sample = fields.flag("sample")
        found = listening_of(PartFields(document, (), findings), sample=sample)
    if findings:
        raise ConfigFault(findings)
    return found


def listening_signature(folder: Path) -> Signature:
    """What changes when the file is saved, cheap enough to ask often."""
    return signature_of([folder / SITE])
