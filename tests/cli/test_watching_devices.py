"""Commands that meet devices, played by a practice hospital of two: try, enroll, break and mend."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from hisconsole.config import init_site
from hisconsole.config.targets import load_targets
from hisconsole.practice.run import Practice
from tests.cli.conftest import Ran, Run
from tests.cli.watched import NET, TARGETS, lay

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """A practice hospital that runs in a thread of this process."""

    config: Path
    data: Path

    @property
    def there(self) -> Words:
        return ("--config", str(self.config), "--data", str(self.data))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("played")
    place = Played(lay(folder / "site"), folder / "data")
    begun, loop, ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def play() -> None:
        infrastructure = load_targets(place.config, sample=True)
        hospital = Practice(infrastructure, place.data, tell=lambda line: None)
        await hospital.open()
        begun.set()
        await hospital.play(ended)
        hospital.close()

    def run() -> None:
        try:
            loop.run_until_complete(play())
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    yield place
    loop.call_soon_threadsafe(ended.set)
    thread.join(20)


@pytest.fixture
def site(tmp_path: Path, played: Played) -> Words:
    """A real site that asks the same devices; its data are its own."""
    folder, data = tmp_path / "site", tmp_path / "data"
    init_site(folder)
    text = TARGETS.replace("practice-", "hospital-")
    (folder / "targets.yaml").write_text(text, "utf-8")
    secrets = data / "secrets"
    secrets.mkdir(parents=True, mode=0o700)
    for name, secret in (("auth", "PRACTICE-auth-1"), ("priv", "PRACTICE-priv-1")):
        file = secrets / f"hospital-v3-{name}-password"
        file.touch(mode=0o600)
        file.write_text(secret + "\n")
    creds = folder / "credentials.yaml"
    creds.write_text(creds.read_text().replace("user: hisconsole", "user: practice", 1))
    return ("--config", str(folder), "--data", str(data))


def test_a_device_is_tried(run: Run, played: Played) -> None:
    ran = run("targets", "try", f"{NET}.2", "--port", "1161", "--credential", "practice-v3", *played.there)
    assert ran.code == 0, ran.err
    assert f"{NET}.2:1161  PRACTICE-ups-1" in ran.out
    assert "It fits: ups" in ran.out
    assert "  credential: practice-v3\n" in ran.out
    told = run("targets", "try", "ups-1", "--json", *played.there).json
    assert told["credential"] == "practice-v3"
    units = {each["key"]: each["unit"] for each in told["readings"]}
    assert "%" in units.values()


def test_a_real_site_tries_with_secrets_from_files(run: Run, site: Words) -> None:
    assert run("targets", "try", "ups-1", *site).code == 0
    file = Path(site[3]) / "secrets" / "hospital-v3-auth-password"
    file.chmod(0o644)
    told = run("targets", "try", "ups-1", *site)
    assert told.code == 1
    assert "chmod 600" in told.err
    assert "PRACTICE" not in told.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((f"{NET}.2",), 2, "--credential: practice-v3, practice-v2c"),
        ((f"{NET}.2", "--credential", "nosuch"), 5, "no SNMP credential 'nosuch'"),
        ((f"{NET}.2", "--credential", "practice-ssh"), 5, "There are: practice-v3"),
        (("his.example", "--credential", "practice-v3"), 2, "names are never looked up"),
        (("\x1b[2J", "--credential", "practice-v3"), 2, "'?[2J' is neither"),
        (("192.0.2.1", "--credential", "practice-v3"), 4, "127.x.x.x only"),
        ((f"{NET}.9", "--credential", "practice-v3"), 1, "refused: the host is up, but no SNMP agent"),
        ((f"{NET}.2", "--port", "99999"), 2, "is no port"),
        ((f"{NET}.2", "--port", "x"), 2, "is no port"),
    ],
)
def test_a_device_that_cannot_be_tried(
    run: Run, played: Played, words: Words, code: int, sentence: str
) -> None:
    ran = run("targets", "try", *words, *played.there)
    assert ran.code == code
    assert sentence in ran.err
    assert "\x1b" not in ran.err


def offered(run: Run, site: Words) -> str:
    """The fingerprint that the host shows."""
    shown = run("hosts", "enroll", "db-1", "--json", *site)
    assert shown.code == 4
    return str(shown.fault["error"].split("--accept ")[1].rstrip("."))


def test_a_script_enrolls_a_host_by_its_fingerprint(run: Run, site: Words) -> None:
    known = Path(site[3]) / "known_hosts"
    assert "not enrolled" in run("hosts", "list", *site).out
    fingerprint = offered(run, site)
    assert fingerprint.startswith("SHA256:")
    wrong = run("hosts", "enroll", "db-1", "--accept", "SHA256:" + "A" * 43, *site)
    assert wrong.code == 4
    assert not known.exists()
    ran = run("hosts", "enroll", "db-1", "--accept", fingerprint, "--json", *site)
    assert ran.code == 0, ran.err
    assert (ran.json["target"], ran.json["fingerprint"], ran.json["replaced"]) == ("db-1", fingerprint, "")
    assert known.stat().st_mode & 0o777 == 0o600
    assert known.read_text().startswith(f"[{NET}.3]:2222 ssh-ed25519 ")
    (entry,) = run("log", "--json", *site).json
    assert (entry["kind"], entry["body"]["fingerprint"]) == ("enrolled", fingerprint)
    again = run("hosts", "enroll", f"{NET}.3", "--port", "2222", *site)
    assert (again.code, "already" in again.out) == (0, True)
    listed = {each["target"]: each["keys"] for each in run("hosts", "list", "--json", *site).json}
    assert listed == {"db-1": [{"algorithm": "ssh-ed25519", "fingerprint": fingerprint}]}


def test_a_changed_key_is_replaced_only_when_that_is_said(run: Run, site: Words) -> None:
    known = Path(site[3]) / "known_hosts"
    right = offered(run, site)
    run("hosts", "enroll", "db-1", "--accept", right, *site)
    good = known.read_text()
    public = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode().split()
    known.write_text(f"[{NET}.3]:2222 {public[0]} {public[1]}\n")
    refused = run("hosts", "enroll", "db-1", "--accept", right, *site)
    assert refused.code == 4
    assert "Find out why it changed" in refused.err
    assert public[1] in known.read_text()
    ran = run("hosts", "enroll", "db-1", "--replace", "--accept", right, "--json", *site)
    assert ran.code == 0, ran.err
    assert ran.json["replaced"].startswith("SHA256:")
    assert known.read_text() == good


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("y\n", 4), ("", 4), ("no\n", 4)])
def test_a_person_types_yes(
    run: Run, site: Words, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    person = io.StringIO(typed)
    monkeypatch.setattr(person, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", person)
    ran = run("hosts", "enroll", "db-1", *site)
    assert ran.code == code
    assert "Compare it with what the host itself says" in ran.out
    assert (Path(site[3]) / "known_hosts").exists() is (code == 0)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("db-2",), 5, "did you mean 'db-1'?"),
        (("127.0.0.1", "--port", "1"), 1, "refuses: nothing listens there"),
        ((f"{NET}.2", "--port", "1161"), 1, "refuses"),
        ((), 2, "required"),
    ],
)
def test_a_host_that_cannot_be_enrolled(
    run: Run, site: Words, words: Words, code: int, sentence: str
) -> None:
    ran = run("hosts", "enroll", *words, *site)
    assert ran.code == code
    assert sentence in ran.err


def test_verbs_are_asked_for(run: Run) -> None:
    assert "targets list|try|import" in run("targets").err
    assert "hosts list|enroll" in run("hosts").err
    assert run("targets", "nosuch").code == 2


def test_the_hand_on_the_practice_hospital(run: Run, played: Played) -> None:
    def practice(*words: str) -> Ran:
        return run("practice", *words, *played.there)

    assert practice("break", "ups-1").out == "ups-1: device is now down.\n"
    assert "no answer: ups-1" in practice("status").out
    assert practice("break", "ups-1", "load", "95").code == 0
    assert "95 %" in practice("status", "ups-1").out
    assert practice("mend", "ups-1").out == "ups-1 is normal again.\n"
    assert practice("mend", "--json").json == {"said": "Everything is normal again."}
    assert practice("break", "\x1b[31m").code == 4
    assert "\x1b" not in practice("break", "\x1b[31m").err
    assert practice("scenario", "nosuch").code == 4
    assert practice("scenario", "../fibre").code == 4


def test_the_scenarios_are_listed_without_a_running_hospital(run: Run) -> None:
    told = run("practice", "list", "--json").json
    assert {"fibre", "archive"} <= {each["scenario"] for each in told}
    assert "fibre " in run("practice", "list").out
    none = run("practice", "status")
    assert none.code == 1
    assert "start one with 'hisconsole practice'" in none.err


def test_a_real_hospital_is_never_played(run: Run, site: Words) -> None:
    ran = run("practice", *site)
    assert ran.code == 4
    assert "plays a sample only" in ran.err
