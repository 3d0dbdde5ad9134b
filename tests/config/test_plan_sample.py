"""The sample's plan says what the hospital's plan says, and its version names exactly its content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hisconsole.config import Site, check_site, load_site, signature
from hisconsole.plan.acts import all_acts
from hisconsole.plan.document import Plan, Since
from hisconsole.plan.frozen import from_data, to_data
from hisconsole.plan.words import Category
from tests.config.spoil import spoil
from tests.shares import tries

PLAN = "plan.yaml"
MIN, HOUR = 60, 3600
CATEGORY_I = (
    "server-down fibre-damaged data-lost backup-disk server-unstable partial-network price-list "
    "key-terminal recurring-fault"
)


@pytest.fixture(scope="module")
def plan(sample: Site) -> Plan:
    return sample.plan


@pytest.mark.parametrize(
    ("category", "faults"),
    [
        # plan 4, the three sentences in the order in which they name the causes
        (Category.I, CATEGORY_I),
        (Category.II, "single-terminal single-patient occasional-error workflow"),
        (Category.III, "unskilled-use"),
        (Category.OTHER, "insurance-side"),
    ],
    ids=["plan 4 I", "plan 4 II", "plan 4 III", "domain 1.2 other"],
)
def test_every_fault_of_the_plan_has_its_category_and_clause(
    plan: Plan, category: Category, faults: str
) -> None:
    for id_ in faults.split():
        fault = plan.fault(id_)
        assert fault is not None
        assert fault.category is category
        assert "plan 4" in fault.clause


@pytest.mark.parametrize(
    ("category", "owner", "reports_to"),
    [
        (Category.I, "director", "leading-group"),
        (Category.II, "administrator", "director"),
        (Category.III, "administrator", ""),
        (Category.OTHER, "finance-and-insurance", ""),
    ],
)
def test_who_answers_and_reports_to_whom(plan: Plan, category: Category, owner: str, reports_to: str) -> None:
    """Domain 1.2: what the plan's tail said."""
    handling = plan.handling_of(category)
    assert handling is not None
    assert (handling.owner, handling.reports_to) == (owner, reports_to)


@pytest.mark.parametrize(
    ("id_", "after", "departments"),
    [
        ("cashier", 10 * MIN, {"cashier"}),
        ("stage-1", 30 * MIN, {"registration", "admission", "pharmacy-out", "pharmacy-in"}),
        ("stage-2", 6 * HOUR, {"ward3", "ward8", "lab", "imaging"}),
        ("stage-3", 24 * HOUR, set()),
        ("discharge", 48 * HOUR, {"admission"}),
    ],
)
def test_the_gates_of_domain_1_3(plan: Plan, id_: str, after: int, departments: set[str]) -> None:
    gate = plan.gate(id_)
    assert gate is not None
    assert gate.after_s == after
    assert departments <= set(gate.departments)


@pytest.mark.parametrize(
    ("id_", "clock"),
    [
        ("acknowledge", (Since.START, 2 * MIN, 0, "acknowledge")),
        ("verify", (Since.START, 5 * MIN, 0, "verify")),
        ("feedback", (Since.START, 10 * MIN, 0, "message")),
        ("classify", (Since.START, 10 * MIN, 0, "classify")),
        ("feedback-i", (Since.CLASSIFIED, 15 * MIN, 15 * MIN, "message")),
        ("feedback-ii", (Since.CLASSIFIED, 30 * MIN, 30 * MIN, "message")),
        ("engineer", (Since.START, 15 * MIN, 0, "summon")),
        ("vendor", (Since.START, 15 * MIN, 0, "summon")),
        ("director", (Since.START, 15 * MIN, 0, "called")),
        ("director-i", (Since.CLASSIFIED, 0, 0, "called")),
        ("summary-team", (Since.START, HOUR, HOUR, "summary")),
        ("summary-leader", (Since.START, HOUR, HOUR, "summary")),
        ("external-report", (Since.VERIFIED, 4 * HOUR, 0, "met")),
        ("external-report-critical", (Since.VERIFIED, HOUR, 0, "met")),
        ("insurance-center", (Since.PARALYSIS, 24 * HOUR, 0, "met")),
        ("look-again", (Since.TOUCHED, 30 * MIN, 0, "note")),
        ("look-again-i", (Since.TOUCHED, 15 * MIN, 0, "note")),
        ("watch", (Since.RECOVERED, 24 * HOUR, 0, "met")),
        ("review", (Since.RECOVERED, 72 * HOUR, 0, "review")),
    ],
)
def test_the_clocks_of_domain_5_1(plan: Plan, id_: str, clock: tuple[Since, int, int, str]) -> None:
    found = plan.clock(id_)
    assert found is not None
    assert (found.since, found.after_s, found.every_s, found.act) == clock
    assert found.act in all_acts()


