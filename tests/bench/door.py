"""A login through the door beside a plain start: time, processor and memory, on a tty and over ssh."""

from __future__ import annotations

import getpass
import select
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from hisconsole.cli.sshd import sshd_config
from hisconsole.enter import OPERATOR
from hisconsole.paths import shipped
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.line import Line
from tests.bench.run import OPEN, Run, Writers
from tests.doors import MADE_UP, House
from tests.probes.sshd import Sshd, prepare

CROWD = 20
PLAIN = "plain start"


def door(run: Run) -> Iterator[Figure]:
    """200 open of 100,000 stored."""
    with _house(run) as house:
        house.start(run.env)
        yield from _on_a_tty(run, house)
        yield from _crowd(run, house)
        if any(shutil.which(name, path="/usr/sbin:/usr/bin") is None for name in ("sshd", "ssh")):
            run.missing.append("sshd")
            return
        yield from _over_ssh(run, house)


@contextmanager
def _house(run: Run) -> Iterator[House]:
    house = House(run.scratch / "house")
    shutil.copytree(shipped("config"), house.config)
    run.copy(run.stored, "house/data")
    house.keys(*(f'environment="{OPERATOR}={who}" {key}' for who, key in MADE_UP.items()))
    try:
        yield house
    finally:
        house.close()


def _line(run: Run, house: House, *, plain: bool = False) -> Line:
    """What sshd starts, on a tty; where it looks for a door in vain, it starts plainly."""
    words = house.client()
    if plain:
        words[4] = str(house.folder / "nowhere")
    return Line(words, {**run.env, **house.shown(run.site.operators[0].id)})


def _on_a_tty(run: Run, house: House) -> Iterator[Figure]:
    """From the client's exec to the first screen, in pairs, and all the processor that goes into it."""
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    assert house.process is not None
    for _pair in range(run.few(9, 3)):
        for plain in (False, True):
            before = _cpu(house.process.pid)
            with _line(run, house, plain=plain) as line:
                took = line.wait_for(f"{OPEN} open") * 1000
                cpu = line.cpu() + _cpu(house.process.pid) - before
                if not plain:
                    cpu += _cpu(house.consoles()[-1].pid)
            found[plain].append((took, cpu))
            house.until(lambda: not house.consoles())
    for at, (what, unit, goal) in enumerate(
        (("client's exec to first screen", "ms", Goal(1500)), ("processor until then, all", "CPU-s", None))
    ):
        peer = Peer(PLAIN, median(each[at] for each in found[True]))
        yield figure("door", what, [each[at] for each in found[False]], unit, peer=peer, goal=goal)


def _crowd(run: Run, house: House) -> Iterator[Figure]:
    """Twenty at a time: what each takes of memory, what is shared counted in shares."""
    weights: dict[bool, list[float]] = {}
    clients: list[float] = []
    for plain in (False, True):
        with ExitStack() as stack:
            lines = [stack.enter_context(_line(run, house, plain=plain)) for _each in range(CROWD)]
            for line in lines:
                line.wait_for(f"{OPEN} open")
            _rest(lines, 6)
            weights[plain] = [_pss(live.pid) for live in house.consoles()]
            if not plain:
                clients = [_pss(line.pid) for line in lines]
        house.until(lambda: not house.consoles())
    peer = Peer(PLAIN, median(weights[True]))
    what = f"a console of {CROWD}, proportional (PSS)"
    yield figure("door", what, weights[False], "MB", peer=peer, goal=Goal(30))
    yield figure("door", "its client", clients, "MB")


def _over_ssh(run: Run, house: House) -> Iterator[Figure]:
    """OpenSSH's client to OpenSSH's server, as printed: alone, twenty at once, and keys in a storm."""
    server = _server(run, house)
    server.start()
    (server.folder / "known").write_text(server.line())
    try:
        through = [_login(run, server) for _turn in range(run.few(5, 2))]
        with ExitStack() as stack:
            began = time.monotonic()
            lines = [stack.enter_context(_ssh(run, server)) for _each in range(CROWD)]
            for line in lines:
                line.wait_for(f"{OPEN} open")
            all_at = time.monotonic() - began
            _rest(lines, 6)
            keys = list(_keys(run, house, lines))
        house.until(lambda: not house.consoles())
        house.stop()
        plainly = [_login(run, server) for _turn in range(run.few(5, 2))]
    finally:
        server.stop()
    peer = Peer(PLAIN, median(plainly))
    yield figure("door", "ssh's exec to first screen", through, "ms", peer=peer, goal=Goal(1500))
    yield figure("door", f"{CROWD} ssh at once, to the last first screen", [all_at * 1000], "ms")
    what = f"key to paint among {CROWD} over ssh, 50 changes/s, p95"
    yield figure("door", what, keys, "ms", value=share(keys, 0.95), goal=Goal(60))


def _server(run: Run, house: House) -> Sshd:
    def find(name: str) -> str:
        return shutil.which(name, path="/usr/sbin:/usr/bin") or name

    server = prepare(find, run.scratch / "sshd", address="127.0.0.38")
    server.block = sshd_config(house.config, house.data)
    who = run.site.operators[0].id
    public = (server.folder / "user_key.pub").read_text()
    house.keys(f'restrict,pty,environment="{OPERATOR}={who}" {public}')
    return server


def _ssh(run: Run, server: Sshd) -> Line:
    options = {
        "UserKnownHostsFile": server.folder / "known",
        "IdentitiesOnly": "yes",
        "IdentityFile": server.folder / "user_key",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    there = f"{getpass.getuser()}@{server.address}"
    ssh = shutil.which("ssh") or "ssh"
    return Line((ssh, "-F", "none", *words, "-p", str(server.port), there), run.env)


def _login(run: Run, server: Sshd) -> float:
    with _ssh(run, server) as line:
        return line.wait_for(f"{OPEN} open") * 1000


def _keys(run: Run, house: House, lines: Sequence[Line]) -> Iterator[float]:
    """Keys to their first byte in ms, while 50 rows a second change on all screens."""
    first, *others = lines
    seconds = run.few(20, 5)
    writers = Writers(run, "changes", house.data, count=1, rate=50, seconds=seconds)
    over = threading.Event()
    reader = threading.Thread(target=_drain, args=(others, over))
    reader.start()
    try:
        writers.go()
        until = time.monotonic() + seconds - 1
        while time.monotonic() < until:
            for key in "jjjk":
                first.watch(0.15)
                pressed = time.monotonic()
                first.send(key)
                while not first.read(1):
                    pass
                yield (first.read_at - pressed) * 1000
    finally:
        over.set()
        reader.join()
        writers.close()


def _drain(lines: Sequence[Line], over: threading.Event) -> None:
    while not over.is_set():
        for fd in select.select([line.fd for line in lines], [], [], 0.1)[0]:
            next(line for line in lines if line.fd == fd).read(0)


def _rest(lines: Sequence[Line], seconds: float) -> None:
    """Read them all for a while."""
    over = threading.Event()
    reader = threading.Thread(target=_drain, args=(lines, over))
    reader.start()
    time.sleep(seconds)
    over.set()
    reader.join()


def _cpu(pid: int) -> float:
    """Seconds of processor used by a process (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    (kb,) = (int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kb * 1024 / 1e6
