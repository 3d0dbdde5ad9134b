"""A drill in front of an operator: the screen says DRILL, calls come in, the end brings the report."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.test_drill import lay_hospital
from tests.console.app import ME
from tests.ptys import Pty


@pytest.mark.slow
def test_a_drill_from_its_beginning_to_its_report(tmp_path: Path) -> None:
    config = lay_hospital(tmp_path / "hospital", f"127.{60 + os.getpid() % 190}.")
    words = ["--config", str(config), "--data", str(tmp_path / "data"), "--operator", ME, "drill", "short"]
    with Pty([sys.executable, "-m", "hisconsole", *words], {"HISCONSOLE_PRACTICE": "1"}) as pty:
        pty.wait_for("9001", timeout=60)
        assert pty.screen()[0].startswith(" DRILL ")
        pty.wait_for(re.compile(r"9001 .* 2 lab-01"), timeout=30)
        pty.key("q", "2")
        pty.wait_for("First call taken", timeout=30)
        assert pty.exited(30) == 0
    assert b"DRILL 1: short" in pty.raw
    assert b"DRILL. Its own record: drills/" in pty.raw
