"""What tests of the hospital's files start from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hisconsole.config import FILES, Site, load_site
from hisconsole.config.operators import OPERATORS
from hisconsole.paths import shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample hospital that may be spoilt."""
    for name in (*FILES, OPERATORS):
        shutil.copy(shipped("config") / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="session")
def sample() -> Site:
    """The sample hospital as it is shipped."""
    return load_site(shipped("config"))
