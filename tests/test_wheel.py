"""The wheel alone is the whole product: built, installed where nothing else is, opened, offline."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import hisconsole
from tests.ptys import Pty

ROOT = Path(__file__).resolve().parents[1]


def told(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed."""
    run = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PIP_NO_INDEX": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    told(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a new environment with that wheel, which borrows our dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "bin" / "python"
    told(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    install = ("-m", "pip", "--python", python, "install", "--no-deps", wheel)
    told(sys.executable, *install, cwd=folder)
    site = told(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site.strip()) / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    return folder / "bin" / "hisconsole"


def test_the_hospital_and_the_screens_travel_inside(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for name in ("config", "screens"):
        files = [path for path in (ROOT / name).rglob("*") if path.is_file()]
        assert files
        missing = {f"hisconsole/_data/{path.relative_to(ROOT)}" for path in files} - packed
        assert not missing
    assert "hisconsole/py.typed" in packed
    assert not [name for name in packed if name.startswith("tests/")]


def test_the_installed_command_knows_its_version(installed: Path, tmp_path: Path) -> None:
    assert hisconsole.__version__ in told(installed, "--version", cwd=tmp_path)


def test_the_installed_code_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    show = "from hisconsole.paths import shipped as s; print(s('config'), s('screens'), sep='\\n')"
    for line in told(installed.parent / "python", "-c", show, cwd=tmp_path).split():
        assert Path(line).is_relative_to(installed.parents[1])
        assert list(Path(line).iterdir())


def test_the_installed_console_opens_and_leaves(installed: Path, tmp_path: Path) -> None:
    command = [str(installed), "--data", str(tmp_path / "data"), "--operator", "li.na"]
    with Pty(command, {"HOME": str(tmp_path)}, cwd=tmp_path) as console:
        console.wait_for("Press n when the telephone rings", timeout=30)
        console.send("q")
        console.wait_for("Leave the console?")
        console.send("2")
        assert console.exited() == 0
