"""Planned stops, silences of services, readiness and recorded backups from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from hisconsole.desk import maintaining
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import tell_overdue
from hisconsole.desk.pictures import Pictures
from hisconsole.text import cell_len, printable
from tests.cli.conftest import Ran, Run
from tests.cli.watched import lay, sample, watch
from tests.hospital import lay_record, open_desk
from tests.hostile import HOSTILE
from tests.shares import part

ADD = (
    "maintenance", "add", "--systems", "HIS database 数据库", "--targets", "ups-1", "--departments", "all",
    "--start", "now", "--until", "+2h", "--reason", "new disks", "--changes", "none",
    "--approved-by", "Dr Sun", "--contact", "Chen 8100",
)  # fmt: skip
SERVICED = """\
sw-1:
  name: Core switch
  kind: switch
  address: 127.9.9.1
  profiles: ping
  services: pacs
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return lay(tmp_path / "site")


@pytest.fixture
def late(data: Path) -> Iterator[Desk]:
    """A desk three hours from now at the record of the commands."""
    desk = open_desk(data, now=lambda: datetime.now(UTC) + timedelta(hours=3))
    yield desk
    desk.database.close()


def here(config: Path) -> tuple[str, str]:
    return "--config", str(config)


def test_a_stop_from_its_plan_to_its_end(run: Run, config: Path) -> None:
    made = run(*ADD, "--json", *here(config))
    assert made.code == 0
    stop = made.json["maintenance"]
    assert (stop["number"], stop["stage"], stop["departments"]) == (1, "running", ["all"])
    assert (stop["targets"], stop["services"], stop["whole"]) == (["ups-1"], [], True)
    listed = run("maintenance", *here(config)).out
    assert "1 running" in listed
    assert "HIS database 数据库 (new disks)" in listed
    told = run("maintenance", "extend", "1", "--until", "+4h", "--reason", "slow", *here(config))
    assert told.out.startswith("Maintenance extended: 1, until ")
    ended = run("maintenance", "end", "1", "--outcome", "works", *here(config))
    assert "Maintenance ended: 1, at " in ended.out
    again = run("maintenance", "end", "1", *here(config))
    assert again.code == 4
    assert "was ended at" in again.err
    assert run("maintenance", *here(config)).out == "No stop is planned.\n"
    every = run("maintenance", "--all", "--json", *here(config)).json
    assert [(each["stage"], each["outcome"]) for each in every] == [("ended", "works")]
    assert every[0]["extensions"][0]["reason"] == "slow"


def test_a_stop_that_is_begun_early_or_cancelled(run: Run, config: Path) -> None:
    for _one in range(2):
        assert run(*ADD, "--start", "+60", *here(config)).code == 0
    assert run("maintenance", "begin", "1", "--json", *here(config)).json["maintenance"]["stage"] == "running"
    cancelled = run("maintenance", "cancel", "2", "--reason", "no disks", "--json", *here(config))
    assert cancelled.json["maintenance"]["stage"] == "cancelled"
    assert "PLANNED STOP 2 IS CANCELLED" in run("maintenance", "2", "--notice", *here(config)).out


def test_the_notice_and_all_of_one(run: Run, config: Path) -> None:
    run(*ADD, "--services", "", "--until", "+30h", *here(config))
    out = run("maintenance", "1", "--notice", *here(config)).out
    for line in ("What stops: HIS database 数据库", "Where: all departments", "Approved by: Dr Sun"):
        assert line in out.splitlines()
    assert "SAMPLE, NOT A REAL HOSPITAL" in out
    assert run("maintenance", "1", "--notice", "--json", *here(config)).json["number"] == 1
    shown = run("maintenance", "#1", *here(config)).out
    assert "Quiet         ups-1 and what hangs on them alone" in shown
    assert "To be filed   A stop of a day or more" in shown
    assert max(map(cell_len, (out + shown).splitlines())) <= 80


def test_repeating_an_act_by_its_id_plans_nothing_twice(run: Run, config: Path) -> None:
    run(*ADD, "--id", "plan-1", *here(config))
    again = run(*ADD, "--id", "plan-1", *here(config))
    assert "It was done before" in again.out
    assert len(run("maintenance", "--json", *here(config)).json) == 1


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("maintenance", "dance"), 2, "list|add|begin|extend|end|cancel"),
        (("maintenance", "end"), 2, "maintenance end N"),
        (("maintenance", "list", "3"), 2, "'list' takes no number"),
        (("maintenance", "end", "x"), 2, "'x' is not a number."),
        (("maintenance", "end", "1", "--until", "+1h"), 2, "--until does not go with this"),
        (("maintenance", "--notice"), 2, "maintenance --notice N"),
        (("maintenance", "9"), 5, "There is no maintenance 9."),
        (("maintenance", "end", "9"), 5, "There is no maintenance 9."),
        ((*ADD, "--targets", "ups-2"), 5, "did you mean 'ups-1'?"),
        ((*ADD, "--services", "radar"), 5, "No target carries the service 'radar'"),
        ((*ADD, "--departments", "lobby"), 5, "no department 'lobby'"),
        ((*ADD, "--until", ""), 4, "Until is needed."),
    ],
)
def test_what_is_refused(run: Run, config: Path, words: tuple[str, ...], code: int, sentence: str) -> None:
    run(*ADD, *here(config))
    ran = run(*words, *here(config))
    assert ran.code == code
    assert sentence in ran.err
    assert len(run("maintenance", "--all", "--json", *here(config)).json) == 1


