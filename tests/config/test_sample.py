"""The sample hospital is whole, and what is in it is found."""

from __future__ import annotations

import pytest

from hisconsole.config import FILES, PlanRole, Site, contact_entries, workstation_entries
from hisconsole.paths import shipped
from hisconsole.plan.find import find
from hisconsole.text import cell_len


def test_the_sample_is_whole(sample: Site) -> None:
    assert sample.sample
    assert sample.zone.key == "Asia/Shanghai"
    assert 55 <= len(sample.workstations) <= 70
    assert all(each.address.startswith("127.20.") for each in sample.workstations)
    assert all(each.phone and each.building for each in sample.workstations)
    assert {"li.na", "wang.lei"} <= {each.id for each in sample.operators}
    staffed = {each.department for each in sample.workstations} | {each.department for each in sample.roster}
    assert {each.id for each in sample.departments} <= staffed


def test_the_sample_has_every_department_the_plan_names(sample: Site) -> None:
    named = {
        *("information", "hospital-office", "medical", "nursing", "outpatient-office"),
        *("finance", "insurance", "general-affairs", "registration", "cashier", "admission"),
        *("emergency", "icu", "operating-rooms", "blood-bank", "pharmacy-out", "pharmacy-in"),
        *("outpatient", "lab", "imaging", "records", "supplies", "ward3", "ward8"),
    }
    assert named <= {each.id for each in sample.departments}


def test_key_terminals_are_those_of_the_rule(sample: Site) -> None:
    """Domain 5.9 lists them."""
    assert {each.department for each in sample.workstations if each.key_terminal} == {
        *("registration", "cashier", "pharmacy-out", "pharmacy-in", "emergency", "icu"),
        *("operating-rooms", "blood-bank", "insurance", "admission"),
    }


def test_the_leading_group_is_called_in_the_order_of_the_plan(sample: Site) -> None:
    """Domain 5.7: the director, the vice president, the dean, then the members by effect."""
    roles = [each.plan_role for each in sample.leading_group]
    assert roles == [
        PlanRole.INFORMATION_CENTER,
        PlanRole.DEPUTY_LEADER,
        PlanRole.LEADER,
        PlanRole.OUTPATIENT_OFFICE,
        PlanRole.NURSING_DEPARTMENT,
        PlanRole.MEDICAL_DEPARTMENT,
        PlanRole.FINANCE,
        PlanRole.MEDICAL_INSURANCE_OFFICE,
        PlanRole.GENERAL_AFFAIRS,
        PlanRole.HOSPITAL_OFFICE,
    ]
    assert all(each.numbers for each in sample.roster)


def test_things_are_looked_up_by_id(sample: Site) -> None:
    cash = sample.workstation("cash-03")
    assert cash is not None
    assert (cash.phone, cash.switch, cash.key_terminal) == ("6113", "sw-opd-1f", True)
    department = sample.department(cash.department)
    assert department is not None
    assert department.critical
    assert cash.building == department.building
    head = sample.contact(department.head)
    assert head is not None
    assert head.numbers == ("100-0000-0107", "6721")
    assert sample.workstation("gone") is None
    assert sample.department("gone") is None
    assert sample.contact("gone") is None


def test_a_name_may_be_chinese(sample: Site) -> None:
    li_na = sample.contact("li.na")
    assert li_na is not None
    assert li_na.name == "Li Na 李娜"
    assert cell_len(li_na.name) == 10


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cash3", "cash-03"),
        ("6113", "cash-03"),
        ("5-01", "ward5-01"),
        ("sf 3", "cash-03"),
        ("急诊 抢救", "ed-03"),
        ("operating 3", "or-03"),
        ("127.20.1.12", "reg-02"),
    ],
)
def test_workstations_are_found_as_one_types(sample: Site, query: str, first: str) -> None:
    assert find(query, workstation_entries(sample))[0] == first


@pytest.mark.parametrize(
    ("query", "first"), [("ln", "li.na"), ("dean", "sun.bo"), ("DH-HX-10034", "line-insurance")]
)
def test_contacts_are_found_as_one_types(sample: Site, query: str, first: str) -> None:
    assert find(query, contact_entries(sample))[0] == first


@pytest.mark.parametrize("name", FILES)
def test_each_file_says_that_it_is_a_sample_and_how_it_is_edited(name: str) -> None:
    remarks = [
        line for line in (shipped("config") / name).read_text("utf-8").splitlines() if line.startswith("#")
    ]
    assert remarks[0].startswith("# SAMPLE")
    # Plan and rota have parts of several kinds, each with remarks of its own.
    assert 4 <= len(remarks) <= {"plan.yaml": 70, "shifts.yaml": 24}.get(name, 7)
