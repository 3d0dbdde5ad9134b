"""Rows about SNMP traps: what a flood costs the watch, and how soon one is a firm status on a picture."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from hisconsole.config import FILES
from hisconsole.desk.actor import utc_now
from hisconsole.desk.pictures import Pictures
from hisconsole.paths import shipped
from hisconsole.plan.status import Status
from hisconsole.practice.control import command
from hisconsole.probes.snmp.traps import LARGEST
from hisconsole.probes.snmp.traps_known import encoded
from tests.bench import peers
from tests.bench.figures import Figure, Goal, figure, share
from tests.bench.hospital import Group, lay
from tests.bench.run import ROOT, Run
from tests.bench.watched import Watched
from tests.watch.fakes import hear_at

A_SECOND, SECONDS = 10_000, 10
TARGETS = 200
NET = "127.42."
LOOK_S = 0.5
"""Between two looks of a console at the readings."""
SEEN_S = 15.0

_LINKS = ("sw-agg-1", "sw-agg-2", "sw-agg-3")
_PORT = "light/Ten-GigabitEthernet1/0/1"
BREAKS = (("ups-1", "source"), ("ups-2", "source"), *((switch, _PORT) for switch in _LINKS))
"""A target, and what of it is broken."""


def flood(run: Run) -> Iterator[Figure]:
    """10,000 datagrams a second for 10 s, of four kinds, each after 10 s of rest."""
    program = peers.snmpd()
    if program is None:
        print("bench: no snmpd here, the row 'flood' is left out", flush=True)
        return
    data, config = run.scratch / "flood", run.scratch / "flood-config"
    with peers.agent(program, run.scratch / "flood-peer") as played:
        group = Group("well", TARGETS, played.port)
        lay(config, [group])
        port = _free_port()
        hear_at(config, port)
        with Watched(run, config, data) as watched:
            watched.settle(TARGETS)
            every = list(group.addresses())
            kinds: Sequence[tuple[str, bytes, Sequence[str]]] = (
                ("from strangers", _trap(), ("127.0.0.1", "127.0.0.2")),
                ("honest, from one target", _trap(), every[:1]),
                (f"honest, in the names of {TARGETS} targets", _trap(), every),
                ("as large as may be, from one target", _trap(LARGEST), every[:1]),
            )
            memory = watched.memory_mb()
            for what, datagram, sources in kinds:
                calm = watched.look(run.few(10, 5), well=()).cpu
                with _flooding(run, port, datagram, sources):
                    found = watched.look(SECONDS, well=())
                name = f"{A_SECOND:,} a second, {what}"
                yield figure("flood", f"{name}: processor", found.cpu, "%", goal=Goal(25))
                yield figure("flood", f"{name}: of it without a flood", calm, "%")
                grown = found.memory_mb - memory
                yield figure("flood", f"{name}: memory more", [grown], "MB", goal=Goal(20))


@contextmanager
def _flooding(run: Run, port: int, datagram: bytes, sources: Sequence[str]) -> Iterator[None]:
    file = run.scratch / "datagram"
    file.write_bytes(datagram)
    words = [sys.executable, "-m", "tests.bench.flood", str(port), f"{A_SECOND}", f"{SECONDS}", str(file)]
    process = subprocess.Popen([*words, *sources], env=run.env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield
    sent = process.communicate(timeout=60)[0]
    if process.returncode or int(sent) < 0.95 * A_SECOND * SECONDS:
        raise RuntimeError(f"the flood was none: {sent.strip() or 'refused'} datagrams")


def _trap(octets: int = 0) -> bytes:
    """A linkDown of version 2c with the bench's community, filled up to so many octets."""

    def tlv(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        size = len(content)
        long = b"" if size < 0x80 else size.to_bytes(2)
        return bytes((tag, 0x82 if long else size)) + long + content

    def value(name: str, content: bytes) -> bytes:
        return tlv(0x30, tlv(6, encoded(name)), content)

    number = tlv(2, b"\x07")
    values = [
        value("1.3.6.1.2.1.1.3.0", tlv(0x43, b"\x10\x68")),
        value("1.3.6.1.6.3.1.1.4.1.0", tlv(6, encoded("1.3.6.1.6.3.1.1.5.3"))),
        value("1.3.6.1.2.1.2.2.1.1.7", number),
        value("1.3.6.1.2.1.2.2.1.2.7", tlv(4, b"GigabitEthernet0/0/7")),
    ]
    more = value("1.3.6.1.2.1.2.2.1.7.7", number)
    message = b""
    while not message or len(message) < octets - len(more):
        pdu = tlv(0xA7, number, tlv(2, b"\0"), tlv(2, b"\0"), tlv(0x30, *values))
        message = tlv(0x30, tlv(2, b"\1"), tlv(4, b"bench"), pdu)
        values.append(more)
    return message


def confirmed(run: Run) -> Iterator[Figure]:
    """The practice hospital breaks and is mended; from the hand's word to a firm status on a picture."""
    data, config = run.scratch / "confirmed", run.scratch / "confirmed-config"
    config.mkdir()
    for name in (*FILES, "credentials.yaml", "targets.yaml"):
        text = (shipped("config") / name).read_text("utf-8")
        (config / name).write_text(text.replace("127.30.", NET), "utf-8")
    hear_at(config, _free_port())
    with _playing(run, config, data), Watched(run, config, data) as watched:
        watched.settle(30, within_s=120, firm=True)
        broken, mended = [], []
        with closing(Pictures(config, data, sample=True, now=utc_now)) as pictures:
            for turn in range(run.few(2, 1)):  # More would be flapping, which is never firmly well.
                for target, facet in BREAKS:
                    time.sleep(1 + 0.37 * turn)  # Elsewhere in the second of a commit.
                    command(data, ["break", target, facet])
                    broken.append(_seen(pictures, target, well=False))
                    time.sleep(2)
                    command(data, ["mend", target, facet])
                    mended.append(_seen(pictures, target, well=True))
    for what, took in (("broken", broken), ("well again", mended)):
        name = f"{what}: from the act to a firm status on a picture"
        yield figure("confirmed", f"{name}, p95", took, "s", value=share(took, 0.95), goal=Goal(3))
        yield figure("confirmed", f"{name}, median", took, "s")


def _seen(pictures: Pictures, target: str, *, well: bool) -> float:
    """Seconds until a console that looks now and then has the target so, firmly."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < SEEN_S:
        picture = pictures.newer(-1)
        for row in picture.rows if picture else ():
            # A row is firm while it is a firm problem.
            if row.target.id == target and (row.shown.firm, row.shown.status is Status.OK) == (
                not well,
                well,
            ):
                return passed
        time.sleep(LOOK_S)
    return SEEN_S


@contextmanager
def _playing(run: Run, config: Path, data: Path) -> Iterator[None]:
    data.mkdir(mode=0o700)
    log = data / "practice.log"
    words = ["-m", "hisconsole", "--config", str(config), "--data", str(data), "practice"]
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, *words], env=run.env, cwd=ROOT, stdout=out)
        try:
            until = time.monotonic() + 60
            while "played on loopback" not in log.read_text():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"no hospital: {log.read_text()[-500:]}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
