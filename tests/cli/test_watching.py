"""The picture of what is watched, its figures, silences, and the watch as a command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.desk.pictures import Pictures, read_ahead
from tests.cli.conftest import Run
from tests.cli.test_process import BARE, COMMAND
from tests.cli.watched import TARGETS, lay, sample, watch
from tests.console.app import copied
from tests.hostile import HOSTILE


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return lay(tmp_path / "site")


def now() -> datetime:
    return datetime.now(UTC)


def pictures(config: Path, data: Path) -> Pictures:
    return Pictures(config, data, sample=True, now=now)


def test_before_the_first_watch_nothing_is_known(run: Run, config: Path) -> None:
    ran = run("status", "--config", str(config))
    assert ran.code == 0
    assert "3 targets  3 unknown" in ran.out
    assert "No watch is at work" in ran.out
    assert ran.out.count("not polled yet") == 3
    told = run("status", "--json", "--config", str(config)).json
    assert (told["watched"], told["beat"], told["counts"]["by"]["unknown"]) == (False, None, 3)


def test_the_picture_in_words_and_for_scripts(run: Run, config: Path, data: Path) -> None:
    here = ("--config", str(config))
    with watch(config, data) as at:
        at.write("db-1", [], failure="no answer: down, filtered")
        at.write("sw-1", [sample("ping/lost", 0.0, "%")])
        at.write("ups-1", [sample("ups/charge", 96.0, "%")])
        ran = run("status", *here)
        assert ran.code == 0
        lines = ran.out.splitlines()
        assert "3 targets  1 down  2 ok" in lines[0]
        assert lines[1].startswith("A watch is at work on ")
        assert lines[3].startswith("! down         db-1              no answer: down, filtered; since ")
        assert "ok           ups-1             ups/charge 96 %" in ran.out
        assert "sw-1" not in run("status", "--problems", *here).out
        told = run("status", "--json", *here).json
        first = told["targets"][0]
        assert (told["watched"], told["problems"]) == (True, 1)
        assert (first["target"], first["status"], first["firm"]) == ("db-1", "down", True)
        assert [each["target"] for each in told["targets"]] == ["db-1", "sw-1", "ups-1"]
        only = run("status", "--problems", "--json", *here).json
        assert [each["target"] for each in only["targets"]] == ["db-1"]
    gone = run("status", *here).out
    assert "No watch is at work" in gone


def test_a_site_that_watches_nothing_is_told_so(run: Run, tmp_path: Path) -> None:
    config = str(lay(tmp_path / "none", ""))
    assert "Nothing is watched" in run("status", "--config", config).out
    assert "Nothing is watched" in run("watch", "--once", "--config", config).out


def test_what_a_device_says_acts_on_no_terminal(run: Run, tmp_path: Path, data: Path) -> None:
    entry = "t-{n}:\n  name: T\n  kind: switch\n  address: 127.0.0.1\n  profiles: ping\n"
    config = lay(tmp_path / "many", "".join(entry.format(n=n) for n in range(len(HOSTILE))))
    with watch(config, data) as at:
        for n, text in enumerate(HOSTILE.values()):
            at.write(f"t-{n}", [sample(f"a{text}", 1.0, reason=text)], failure=text)
    for words in (("status",), ("metrics",)):
        ran = run(*words, "--config", str(config))
        assert ran.code == 0
        assert len(ran.out.splitlines()) > len(HOSTILE)
        for line in ran.out.splitlines():
            assert line.isprintable()


def test_metrics_are_in_the_form_of_prometheus(run: Run, config: Path, data: Path) -> None:
    with watch(config, data) as at:
        at.write("ups-1", [sample("ups/charge", 96.5, "%")])
        out = run("metrics", "--config", str(config)).out
        told = run("metrics", "--json", "--config", str(config)).json
    assert "hisconsole_watched 1\n" in out
    assert 'hisconsole_target_status{target="ups-1",status="ok"} 1\n' in out
    assert 'key="ups/charge",probe="snmp",unit="%",source="TEST-MIB::object"} 96.5\n' in out
    assert told["metrics"].splitlines()[0] == out.splitlines()[0]


def test_pictures_are_made_only_when_something_is_new(config: Path, data: Path) -> None:
    with watch(config, data) as at:
        at.write("ups-1", [sample("ups/charge", 96.0, "%")], at=now() - timedelta(seconds=30))
        seen = pictures(config, data)
        first = seen.newer(-1)
        assert first is not None
        assert seen.newer(first.version) is None
        assert seen.newer(-1) is first
        at.write("ups-1", [sample("ups/charge", 90.0, "%")])
        second = seen.newer(first.version)
        assert second is not None
        assert second.by_target["ups-1"].trend == (96.0, 90.0)
        assert second.by_target["ups-1"].headline == "ups/charge 90 %"
        assert [each.sample.value for each in seen.readings_of("ups-1")] == [90.0]
        past = [pair[2] for pair in seen.history("ups-1", "ups/charge")]
        assert past[-2:] == [96.0, 90.0]  # before them the hour, where it has just ended
        seen.poll_now("ups-1")
    gone = seen.newer(second.version)
    assert gone is not None
    assert not gone.watch.held
    seen.close()


def test_pictures_follow_the_files_and_keep_the_last_good_ones(
    config: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.desk.pictures.FILES_S", 0)
    seen = pictures(config, data)
    first = seen.newer(-1)
    assert first is not None
    (config / "targets.yaml").write_text("x: [\n", "utf-8")
    assert seen.newer(first.version) is None
    (config / "targets.yaml").write_text(TARGETS.split("ups-1:")[0], "utf-8")
    second = seen.newer(first.version)
    assert second is not None
    assert list(second.by_target) == ["sw-1"]
    seen.close()


def test_files_that_were_read_ahead_are_read_again_once_they_change(
    config: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.desk.pictures._AHEAD", {})
    read_ahead(config, sample=True)
    with monkeypatch.context() as unread:
        unread.setattr("hisconsole.desk.pictures.load_targets", _not_again)
        picture = pictures(config, data).newer(-1)
        assert picture is not None
        assert len(picture.by_target) == 3
    targets = config / "targets.yaml"
    targets.write_text(TARGETS.split("ups-1:")[0], "utf-8")
    changed = pictures(config, data).newer(-1)
    assert changed is not None
    assert list(changed.by_target) == ["sw-1"]


def _not_again(*_given: object, **_named: object) -> object:
    raise AssertionError("it was read ahead")


def test_silences_come_into_the_picture_and_go(run: Run, config: Path, data: Path) -> None:
    here = ("--config", str(config))
    with watch(config, data) as at:
        at.write("ups-1", [], failure="no answer")
        seen = pictures(config, data)
        first = seen.newer(-1)
        assert first is not None
        made = run("silence", "ups-1", "--until", "+1h", "--reason", "battery", "sw-1", "--json", *here)
        assert made.code == 0, made.err
        assert made.json["targets"] == ["ups-1", "sw-1"]
        second = seen.newer(first.version)
        assert second is not None
        assert second.by_target["ups-1"].shown.status.value == "silenced"
        assert "silenced until" in run("status", *here).out
        listed = run("silences", "--json", *here).json
        assert [(each["target"], each["reason"], each["by"]) for each in listed] == [
            ("ups-1", "battery", "li.na"),
            ("sw-1", "battery", "li.na"),
        ]
        assert "ups-1: battery (li.na)" in run("silences", *here).out
        lifted = run("silence", "--lift", listed[0]["id"], "--json", *here)
        assert (lifted.code, lifted.json["silence"]) == (0, listed[0]["id"])
        third = seen.newer(second.version)
        assert third is not None
        assert third.by_target["ups-1"].shown.status.value == "down"
        assert run("silence", "--lift", listed[0]["id"], *here).code == 4
        seen.close()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("ups-1", "--until", "+1h"), 4, "Reason is needed"),
        (("ups-1", "--reason", "x"), 4, "Until is needed"),
        (("ups-1", "--reason", "x", "--until", "+9h"), 4, "at most 8 h"),
        (("ups-2", "--reason", "x", "--until", "+1h"), 5, "did you mean 'ups-1'?"),
        (("\x1b[31m", "--reason", "x", "--until", "+1h"), 5, "There is no target '?[31m'"),
        ((), 2, "Name the targets"),
        (("ups-1", "--lift", "1"), 2, "takes nothing else"),
    ],
)
def test_silences_that_are_refused(
    run: Run, config: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    ran = run("silence", *words, "--config", str(config))
    assert ran.code == code
    assert sentence in ran.err


def test_nobody_silences_without_a_name(run: Run, config: Path) -> None:
    ran = run("silence", "ups-1", "--until=+1h", "--reason=x", "--config", str(config), operator="")
    assert ran.code == 2
    assert "Say who acts" in ran.err


def test_what_was_seen_long_ago_looks_old(run: Run, config: Path, data: Path) -> None:
    with watch(config, data) as at:
        at.write("ups-1", [sample("ups/charge", 96.0, "%")], at=now() - timedelta(hours=2))
    out = run("status", "--config", str(config)).out
    assert "stale        ups-1             ups/charge 96 %; last polled " in out
    assert "hisconsole_reading{" not in run("metrics", "--config", str(config)).out


def test_the_watch_as_a_command_ends_with_sigterm(config: Path, data: Path) -> None:
    there = ["--config", str(config), "--data", str(data)]
    watching = subprocess.Popen([*COMMAND, "watch", *there], env=BARE, stdout=subprocess.PIPE, text=True)
    try:
        seen, deadline = pictures(config, data), time.monotonic() + 20
        while time.monotonic() < deadline:
            picture = seen.newer(-1)
            if picture is not None and picture.watch.held and picture.by_target["sw-1"].shown.checked_at:
                break
            time.sleep(0.1)
        else:
            pytest.fail("it never watched")
        seen.close()
    finally:
        watching.send_signal(signal.SIGTERM)
        out, _none = watching.communicate(timeout=10)
    assert watching.returncode == 0
    assert out.startswith(f"Watching what {config} names")


def test_without_a_hospital_there_is_no_watch(run: Run, tmp_path: Path) -> None:
    for words in (("watch",), ("watch", "--once"), ("status",), ("metrics",)):
        ran = run(*words, "--config", str(tmp_path / "nosuch"))
        assert ran.code == 1
        assert "no such folder" in ran.err


def test_one_look_keeps_nothing(run: Run, tmp_path: Path, data: Path) -> None:
    config = str(lay(tmp_path / "one", TARGETS.split("ups-1:")[0]))
    ran = run("watch", "--once", "--config", config)
    assert ran.code == 0
    assert ran.out.startswith("  ok           sw-1              ")
    told = run("watch", "--once", "--json", "--config", config).json
    assert [each["target"] for each in told["targets"]] == ["sw-1"]
    assert not (data / "readings.db").exists()


def test_the_unit_names_this_installation(run: Run, tmp_path: Path) -> None:
    odd = tmp_path / 'a b%c$d"e'
    out = run("watch", "--unit", "--data", str(odd)).out
    assert f"{sys.executable} -m hisconsole --config " in out
    assert 'a b%%c$$d\\"e" watch\n' in out
    assert 'ReadWritePaths="' in out
    assert 'a b%%c$d\\"e"\n' in out
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=always"):
        assert line in out.splitlines()
    refused = run("watch", "--unit", "--data", str(tmp_path / "two\nlines"))
    assert refused.code == 2
    assert run("watch", "--unit", "--once").code == 2


@pytest.mark.parametrize("command", ["watch", "door"])
def test_the_unit_may_write_where_the_site_keeps_backups_and_journal(
    run: Run, tmp_path: Path, data: Path, command: str
) -> None:
    config = copied("config", tmp_path / "config")
    with (config / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("journal: /other/journal\n")
        file.write("backup:\n  folder: /var/backups/his console\n  copy: /mnt/second\n")
    lines = run(command, "--unit", "--config", str(config)).out.splitlines()
    places = f'{data} "-/var/backups/his console" -/mnt/second -/other/journal'
    assert f"ReadWritePaths={places}" in lines


@pytest.mark.parametrize("folder", ["plain", "a b%c$d"])
def test_systemd_takes_the_unit(run: Run, need: Callable[[str], str], tmp_path: Path, folder: str) -> None:
    data = tmp_path / folder
    unit = tmp_path / "hisconsole-watch.service"
    unit.write_text(run("watch", "--unit", "--data", str(data)).out)
    ended = subprocess.run(
        [need("systemd-analyze"), "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