def test_nobody_plans_without_a_name(run: Run, config: Path) -> None:
    assert run(*ADD, *here(config), operator="").code == 2


def pictured(config: Path, data: Path, *, now: datetime) -> dict[str, tuple[str, str, str]]:
    with closing(Pictures(config, data, sample=True, now=lambda: now)) as pictures:
        picture = pictures.newer(-1)
        assert picture is not None
        return {
            row.target.id: (
                row.shown.status.value,
                row.shown.under.value,
                row.shown.silence.reason if row.shown.silence else "",
            )
            for row in picture.rows
        }


def test_while_it_runs_its_targets_are_quiet_and_after_its_end_a_problem_again(
    run: Run, config: Path, data: Path
) -> None:
    with watch(config, data) as at:
        at.write("ups-1", [], failure="no answer")
        now = datetime.now(UTC)
        run(*ADD, "--until", "+30", *here(config))
        assert pictured(config, data, now=now + timedelta(seconds=5))["ups-1"] == (
            "silenced",
            "down",
            "maintenance 1: new disks",
        )
        assert "maintenance 1: new disks" in run("status", *here(config)).out
        told = run("status", "--json", *here(config)).json["targets"]
        assert [each["silence"]["maintenance"] for each in told if each["silence"]] == [1]
        assert run("silences", "--json", *here(config)).json == []
        run("maintenance", "end", "1", *here(config))
        assert pictured(config, data, now=now + timedelta(seconds=6))["ups-1"] == ("down", "down", "")


def test_the_picture_tells_of_stops_that_run_or_are_to_come(run: Run, config: Path, data: Path) -> None:
    run(*ADD, "--start", "+60", *here(config))
    now = datetime.now(UTC)
    moment = [now]
    with closing(Pictures(config, data, sample=True, now=lambda: moment[0])) as pictures:
        first = pictures.newer(-1)
        assert first is not None
        assert [each.number for each in first.maintenance] == [1]
        assert pictures.newer(first.version) is None
        moment[0] = now + timedelta(minutes=61)  # it begins by itself: that alone makes a newer picture
        second = pictures.newer(first.version)
        assert second is not None
        assert second.by_target["ups-1"].shown.silence is not None
        run("maintenance", "end", "1", *here(config))
        assert run("maintenance", "cancel", "1", "--reason", "x", *here(config)).code == 0
        third = pictures.newer(second.version)
        assert third is not None
        assert third.maintenance == ()


def test_an_overrun_is_an_incident_for_every_command(run: Run, config: Path, late: Desk) -> None:
    run(*ADD, *here(config))
    tell_overdue(late)
    incidents = run("incidents", "--json", *here(config)).json
    assert [each["workstation"] for each in incidents] == ["ups-1"]
    assert "Maintenance 1 has overrun" in incidents[0]["words"]
    assert run("maintenance", "--json", *here(config)).json[0]["incident"] == 1
    assert run("verify", *here(config)).code == 0
    assert maintaining.one(late, 1).incident == 1


def test_a_service_is_silenced_by_its_name(run: Run, tmp_path: Path, data: Path) -> None:
    config = lay(tmp_path / "site", SERVICED)
    words = ("--until", "+1h", "--reason", "moves", "--json", *here(config))
    made = run("silence", "--service", "pacs", *words)
    assert (made.code, made.json["services"], made.json["targets"]) == (0, ["pacs"], [])
    (listed,) = run("silences", "--json", *here(config)).json
    assert (listed["service"], listed["target"]) == ("pacs", None)
    assert "service pacs: moves (li.na)" in run("silences", *here(config)).out
    with watch(config, data) as at:
        at.write("sw-1", [], failure="no answer")
        assert pictured(config, data, now=datetime.now(UTC))["sw-1"][:2] == ("silenced", "down")
    assert run("silence", "--lift", listed["id"], *here(config)).code == 0
    assert "silence of service pacs lifted" in run("log", *here(config)).out
    assert run("silence", "--service", "radar", *words).code == 5
    assert run("silence", "sw-1", "--service", "pacs", *words).code == 2
    assert "nothing that hangs on it" in run("silence", "--service", "pacs", "--whole", *words).err


