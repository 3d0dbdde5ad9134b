"""Rows about what asking costs, over SNMP and over SSH; each measured in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from statistics import median

from tests.bench import peers
from tests.bench.figures import Figure, Goal, Peer, figure
from tests.bench.hospital import IF_COLUMNS, ROWS
from tests.bench.run import ROOT, Run
from tests.bench.ssh import CONNECTIONS, PATH

TABLE = f"{len(IF_COLUMNS)} x {ROWS} of ifTable and ifXTable"
PYSNMP = "pysnmp hlapi"


def snmp(run: Run) -> Iterator[Figure]:
    """The engines in turns on the same agent, and whole rounds of targets with ten objects or a table."""
    program = peers.snmpd()
    if program is None:
        print("bench: no snmpd here, the row 'snmp' is left out", flush=True)
        return
    with peers.agent(program, run.scratch / "snmp-peer") as played:
        words = [sys.executable, "-m", "tests.bench.snmp", str(played.port), str(run.scratch / "snmp")]
        words.append(str(run.few(15, 4)))
        done = subprocess.run(words, env=run.env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    took: Mapping[str, list[float]] = json.loads(done.stdout)
    for what, key in (
        ("GET of 10, one at a time", "get"),
        ("GET of 10, 100 in flight", "gets"),
        (f"{TABLE}, one at a time", "table"),
    ):
        ours, theirs = took[f"gufo {key}"], took[f"pysnmp {key}"]
        yield figure("snmp", f"{what}, engine alone", ours, "ms", peer=Peer(PYSNMP, median(theirs)))
        less = [their / our for our, their in zip(ours, theirs, strict=True)]
        yield figure("snmp", "the same, times less than the peer", less, "x", goal=Goal(20, least=True))
    documented = Peer("as documented", median(took["pysnmp get as documented"]))
    yield figure("snmp", "GET of 10, one at a time, engine alone", took["gufo get"], "ms", peer=documented)
    yield figure("snmp", "GET of 10, end to end", took["ten"], "ms", goal=Goal(0.35))
    yield figure("snmp", f"{TABLE}, end to end", took["interfaces"], "ms", goal=Goal(6))
    name = f"8 x {ROWS} cells as {8 * ROWS} readings, end to end"
    yield figure("snmp", name, took["cells"], "ms", goal=Goal(6))


def ssh(run: Run) -> Iterator[Figure]:
    """Rounds over kept and over new connections and by the command, in turns; then 300 connections."""
    if not all(shutil.which(program, path=PATH) for program in ("sshd", "ssh", "ssh-keygen")):
        print("bench: no OpenSSH here, the row 'ssh' is left out", flush=True)
        return
    words = [sys.executable, "-m", "tests.bench.ssh", str(run.few(5, 2))]
    done = subprocess.run(words, env=run.env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    took: Mapping[str, list[float]] = json.loads(done.stdout)
    ours = took["kept"]
    yield figure("ssh", "round on a kept connection", ours, "ms", goal=Goal(3))
    for name, what, least in (("reconnected", "reconnecting", 3), ("command", "ssh command", 30)):
        peer = Peer(what, median(took[name]))
        times = [their / our for our, their in zip(ours, took[name], strict=True)]
        yield figure("ssh", f"the same, beside {what}", ours, "ms", peer=peer)
        yield figure("ssh", f"times less than {what}", times, "x", goal=Goal(least, least=True))
    before, after, seconds = took["memory"]
    yield figure("ssh", f"process with {CONNECTIONS} connections", [after], "MB", goal=Goal(60))
    yield figure("ssh", "a connection", [1000 * (after - before) / CONNECTIONS], "kB")
    yield figure("ssh", f"opening {CONNECTIONS}, server and all", [seconds], "s")
