"""Nothing but reads leaves, and no secret shows."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import hisconsole.probes.snmp
from hisconsole.probes.snmp import Device, Engine, SnmpFault, envelope
from hisconsole.probes.snmp.codec import PlainCoder, SecuredCoder
from tests.probes.snmp.hostile_agent import SYS_NAME, agent, integer, table_of, text, tlv
from tests.probes.snmpd import Snmpd

SET, TRAP, INFORM = 0xA3, 0xA7, 0xA6
COLUMN = "1.3.6.1.2.1.2.2.1.2"


async def test_every_datagram_is_a_read(engine: Engine) -> None:
    async with agent(table_of(100, COLUMN)) as peer:
        device = peer.device(timeout_s=1)
        await engine.get(device, [SYS_NAME])
        await engine.table(device, [COLUMN])
        await engine.walk(device, "1.3.6.1.2.1.2")
        assert len(peer.asked) > 5
        assert {request.pdu for request in peer.asked} <= {0xA0, 0xA1, 0xA5} == envelope.READ_REQUESTS


@pytest.mark.parametrize("pdu", [SET, TRAP, INFORM])
def test_a_write_is_not_let_out(pdu: int) -> None:
    """Even if a later decoder could make one."""
    coder = PlainCoder(Device(address="127.0.0.1", community="practice"))
    body = tlv(pdu, integer(1) + integer(0) + integer(0) + tlv(0x30, b""))
    write = tlv(0x30, integer(1) + text(b"practice") + body)
    with pytest.raises(AssertionError, match="only reads"):
        coder.expect(write)
    coder.close()


def test_neither_library_is_asked_to_write() -> None:
    folder = Path(hisconsole.probes.snmp.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for word in ("set_cmd", "setCmd", "SetRequest", "send_set", "sendPdu", "ntforg", "0xA3"):
        assert word not in source
    for coder in (PlainCoder, SecuredCoder):
        kinds = [name for name in dir(coder) if "set" in name.lower() and not name.startswith("__")]
        assert kinds == []


async def test_no_secret_shows(engine: Engine, snmpd: Snmpd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ("hidden-community", "hidden-auth-key", "hidden-priv-key")
    plain = snmpd.plain(community=secrets[0], timeout_s=0.1)
    secured = snmpd.secured(auth_key=secrets[1], priv_key=secrets[2], timeout_s=0.1)
    shown = [repr(plain), str(secured), f"{plain!r} {secured}", plain.place]
    for device in (plain, secured):
        with pytest.raises(SnmpFault) as caught:
            await engine.get(device, [SYS_NAME])
        shown += [repr(caught.value), str(caught.value), repr(engine.memories), repr(vars(engine))]
    shown += [record.getMessage() for record in caplog.records]
    assert secured.user in shown[1]
    for secret in secrets:
        assert all(secret not in text for text in shown)


def test_version_3_is_nothing_less_than_authenticated_and_private() -> None:
    for missing in ("user", "auth", "priv"):
        words = {"user": "u", "auth": "sha256", "priv": "aes256", missing: ""}
        with pytest.raises(ValueError, match="version 3 needs user, auth and priv"):
            Device(address="127.0.0.1", version="3", **words)  # type: ignore[arg-type]
