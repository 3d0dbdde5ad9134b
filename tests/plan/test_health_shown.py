"""What is shown: silences over reachability over age over health, and nothing hidden in the counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest

from hisconsole.plan.health import CHANGES_KEPT, Outcome, Policy, Status, TargetHealth, begin, step
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.shown import Shown, Silence, counts, problems, recent_changes, show, silenced
from tests.plan.rounds import LETTERS, NOON, POLICY, after, at, found, letter

OK, WARN, CRIT, DOWN, UNKNOWN, STALE = (LETTERS[key] for key in "owcdus")
FREE = OwnPath()
CUT_OFF = OwnPath(strikes=2, since=NOON, words="our gateway does not answer: gw")
DOUBTFUL = OwnPath(strikes=1, since=NOON, words="our gateway does not answer: gw")


def _show(
    rounds: Mapping[str, str],
    *,
    parents: Mapping[str, tuple[str, ...]] | None = None,
    silences: Iterable[Silence] = (),
    path: OwnPath = FREE,
    age: float = 0,
) -> dict[str, Shown]:
    """Targets after these rounds, each history ending at the same moment."""
    longest = max(map(len, rounds.values()))
    healths = {}
    for target, kinds in rounds.items():
        health = begin(target, ["snmp"], now=NOON)
        for count, kind in enumerate(kinds, longest - len(kinds)):
            health = step(health, found(kind, seconds=30 * count), policy=POLICY, now=at(30 * count))
        healths[target] = health
    return show(
        healths,
        parents=parents or {},
        limits=dict.fromkeys(rounds, timedelta(seconds=75)),
        silences=silences,
        path=path,
        now=at(30 * (longest - 1) + age),
    )


def _silence(
    target: str, *, whole: bool = False, start: float = -60, end: float = 3600, id_: str = "1"
) -> Silence:
    return Silence(id_, target, whole, at(start), at(end), "new power supply", "li.na")


def _service(name: str, *, end: float = 3600) -> Silence:
    return Silence(name, "", False, at(-60), at(end), "moves", "li.na", service=name)


@pytest.mark.parametrize(
    ("kinds", "status", "firm", "rings"),
    [
        ("oooo", OK, False, False),
        ("oddd", DOWN, True, True),
        ("oodd", UNKNOWN, False, False),
        ("occc", CRIT, True, True),
        ("oocc", CRIT, False, False),
        ("owww", WARN, True, False),
        ("ouuu", UNKNOWN, True, False),
        ("odddo", DOWN, True, True),
        ("occcd", CRIT, True, True),
        ("", UNKNOWN, False, False),
    ],
)
def test_hard_problems_ring(kinds: str, status: Status, firm: bool, rings: bool) -> None:
    row = _show({"a": kinds, "other": "oooo"})["a"]
    assert (row.status, row.firm, row.rings) == (status, firm, rings)


@pytest.mark.parametrize(
    ("kinds", "wavering"),
    [
        ("oooo", False),
        ("oddd", False),
        ("odddo", True),
        ("odddc", True),
        ("odddu", True),
        ("odddoo", False),
        ("odddod", False),
        ("occc", False),
        ("occco", True),
        ("occcw", True),
        ("occcu", True),
        ("occcd", True),
        ("occcdd", True),
        ("occcddd", False),
        ("occcuu", False),
        ("owwwo", False),
        ("dododododddo", False),
    ],
)
def test_what_was_not_found_so_the_last_time_wavers_unless_it_flaps(kinds: str, wavering: bool) -> None:
    assert _show({"a": kinds})["a"].wavering is wavering


def test_a_changed_identity_is_unknown_and_heard() -> None:
    health = after("oo", target="a")
    health = step(
        health,
        Outcome("snmp", UNKNOWN, at(60), "identity changed", "identity", sure=True),
        policy=POLICY,
        now=at(60),
    )
    shown = show(
        {"a": health},
        parents={},
        limits={"a": timedelta(seconds=75)},
        silences=[],
        path=FREE,
        now=at(60),
    )
    assert (shown["a"].status, shown["a"].words, shown["a"].rings) == (UNKNOWN, "identity changed", True)


def test_one_loud_probe_of_several_is_enough() -> None:
    health = begin("a", ["snmp", "ssh"], now=NOON)
    for probe, fault in (("snmp", ""), ("ssh", "identity")):
        status = UNKNOWN if fault else OK
        found_ = Outcome(probe, status, at(30), "identity changed", fault, sure=bool(fault))
        health = step(health, found_, policy=POLICY, now=at(30))
    limits = {"a": timedelta(seconds=75)}
    assert show({"a": health}, parents={}, limits=limits, silences=[], path=FREE, now=at(30))["a"].rings


def test_what_is_unreachable_is_no_problem_of_its_own() -> None:
    shown = _show({"core": "oddd", "a": "oddd", "b": "oddd"}, parents={"a": ("core",), "b": ("a",)})
    assert [row.target for row in problems(shown.values())] == ["core"]
    assert (shown["a"].status, shown["a"].words) == (LETTERS["r"], "behind core")
    assert (shown["b"].status, shown["b"].words) == (LETTERS["r"], "behind a")


def test_a_target_does_not_ring_while_its_parent_is_in_doubt() -> None:
    shown = _show({"core": "oood", "a": "oddd"}, parents={"a": ("core",)})
    assert (shown["a"].status, shown["a"].firm, shown["a"].rings) == (DOWN, True, False)
    assert _show({"core": "oooo", "a": "oddd"}, parents={"a": ("core",)})["a"].rings


@pytest.mark.parametrize("path", [DOUBTFUL, CUT_OFF])
def test_nothing_rings_while_our_own_path_is_in_doubt(path: OwnPath) -> None:
    assert not any(row.rings for row in _show({"a": "oddd", "b": "occc"}, path=path).values())


def test_isolated_everything_is_stale_with_its_last_words() -> None:
    shown = _show(
        {"core": "oddd", "a": "oddd", "b": "oooo", "c": "occc"}, parents={"a": ("core",)}, path=CUT_OFF
    )
    assert {row.status for row in shown.values()} == {STALE}
    assert (shown["c"].words, shown["c"].begun) == ("archive volume 97 %", at(30))
    assert [row.target for row in problems(shown.values())] == ["a", "c", "core"]


def test_a_stale_parent_blames_nobody() -> None:
    shown = _show({"core": "oddd", "a": "oddd"}, parents={"a": ("core",)}, age=76)
    assert {row.status for row in shown.values()} == {STALE}
    healths = {"core": after("oddd", target="core"), "a": after("ooooooddd", target="a")}
    rows = show(
        healths,
        parents={"a": ("core",)},
        limits=dict.fromkeys(healths, timedelta(seconds=75)),
        silences=[],
        path=FREE,
        now=at(240),
    )
    assert (rows["core"].status, rows["a"].status) == (STALE, DOWN)


@pytest.mark.parametrize(
    ("silence", "kinds", "status", "under"),
    [
        (_silence("a"), "oddd", LETTERS["q"], DOWN),
        (_silence("a"), "oodd", LETTERS["q"], UNKNOWN),
        (_silence("a"), "owww", LETTERS["q"], WARN),
        (_silence("a"), "oooo", OK, OK),
        (_silence("other"), "oddd", DOWN, DOWN),
        (_silence("core"), "oddd", DOWN, DOWN),
        (_silence("core", whole=True), "oddd", LETTERS["q"], DOWN),
        (_silence("a", start=91), "oddd", DOWN, DOWN),
        (_silence("a", start=90), "oddd", LETTERS["q"], DOWN),
        (_silence("a", end=90), "oddd", DOWN, DOWN),
        (_silence("a", end=91), "oddd", LETTERS["q"], DOWN),
    ],
)
def test_a_silence_is_laid_over_a_problem_and_always_ends(
    silence: Silence, kinds: str, status: Status, under: Status
) -> None:
    row = _show({"core": "oooo", "a": kinds}, parents={"a": ("core",)}, silences=[silence])["a"]
    assert (row.status, row.under) == (status, under)
    assert row.rings is (status is DOWN)


def test_a_silence_of_a_subtree_leaves_out_what_another_parent_serves() -> None:
    parents = {"x": ("core",), "a": ("x", "y"), "b": ("x",)}
    covered = silenced([_silence("x", whole=True)], parents, now=NOON)
    assert sorted(covered) == ["b", "x"]


def test_of_several_silences_the_last_to_end_is_shown() -> None:
    found_ = silenced([_silence("a", end=7200, id_="long"), _silence("a", end=60, id_="short")], {}, now=NOON)
    assert found_["a"].id == "long"


@pytest.mark.parametrize(
    ("services", "covered"),
    [
        ("pacs", ["img"]),
        ("his", []),
        ("his lis", ["db"]),
        ("his lis pacs", ["db", "engine", "img"]),
        ("power", []),
        ("", []),
    ],
)
def test_a_silenced_service_covers_what_carries_no_other_that_is_loud(
    services: str, covered: list[str]
) -> None:
    carries = {"engine": ("his", "lis", "pacs"), "db": ("his", "lis"), "img": ("pacs",), "pc": ()}
    quiet = [_service(each) for each in services.split()]
    assert sorted(silenced(quiet, {}, now=NOON, carries=carries)) == covered


def test_what_carries_several_services_is_quiet_until_the_first_of_them_is_loud() -> None:
    carries = {"db": ("his", "lis")}
    both = [_service("his", end=60), _service("lis", end=7200), _silence("db", end=30)]
    assert silenced(both, {}, now=NOON, carries=carries)["db"].service == "his"
    assert silenced(both, {}, now=at(61), carries=carries) == {}
    longer = [*both, _silence("db", end=9000)]
    assert silenced(longer, {}, now=NOON, carries=carries)["db"].target == "db"


def test_a_silence_hides_nothing_in_the_counts() -> None:
    rounds = {"a": "oddd", "b": "oddd", "c": "oooo", "d": "owww", "e": "oodd", "f": "oddd", "g": ""}
    parents = {"f": ("a",)}
    loud = counts(_show(rounds, parents=parents).values())
    quiet = counts(_show(rounds, parents=parents, silences=[_silence("a"), _silence("c")]).values())
    assert loud.by == quiet.by
    assert {letter(status): count for status, count in quiet.by.items() if count} == {
        "o": 1, "w": 1, "d": 2, "u": 2, "r": 1,
    }  # fmt: skip
    assert (quiet.total, sum(quiet.by.values())) == (7, 7)
    assert (loud.silenced, loud.firm, loud.ringing) == (0, 3, 2)
    assert (quiet.silenced, quiet.firm, quiet.ringing) == (1, 3, 1)


def test_problems_come_ringing_first_then_worst_then_oldest() -> None:
    shown = _show(
        {"a": "owwwww", "b": "occccc", "c": "oooddd", "d": "oddddd", "e": "oddddd", "f": "oodd"},
        silences=[_silence("e")],
    )
    assert [row.target for row in problems(shown.values())] == ["d", "c", "b", "e", "a"]


def _changes(health: TargetHealth) -> list[str]:
    return [f"{letter(change.old)}>{letter(change.new)}" for change in health.changes]


@pytest.mark.parametrize(
    ("kinds", "changes"),
    [
        ("oooo", []),
        ("oodo", []),
        ("oddd", ["o>d"]),
        ("odddoo", ["o>d", "d>o"]),
        ("owwwccc", ["o>w", "w>c"]),
        ("occcuu", ["o>c", "c>u"]),
        ("ddd", ["u>d"]),
        ("o", []),
    ],
)
def test_only_firm_changes_are_told(kinds: str, changes: list[str]) -> None:
    assert _changes(after(kinds)) == changes


def test_what_changed_in_the_last_hour_newest_first() -> None:
    first, second = after("odddoo", target="a"), after("ooccc", target="b")
    told = recent_changes([first, second], now=at(300))
    assert [(change.target, change.at) for change in told] == [
        ("a", at(150)), ("b", at(120)), ("a", at(90)),
    ]  # fmt: skip
    assert [change.target for change in recent_changes([first, second], now=at(120 + 3600))] == ["a", "b"]
    assert recent_changes([first, second], now=at(2 * 3600)) == ()
    assert told[2].words == "no answer"


def test_the_list_of_changes_is_bounded_in_number_and_time() -> None:
    swift = Policy(attempts=1, recoveries=1)
    health = begin("a", ["snmp"], now=NOON)
    for count in range(40):
        kind = "od"[count // 10 % 2]
        health = step(health, found(kind, seconds=count * 60), policy=swift, now=at(count * 60))
    assert len(health.changes) == 3
    late = step(health, found("o", seconds=9000), policy=swift, now=at(9000))
    assert _changes(late) == ["d>o"]
    health = begin("a", ["snmp"], now=NOON)
    for count in range(200):
        kind = "owcd"[count // 5 % 4]
        health = step(health, found(kind, seconds=count), policy=swift, now=at(count))
    assert len(health.changes) == CHANGES_KEPT
