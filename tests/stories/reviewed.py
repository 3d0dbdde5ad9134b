"""A Category I outage with all that a review looks at: calls, messages, paper, deviations, actions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.hospital import START, Clock, lay_record
from tests.stories.outage import Outage, Step, play

HOSTILE = "<script>alert(1)</script> & \x1b[2J 收费窗口"
DONE = 400

REVIEWED: Sequence[Step] = (
    (0, 0, "call", {"workstation": "cash-01", "symptom": "no-network", "words": HOSTILE, "occurred": "-6"}),
    (1, 0, "acknowledge", {}),
    (2, 1, "call", {"workstation": "reg-01", "symptom": "no-network"}),
    (4, 0, "verify", {"result": "confirmed", "how": "remote"}),
    (5, 1, "summon", {"contact": "wang.lei", "outcome": "reached"}),
    (6, 0, "guided", {"component": "network"}),
    (7, 1, "classify", {"category": "II", "reason": "one floor only", "approved_by": "chen.hao"}),
    (8, 0, "message", {"status": "verified", "affected": "cash desk", "do": "write paper", "eta": "?"}),
    (9, 0, "told", {"recipients": "dept:cashier ws:cash-01", "reached": "yes", "person": "Wu"}),
    (10, 1, "hold", {"by": "chen.hao", "reason": "the spare is on its way"}),
    (12, 1, "paralysis", {"confirmed": "yes", "text": "both core switches are dark"}),
    (13, 0, "escalate", {"reason": "all is down"}),
    (14, 0, "called", {"contact": "chen.hao", "outcome": "no-answer", "number": "mobile"}),
    (15, 1, "notice", {"kind": "start", "gate": "cashier"}),
    (16, 1, "receipt", {"departments": "cashier", "person": "Wu"}),
    (20, 0, "called", {"contact": "fang.min", "outcome": "reached", "decision": "start", "read_back": "yes"}),
    (21, 1, "note", {"text": "taken back at once"}),
    (21, 1, "undo", {}),
    (26, 1, "notice", {"kind": "start", "departments": "registration", "authority": "fang.min"}),
    (40, 1, "arrived", {"contact": "wang.lei"}),
    (50, 1, "fix", {"text": "changed the supply", "result": "worked", "at": "-2"}),
    (60, 0, "recovered", {"confirmed_by": "nurse Wu"}),
    (65, 0, "notice", {"kind": "resume", "departments": "cashier", "override": "fang.min"}),
    (80, 0, "notice", {"kind": "resume", "departments": "registration", "authority": "chen.hao"}),
    (90, 1, "back-entered", {"department": "cashier", "paper": "40", "entered": "40", "signed": "Wu"}),
    (100, 1, "review", {}),
    (101, 1, "action", {"text": "a second supply for the core", "owner": "chen.hao", "due": "+4h"}),
    (102, 1, "action", {"text": "=1+1 print the pack", "owner": "li.na", "due": "+2h"}),
    (110, 1, "met", {"duty": "action", "key": "2", "text": "printed and laid out"}),
    (120, 0, "close", {"reason": "the supply", "override": "chen.hao", "accepted": "chen.hao"}),
)


def reviewed(data: Path, *, until: int = DONE, steps: Sequence[Step] = REVIEWED) -> Outage:
    """The story on a record in `data`, everybody still at their desks; close it when done."""
    outage = Outage(lay_record(data), "Asia/Shanghai", START, Clock(START))
    outage.open()
    play(outage, steps=steps, until=until)
    return outage
