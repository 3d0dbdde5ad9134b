"""A practice hospital of one target in the test's own loop: TLS, DNS, web pages over TLS, what is refused."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.errors import HisError
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.plan.targets import settings_of
from hisconsole.practice.keys import key
from hisconsole.practice.run import Practice
from hisconsole.practice.sockets import datagrams
from hisconsole.probes.net.checks import Net
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.parse.output import Ask

ADDRESS = f"127.{60 + os.getpid() % 190}.9.1"
TARGETS = f"""\
web:
  name: Web server
  kind: service
  address: {ADDRESS}
  profiles: http tls dns
  settings:
    http.port: 18443
    http.scheme: https
    http.path: /health
    tls.port: 18444
    dns.port: 15353
    dns.name: his.practice
"""


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[tuple[Practice, list[str]]]:
    (tmp_path / "targets.yaml").write_text(TARGETS, "utf-8")
    told: list[str] = []
    hospital = Practice(load_targets(tmp_path, sample=True), tmp_path / "data", tell=told.append)
    await hospital.open()
    ended = asyncio.Event()
    playing = asyncio.create_task(hospital.play(ended))
    yield hospital, told
    ended.set()
    await playing
    hospital.close()


async def _polled(hospital: Practice) -> dict[str, Sample]:
    device = hospital.live.hospital.devices["web"]
    (infrastructure, target) = (hospital.infrastructure, device.target)
    asks = [
        Ask(check.use, settings_of(target, profile, check.id))
        for profile in infrastructure.of(target, Probe.NET)
        for check in profile.checks
    ]
    found = await poll_net(Net(), target="web", address=target.address, asks=asks, timeout_s=1)
    return {one.key: one for one in found.samples}


async def test_certificates_names_and_secure_pages_are_answered(small: tuple[Practice, list[str]]) -> None:
    hospital, told = small
    assert told == ["PRACTICE: 1 target is played on loopback."]
    found = await _polled(hospital)
    assert [one for one in found.values() if one.hint not in (None, Status.OK)] == []
    assert found["http/18443/health"].value == "200"
    assert found["dns/his.practice"].value == ADDRESS
    days = found["tls/18444"].value
    assert isinstance(days, float)
    assert 360 < days < 366
    assert set(os.listdir(hospital.data_dir / "practice")) == {"control", "known_hosts"}  # noqa: PTH208


async def test_what_is_broken_is_heard(small: tuple[Practice, list[str]]) -> None:
    hospital, _told = small
    for facet in ("port/18444", "port/15353"):
        hospital.acts(["break", "web", facet])
    hospital.acts(["break", "web", "page-time/18443", "3"])
    await asyncio.sleep(0.7)
    found = await _polled(hospital)
    assert {key for key, one in found.items() if one.hint is Status.CRITICAL} == {
        "tls/18444",
        "dns/his.practice",
        "http/18443/health",
    }


async def test_a_port_that_was_taken_meanwhile_is_had_again_later(small: tuple[Practice, list[str]]) -> None:
    hospital, _told = small
    hospital.acts(["break", "web", "port/18444"])
    await asyncio.sleep(0.7)
    with socket.socket() as other:
        other.bind((ADDRESS, 18444))
        hospital.acts(["mend"])
        await asyncio.sleep(0.7)
    await asyncio.sleep(0.7)
    assert (await _polled(hospital))["tls/18444"].hint is None


async def test_a_port_that_is_taken_is_told_and_none_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text(TARGETS, "utf-8")
    hospital = Practice(load_targets(tmp_path, sample=True), tmp_path / "data", tell=print)
    with socket.socket() as other:
        other.bind((ADDRESS, 18444))
        other.listen()
        with pytest.raises(HisError, match=rf"TCP port 18444 of {ADDRESS} \(web\) is taken: end the other"):
            await hospital.open()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((ADDRESS, 18443))


def test_a_port_for_root_only_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_sock: socket.socket, _place: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(HisError, match=r"UDP port 161 of 127\.1\.1\.1 \(ups-1\) is for root only"):
        datagrams("ups-1", "127.1.1.1", 161)


def test_a_key_is_made_once_and_one_that_is_broken_is_told(tmp_path: Path) -> None:
    path = tmp_path / "practice" / "watch_ed25519"
    assert key(path).public_data == key(path).public_data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("no key")
    with pytest.raises(HisError, match=r"watch_ed25519 cannot be used: .* Delete it"):
        key(path)
