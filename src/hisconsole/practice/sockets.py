"""Sockets of the played devices: on loopback, and with a clear sentence where one cannot be had."""

from __future__ import annotations

import errno
import os
import socket

from hisconsole.errors import HisError
from hisconsole.text import _

_BACKLOG = 64
_BUFFER = 1 << 20


def datagrams(target: str, address: str, port: int) -> socket.socket:
    """A UDP socket; raises HisError when the port cannot be had."""
    sock = _bound(socket.SOCK_DGRAM, target, address, port)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    return sock


def listener(target: str, address: str, port: int) -> socket.socket:
    """A TCP socket that listens; raises HisError when the port cannot be had."""
    sock = _bound(socket.SOCK_STREAM, target, address, port)
    sock.listen(_BACKLOG)
    return sock


def mute(target: str, address: str, port: int) -> list[socket.socket]:
    """Sockets that make a port silent, as of a machine without power; close them to end it.

    A listener whose queue is full lets the kernel drop every further SYN.
    """
    sock = _bound(socket.SOCK_STREAM, target, address, port)
    sock.listen(0)
    filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    filler.setblocking(False)
    filler.connect_ex((address, port))
    return [filler, sock]


def _bound(kind: socket.SocketKind, target: str, address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, kind)
    try:
        sock.setblocking(False)
        if kind is socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError as fault:
        sock.close()
        raise _refused(kind, target, address, port, fault.errno or 0) from fault
    return sock


def _refused(kind: socket.SocketKind, target: str, address: str, port: int, number: int) -> HisError:
    name = "TCP" if kind is socket.SOCK_STREAM else "UDP"
    if number == errno.EADDRINUSE:
        sentence = _(
            "{name} port {port} of {address} ({target}) is taken: end the other practice hospital, "
            "or give the target another port."
        )
    elif number == errno.EACCES:
        sentence = _(
            "{name} port {port} of {address} ({target}) is for root only: give the target a port above 1023."
        )
    else:
        sentence = _("{name} port {port} of {address} ({target}) cannot be opened: {why}.")
    return HisError(
        sentence.format(name=name, port=port, address=address, target=target, why=os.strerror(number))
    )
