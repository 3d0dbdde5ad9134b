"""The delivered profiles, read once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.paths import shipped
from hisconsole.plan.profiles import Profile


@pytest.fixture(scope="session")
def profiles() -> Mapping[str, Profile]:
    return load_targets(shipped("config"), sample=True).profiles
