"""Reload keeps the last good hospital; init makes a private copy; importing costs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hisconsole.config import FILES, Site, check_site, init_site, load_site, reload, signature
from hisconsole.errors import HisError, Refused
from tests.config.spoil import spoil

SITE, _, WORKSTATIONS, ROSTER, *_OTHERS = FILES


def test_a_bad_file_at_reload_keeps_the_last_good_hospital(folder: Path) -> None:
    good = load_site(folder)
    spoil(folder, SITE, "prefix: HX", "prefix: hx")
    kept, fault = reload(good, folder)
    assert kept is good
    assert fault is not None
    assert "site.yaml:" in str(fault)
    spoil(folder, SITE, "prefix: hx", "prefix: HY")
    fresh, fault = reload(kept, folder)
    assert fault is None
    assert fresh.prefix == "HY"
    assert fresh.version != good.version


def test_the_version_names_the_bytes(folder: Path, sample: Site) -> None:
    assert load_site(folder).version == sample.version
    assert load_site(folder) == sample
    with (folder / ROSTER).open("a") as file:
        file.write("# a remark\n")
    assert load_site(folder).version != sample.version


def test_saving_a_file_changes_the_signature(folder: Path) -> None:
    seen = {signature(folder)}
    with (folder / ROSTER).open("a") as file:
        file.write("# a remark\n")
    seen.add(signature(folder))
    (folder / ROSTER).replace(folder / "old")
    seen.add(signature(folder))
    shutil.copy(folder / "old", folder / ROSTER)
    seen.add(signature(folder))
    assert len(seen) == 4
    assert signature(folder) in seen


def test_init_makes_a_private_copy_without_sample_marks(tmp_path: Path) -> None:
    target = tmp_path / "etc" / "hisconsole"
    init_site(target)
    assert target.stat().st_mode & 0o777 == 0o700
    for name in FILES:
        assert (target / name).stat().st_mode & 0o777 == 0o600
        text = (target / name).read_text("utf-8")
        assert "SAMPLE:" not in text
        assert text.startswith("# ")
    site = load_site(target)
    assert not site.sample
    assert len(site.workstations) >= 55
    spoil(target, WORKSTATIONS, "127.20.1.11\n", "10.1.2.3\n")
    assert check_site(target) == []


def test_init_refuses_a_folder_that_holds_anything(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("a: 1\n")
    with pytest.raises(Refused, match="not empty"):
        init_site(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


def test_init_takes_an_empty_folder_and_refuses_a_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o755)
    init_site(empty)
    assert empty.stat().st_mode & 0o777 == 0o700
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(HisError, match="cannot be written"):
        init_site(file)


def test_importing_the_configuration_reads_nothing_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, hisconsole.config\n"
        "heavy = {'pydantic', 'textual', 'sqlalchemy', 'asyncio', 'difflib'} & set(sys.modules)\n"
        "raise SystemExit(str(heavy) if heavy else 0)"
    )
    path = os.pathsep.join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
