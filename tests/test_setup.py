"""`./run` as a newcomer meets it: in a small checkout with one tiny wheel and no network."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

CONSOLE = """import json, os, sys, tiny
print(json.dumps({"words": sys.argv[1:], "path": os.environ["PYTHONPATH"], "cwd": os.getcwd()}))
"""


def tiny_wheel(folder: Path) -> str:
    """Writes a wheel with one module and returns its hash."""
    folder.mkdir()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    info = "tiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tiny.py", "")
        packed.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        packed.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        packed.writestr(f"{info}/RECORD", f"tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


class Checkout:
    """A checkout with the real `run`, a console that prints what it was given, and a HOME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.home = folder / "home"
        self.bin = folder / "bin"
        package = self.folder / "src" / "hisconsole"
        for made in (package, self.home, self.bin):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "run", self.folder)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(CONSOLE)
        self.hash = tiny_wheel(folder / "wheels")
        self.lock(self.hash)
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HISCONSOLE_PYTHON": sys.executable,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(folder / "wheels"),
            "PIP_CONFIG_FILE": os.devnull,
        }

    def lock(self, digest: str) -> None:
        (self.folder / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")

    def program(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def start(self, *words: str, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.folder / "run", *words],
            cwd="/",
            env=self.environment | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **changes: str) -> tuple[int, str, str]:
        started = self.start(*words, **changes)
        out, err = started.communicate(timeout=50)
        return started.returncode, out, err

    def stamps(self) -> list[Path]:
        return list(self.folder.glob(".venv-run-*/complete"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which two shells called `./run` at the same time."""
    checkout = Checkout(tmp_path_factory.mktemp("prepared"))
    shells = [checkout.start("incidents"), checkout.start("incidents")]
    told = [shell.communicate(timeout=50)[1] for shell in shells]
    assert [shell.returncode for shell in shells] == [0, 0], told
    assert "".join(told).count("preparing") - "".join(told).count("is preparing") == 1
    return checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_words_reach_a_console_of_its_own_practice_data(prepared: Checkout) -> None:
    code, out, err = prepared.run("incident", "two words", "--json")
    assert (code, err) == (0, "")
    practice = prepared.home / ".local/share/hisconsole/practice"
    config = prepared.folder / "config"
    assert json.loads(out) == {
        "words": [
            *("--config", str(config), "--data", str(practice)),
            *("incident", "two words", "--json"),
        ],
        "path": str(prepared.folder / "src"),
        "cwd": "/",
    }
    _, out, _ = prepared.run(XDG_DATA_HOME="/srv/xdg")
    assert json.loads(out)["words"][3] == "/srv/xdg/hisconsole/practice"


def test_byte_code_is_there_before_the_first_start(prepared: Checkout) -> None:
    assert list(prepared.folder.glob(".venv-run-*/lib/*/site-packages/__pycache__/tiny.*.pyc"))
    assert list(prepared.folder.glob("src/hisconsole/__pycache__/__main__.*.pyc"))


@pytest.mark.slow
def test_a_half_made_environment_is_made_again(prepared: Checkout) -> None:
    (stamp,) = prepared.stamps()
    stamp.unlink()
    broken = stamp.parent / "half"
    broken.touch()
    code, _, err = prepared.run()
    assert code == 0
    assert "preparing" in err
    assert prepared.stamps() == [stamp]
    assert not broken.exists()


@pytest.mark.slow
def test_an_altered_wheel_is_refused(checkout: Checkout) -> None:
    altered = ("1" if checkout.hash[0] == "0" else "0") + checkout.hash[1:]
    checkout.lock(altered)
    code, out, err = checkout.run()
    assert code != 0
    assert "DO NOT MATCH THE HASHES" in err
    assert out == ""
    assert not checkout.stamps()


def test_an_old_python_is_a_sentence(checkout: Checkout) -> None:
    old = checkout.program("python3", "exit 1")
    code, out, err = checkout.run(HISCONSOLE_PYTHON=str(old))
    assert (code, out) == (2, "")
    assert err.startswith("run: hisconsole needs Python 3.11 or newer")
    assert str(old) in err


def without_venv(checkout: Checkout, *, uid: int) -> tuple[int, str, str]:
    """Runs on a Debian whose Python has no venv module until apt-get brings it."""
    brought = checkout.folder / "brought"
    checkout.program("id", f"echo {uid}")
    checkout.program("apt-get", f'echo "$@" >>"{brought}"')
    python = checkout.program(
        "python3",
        f'case "$*" in *ensurepip*) exit 1 ;; "-m venv"*) exit 9 ;; esac\nexec {sys.executable} "$@"',
    )
    return checkout.run(HISCONSOLE_PYTHON=str(python))


def test_a_missing_venv_module_is_one_command_to_run(checkout: Checkout) -> None:
    code, _, err = without_venv(checkout, uid=1000)
    assert code == 2
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert err.endswith(f"Run this once: sudo apt-get install python{version}-venv\n")
    assert not (checkout.folder / "brought").exists()


def test_root_installs_the_venv_module_after_saying_so(checkout: Checkout) -> None:
    code, _, err = without_venv(checkout, uid=0)
    assert code == 9, "it goes on to make the environment"
    assert re.search("installing python3.[0-9]+-venv with apt-get", err)
    assert "install -qq -y" in (checkout.folder / "brought").read_text()


def test_the_scripts_are_clean_shell(need: Callable[[str], str]) -> None:
    scripts = [ROOT / "run", ROOT / ".ci" / "run"]
    command = [need("shellcheck"), *map(str, scripts)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def locked(name: str) -> dict[str, str]:
    """The versions of a lock by package."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_locks_are_hashes_without_an_address() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", text)
        requirements = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in requirement for requirement in requirements)
        assert len(requirements) == len(locked(name))


def test_the_locks_agree_with_each_other_and_the_project() -> None:
    runtime, test = locked("requirements.lock"), locked("requirements-test.lock")
    assert runtime.items() <= test.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    for lock, wanted in (
        (runtime, project["project"]["dependencies"]),
        (test, groups["test"] + groups["check"]),
    ):
        names = {re.split(r"[\[<>=;]", requirement)[0] for requirement in wanted}
        assert names <= set(lock)
    assert f"textual=={runtime['textual']}" in project["project"]["dependencies"]
