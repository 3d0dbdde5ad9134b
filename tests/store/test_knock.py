"""Asking without waiting whether a server is there again."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hisconsole.store import knock
from hisconsole.store.knock import Host, Knock


@contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knock, "AGAIN_S", 0.0)


def _answered(asking: Knock, *, seconds: float = 5.0) -> tuple[Host, ...]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := asking.answered():
            return found
        time.sleep(0.005)
    return ()


@pytest.mark.parametrize("answer", [b"N", b"S", b"E"])
def test_any_word_of_a_server_is_an_answer(answer: bytes) -> None:
    with _listening() as server, closing(Knock([server.getsockname()])) as asking:
        assert not asking.answered()
        met, _address = server.accept()
        with met:
            assert not asking.answered()
            assert met.recv(8) == bytes.fromhex("0000000804d2162f")
            assert not asking.answered()
            met.sendall(answer)
            assert _answered(asking)


def test_of_two_servers_one_answer_is_enough() -> None:
    with _listening() as server, closing(Knock([("127.0.0.1", 1), server.getsockname()])) as asking:
        assert not asking.answered()
        met, _address = server.accept()
        with met:
            met.sendall(b"N")
            assert _answered(asking)


@pytest.mark.parametrize("late", [False, True])
def test_once_one_has_answered_the_other_has_a_moment_to(monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    monkeypatch.setattr(knock, "GRACE_S", 0.05 if late else 3600.0)
    with _listening() as one, _listening() as other:
        first, second = one.getsockname(), other.getsockname()
        with (
            closing(Knock([first, second], wait_s=0.0)) as asking,
            _accepted(one, asking) as quick,
            _accepted(other, asking) as slow,
        ):
            quick.sendall(b"N")
            if late:
                assert _answered(asking) == (first,)
                return
            for _ in range(20):
                assert not asking.answered()
            slow.sendall(b"N")
            assert _answered(asking) == (first, second)


def _accepted(server: socket.socket, asking: Knock) -> socket.socket:
    """The next one that it comes with, while it goes on looking and gets no answer."""
    server.setblocking(False)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        assert not asking.answered()
        try:
            return server.accept()[0]
        except BlockingIOError:
            time.sleep(0.002)
    raise TimeoutError


def test_who_refuses_or_hangs_up_is_asked_again() -> None:
    with _listening() as server:
        place = server.getsockname()
    with closing(Knock([place])) as asking:
        for _ in range(5):
            assert not asking.answered()
        with socket.create_server(place) as server:
            _accepted(server, asking).close()
            with _accepted(server, asking) as met:
                met.sendall(b"N")
                assert _answered(asking)


def test_a_frozen_server_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knock, "PATIENCE_S", 0.05)
    with (
        _listening() as server,
        closing(Knock([server.getsockname()])) as asking,
        _accepted(server, asking) as first,
        _accepted(server, asking) as second,
    ):
        first.settimeout(5)
        assert first.recv(8) == bytes.fromhex("0000000804d2162f")
        second.sendall(b"N")
        assert _answered(asking)


def test_a_socket_in_a_folder(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen()
        with closing(Knock([(str(tmp_path), 5432)])) as asking:
            assert not asking.answered()
            met, _address = server.accept()
            with met:
                met.sendall(b"N")
                assert _answered(asking)
