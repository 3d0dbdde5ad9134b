"""What hangs on the cause of an incident, as the incident screen lists it."""

from __future__ import annotations

from hisconsole.console.rows import Look
from hisconsole.console.symptoms import Hit, draw_hit, hits
from hisconsole.plan.detection import Detection, Finding, Level
from hisconsole.plan.status import Status
from tests.hospital import SITE, START
from tests.plan.pictures import picture, shown

FOUND = Finding(
    key="sw-agg-1",
    causes=("sw-agg-1",),
    behind=("prn-cash-1", "sw-opd-1f"),
    level=Level.CARRYING,
    status="down",
    words="no answer",
    begun=START,
    services=("cashier",),
    departments=("reg",),
    workstations=2,
    key_terminals=("reg-01",),
)
SEEN = picture(
    shown("sw-agg-1", Status.DOWN, "no answer", now=START),
    shown("sw-opd-1f", Status.UNREACHABLE, "behind sw-agg-1", now=START),
    now=START,
)


def drawn(hit: Hit, *, seen: bool = True) -> str:
    draw = draw_hit(SITE, lambda: SEEN if seen else None)
    return "".join(text for text, _role in draw(hit, 80, Look())).rstrip()


def test_the_cause_stands_first_and_then_all_that_is_hit() -> None:
    listed = hits(Detection(FOUND, START, START, ""))
    assert [(hit.kind, hit.id) for hit in listed] == [
        ("cause", "sw-agg-1"),
        ("service", "cashier"),
        ("department", "reg"),
        ("key terminal", "reg-01"),
        ("device", "prn-cash-1"),
        ("device", "sw-opd-1f"),
    ]
    assert len({hit.key for hit in listed}) == len(listed)


def test_what_nobody_detected_hits_nothing() -> None:
    assert hits(None) == ()


def test_a_line_says_how_it_is_now() -> None:
    cause, _service, department, terminal, _printer, switch = hits(Detection(FOUND, START, START, ""))
    assert "down" in drawn(cause)
    assert drawn(cause).endswith("Aggregation switch, outpatients  no answer")
    assert "unreachable" in drawn(switch)
    assert drawn(department).endswith("Registration")
    assert drawn(terminal).endswith("1F 01")
    assert drawn(cause, seen=False).split() == ["cause", "sw-agg-1"]