@pytest.mark.parametrize("start", part(range(6), {3}))
def test_hostile_words_of_a_stop_reach_no_terminal(run: Run, data: Path, start: int) -> None:
    """All that is typed comes out as text, by every command that tells of it; one record holds many."""
    lay_record(data)
    outs: list[str] = []
    planned = 0
    for hostile in islice(HOSTILE.values(), start, None, 6):
        words = dict.fromkeys(("systems", "reason", "changes", "approved-by", "contact"), hostile)
        options = [f"--{name}={text}" for name, text in words.items()]
        added = run("maintenance", "add", *options, "--departments=all", "--start=now", "--until=+1h")
        assert added.code in (0, 4), hostile
        outs.append(added.out + added.err)
        planned += added.code == 0
        number = str(planned or 1)
        outs += [run("maintenance", number, *more).out for more in ((), ("--notice",))]
    listed = run("maintenance", "--json").json
    assert [each["number"] for each in listed] == list(range(1, planned + 1))
    outs += [run("maintenance").out, run("log", "--limit", "1000").out]
    for text in outs:
        assert all(printable(line, limit=99_999) == line for line in text.splitlines()), text


def concerns(ran: Ran, urgency: str = "") -> dict[str, dict[str, object]]:
    assert ran.err == ""
    return {each["area"]: each for each in ran.json["concerns"] if not urgency or each["urgency"] == urgency}


def test_before_anything_was_begun_much_must_be_done(run: Run, data: Path) -> None:
    ran = run("ready", "--json")
    assert ran.code == 1
    assert ran.json["ready"] is False
    assert {"watch", "backup", "keys", "pack"} <= set(concerns(ran, "now"))
    assert not data.exists()
    text = run("ready")
    assert text.code == 1
    assert text.out.splitlines()[2].startswith("MUST   Nobody has ever watched")
    assert max(map(cell_len, text.out.splitlines())) <= 80


def test_what_was_done_is_no_concern_any_more(run: Run, config: Path, data: Path, tmp_path: Path) -> None:
    """Each thing is put right by the command that the concern names."""
    config_ = here(config)
    with watch(config, data) as at:
        before = concerns(run("ready", "--json", *config_))
        assert before["probes"]["where"] == ["sw-1 net", "ups-1 snmp", "db-1 ssh"]
        assert before["keys"]["where"] == ["db-1"]
        at.write("sw-1", [sample("ping/lost", 0.0, "%"), sample("tls/443", 3.0, "d")])
        at.write("ups-1", [sample("ups/charge", 96.0, "%")])
        at.write("db-1", [], failure="no answer")
        run("pack", "--record", "--out", str(tmp_path / "pack.txt"), *config_)
        assert run("backup", str(tmp_path / "copy.db"), *config_).code == 0
        assert run("restore", "--drill", str(tmp_path / "copy.db"), *config_).code == 0
        after = run("ready", "--json", *config_)
        found = concerns(after)
        assert found["probes"]["where"] == ["db-1 ssh"]
        assert found["certificates"]["where"] == ["sw-1 443"]
        assert {"watch", "pack"}.isdisjoint(found)
        assert found["backup"]["what"].startswith("The newest backup lies on the disk")  # type: ignore[attr-defined]
        (tmp_path / "copy.db").unlink()
        assert concerns(run("ready", "--json", *config_))["backup"]["urgency"] == "note"
        assert after.code == 1


def test_files_that_cannot_be_used_are_a_concern_and_no_end(run: Run, tmp_path: Path, data: Path) -> None:
    lay_record(data)
    config = lay(tmp_path / "site", "sw-1:\n  name: no kind\n")
    found = concerns(run("ready", "--json", *here(config)))
    assert str(found["files"]["where"]).startswith("['targets.yaml:")
    other = lay(tmp_path / "other")
    (other / "roster.yaml").write_text("nobody: [", "utf-8")
    broken = run("ready", "--json", *here(other))
    assert broken.code == 1
    assert set(concerns(broken)) == {"files"}


def test_a_record_that_cannot_be_read_is_told(run: Run, data: Path) -> None:
    data.mkdir()
    (data / "record.db").write_bytes(b"no record at all" * 100)
    ran = run("ready")
    assert ran.code == 3
    assert "damaged" in ran.err


@pytest.mark.parametrize(("operator", "actor"), [("", "backup"), ("li.na", "li.na")])
def test_a_backup_is_on_record_under_who_made_it(
    run: Run, data: Path, tmp_path: Path, operator: str, actor: str
) -> None:
    lay_record(data)
    made = run("backup", str(tmp_path / "copy.db"), "--json", operator=operator).json
    (entry, *_rest) = run("log", "--json").json
    assert (entry["kind"], entry["actor"], made["recorded"]) == ("backup", actor, True)
    assert (entry["body"]["file"], entry["body"]["seq"]) == (str(tmp_path / "copy.db"), made["seq"])
    assert run("verify").code == 0


def test_a_backup_that_cannot_be_recorded_is_made_all_the_same(run: Run, data: Path, tmp_path: Path) -> None:
    lay_record(data)
    made = run("backup", str(tmp_path / "copy.db"), operator="nobody")
    assert made.code == 0
    assert "could not be recorded" in made.out
    assert "'nobody' is no operator" in made.out
    assert (tmp_path / "copy.db").exists()
    empty = tmp_path / "nowhere"
    assert (
        run("backup", str(tmp_path / "second.db"), "--json", "--config", str(empty)).json["recorded"] is False
    )
