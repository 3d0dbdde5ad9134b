"""Whatever comes in whatever order: the same facts make the same incidents, and no change is lost."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.events import Kind
from hisconsole.plan.incident import MOVES
from hisconsole.plan.replay import states
from hisconsole.plan.status import Status
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.lookout import Lookout, Truth
from tests.plan.pictures import target
from tests.shares import tries

CORE = ("a", "b")
TARGETS = (
    target("a", room=""),
    target("b", room=""),
    target("agg-1", parents=CORE, room=""),
    target("agg-2", parents=CORE, room="x"),
    *(target(f"leaf-{n}", parents=(f"agg-{1 + n % 2}",), room="") for n in range(8)),
    target("srv-1", parents=CORE, room="x"),
    target("srv-2", parents=("srv-1", "leaf-0"), room="x"),
)
IDS = tuple(each.id for each in TARGETS)

facts = st.dictionaries(
    st.sampled_from(IDS), st.sampled_from([Status.DOWN, Status.DOWN, Status.CRITICAL, Status.WARNING])
)


def lookout(truth: dict[str, Status]) -> Lookout:
    out = Lookout(targets=TARGETS)
    out.poll()
    out.settle()
    out.now = START + timedelta(minutes=1)
    out.truth = {id_: Truth(status) for id_, status in truth.items()}
    return out


def standing(out: Lookout) -> list[tuple[str, tuple[str, ...], tuple[str, ...], int]]:
    """The open faults without their numbers, which do go by the order."""
    found = [each.detection.finding for each in out.open if each.detection]
    return sorted((each.key, each.causes, each.behind, int(each.level)) for each in found)


@settings(max_examples=tries(150), deadline=None)
@given(truth=facts, order=st.permutations(IDS), looks=st.sets(st.integers(0, len(IDS))))
def test_the_order_in_which_facts_arrive_changes_nothing(
    truth: dict[str, Status], order: list[str], looks: set[int]
) -> None:
    at_once = lookout(truth)
    at_once.poll()
    at_once.settle()
    one_by_one = lookout(truth)
    for at, id_ in enumerate(order):
        one_by_one.poll([id_])
        if at in looks:
            one_by_one.settle()
    # What was polled before its parents fell is polled once more, and growth is told at its pace.
    for out in (one_by_one, at_once):
        out.pass_(1, every_s=30)
    assert standing(one_by_one) == standing(at_once)


@settings(max_examples=tries(100), deadline=None)
@given(
    course=st.lists(
        st.tuples(
            st.sampled_from(IDS), st.sampled_from([Status.DOWN, Status.CRITICAL, Status.OK, Status.OK])
        ),
        max_size=25,
    ),
    seen_by=st.sets(st.integers(0, 24)),
)
def test_whatever_happens_each_fault_has_one_incident_and_each_incident_a_reason(
    course: list[tuple[str, Status]], seen_by: set[int]
) -> None:
    out = lookout({})
    for at, (id_, status) in enumerate(course):
        out.set(id_, status)
        out.pass_(0.5, every_s=15)
        if at in seen_by:
            for each in out.open:
                if not each.acknowledged_by:
                    out.act("acknowledge", each.number)
        check(out)
    for id_ in IDS:
        out.set(id_, Status.OK)
    out.pass_(20, every_s=60)
    assert not out.open
    recorded = sum(event.body.get("changes", 0) for event in out.events)
    assert recorded + sum(out.changes.values()) == out.counted  # folded, not lost
    legal(out)


TOLD = (Kind.DETECTED, Kind.SYMPTOMS, Kind.WORSENED)


def check(out: Lookout) -> None:
    """What holds after every look: each fault has one incident, and none is told without evidence."""
    rows = out.rows()
    bad = {id_ for id_, row in rows.items() if row.shown.under not in (Status.OK, Status.WARNING)}
    bad |= {id_ for id_, row in rows.items() if row.shown.flapping}
    for event in out.events:
        if event.kind in TOLD and event.recorded == out.now:
            assert bad & {*event.body["causes"], *event.body["behind"]}
    findings = [each.detection.finding for each in out.open if each.detection]
    keys = [each.key for each in findings]
    assert len(keys) == len(set(keys))
    ringing = {id_ for id_, row in rows.items() if row.shown.rings}
    assert ringing <= {id_ for finding in findings for id_ in finding.members}


def legal(out: Lookout) -> None:
    """Every incident began with what rang, and went from state to state by legal moves."""
    for incident in out.incidents:
        history = [event for event in out.events if event.incident == incident.number]
        assert [event.kind for event in history[:2]] == [Kind.OPENED, Kind.DETECTED]
        before = State.NEW
        for _event, then in states(history):
            assert then.state is before or then.state in MOVES[before]
            before = then.state
