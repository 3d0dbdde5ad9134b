"""Pages and certificates of peers on loopback."""

from __future__ import annotations

import asyncio
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hisconsole.plan.reading import Round
from hisconsole.plan.status import Status
from hisconsole.probes.net import http
from hisconsole.probes.net.checks import Net
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.parse.output import Ask
from tests.probes.peers import Serve, peers

HOME = "127.0.0.54"


def server_context(folder: Path, *, days: float, subject: str = "his.hospital") -> ssl.SSLContext:
    """A server whose own certificate ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    ends = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
    (folder / "tls.pem").write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context


def page(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return serve


async def got(serve: Serve, tls: ssl.SSLContext | None = None, **settings: str) -> Round:
    async with peers(serve, HOME, tls=tls) as ((_address, port),):
        arguments = {"port": (str(port),), **{name: (value,) for name, value in settings.items()}}
        return await poll_net(Net(), target="t", address=HOME, asks=[Ask("http", arguments)])


@pytest.mark.parametrize(
    ("answer", "value", "hint"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200", Status.OK),
        (b"HTTP/1.0 302 Found\r\nLocation: /login\r\n\r\n", "302", Status.OK),
        (b"HTTP/1.1 204\r\n\r\n", "204", Status.OK),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "404", Status.CRITICAL),
        (b"HTTP/1.1 503 \x1b[2J\r\n\r\n", "503", Status.CRITICAL),
    ],
)
async def test_the_status_of_a_page(answer: bytes, value: str, hint: Status) -> None:
    polled = await got(page(answer))
    status, took = polled.samples
    assert (polled.fault, status.value, status.hint) == ("", value, hint)
    assert isinstance(took.value, float)
    assert took.unit == "s"


async def test_what_is_asked_is_one_plain_get() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()

    await got(serve, path="/health?x=1", host="his.hospital")
    assert heard[0].startswith(b"GET /health?x=1 HTTP/1.1\r\nHost: his.hospital\r\n")
    assert heard[0].endswith(b"Connection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", "malformed"),
        (b"SSH-2.0-OpenSSH\r\n", "malformed"),
        (b"HTTP/1.1 9999 x\r\n\r\n", "malformed"),
        (b"\x1b[2J" * 100, "malformed"),
        (b"x" * 1_000_000, "malformed"),
    ],
)
async def test_what_is_no_http_is_said_so(answer: bytes, fault: str) -> None:
    polled = await got(page(answer))
    assert polled.fault == fault
    assert polled.failure.isprintable()


async def test_a_page_without_an_end_is_read_to_64_kib() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    started = time.monotonic()
    assert (await got(serve)).samples[0].value == "200"
    assert time.monotonic() - started < 2


async def test_a_page_that_hangs_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WAIT_S", 0.3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    assert (await got(serve)).fault == "silent"


async def test_a_page_behind_a_certificate_of_the_hospitals_own(tmp_path: Path) -> None:
    polled = await got(page(b"HTTP/1.1 200 OK\r\n\r\n"), server_context(tmp_path, days=-3), scheme="https")
    assert (polled.failure, polled.samples[0].value) == ("", "200")


async def certificate(folder: Path, *, days: float, subject: str = "his.hospital") -> Round:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with peers(serve, HOME, tls=server_context(folder, days=days, subject=subject)) as ((_home, port),):
        ask = Ask("tls", {"port": (str(port),), "name": ("his.hospital",)})
        return await poll_net(Net(), target="t", address=HOME, asks=[ask])


async def test_the_days_that_a_certificate_has_left(tmp_path: Path) -> None:
    polled = await certificate(tmp_path, days=20.5)
    (sample,) = polled.samples
    assert (sample.value, sample.unit, sample.hint) == (20.5, "d", None)


async def test_a_certificate_that_has_ended_is_read_and_critical(tmp_path: Path) -> None:
    polled = await certificate(tmp_path, days=-2, subject="\x1b[2Jowned")
    (sample,) = polled.samples
    assert (polled.fault, sample.value, sample.hint) == ("", -2.0, Status.CRITICAL)
    assert "ended" in sample.reason
    assert sample.reason.isprintable()


async def test_a_port_that_speaks_no_tls_is_said_so() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ESMTP\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)

    async with peers(plain, HOME) as ((_address, port),):
        ask = Ask("tls", {"port": (str(port),)})
        polled = await poll_net(Net(), target="t", address=HOME, asks=[ask], timeout_s=2)
    assert polled.fault == "malformed"
    assert polled.failure.isprintable()
