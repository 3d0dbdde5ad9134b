"""Root at the record of another account: what he leaves there belongs to that account."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hisconsole.desk.reading import read_log
from hisconsole.paths import shipped
from hisconsole.plan.events import Kind
from tests.conftest import not_tested
from tests.console.app import ME, desk
from tests.ptys import SRC

NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="not root, so this was NOT tested")


@pytest.fixture(scope="module")
def program() -> tuple[list[str], dict[str, str]]:
    """The program by a Python that an account without rights can read, and its environment."""
    places = os.pathsep.join([str(SRC), *(each for each in sys.path if each.endswith("site-packages"))])
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": places, "LANG": "C.UTF-8"}
    for python in (sys.executable, "/usr/bin/python3"):
        words = [python, "-P", "-m", "hisconsole"]
        try:
            ran = subprocess.run(
                [*words, "--version"], env=env, user=NOBODY, capture_output=True, check=False, timeout=60
            )
        except OSError:
            continue
        if ran.returncode == 0:
            return words, env
    return not_tested("no Python here can be read by an account without rights")


@pytest.fixture
def folder() -> Iterator[Path]:
    """The data folder of an account without rights, where that account can come to."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        data = Path(made) / "data"
        data.mkdir(mode=0o700)
        os.chown(data, NOBODY, NOBODY)
        yield data


def test_the_first_pin_is_set_by_root_and_found_by_the_account_of_the_consoles(
    folder: Path, program: tuple[list[str], dict[str, str]]
) -> None:
    command, env = program
    pin, out = os.pipe()
    os.write(out, b"471122")
    os.close(out)
    words = ["--config", str(shipped("config")), "--data", str(folder), "--operator", ME]
    ran = subprocess.run(
        [*command, *words, "operators", "pin", ME, "--from-fd", str(pin)],
        env=env,
        pass_fds=(pin,),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(pin)
    assert (ran.returncode, ran.stderr) == (0, "")
    left = [*folder.rglob("*")]
    assert {"record.db", f"{ME}.json"} <= {each.name for each in left}
    assert {(each.stat().st_uid, each.stat().st_gid) for each in left} == {(NOBODY, NOBODY)}
    at = desk(folder)
    assert [event.os_user for event in read_log(at) if event.kind is Kind.PIN] == ["root"]
    at.database.close()
