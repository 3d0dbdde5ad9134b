"""Rows about a whole watch at work: hospitals of 1,300 and 10,000 targets, and how soon a cut is seen.

Everything that answers runs in processes of its own, and only the watch's own time counts. 1,000 SNMP
targets and 300 hosts over SSH are asked once a minute; then a fifth of both is frozen: it takes what is
sent and says nothing.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hisconsole.desk.actor import utc_now
from hisconsole.desk.pictures import Pictures
from hisconsole.plan.status import Status
from hisconsole.probes.snmp.limits import FILES_A_DEVICE, OTHER_FILES
from tests.bench import peers
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.hospital import Group, lay
from tests.bench.peers import Played
from tests.bench.run import MANY, Run
from tests.bench.screens import judged_keys
from tests.bench.watched import Found, Watched

SNMP_TARGETS, SSH_HOSTS = 1000, 300
MANY_TARGETS = 10_000
KNOWN_S = 120
"""An interval, three strikes and the waiting for what is silent: then all that is silent must be known."""


@dataclass(frozen=True, slots=True)
class Hospital:
    """The groups of targets by name, and the peers that play those that can be frozen."""

    groups: Mapping[str, Group]
    frozen: Sequence[Played]

    def names(self, *groups: str) -> list[str]:
        """The ids of all targets of these groups."""
        return [f"{name}-{number}" for name in groups for number in range(self.groups[name].count)]


@contextmanager
def _hospital(run: Run, program: str, name: str, data: Path) -> Iterator[Hospital]:
    """800 + 200 SNMP targets and 240 + 60 hosts; the second of each can be frozen."""
    folder = run.scratch / name
    folder.mkdir()
    dead, lost = SNMP_TARGETS // 5, SSH_HOSTS // 5
    with ExitStack() as stack:
        first, second = (stack.enter_context(peers.agent(program, folder / each)) for each in ("a", "b"))
        port = peers.free_port()
        groups = {
            "well": Group("well", SNMP_TARGETS - dead, first.port),
            "dead": Group("dead", dead, second.port, SNMP_TARGETS - dead),
            "host": Group("host", SSH_HOSTS - lost, port, ssh=True),
            "lost": Group("lost", lost, port, SSH_HOSTS - lost, ssh=True),
        }
        hosts = {each: groups[each] for each in ("host", "lost")}
        peers.write_keys(data, hosts)
        _kept, frozen = (
            stack.enter_context(peers.fleet(group, data, folder / each, run.env))
            for each, group in hosts.items()
        )
        yield Hospital(groups, (second, frozen))


def _program(row: str) -> str | None:
    program = peers.snmpd()
    if program is None:
        print(f"bench: no snmpd here, the row '{row}' is left out", flush=True)
    return program


def watch(run: Run) -> Iterator[Figure]:
    """300 SSH hosts alone, then 1,000 SNMP targets with them, then a fifth of both falls silent."""
    program = _program("watch")
    if program is None:
        return
    data, config = run.scratch / "watch", run.scratch / "watch-config"
    minute = run.few(60, 30)
    with _hospital(run, program, "watch-peers", data) as hospital:
        groups = hospital.groups
        lay(config, [groups["host"], groups["lost"]])
        with Watched(run, config, data) as watched:
            watched.settle(SSH_HOSTS)
            alone = watched.look(minute, well=hospital.names("host", "lost"))
            lay(config, list(groups.values()))
            watched.settle(SNMP_TARGETS + SSH_HOSTS)
            both = watched.look(minute, well=hospital.names(*groups))
            for each in hospital.frozen:
                each.freeze()
            broken = watched.look(KNOWN_S, well=hospital.names("well", "host"))
            healths = watched.healths()
    unseen = [id_ for id_ in hospital.names("dead", "lost") if healths[id_].hard is not Status.DOWN]
    ssh = sum(alone.cpu) / len(alone.cpu)
    name = f"{SSH_HOSTS} SSH hosts"
    yield figure("watch", f"{name} a minute: processor", alone.cpu, "%", goal=Goal(5))
    yield from _well(name, alone)
    name = f"{SNMP_TARGETS} SNMP targets and they"
    snmp = [each - ssh for each in both.cpu]
    yield figure("watch", f"{name}: processor of SNMP", snmp, "%", goal=Goal(25))
    yield figure("watch", f"{name}: memory", [both.memory_mb], "MB", goal=Goal(250))
    yield from _well(name, both)
    name = f"the same, {len(hospital.names('dead', 'lost'))} of them silent"
    yield figure("watch", f"{name}: processor", broken.cpu, "%", goal=Goal(30))
    yield figure("watch", f"{name}: memory", [broken.memory_mb], "MB", goal=Goal(250))
    yield from _well(name, broken)
    yield figure("watch", f"{name}: silent, and not known", [float(len(unseen))], "", goal=Goal(0))


def _well(name: str, found: Found, row: str = "watch") -> Iterator[Figure]:
    yield figure(row, f"{name}: turns left out", [found.skipped], "", goal=Goal(0))
    yield figure(row, f"{name}: longest wait for a turn", [found.waited_s], "s")
    yield figure(row, f"{name}: well, and said to fail", [float(len(found.failed))], "", goal=Goal(0))
    yield figure(row, f"{name}: well, and late by an interval", [float(len(found.late))], "", goal=Goal(0))


def many(run: Run) -> Iterator[Figure]:
    """10,000 SNMP targets a minute, for ten minutes."""
    program = _program("many")
    if program is None:
        return
    need = MANY_TARGETS * FILES_A_DEVICE + OTHER_FILES
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < need:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (need, need))
        except (ValueError, OSError):
            room = (hard - OTHER_FILES) // FILES_A_DEVICE
            print(
                f"bench: only {hard} files may be open here, enough for {room} targets: sockets are reopened"
            )
    data, config = run.scratch / "many", run.scratch / "many-config"
    with peers.agent(program, run.scratch / "many-peer") as played:
        lay(config, [Group("well", MANY_TARGETS, played.port)])
        with Watched(run, config, data) as watched:
            first = watched.settle(MANY_TARGETS, within_s=600)
            names = [f"well-{number}" for number in range(MANY_TARGETS)]
            found = watched.look(run.few(600, 60), well=names)
    name = f"{MANY_TARGETS} SNMP targets"
    yield figure("many", f"{name}: start to all of them polled", [first], "s")
    yield figure("many", f"{name} a minute: processor", found.cpu, "%")
    yield figure("many", f"{name}: memory", [found.memory_mb], "MB")
    yield from _well(name, found, "many")


def beside(run: Run) -> Iterator[Figure]:
    """Keys in the queue of 10,000, with no target watched and with 1,300, in turns: before, beside, after."""
    program = _program("beside")
    if program is None:
        return
    data = run.copy(run.many, "beside")
    empty, full = lay(run.scratch / "empty-config", []), run.scratch / "full-config"
    rounds = run.few(6, 2)
    with _hospital(run, program, "beside-peers", data) as hospital:
        without = _keys(run, data, empty, rounds)
        lay(full, list(hospital.groups.values()))
        with Watched(run, full, data) as watched:
            watched.settle(SNMP_TARGETS + SSH_HOSTS)
            beside = _keys(run, data, full, 2 * rounds)
        without += _keys(run, data, empty, rounds)
    name = f"with {SNMP_TARGETS + SSH_HOSTS} targets watched"
    for part, what in ((0.5, "p50"), (0.99, "p99")):
        alone, with_it = share(without, part), share(beside, part)
        peer = Peer("nothing watched", alone)
        yield figure("beside", f"key to its last byte {what}, {name}", beside, "ms", value=with_it, peer=peer)
        if what == "p99":
            yield figure("beside", "the same, times as long", [with_it / alone], "x", goal=Goal(1.2))


def _keys(run: Run, data: Path, config: Path, rounds: int) -> list[float]:
    """Milliseconds from each judged key to the last byte it changed."""
    with run.console(data, config) as line:
        line.wait_for(f"{MANY} open")
        line.watch(8)  # A console with many targets beside it never comes to rest.
        return [each.last for _round in range(rounds) for _name, each in judged_keys(line)]


def strikes(run: Run) -> Iterator[Figure]:
    """60 targets polled every 30 s are cut at once, each at its own place in its interval."""
    program = _program("strikes")
    if program is None:
        return
    data, config = run.scratch / "strikes", run.scratch / "strikes-config"
    with (
        peers.agent(program, run.scratch / "strikes-a") as kept,
        peers.agent(program, run.scratch / "strikes-b") as cut,
    ):
        well = Group("well", 200, kept.port, profile="ten", every_s=30)
        lost = Group("lost", 60, cut.port, first=200, profile="ten", every_s=30)
        lay(config, [well, lost])
        with Watched(run, config, data) as watched:
            watched.settle(well.count + lost.count, within_s=120, firm=True)
            cut.freeze()
            seen, wrong = _seen_down(config, data, lost)
    worst = max(seen.values()) if len(seen) == lost.count else float("inf")
    name = f"{lost.count} targets cut, polled every 30 s"
    yield figure(
        "strikes",
        f"{name}: until the last is down on a picture",
        list(seen.values()) or [worst],
        "s",
        value=worst,
        goal=Goal(60),
    )
    yield figure("strikes", "well, and shown otherwise", [float(len(wrong))], "", goal=Goal(0))


def _seen_down(config: Path, data: Path, lost: Group) -> tuple[dict[str, float], set[str]]:
    """Seconds until each lost target was firmly down on a status picture, and who else was not well."""
    cut_at = time.monotonic()
    seen: dict[str, float] = {}
    wrong: set[str] = set()
    with closing(Pictures(config, data, sample=True, now=utc_now)) as pictures:
        version = -1
        while len(seen) < lost.count and time.monotonic() - cut_at < 120:
            picture = pictures.newer(version)
            if picture is not None:
                version = picture.version
                for row in picture.rows:
                    id_ = row.target.id
                    if id_.startswith("lost-") and row.shown.firm and row.shown.status is Status.DOWN:
                        seen.setdefault(id_, time.monotonic() - cut_at)
                    elif id_.startswith("well-") and row.shown.status is not Status.OK:
                        wrong.add(id_)
            time.sleep(0.1)
    return seen, wrong
