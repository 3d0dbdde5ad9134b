"""Opening a TCP connection, and why one could not be had, in words."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

from hisconsole.text import _, printable
from hisconsole.values import dataclass

_NO_WAY = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


@dataclass(frozen=True, slots=True)
class Unreached:
    """Why a peer gave no answer: the machine word of `Round.fault` and a sentence."""

    fault: str
    sentence: str


def unreached(error: OSError, *, what: str) -> Unreached:
    """The words for a failed connection; `what` names the thing asked, as `port 1521`."""
    if isinstance(error, ssl.SSLError):
        said = printable(error.reason or "", limit=60).replace("_", " ").lower()
        return Unreached(
            "malformed", _("{what} does not speak TLS as we do: {said}").format(what=what, said=said)
        )
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return Unreached("silent", _("{what} does not answer: down, or filtered").format(what=what))
    if isinstance(error, ConnectionRefusedError):
        return Unreached("refused", _("{what} refuses: nothing listens there").format(what=what))
    if isinstance(error, ConnectionError):
        return Unreached("refused", _("{what} broke the connection off").format(what=what))
    if error.errno in _NO_WAY:
        return Unreached("silent", _("no way to {what}: {error}").format(what=what, error=error.strerror))
    return Unreached("local", _("{what} could not be asked: {error}").format(what=what, error=error.strerror))


async def connect(address: str, port: int, *, wait_s: float) -> socket.socket | Unreached:
    """Connect to an IP address within `wait_s` seconds; no name is ever looked up."""
    what = _("port {port}").format(port=port)
    try:
        opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        return unreached(error, what=what)
    try:
        opened.setblocking(False)
        async with asyncio.timeout(wait_s):
            await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except OSError as error:  # TimeoutError is one.
        opened.close()
        return unreached(error, what=what)
    except BaseException:
        opened.close()
        raise
    return opened
