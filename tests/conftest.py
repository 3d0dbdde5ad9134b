"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture
def need() -> Callable[[str], str]:
    """Finds a program of the machine: required in CI; elsewhere its test skips with a line."""

    def find(program: str) -> str:
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
        if found is None:
            sentence = f"{program} is not installed, so this was NOT tested"
            if os.environ.get("CI"):
                pytest.fail(sentence)
            pytest.skip(sentence)
        return found

    return find