def test_the_figures_and_orders_of_domain_5_2_and_5_7(plan: Plan) -> None:
    limits, of = plan.limits, plan.escalation
    assert (limits.unknown_after_s, limits.no_eta_after_s) == (20 * MIN, 20 * MIN)
    assert (limits.short_term_s, limits.probable_eta_s, limits.failed_fixes) == (30 * MIN, 30 * MIN, 2)
    assert (of.otherwise_after_s, of.bypass_s) == (HOUR, 10 * MIN)
    assert of.off_hours[0] == ("duty-office", "director")
    assert of.in_hours[1:] == (("director",), ("deputy-leader",), ("leader",), ("leading-group",))
    assert (of.weekdays, of.start, of.end) == ((0, 1, 2, 3, 4), 8 * 60, 17 * 60 + 30)
    assert len(of.holidays) == len(set(of.holidays)) == 26
    assert (plan.unclassified_after_s, plan.confirm_after_s) == (10 * MIN, 5 * MIN)


def test_the_aggravators_of_domain_1_3(plan: Plan) -> None:
    assert {each.id: each.earlier_s for each in plan.aggravators} == dict.fromkeys(
        ("holiday", "peak-clinic", "staff-away", "major-event"), 10 * MIN
    )
    assert [each.id for each in plan.aggravators if each.declared] == ["staff-away", "major-event"]
    peak = next(each for each in plan.aggravators if each.id == "peak-clinic")
    assert (peak.start, peak.end) == (7 * 60 + 30, 11 * 60 + 30)


def test_a_frozen_plan_comes_back_the_same(plan: Plan) -> None:
    assert from_data(json.loads(json.dumps(to_data(plan)))) == plan


def test_remarks_and_other_files_leave_the_version_alone(folder: Path, plan: Plan) -> None:
    spoil(folder, PLAN, "# Who does what.", "# Another remark.\n# Who does what.")
    spoil(folder, "site.yaml", "prefix: HX", "prefix: HY")
    assert load_site(folder).plan.version == plan.version
    assert len(plan.version) == 12


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("after: 48 h", "after: 47 h"),
        ("why: the change of prices was approved", "why: it was approved"),
        ("say: dean", "say: the dean"),
        ("critical_infrastructure: no", "critical_infrastructure: yes"),
        ("Please repeat what I said.", "Please repeat."),
        ("weekdays: mon-fri\n    from", "weekdays: mon-sat\n    from"),
        ("burst >= 3", "burst >= 4"),
    ],
)
def test_every_change_of_content_is_another_version(folder: Path, plan: Plan, old: str, new: str) -> None:
    spoil(folder, PLAN, old, new)
    assert load_site(folder).plan.version != plan.version


def test_a_hospital_may_have_no_signs_and_nothing_that_makes_it_worse(folder: Path) -> None:
    text = (folder / PLAN).read_text("utf-8")
    for first, last in (("signs", "serious"), ("not_short", "limits"), ("aggravators", "scripts")):
        head, _gone, rest = text.partition(f"\n{first}:\n")
        text = head + "\n" + rest[rest.index(f"{last}:\n") :]
    text = text.replace("  power: ups-low\n  core-a: down\n  core-b: down\n", "")
    text = text.replace("    the UPS is near its end: power = ups-low\n", "")
    (folder / PLAN).write_text(text, "utf-8")
    assert check_site(folder) == []
    plan = load_site(folder).plan
    assert (plan.signs, plan.not_short, plan.suspect, plan.aggravators) == ((), (), (), ())


def test_saving_the_plan_is_noticed(folder: Path) -> None:
    before = signature(folder)
    spoil(folder, PLAN, "# Who does what.", "# Another remark.\n# Who does what.")
    assert signature(folder) != before


LINES = len((Path(__file__).parents[2] / "config" / PLAN).read_text("utf-8").split("\n"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=tries(60))
@given(row=st.integers(0, LINES - 1))
def test_a_line_less_is_a_whole_plan_or_is_told(folder: Path, row: int) -> None:
    """Whichever line an editor loses: what can still be read is whole, and anything else has a place."""
    path = folder / PLAN
    lines = path.read_text("utf-8").split("\n")
    path.write_text("\n".join(lines[:row] + lines[row + 1 :]), "utf-8")
    try:
        findings = check_site(folder)
        assert findings or load_site(folder).plan.version
        assert all(1 <= each.line <= LINES for each in findings)
    finally:
        path.write_text("\n".join(lines), "utf-8")
