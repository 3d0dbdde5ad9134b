"""The intake on a real socket: whom it believes, what it answers, how much it does at most."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from hisconsole.config.listening import Listening
from hisconsole.config.targets import load_targets
from hisconsole.plan.targets import Infrastructure
from hisconsole.probes.snmp.device import engine_number
from hisconsole.probes.snmp.traps import LARGEST, Trap
from hisconsole.probes.snmp.traps import hear_plain as plain_heard
from hisconsole.watch import suspicions, traps
from hisconsole.watch.suspicions import Suspicions
from hisconsole.watch.trap_gate import AT_ONCE
from hisconsole.watch.traps import BATCH, Intake
from tests.probes.snmp.senders import ENGINE, Need, a_user, hearing, plain, secured, send
from tests.watch.fakes import until

CREDENTIALS = """\
v2:
  kind: snmp2c
  community_file: community
  insecure: yes
v3:
  kind: snmp3
  user: practice
  auth: sha256
  auth_password: practice-auth-1
  priv: aes128
  priv_password: practice-priv-1
"""


def entry(id_: str, credential: str, port: int = 1161) -> str:
    return (
        f"{id_}:\n  name: {id_}\n  kind: switch\n  address: 127.0.0.1\n  port: {port}\n"
        f"  credential: {credential}\n  profiles: interfaces\n"
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "community"
    path.write_text("practice\n")
    path.chmod(0o600)
    return tmp_path


def watched(folder: Path, *entries: str) -> Infrastructure:
    (folder / "credentials.yaml").write_text(CREDENTIALS)
    (folder / "targets.yaml").write_text("".join(entries))
    return load_targets(folder, sample=True)


def free_port() -> int:
    with hearing() as (_sock, port):
        return port


class Hearing:
    """An intake at work, and what it suspects."""

    def __init__(self, data: Path, infrastructure: Infrastructure) -> None:
        self.port = free_port()
        self.told: list[tuple[str, Trap]] = []
        self.intake = Intake(data=data, suspect=lambda target, trap: self.told.append((target, trap)))
        self.intake.arrange(infrastructure)
        self.intake.listen(Listening("127.0.0.1", self.port))
        assert self.intake.trouble == ""

    @property
    def targets(self) -> list[str]:
        return [target for target, _trap in self.told]


@pytest.fixture
async def heard(data: Path) -> AsyncIterator[Hearing]:
    """An intake with a switch of each version behind one address."""
    hearing_ = Hearing(data, watched(data, entry("sw-2c", "v2"), entry("sw-3", "v3", 1162)))
    yield hearing_
    hearing_.intake.close()


async def sent(need: Need, folder: Path, who: list[str], heard: Hearing, **how: object) -> int:
    """Send with net-snmp, without holding up the loop that answers."""
    sending = send(need, folder, who, heard.port, **how)  # type: ignore[arg-type]
    return await asyncio.to_thread(sending.wait)


@pytest.mark.parametrize("inform", [False, True], ids=["trap", "inform"])
async def test_both_versions_raise_a_suspicion_of_the_target_whose_secret_it_is(
    need: Need, data: Path, heard: Hearing, inform: bool
) -> None:
    assert await sent(need, data, plain(), heard, inform=inform) == 0
    await until(lambda: heard.told)
    assert [(target, trap.words) for target, trap in heard.told] == [("sw-2c", "link down: Gi0/0/7")]
    engine = b"" if inform else ENGINE
    assert await sent(need, data, secured(a_user(), engine=engine), heard, inform=inform) == 0
    await until(lambda: len(heard.told) > 1)
    assert heard.targets == ["sw-2c", "sw-3"]
    counts = heard.intake.counts
    assert (counts.taken, counts.introduced) == (2, int(inform))
    assert counts.received == 2 + int(inform)


async def test_a_wrong_secret_is_counted_and_never_answered(need: Need, data: Path, heard: Hearing) -> None:
    assert await sent(need, data, plain("public"), heard, inform=True) != 0
    await sent(need, data, secured(a_user(auth_key="another-1"), engine=ENGINE), heard)
    assert await sent(need, data, secured(a_user(auth_key="another-1")), heard, inform=True) != 0
    await until(lambda: heard.intake.counts.wrong_secret >= 3)
    assert heard.told == []


async def test_a_community_that_was_changed_in_its_file_is_found(
    need: Need, data: Path, heard: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "community").write_text("another")
    await sent(need, data, plain("another"), heard)
    await until(lambda: heard.intake.counts.wrong_secret)
    monkeypatch.setattr(traps, "_RELOAD_S", 0.0)
    await sent(need, data, plain("another"), heard)
    await until(lambda: heard.told)
    assert heard.targets == ["sw-2c"]


async def test_an_engine_that_polls_have_found_keeps_others_out(
    need: Need, data: Path, heard: Hearing
) -> None:
    heard.intake.learn({"127.0.0.1:1162": {"engine": engine_number(b"\0another")}, "127.0.0.1:1161": {}})
    await sent(need, data, secured(a_user(), engine=ENGINE), heard)
    await until(lambda: heard.intake.counts.replayed)
    heard.intake.learn({"127.0.0.1:1162": {"engine": engine_number(ENGINE)}})
    await sent(need, data, secured(a_user(), engine=ENGINE), heard)
    await until(lambda: heard.told)


async def test_targets_that_leave_the_files_are_strangers(need: Need, data: Path, heard: Hearing) -> None:
    heard.intake.arrange(watched(data))
    await sent(need, data, plain(), heard)
    await until(lambda: heard.intake.counts.unknown_source)
    assert heard.intake.counts.stranger == "127.0.0.1"


def flood(port: int, datagrams: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for data in datagrams:
            sock.sendto(data, ("127.0.0.1", port))


async def test_a_flood_is_drained_in_batches_and_hardly_looked_into(
    need: Need, data: Path, heard: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hearing() as (sock, port):
        sending = send(need, data, plain(), port)
        trap = sock.recv(LARGEST)
        sending.wait()
    looked, intake = 0, heard.intake

    def lost() -> int:
        intake.count_lost()
        return intake.counts.lost

    right = plain_heard

    def counting(*given: object) -> object:
        nonlocal looked
        looked += 1
        return right(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(traps, "hear_plain", counting)
    drains: list[int] = []
    drain = intake._drain

    def draining() -> int:
        drains.append(drain())
        return drains[-1]

    monkeypatch.setattr(intake, "_drain", draining)
    loop = asyncio.get_running_loop()
    began = loop.time()
    flood(heard.port, [trap] * 4000 + [bytes(LARGEST + 1)] * 200)
    counts = intake.counts
    await until(lambda: counts.received + lost() >= 4200)
    seconds = loop.time() - began + 0.1
    assert looked <= AT_ONCE + seconds * 20
    assert counts.too_large == 200
    assert counts.too_fast >= 4000 - AT_ONCE - seconds * 20 - counts.lost
    assert max(drains) <= BATCH
    assert len(drains) <= 4200 // BATCH + seconds / traps.REST_S + 3
    assert set(heard.targets) == {"sw-2c"}


async def test_hostile_datagrams_leave_it_listening(need: Need, data: Path, heard: Hearing) -> None:
    chance = Random(5)
    junk = [os.urandom(chance.randrange(300)) for _datagram in range(40)]
    junk += [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80" * 900]
    flood(heard.port, junk)
    await until(lambda: heard.intake.counts.received == len(junk))
    assert heard.intake.counts.malformed == len(junk)
    await sent(need, data, plain(), heard)
    await until(lambda: heard.told)


async def test_a_port_that_cannot_be_had_is_a_sentence_and_is_tried_again(data: Path) -> None:
    intake = Intake(data=data, suspect=lambda target, trap: None)
    with hearing() as (_sock, port):
        where = Listening("127.0.0.1", port)
        intake.listen(where)
        assert intake.trouble == (
            f"no traps: UDP port {port} of 127.0.0.1 is taken; end the program that has it, or snmptrapd"
        )
        assert intake.listening
    intake.listen(where)
    assert intake.trouble == ""
    intake.listen(Listening("203.0.113.7", 1162))
    assert intake.trouble == "no traps: 203.0.113.7 in site.yaml is no address of this machine"
    intake.listen(None)
    assert (intake.trouble, intake.listening) == ("", False)
    fault = PermissionError(13, "Permission denied")
    assert "is for root only" in traps._closed(Listening("0.0.0.0", 162), fault)
    intake.close()


def quickly(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    for name, value in seconds.items():
        monkeypatch.setattr(suspicions, name, value)


async def test_however_many_traps_come_there_are_few_looks_and_one_after_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickly(monkeypatch, SETTLE_S=0.02, GAP_S=0.2)
    loop = asyncio.get_running_loop()
    looks: list[float] = []
    suspected = Suspicions(look=lambda target: looks.append(loop.time()))
    began = last = loop.time()
    while loop.time() - began < 0.5:
        suspected.arise("sw-1")
        last = loop.time()
        await asyncio.sleep(0)
    await until(lambda: looks[-1] > last)
    assert 2 <= len(looks) <= 2 + (looks[-1] - began) / 0.2
    assert all(later - earlier >= 0.19 for earlier, later in itertools.pairwise(looks))
    suspected.arise("sw-1")
    suspected.close()


async def test_traps_of_all_targets_at_once_have_them_looked_at_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickly(monkeypatch, SETTLE_S=0.0, LOOKS_A_SECOND=100, LOOKS_AT_ONCE=10)
    loop = asyncio.get_running_loop()
    looks: dict[str, float] = {}
    suspected = Suspicions(look=lambda target: looks.update({target: loop.time()}))
    began = loop.time()
    for number in range(60):
        suspected.arise(f"sw-{number}")
    await until(lambda: len(looks) == 60)
    for number, at in enumerate(looks.values()):
        assert at - began >= (number - 10) / 100
    suspected.close()


async def test_our_own_wrong_secret_does_not_make_us_ask_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickly(monkeypatch, SETTLE_S=0.0, GAP_S=0.0)
    looks: list[str] = []

    def look(target: str) -> None:
        looks.append(target)
        suspected.arise(target, seldom=True)  # The device complains of each question.

    suspected = Suspicions(look=look)
    suspected.arise("sw-1", seldom=True)
    await until(lambda: looks)
    for _turn in range(20):
        await asyncio.sleep(0)
    assert looks == ["sw-1"]
    suspected.arise("sw-1")
    await until(lambda: len(looks) == 2)
    suspected.close()
