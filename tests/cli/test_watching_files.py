"""Files of what is watched: lists taken over, and what is found in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import init_site
from hisconsole.paths import shipped
from tests.cli.conftest import Run
from tests.hostile import HOSTILE

CSV = "name,address,profiles\nsw-new,192.0.2.7,switch\nCore switch,127.30.0.1,switch\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    init_site(tmp_path / "site")
    return tmp_path / "site"


def laid(folder: Path, text: str) -> str:
    file = folder / "list.csv"
    file.write_text(text, "utf-8")
    return str(file)


def test_the_targets_are_listed(run: Run) -> None:
    told = run("targets", "list", "--json").json
    assert (told[0]["target"], told[0]["kind"]) == ("sw-core-1", "switch")
    assert run("targets", "list").out.startswith("sw-core-1         switch      127.30.0.1 ")


def test_a_list_is_shown_before_it_is_taken_over(run: Run, site: Path, tmp_path: Path) -> None:
    file, before = laid(tmp_path, CSV), (site / "targets.yaml").read_bytes()
    here = ("--config", str(site), "--credential", "hospital-v3")
    ran = run("targets", "import", file, *here)
    assert ran.code == 0, ran.err
    assert "    2 add      sw-new: added as sw-new" in ran.out
    assert "    3 known    Core switch: its address is already watched, as sw-core-1" in ran.out
    assert "sw-new:\n  name: sw-new\n" in ran.out
    assert (site / "targets.yaml").read_bytes() == before
    told = run("targets", "import", file, "--json", *here).json
    assert (told["form"], told["written"]) == ("csv", False)
    done = run("targets", "import", file, "--write", *here)
    assert done.code == 0, done.err
    assert "1 target was added" in done.out
    after = (site / "targets.yaml").read_bytes()
    assert after.startswith(before.rstrip())
    assert (site / "targets.yaml").stat().st_mode & 0o777 == 0o600
    assert run("check", str(site)).code == 0
    assert "There is nothing to add." in run("targets", "import", file, "--write", *here).out


def test_nothing_is_written_with_a_refused_line_or_into_a_sample(
    run: Run, site: Path, tmp_path: Path
) -> None:
    file, before = laid(tmp_path, CSV + "bad,not-an-address,switch\n"), (site / "targets.yaml").read_bytes()
    here = ("--config", str(site), "--credential", "hospital-v3")
    assert run("targets", "import", file, *here).code == 1
    ran = run("targets", "import", file, "--write", *here)
    assert ran.code == 4
    assert "Nothing was written: 1 line is refused." in ran.out
    assert (site / "targets.yaml").read_bytes() == before
    sample = shipped("config") / "targets.yaml"
    shown = sample.read_bytes()
    ran = run("targets", "import", file, "--write")
    assert (ran.code, "sample" in ran.err) == (4, True)
    assert sample.read_bytes() == shown


def test_what_would_leave_a_fault_is_taken_back(
    run: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (site / "targets.yaml").read_bytes()
    monkeypatch.setattr("hisconsole.config.imports._fault", lambda *words, **named: "")
    file = laid(tmp_path, "name,address,profiles\nnew,not-an-address,switch\n")
    ran = run("targets", "import", file, "--write", "--config", str(site), "--credential", "hospital-v3")
    assert ran.code == 1
    assert "targets.yaml:" in ran.err
    assert (site / "targets.yaml").read_bytes() == before
    assert [path.name for path in site.glob(".*")] == []


def test_a_hostile_list_acts_on_no_terminal(run: Run, site: Path, tmp_path: Path) -> None:
    rows = [f"{text},192.0.2.{n},switch\nx{n},{text},y\n" for n, text in enumerate(HOSTILE.values(), 1)]
    file = tmp_path / "list.csv"
    file.write_bytes(("name,address,profiles\n" + "".join(rows)).encode("utf-8", "surrogatepass"))
    ran = run("targets", "import", str(file), "--config", str(site), "--credential", "hospital-v3")
    assert ran.code == 1
    for line in (ran.out + ran.err).splitlines():
        assert line.isprintable()


def test_a_list_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    assert run("targets", "import", str(tmp_path / "nosuch")).code == 2
    assert run("targets", "import", "nul\0").code == 2
    assert run("targets", "import", laid(tmp_path, "what is this?\n")).code == 1


def test_a_new_site_has_no_secret_of_the_practice_hospital(run: Run, site: Path) -> None:
    for path in site.iterdir():
        assert "PRACTICE" not in path.read_text("utf-8")
        assert "practice" not in path.read_text("utf-8")
    assert "auth_password_file: secrets/hospital-v3-auth-password" in (site / "credentials.yaml").read_text()
    ran = run("check", str(site), "--json")
    assert (ran.code, ran.json) == (0, [])


def test_check_finds_faults_and_warnings_of_what_is_watched(run: Run, site: Path) -> None:
    file = site / "targets.yaml"
    good = file.read_text("utf-8")
    file.write_text(good.replace("address: 127.30.0.2\n", "address: 127.30.0.1\n"), "utf-8")
    odd = run("check", str(site))
    assert odd.code == 0
    assert "is it one machine? (a warning)" in odd.out
    (warning,) = run("check", str(site), "--json").json
    assert (warning["level"], warning["file"]) == ("warning", str(file))
    file.write_text(good.replace("credential: hospital-v3", "credential: nosuch", 1), "utf-8")
    profiles = site / "profiles"
    profiles.mkdir()
    (profiles / "own.yaml").write_text("name: Own\nkind: nosuch\n", "utf-8")
    bad = run("check", str(site))
    assert bad.code == 1
    assert "nosuch" in bad.out
    assert str(profiles / "own.yaml") in bad.out


def test_check_reads_the_scenarios_of_a_sample(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    for path in shipped("config").glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "own.yaml").write_text(
        "name: Own\nabout: Mine.\nsteps:\n  - at: +1m\n    target: nosuch\n    set: {device: down}\n", "utf-8"
    )
    (folder / "scenarios" / "BAD NAME.yaml").write_text("x", "utf-8")
    ran = run("check", str(folder))
    assert ran.code == 1
    assert f"{folder / 'scenarios' / 'own.yaml'}:" in ran.out
    assert "BAD NAME" in ran.out
