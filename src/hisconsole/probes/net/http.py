"""One GET over HTTP/1.1, and the certificate that a TLS port shows; both bounded, trust not verified.

Trust is not what is measured here: a page behind a hospital's own certificate must be seen as up, and
an expired certificate must be read, not refused. Nothing secret is ever sent.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime

from hisconsole.probes.net.reach import Unreached, connect, unreached
from hisconsole.text import _, printable
from hisconsole.values import dataclass

WAIT_S = 5.0
MOST_BYTES = 65536

_STATUS = re.compile(rb"HTTP/[0-9.]{1,3} ([1-5][0-9]{2})(?: [^\r\n]{0,200})?\r?\n")


@dataclass(frozen=True, slots=True)
class Page:
    """What a GET came to: the status and the seconds until the answer was whole or 64 KiB long."""

    status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says of itself."""

    ends: datetime
    subject: str


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Old devices are looked at too; a weak handshake is no reason not to see when a certificate ends.
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def get(address: str, port: int, *, scheme: str, path: str, host: str) -> Page | Unreached:
    """GET one path, following nothing; `host` goes into the Host field and the TLS greeting."""
    what = _("{scheme} port {port}").format(scheme=scheme, port=port)
    started = asyncio.get_running_loop().time()
    opened = await _open(address, port, host if scheme == "https" else None)
    if isinstance(opened, Unreached):
        return opened
    reader, writer = opened
    try:
        async with asyncio.timeout(WAIT_S):
            shown = f"[{host}]" if ":" in host else host
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {shown}\r\nUser-Agent: hisconsole\r\nAccept: */*\r\n"
                "Connection: close\r\n\r\n".encode("ascii")
            )
            head = await reader.read(4096)
            while b"\n" not in head and len(head) < 4096 and (more := await reader.read(4096)):
                head += more
            found = _STATUS.match(head)
            if found is None:
                said = printable(head[:60].decode("utf-8", "replace"), limit=60)
                return Unreached(
                    "malformed", _("{what} answers no HTTP: {said}").format(what=what, said=said)
                )
            size = len(head)
            while size < MOST_BYTES and (more := await reader.read(8192)):
                size += len(more)
    except OSError as error:
        return unreached(error, what=what)
    finally:
        writer.transport.abort()
    return Page(int(found[1]), round(asyncio.get_running_loop().time() - started, 4))


async def certificate(address: str, port: int, *, host: str) -> Certificate | Unreached:
    """Read the certificate that a TLS port shows to a client asking for `host`."""
    from cryptography import x509

    opened = await _open(address, port, host)
    if isinstance(opened, Unreached):
        return opened
    _reader, writer = opened
    session = writer.get_extra_info("ssl_object")
    shown = session.getpeercert(binary_form=True) if session is not None else None
    writer.transport.abort()
    try:
        found = x509.load_der_x509_certificate(shown or b"")
        subject = found.subject.rfc4514_string()
        ends = found.not_valid_after_utc
    except (ValueError, TypeError) as error:
        said = printable(str(error), limit=80)
        return Unreached("malformed", _("the certificate cannot be read: {said}").format(said=said))
    return Certificate(ends.astimezone(UTC), printable(subject, limit=120))


async def _open(
    address: str, port: int, host: str | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | Unreached:
    opened = await connect(address, port, wait_s=WAIT_S)
    if isinstance(opened, Unreached):
        return opened
    try:
        async with asyncio.timeout(WAIT_S):
            if host is None:
                return await asyncio.open_connection(sock=opened, limit=8192)
            return await asyncio.open_connection(
                sock=opened, limit=8192, ssl=_context(), server_hostname=host
            )
    except OSError as error:
        opened.close()
        return unreached(error, what=_("port {port}").format(port=port))
    except BaseException:
        opened.close()
        raise
