"""The seam to the probes, against a real agent, a real SSH server and a real port."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.plan.health import Status
from hisconsole.plan.profiles import Probe
from hisconsole.plan.targets import Infrastructure
from hisconsole.watch.access import known_hosts_path
from hisconsole.watch.once import look
from hisconsole.watch.pollers import Pollers
from tests.probes.snmpd import AUTH_PASSWORD, PRIV_PASSWORD, Snmpd
from tests.watch.fakes import lay_site

CREDENTIALS = f"""
v3:
  kind: snmp3
  user: sha256-aes256
  auth: sha256
  auth_password: {AUTH_PASSWORD}
  priv: aes256
  priv_password: {PRIV_PASSWORD}
v2:
  kind: snmp2c
  community: practice
  insecure: yes
stranger:
  kind: snmp3
  user: nobody
  auth: sha1
  auth_password: xxxxxxxxxxxx
  priv: aes128
  priv_password: xxxxxxxxxxxx
sealed:
  kind: snmp2c
  community_file: community
  insecure: yes
"""


def site(folder: Path, targets: str) -> Infrastructure:
    config = lay_site(folder / "config", targets)
    (config / "credentials.yaml").write_text(CREDENTIALS, encoding="utf-8")
    return load_targets(config, sample=True)


def agent(id_: str, snmpd: Snmpd, credential: str, more: str = "") -> str:
    return (
        f"{id_}:\n  name: {id_}\n  kind: server\n  address: {snmpd.address}\n  port: {snmpd.port}\n"
        f"  credential: {credential}\n  profiles: linux{more}\n"
    )


def pollers(data: Path, memories: dict[str, dict[str, object]] | None = None) -> Pollers:
    return Pollers(data, known_hosts=known_hosts_path(data, sample=True), memories=memories or {})


async def test_one_look_at_real_peers(snmpd: Snmpd, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as open_port:
        port = open_port.getsockname()[1]
        watched = site(
            tmp_path,
            agent("by-v3", snmpd, "v3")
            + agent("by-v2", snmpd, "v2")
            + agent("refused", snmpd, "stranger")
            + f"port:\n  name: port\n  kind: service\n  address: 127.0.0.1\n  profiles: tcp\n"
            f"  settings:\n    tcp.port: {port}\n",
        )
        found = await look(watched, pollers(tmp_path))
    readings = {id_: {judged.sample.key: judged for judged in held} for id_, held in found.readings.items()}
    assert readings["by-v3"].keys() == readings["by-v2"].keys()
    assert len(readings["by-v3"]) > 3
    assert found.shown["refused"].under is Status.UNKNOWN
    assert "does not know this user" in found.shown["refused"].words
    assert any(key.startswith("tcp") for key in readings["port"])
    plain = found.plain()
    assert [target["target"] for target in plain["targets"]] == ["by-v3", "by-v2", "refused", "port"]


async def test_who_was_silent_is_asked_one_small_question(snmpd: Snmpd, tmp_path: Path) -> None:
    watched = site(
        tmp_path,
        agent("there", snmpd, "v2") + "away:\n  name: away\n  kind: server\n"
        "  address: 127.0.0.1\n  port: 9\n  credential: v2\n  profiles: linux\n",
    )
    found = pollers(tmp_path)
    found.arrange(watched)
    there, away = watched.targets
    try:
        whole = await found(there, Probe.SNMP, False)
        brief = await found(there, Probe.SNMP, True)
        assert not whole.fault
        assert {sample.key for sample in whole.samples} <= {sample.key for sample in brief.samples}
        assert (await found(away, Probe.SNMP, True)).fault in ("refused", "silent")
        assert f"{snmpd.address}:{snmpd.port}" in found.memories()
    finally:
        await found.close()


async def test_what_a_device_was_found_to_bear_is_taken_up_again(snmpd: Snmpd, tmp_path: Path) -> None:
    watched = site(tmp_path, agent("there", snmpd, "v2"))
    place = f"{snmpd.address}:{snmpd.port}"
    found = pollers(tmp_path, {place: {"get_size": 3, "repetitions": "rubbish"}})
    found.arrange(watched)
    try:
        assert not (await found(watched.targets[0], Probe.SNMP, False)).fault
        assert found.memories()[place]["get_size"] == 3
    finally:
        await found.close()


@pytest.mark.parametrize(
    ("lay", "sentence"),
    [("nothing", "No such file"), ("open", "chmod 600"), ("binary", "holds no text")],
)
async def test_a_secret_that_cannot_be_had_is_said_and_nothing_is_sent(
    lay: str, sentence: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    secret = data / "community"
    if lay != "nothing":
        secret.write_bytes(b"\xff\xfe" if lay == "binary" else b"public\n")
        secret.chmod(0o644 if lay == "open" else 0o600)
    watched = site(
        tmp_path,
        "x:\n  name: x\n  kind: server\n  address: 127.0.0.1\n  credential: sealed\n  profiles: linux\n",
    )
    found = pollers(data)
    found.arrange(watched)
    polled = await found(watched.targets[0], Probe.SNMP, False)
    await found.close()
    assert polled.fault == "local"
    assert sentence in polled.failure
    assert "public" not in polled.failure


async def test_a_host_that_nobody_enrolled_is_sent_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        config = lay_site(
            tmp_path / "config",
            f"h:\n  name: h\n  kind: server\n  address: 127.0.0.1\n  login: key\n"
            f"  login_port: {server.getsockname()[1]}\n  profiles: ssh-linux\n",
        )
        (config / "credentials.yaml").write_text("key:\n  kind: ssh\n  user: watch\n  key_file: key\n")
        watched = load_targets(config, sample=True)
        found = pollers(tmp_path)
        found.arrange(watched)
        polled = await found(watched.targets[0], Probe.SSH, False)
        await found.close()
        assert polled.fault == "identity"
        assert "not enrolled" in polled.failure
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(server.accept)


def test_the_practice_hospital_has_known_hosts_of_its_own() -> None:
    assert known_hosts_path(Path("/d"), sample=True) == Path("/d/practice/known_hosts")
    assert known_hosts_path(Path("/d"), sample=False) == Path("/d/known_hosts")
