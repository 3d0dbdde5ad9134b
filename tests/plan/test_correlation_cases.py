"""Described scenarios: what is seen and who calls, and the incidents with cause, symptoms and category."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.plan.lookout import play, told

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "correlations.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_a_scenario_comes_to_its_incidents(case: dict[str, Any]) -> None:
    out = play(case["stream"], until=case.get("until", 0))
    assert [told(out, each) for each in out.incidents] == case["makes"]


def test_there_are_twenty_scenarios_and_each_names_its_source() -> None:
    assert len({case["id"] for case in CASES}) >= 20
    assert all(case["cites"] for case in CASES)
