"""The SNMP agents of the practice hospital: one pysnmp engine for each target, as its credential says.

pysnmp is the reference for the protocol and checks users, passwords and time windows itself. Its own
tree of objects is not used: ours is answered from the state of the device.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyasn1.type import univ  # type: ignore[import-untyped]
from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped]
from pysnmp.entity import config, engine  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413 import cmdrsp, context, ntforg  # type: ignore[import-untyped]
from pysnmp.proto import rfc1902, rfc1905  # type: ignore[import-untyped]

from hisconsole.plan.targets import Credential, CredentialKind
from hisconsole.practice.mib import Cell, Mib, Type, View, oid
from hisconsole.practice.sockets import datagrams
from hisconsole.probes.snmp.usm import master_key

_AUTH = {"sha1": config.USM_AUTH_HMAC96_SHA, "sha256": config.USM_AUTH_HMAC192_SHA256}
_PRIV = {"aes128": config.USM_PRIV_CFB128_AES, "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL}
_LARGEST_QUESTION = 4096
_UPTIME, _TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
_COMMUNITIES, _USERS = 2, 3
"""Security models of versions 2c and 3 (RFC 3411)."""
_FIRST_BOOT = 1_700_000_000
"""snmpEngineBoots counts seconds from here: it only grows, and no file must be kept for it."""

_WIRE: Mapping[Type, Callable[[Any], Any]] = {
    Type.INTEGER: rfc1902.Integer32,
    Type.OCTETS: lambda value: rfc1902.OctetString(value.encode() if isinstance(value, str) else value),
    Type.OBJECT: rfc1902.ObjectIdentifier,
    Type.TICKS: rfc1902.TimeTicks,
    Type.GAUGE: rfc1902.Gauge32,
    Type.COUNTER32: rfc1902.Counter32,
    Type.COUNTER64: rfc1902.Counter64,
}


class _Objects:
    """A device's objects in the place of pysnmp's own tree."""

    def __init__(self, mib: Mib, view: View) -> None:
        self._mib, self._view = mib, view

    def read_variables(self, *asked: Any, **how: Any) -> list[Any]:
        """The values of exactly these objects."""
        found = []
        for name, _value in asked:
            cell = self._mib.get(tuple(name))
            found.append((name, rfc1905.noSuchInstance if cell is None else _wire(cell, self._view)))
        return found

    def read_next_variables(self, *asked: Any, **how: Any) -> list[Any]:
        """The objects after these."""
        found = []
        for name, _value in asked:
            after = self._mib.after(tuple(name))
            if after is None:
                found.append((name, rfc1905.endOfMibView))
            else:
                found.append((univ.ObjectIdentifier(after[0]), _wire(after[1], self._view)))
        return found


def _wire(cell: Cell, view: View) -> Any:
    """The value of an object now, as it is sent."""
    return _WIRE[cell.type](cell.value(view))


class _Socket(udp.UdpAsyncioTransport):  # type: ignore[misc]
    """Hears nothing while the device is dead or cut off, and survives what is no SNMP."""

    def __init__(self, alive: Callable[[], bool]) -> None:
        super().__init__()
        self._alive = alive

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803 - pysnmp's name
        if self._alive() and len(datagram) <= _LARGEST_QUESTION:
            with contextlib.suppress(Exception):  # What a stranger sends must not end the hospital.
                self._callback_function(self, transportAddress, datagram)


class Agent:
    """One running agent."""

    def __init__(
        self,
        *,
        target: str,
        address: str,
        port: int,
        credential: Credential,
        secrets: tuple[str, str],
        mib: Mib,
        view: View,
        alive: Callable[[], bool],
    ) -> None:
        """Open its socket, inside the running loop; raises HisError when the port cannot be had.

        `secrets` are the community, or the passwords of authentication and privacy.
        """
        self._engine = engine.SnmpEngine()
        self._mib, self._view = mib, view
        self._hearer: tuple[str, int] | None = None
        self._sender: Any = None
        _name(self._engine, target)
        if credential.kind is CredentialKind.SNMP2C:
            config.add_v1_system(self._engine, "practice", secrets[0])
            self._user = ("practice", _COMMUNITIES, "noAuthNoPriv")
        else:
            auth, priv = (rfc1902.OctetString(master_key(credential.auth, each)) for each in secrets)
            config.add_v3_user(
                self._engine,
                credential.user,
                _AUTH[credential.auth],
                auth,
                _PRIV[credential.priv],
                priv,
                authKeyType=config.USM_KEY_TYPE_MASTER,
                privKeyType=config.USM_KEY_TYPE_MASTER,
            )
            self._user = (credential.user, _USERS, "authPriv")
        transport = _Socket(alive).open_server_mode(sock=datagrams(target, address, port))
        config.add_transport(self._engine, udp.DOMAIN_NAME, transport)
        objects = context.SnmpContext(self._engine)
        objects.unregister_context_name(b"")
        objects.register_context_name(b"", _Objects(mib, view))
        # Reading only: a SET finds nobody who would take it.
        for responder in (
            cmdrsp.GetCommandResponder,
            cmdrsp.NextCommandResponder,
            cmdrsp.BulkCommandResponder,
        ):
            responder(self._engine, objects)

    def tell(self, address: str, port: int) -> None:
        """Send traps there from now on."""
        self._hearer = (address, port)

    def trap(self, kind: str, values: Sequence[str]) -> None:
        """Send a trap of that kind with its objects of these names, as they are now."""
        if self._hearer is None:
            return
        if self._sender is None:
            self._sender = self._notifier(self._hearer)
        held = [(oid(name), self._mib.get(oid(name))) for name in (_UPTIME, *values)]
        binds = [(name, _wire(cell, self._view)) for name, cell in held if cell is not None]
        binds.insert(1, (oid(_TRAP_OID), rfc1902.ObjectIdentifier(kind)))
        self._sender.send_varbinds(self._engine, "traps", None, b"", binds)

    def _notifier(self, place: tuple[str, int]) -> Any:
        """What sends to that place; it costs 40 ms, which most devices never need."""
        name, model, level = self._user
        processing = 1 if model == _COMMUNITIES else 3
        config.add_target_parameters(self._engine, "watch", name, level, processing)
        config.add_target_address(self._engine, "watch", udp.DOMAIN_NAME, place, "watch", tagList="traps")
        config.add_notification_target(self._engine, "traps", "watch", "traps", "trap")
        config.add_vacm_user(self._engine, model, name, level, (), (), (1, 3, 6))
        return ntforg.NotificationOriginator()

    def close(self) -> None:
        """Close its socket."""
        self._engine.close_dispatcher()


def _name(snmp: Any, target: str) -> None:
    """Give an engine its own id, without the files that pysnmp would keep in the system's /tmp for it."""
    builder = snmp.get_mib_builder()
    (engine_id, boots) = builder.import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
    digest = hashlib.sha256(f"PRACTICE {target}".encode()).digest()[:16]
    engine_id.syntax = engine_id.syntax.clone(b"\x80\x00\x4f\xb8\x05" + digest)
    boots.syntax = boots.syntax.clone(int(time.time()) - _FIRST_BOOT)
    snmp.snmpEngineID = engine_id.syntax
