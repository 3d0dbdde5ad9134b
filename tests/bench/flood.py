"""Sends one datagram at a steady rate; words: PORT A_SECOND SECONDS FILE SOURCE..."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

BEAT_S = 0.005


def main() -> int:
    """Send, each source in turn, and tell how many went out."""
    port, rate, seconds, file, *sources = sys.argv[1:]
    data = Path(file).read_bytes()
    socks = []
    for source in sources:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((source, 0))
        sock.connect(("127.0.0.1", int(port)))
        socks.append(sock)
    began = time.monotonic()
    sent = 0
    while (passed := time.monotonic() - began) < float(seconds):
        while sent < passed * float(rate):
            try:
                socks[sent % len(socks)].send(data)
            except ConnectionRefusedError:
                return 1
            sent += 1
        time.sleep(BEAT_S)
    print(sent)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
