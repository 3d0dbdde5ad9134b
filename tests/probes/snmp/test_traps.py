"""What net-snmp sends is understood and answered; what was forged, replayed or broken is not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random

import pytest

from hisconsole.probes.snmp import Device
from hisconsole.probes.snmp.envelope import Broken
from hisconsole.probes.snmp.traps import Heard, Trap, Verdict, hear_plain, read_trap, version_of
from hisconsole.probes.snmp.traps_known import KNOWN, Meaning, encoded, meaning_words
from hisconsole.probes.snmp.traps_secured import WINDOW_S, Secured, read_head
from hisconsole.text import printable
from tests.hostile import HOSTILE
from tests.probes.snmp.senders import (
    ENGINE,
    LINK_DOWN,
    PORT,
    Need,
    Sending,
    a_user,
    hearing,
    plain,
    secured,
    send,
)
from tests.probes.snmp.test_fuzz import mutated

OURS = bytes.fromhex("80004fb805") + b"0123456789abcdef"
COMMUNITY = Device(address="127.0.0.1", community="practice")
DOWN = Trap(Meaning.LINK_DOWN, "Gi0/0/7")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listener(clock: Clock) -> Secured:
    return Secured(engine=OURS, boots=7, now_s=clock)


@pytest.fixture
def place() -> Iterator[tuple[socket.socket, int]]:
    with hearing() as found:
        yield found


Send = Callable[..., bytes]


@pytest.fixture
def sent(need: Need, tmp_path: Path, place: tuple[socket.socket, int]) -> Iterator[Send]:
    """One datagram as net-snmp sends it; who informs is left without an answer."""
    informing: list[Sending] = []

    def one(who: Sequence[str], **how: object) -> bytes:
        sending = send(need, tmp_path, who, place[1], **how)  # type: ignore[arg-type]
        data = place[0].recv(65535)
        if how.get("inform"):
            informing.append(sending)
        else:
            assert sending.wait() == 0
        return data

    yield one
    for sending in informing:
        assert sending.wait() != 0


def hear(data: bytes, devices: Sequence[Device], listener: Secured, **engines: bytes) -> Heard:
    found = {device.place: engine for device in devices for engine in engines.values()}
    return hear_plain(data, devices) if version_of(data) == 1 else listener.hear(data, devices, engines=found)


def test_a_trap_of_version_2c(sent: Send) -> None:
    data = sent(plain())
    assert hear_plain(data, [a_user(), COMMUNITY]) == Heard(Verdict.TAKEN, (COMMUNITY,), DOWN)
    assert DOWN.words == "link down: Gi0/0/7"
    for other in ("practic", "practice1", "", "Practice"):
        stranger = Device(address="127.0.0.1", community=other)
        assert hear_plain(data, [stranger]).verdict is Verdict.WRONG_SECRET
    assert hear_plain(data, [a_user()]).verdict is Verdict.WRONG_SECRET
    assert hear_plain(data[:-1], [COMMUNITY]).verdict is Verdict.MALFORMED


def test_what_it_is_about_is_told_by_name_or_number_and_other_traps_mean_nothing(sent: Send) -> None:
    numbered = sent(plain(), values=PORT[:3])
    assert hear_plain(numbered, [COMMUNITY]).trap == Trap(Meaning.LINK_DOWN, "interface 7")
    battery = hear_plain(sent(plain(), kind="1.3.6.1.4.1.318.0.5", values=()), [COMMUNITY])
    assert battery.trap is not None
    assert battery.trap.words == "on battery"
    other = hear_plain(sent(plain(), kind="1.3.6.1.4.1.99999.0.1"), [COMMUNITY])
    assert other.verdict is Verdict.OF_NO_KIND


@pytest.mark.parametrize(("auth", "priv"), list(product(("sha1", "sha256"), ("aes128", "aes256"))))
def test_a_trap_of_version_3(sent: Send, listener: Secured, auth: str, priv: str) -> None:
    user = a_user(auth, priv)
    for level in ("authPriv", "authNoPriv"):
        found = hear(sent(secured(user, level=level, engine=ENGINE)), [COMMUNITY, user], listener)
        assert (found.verdict, found.trap, found.answer) == (Verdict.TAKEN, DOWN, b"")
    unsigned = sent(secured(user, level="noAuthNoPriv", engine=ENGINE))
    assert hear(unsigned, [user], listener).verdict is Verdict.WRONG_SECRET


def test_a_wrong_user_password_or_privacy_is_not_believed(sent: Send, listener: Secured) -> None:
    user = a_user()
    data = sent(secured(user, engine=ENGINE))
    for other in (a_user(user="other"), a_user(auth_key="another-1"), a_user("sha1"), COMMUNITY):
        assert hear(data, [other], listener).verdict is Verdict.WRONG_SECRET
    assert hear(data, [a_user(priv_key="another-1")], listener).verdict is Verdict.MALFORMED
    for at in range(0, len(data), 7):
        forged = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        assert hear_or_broken(forged, [user], listener) is not Verdict.TAKEN


def hear_or_broken(data: bytes, devices: Sequence[Device], listener: Secured) -> Verdict:
    try:
        return hear(data, devices, listener).verdict
    except Broken:
        return Verdict.MALFORMED


def test_a_replayed_trap_is_of_another_time(sent: Send, listener: Secured, clock: Clock) -> None:
    user = a_user()
    words = secured(user, engine=ENGINE)
    old = sent([*words, "-Z", "3,1000"])
    assert hear(old, [user], listener).verdict is Verdict.TAKEN
    clock.now += WINDOW_S - 10
    assert hear(old, [user], listener).verdict is Verdict.TAKEN, "its clock may be as far off"
    clock.now += 20
    assert hear(old, [user], listener).verdict is Verdict.REPLAYED
    assert hear(sent([*words, "-Z", "4,5"]), [user], listener).verdict is Verdict.TAKEN, "it was restarted"
    assert hear(sent([*words, "-Z", "3,9000"]), [user], listener).verdict is Verdict.REPLAYED


def test_an_engine_that_polls_have_found_is_the_only_one_that_is_believed(
    sent: Send, listener: Secured
) -> None:
    user = a_user()
    data = sent(secured(user, engine=ENGINE))
    assert hear(data, [user], listener, polled=b"\x80another").verdict is Verdict.REPLAYED
    assert hear(data, [user], listener, polled=ENGINE).verdict is Verdict.TAKEN


@pytest.fixture
def inform(need: Need, tmp_path: Path, place: tuple[socket.socket, int]) -> Callable[[list[str]], Sending]:
    """Has net-snmp inform that socket."""
    return lambda who: send(need, tmp_path, who, place[1], inform=True)


def test_an_inform_of_version_2c_is_answered(
    inform: Callable[[list[str]], Sending], place: tuple[socket.socket, int]
) -> None:
    sending = inform(plain())
    data, sender = place[0].recvfrom(65535)
    found = hear_plain(data, [COMMUNITY])
    assert found.trap == DOWN
    place[0].sendto(found.answer, sender)
    assert sending.wait() == 0
    assert hear_plain(found.answer, [COMMUNITY]).verdict is Verdict.MALFORMED, "an answer is no trap"


@pytest.mark.parametrize("level", ["authPriv", "authNoPriv"])
@pytest.mark.parametrize("user", [a_user("sha1", "aes256"), a_user()], ids=["sha1", "sha256"])
def test_an_inform_of_version_3_learns_our_clock_and_is_answered(
    inform: Callable[[list[str]], Sending], place: tuple[socket.socket, int], user: Device, level: str
) -> None:
    sock, clock = place[0], Clock()
    listener = Secured(engine=OURS, boots=7, now_s=clock)
    sending = inform(secured(user, level=level))
    verdicts = []
    while Verdict.TAKEN not in verdicts:
        data, sender = sock.recvfrom(65535)
        found = hear(data, [user], listener)
        verdicts.append(found.verdict)
        assert found.answer
        assert len(found.answer) < 2 * len(data), "nobody is sent more than he sent"
        sock.sendto(found.answer, sender)
    assert sending.wait() == 0
    assert set(verdicts) == {Verdict.INTRODUCED, Verdict.TAKEN}
    clock.now += WINDOW_S + 1
    late = hear(data, [user], listener)
    assert late.verdict is Verdict.INTRODUCED
    assert read_head(late.answer).time == WINDOW_S + 1, "who is out of time is told ours, signed"
    assert hear(data, [a_user(auth_key="another-1")], listener) == Heard(Verdict.WRONG_SECRET)


def test_a_name_is_made_printable(sent: Send) -> None:
    data = sent(plain(), values=[*PORT[:5], "Gi0/0/7-abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz"])
    held = b"abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz"
    for text in HOSTILE.values():
        name = text.encode("utf-8", "surrogatepass")[: len(held)]
        found = hear_plain(data.replace(held, name.ljust(len(held))), [COMMUNITY])
        assert found.trap is not None
        assert printable(found.trap.part) == found.trap.part
        assert len(found.trap.part) <= 61


def test_hostile_datagrams_never_raise(sent: Send, listener: Secured) -> None:
    user = a_user()
    honest = [sent(plain()), sent(secured(user, engine=ENGINE)), sent(secured(user), inform=True)]
    chance = Random(11)
    hostile = [
        b"",
        b"\x30",
        b"\x30\x80" * 2000,
        b"\x30\x84\xff\xff\xff\xff" + bytes(64),
        b"\x30\x82\x10\x00" * 1024,
        honest[0] + bytes(4000),
    ]
    verdicts: set[Verdict] = set()
    for number in range(12_000):
        message = honest[number % 3]
        data = hostile[number] if number < len(hostile) else mutated(chance, message)
        if number % 50 == 49:
            data = chance.randbytes(chance.randrange(200))
        try:
            version = version_of(data)
        except Broken:
            verdicts.add(Verdict.MALFORMED)
            continue
        verdicts.add(hear_plain(data, [COMMUNITY, user]).verdict)
        verdicts.add(listener.hear(data, [COMMUNITY, user], engines={}).verdict)
        assert version is not None
        # What is behind the signature and the community is shown hostile content too.
        body = mutated(chance, honest[0])
        try:
            read_trap(body, chance.randrange(40), len(body))
        except Broken:
            verdicts.add(Verdict.MALFORMED)
    assert verdicts >= {Verdict.MALFORMED, Verdict.WRONG_SECRET, Verdict.TAKEN, Verdict.INTRODUCED}


def test_every_meaning_has_words_and_is_meant_by_a_trap() -> None:
    assert {meaning_words(meaning) for meaning in Meaning}
    assert set(KNOWN.values()) == set(Meaning)
    assert encoded(LINK_DOWN) == bytes.fromhex("2b060106030101 0503")
    assert encoded("1.3.6.1.4.1.25506.2.6.2.0.7").hex() == "2b0601040181c722020602" + "0007"
    assert KNOWN[encoded("1.3.6.1.2.1.33.2.1")] is Meaning.ON_BATTERY
