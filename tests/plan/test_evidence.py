"""What the watch sees wrong, read as answers by the plan's signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hisconsole.plan.category import ORDER, rank, verdict
from hisconsole.plan.conditions import Fact, parse
from hisconsole.plan.document import FaultType, Plan, Rule, Sign
from hisconsole.plan.evidence import Found, answers_of, found
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.picture import wrong as wrong_of
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind
from hisconsole.plan.words import Category
from tests.hospital import START
from tests.plan.pictures import TARGETS, judged, picture, quiet, shown, target
from tests.plan.small_plan import PLAN


def a_sign(id_: str, when: str, answer: str = "component=server", say: str = "{target} is bad") -> Sign:
    question, _equals, value = answer.partition("=")
    return Sign(id_, question, value, parse(when), say)


def plan_with(*when: str) -> Plan:
    return replace(PLAN, signs=tuple(a_sign(f"sign-{n}", text) for n, text in enumerate(when)))


def seen(
    *states: Shown, readings: dict[str, tuple[Judged, ...]] | None = None, extra: str = ""
) -> StatusPicture:
    """The small infrastructure with these states, and these readings that are wrong."""
    more = (
        (*TARGETS, target(extra, "Line", Kind.LINE, services=("insurance", "internet"))) if extra else TARGETS
    )
    made = picture(*states, now=START, targets=more)
    rows = tuple(replace(row, wrong=(readings or {}).get(row.target.id, ())) for row in made.rows)
    return replace(made, rows=rows, by_target={row.target.id: row for row in rows})


def bad(id_: str, status: Status = Status.DOWN, words: str = "no answer", **more: object) -> Shown:
    return shown(id_, status, words, now=START, **more)  # type: ignore[arg-type]


FULL = judged("disk//arch", 97, Status.CRITICAL, now=START, label="archive volume", minutes=7)
MINUTES = judged("ups/minutes", 9, Status.CRITICAL, now=START, label="minutes left", unit="min")
SOME_MINUTES = judged("ups/minutes", 25, Status.WARNING, now=START, unit="min")
LOW_CHARGE = judged("ups/charge", 40, Status.CRITICAL, now=START)
LINK = judged("if/GE1-0-1/link", "down", Status.CRITICAL, now=START, unit="")


@dataclass(frozen=True, slots=True)
class Case:
    """A sign and a picture, and on which targets it is seen."""

    says: str
    when: str
    state: StatusPicture
    on: tuple[str, ...]
    near: tuple[str, ...] = ()


CASES = (
    Case("all is well", "kind = database", seen(), ()),
    Case("a database is down", "kind = database and status = down", seen(bad("his-db-1")), ("his-db-1",)),
    Case("of another kind", "kind = server and status = down", seen(bad("his-db-1")), ()),
    Case("of another status", "kind = database and status = down",
         seen(bad("his-db-1", Status.CRITICAL)), ()),
    Case("a switch elsewhere is no evidence", "status = down", seen(bad("sw-opd-1f")), ()),
    Case("the caller's switch is", "status = down", seen(bad("sw-opd-1f")), ("sw-opd-1f",), ("sw-opd-1f",)),
    Case("what the caller's switch hangs on is", "status = down", seen(bad("sw-core-1")), ("sw-core-1",),
         ("sw-opd-1f", "sw-agg-1", "sw-core-1", "sw-core-2")),
    Case("the first strikes are none yet", "status = critical",
         seen(bad("his-db-1", Status.CRITICAL, attempt=1)), ()),
    Case("cut off by others", "status = unreachable", seen(bad("his-db-1", Status.UNREACHABLE)),
         ("his-db-1",)),
    Case("silenced is still down", "status = down",
         seen(bad("his-db-1", Status.SILENCED, under=Status.DOWN, firm=True, silence=quiet("x", now=START))),
         ("his-db-1",)),
    Case("it comes and goes and answers just now", "flapping = yes",
         seen(bad("his-db-1", Status.OK, flapping=True)), ("his-db-1",)),
    Case("stale readings say nothing", "reading = disk",
         seen(bad("his-db-1", Status.STALE, firm=True), readings={"his-db-1": (FULL,)}), ()),
    Case("by its id", "target = his-db-1 and status = down", seen(bad("his-db-1")), ("his-db-1",)),
    Case("a table's value goes by the table", "reading = disk",
         seen(bad("his-db-1", Status.CRITICAL), readings={"his-db-1": (FULL,)}), ("his-db-1",)),
    Case("a reading by its whole key", "kind = ups and reading = ups/minutes",
         seen(bad("ups-1", Status.CRITICAL), readings={"ups-1": (MINUTES,)}), ("ups-1",)),
    Case("a row's reading by head and end", "reading = if/link",
         seen(bad("sw-opd-1f", Status.CRITICAL), readings={"sw-opd-1f": (LINK,)}), ("sw-opd-1f",),
         ("sw-opd-1f",)),
    Case("a row's reading by its head", "reading in (optic, if)",
         seen(bad("sw-opd-1f", Status.CRITICAL), readings={"sw-opd-1f": (LINK,)}), ("sw-opd-1f",),
         ("sw-opd-1f",)),
    Case("how bad a reading is by itself", "reading = ups/minutes and level = critical",
         seen(bad("ups-1", Status.CRITICAL), readings={"ups-1": (MINUTES,)}), ("ups-1",)),
    Case("another reading is critical", "reading = ups/minutes and level = critical",
         seen(bad("ups-1", Status.CRITICAL), readings={"ups-1": (LOW_CHARGE, SOME_MINUTES)}), ()),
    Case("another reading", "reading = optic/rx",
         seen(bad("sw-opd-1f", Status.CRITICAL), readings={"sw-opd-1f": (LINK,)}), (), ("sw-opd-1f",)),
    Case("no reading is wrong", "reading = disk", seen(bad("his-db-1")), ()),
    Case("one of its services", "service = internet and status = down",
         seen(bad("rt-1"), extra="rt-1"), ("rt-1",)),
    Case("the worst first", "status in (critical, down)",
         seen(bad("his-db-1", Status.CRITICAL), bad("nas-1")), ("nas-1", "his-db-1")),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_signs(case: Case) -> None:
    assert tuple(each.target for each in found(plan_with(case.when), case.state, near=case.near)) == case.on


def test_a_sign_says_what_was_measured_and_since_when() -> None:
    state = seen(bad("his-db-1", Status.CRITICAL, since_s=900), readings={"his-db-1": (FULL,)})
    by_reading, by_status = found(plan_with("reading = disk", "status = critical"), state, near=())
    assert by_reading.words == "HIS database A is bad (archive volume 97 %)"
    assert by_reading.since == FULL.since
    assert by_status.words == "HIS database A is bad (no answer)"
    assert by_status.since == START - timedelta(seconds=900)


def test_signs_come_in_the_plans_order() -> None:
    state = seen(bad("his-db-1"), bad("nas-1"))
    signs = found(plan_with("kind = backup", "kind = database", "status = down"), state, near=())
    assert [each.sign.id for each in signs] == ["sign-0", "sign-1", "sign-2", "sign-2"]


def test_only_measured_readings_are_wrong() -> None:
    readings = [
        judged("a", 1, Status.OK, now=START),
        judged("b", None, Status.UNKNOWN, now=START),
        judged("c", 80, Status.WARNING, now=START),
        judged("d", 99, Status.CRITICAL, now=START),
    ]
    assert [each.sample.key for each in wrong_of(readings)] == ["d", "c"]


FAULTS = {
    "network": Category.I,
    "here": Category.II,
    "insurance": Category.OTHER,
    "person": Category.III,
}
CLASSIFYING = replace(
    PLAN,
    faults=tuple(FaultType(id_, f"say {id_}", category, "clause") for id_, category in FAULTS.items()),
    rules=(
        Rule("insurance", parse("component = insurance"), "insurance only"),
        Rule("network", parse("component = network or power = low"), "a switch"),
        Rule("person", parse("component = person"), "a person"),
        Rule("here", parse("component = here"), "here"),
    ),
)


def a_found(answer: str, minute: int = 0) -> Found:
    return Found(a_sign(answer, "always", answer), "t", answer, START + timedelta(minutes=minute))


PICKS: tuple[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]], ...] = (
    ("nothing seen", {}, (), ()),
    ("one sign answers", {}, ("component=here",), ("component=here",)),
    ("the higher of two", {}, ("component=insurance", "component=network"), ("component=network",)),
    ("the higher, however they come", {}, ("component=network", "component=insurance"),
     ("component=network",)),
    ("of two alike the plan's first", {}, ("component=network", "component=network"), ("component=network",)),
    ("each question has one", {}, ("component=network", "power=low"), ("component=network", "power=low")),
    ("an answer that would lower it is left out", {}, ("component=insurance", "power=low"), ("power=low",)),
    ("what is answered stays", {"component": "here"}, ("component=network",), ()),
    ("no rule knows it", {}, ("colour=red",), ("colour=red",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("known", "signs", "answered"), [pick[1:] for pick in PICKS], ids=[pick[0] for pick in PICKS]
)
def test_answers(known: dict[str, str], signs: tuple[str, ...], answered: tuple[str, ...]) -> None:
    facts = {name: Fact(value) for name, value in known.items()}
    chosen = answers_of(CLASSIFYING, facts, [a_found(sign) for sign in signs])
    assert tuple(each.words for each in chosen) == answered


def test_the_first_of_two_signs_for_one_answer_is_named() -> None:
    chosen = answers_of(CLASSIFYING, {}, [a_found("component=network", 1), a_found("component=network", 2)])
    assert [each.since for each in chosen] == [START + timedelta(minutes=1)]


def test_a_further_sign_never_lowers_what_evidence_comes_to() -> None:
    all_signs = [a_found(f"component={value}") for value in FAULTS] + [a_found("power=low")]

    def comes_to(signs: list[Found]) -> int:
        answers = answers_of(CLASSIFYING, {}, signs)
        facts = {each.sign.question: Fact(each.sign.value) for each in answers}
        return rank(verdict(CLASSIFYING, facts).category)

    for mask in range(2 ** len(all_signs)):
        some = [sign for place, sign in enumerate(all_signs) if mask >> place & 1]
        for further in all_signs:
            assert comes_to([*some, further]) <= comes_to(some) < len(ORDER)
