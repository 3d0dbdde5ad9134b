"""Who is to blame: parents, circles, and our own path first."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.reach import OwnCheck, OwnPath, Role, above, in_doubt, isolated, reach, subtree
from tests.plan.rounds import NOON, after, at, letter

HISTORY = {
    "ok": "oooooo",
    "down": "ooddd",
    "soft": "oooood",
    "critical": "ooccc",
    "unknown": "oouuu",
    "flaps": "odododo",
    "back": "odddoo",
}
"""Words for a target in the tables below."""


def _healths(states: str) -> dict[str, TargetHealth]:
    """`core=down a=ok`: targets that were all polled at the same moments."""
    pairs = (pair.split("=") for pair in states.split())
    return {target: after(HISTORY[state], target=target) for target, state in pairs}


def _parents(edges: str) -> dict[str, tuple[str, ...]]:
    """`a<core b<core,a`: what hangs on what."""
    pairs = (edge.split("<") for edge in edges.split())
    return {child: tuple(above.split(",")) for child, above in pairs}


@pytest.mark.parametrize(
    ("states", "edges", "expected"),
    [
        ("core=ok a=ok", "a<core", "core=o a=o"),
        ("core=ok a=down", "a<core", "core=o a=d"),
        ("core=down a=ok", "a<core", "core=d a=o"),
        ("core=down a=down", "a<core", "core=d a=r"),
        ("core=down a=soft", "a<core", "core=d a=r"),
        ("core=soft a=down", "a<core", "core=u a=d"),
        ("core=soft a=soft", "a<core", "core=u a=u"),
        ("core=unknown a=down", "a<core", "core=u a=d"),
        ("core=critical a=down", "a<core", "core=c a=d"),
        ("core=down a=critical", "a<core", "core=d a=c"),
        ("core=down a=unknown", "a<core", "core=d a=u"),
        ("core=down a=flaps", "a<core", "core=d a=w"),
        # Chains.
        ("core=down a=down b=down", "a<core b<a", "core=d a=r b=r"),
        ("core=down a=ok b=down", "a<core b<a", "core=d a=o b=d"),
        ("core=ok a=down b=down", "a<core b<a", "core=o a=d b=r"),
        ("core=down a=soft b=down", "a<core b<a", "core=d a=r b=r"),
        ("core=soft a=down b=down", "a<core b<a", "core=u a=d b=r"),
        ("a=down b=down c=down d=down", "b<a c<b d<c", "a=d b=r c=r d=r"),
        # Two parents are redundant.
        ("x=down y=ok a=down", "a<x,y", "x=d y=o a=d"),
        ("x=ok y=down a=down", "a<x,y", "x=o y=d a=d"),
        ("x=down y=down a=down", "a<x,y", "x=d y=d a=r"),
        ("x=down y=soft a=down", "a<x,y", "x=d y=u a=d"),
        ("x=down y=down a=ok", "a<x,y", "x=d y=d a=o"),
        ("core=down x=down y=down a=down", "x<core y<core a<x,y", "core=d x=r y=r a=r"),
        ("core=down x=down y=down a=down", "x<core a<x,y", "core=d x=r y=d a=r"),
        ("core=down x=down y=ok a=down", "x<core a<x,y", "core=d x=r y=o a=d"),
        # A parent that nobody watches is not known to be gone.
        ("a=down", "a<ghost", "a=d"),
        ("x=down a=down", "a<x,ghost", "x=d a=d"),
        # Circles: no loop, and the blame stays.
        ("a=down", "a<a", "a=d"),
        ("a=down b=down", "a<b b<a", "a=d b=d"),
        ("a=down b=down c=down d=down", "a<b b<c c<a d<a", "a=d b=d c=d d=d"),
        ("x=down a=down b=down y=down z=down", "a<b b<a y<x z<y", "x=d a=d b=d y=r z=r"),
        # No parents at all.
        ("a=down b=ok", "", "a=d b=o"),
    ],
)
def test_unreachable_behind_parents(states: str, edges: str, expected: str) -> None:
    found = reach(_healths(states), _parents(edges))
    assert " ".join(f"{target}={letter(status)}" for target, status in found.items()) == expected


def test_a_child_is_held_until_it_was_polled_after_its_parent_came_back() -> None:
    core = after("odddoo", target="core")
    child = replace(after("ddd"), target="a")
    assert core.recovered_at == at(150)
    for checked, expected in ((60, "r"), (150, "r"), (151, "u")):
        probe = replace(child.probes[0], checked_at=at(checked))
        healths = {"core": core, "a": replace(child, probes=(probe,))}
        found = reach(healths, {"a": ("core",)})["a"]
        assert letter(found) == (expected if expected == "r" else letter(child.status))


def test_the_answer_does_not_depend_on_the_order() -> None:
    healths = _healths("core=down x=down y=soft a=down b=down c=ok d=down e=down")
    parents = _parents("x<core y<core a<x,y b<a c<a d<c e<e")
    expected = reach(healths, parents)
    names, shuffle = list(healths), random.Random(7).shuffle
    for _ in range(20):
        shuffle(names)
        mixed = {name: tuple(reversed(parents.get(name, ()))) for name in names}
        assert reach({name: healths[name] for name in names}, mixed) == expected


def test_a_chain_of_ten_thousand_is_walked_without_recursion() -> None:
    down = after("ddd")
    healths = {str(count): down for count in range(10_000)}
    parents = {str(count): (str(count - 1),) for count in range(1, 10_000)}
    found = reach(healths, parents)
    assert [letter(found[name]) for name in ("0", "1", "9999")] == ["d", "r", "r"]


@pytest.mark.parametrize(
    ("states", "edges", "asked"),
    [
        ("core=soft a=down", "a<core", "core"),
        ("core=ok a=down", "a<core", ""),
        ("core=down a=down", "a<core", ""),
        ("core=soft a=ok", "a<core", ""),
        ("core=soft a=critical", "a<core", ""),
        ("x=soft y=soft a=down", "a<x,y", "x y"),
        ("x=soft y=ok a=down", "a<x,y", ""),
        ("x=soft y=down a=down", "a<x,y", "x"),
        ("a=down", "", ""),
        ("a=down", "a<ghost", ""),
        ("a=soft", "a<a", ""),
        # A parent that is unreachable itself is known to be gone, firm or not.
        ("core=down x=soft a=down", "x<core a<x", ""),
        ("core=soft x=soft a=down", "x<core a<x", "x"),
    ],
)
def test_the_parents_to_ask_first(states: str, edges: str, asked: str) -> None:
    healths, parents = _healths(states), _parents(edges)
    assert " ".join(in_doubt("a", healths, parents, reach(healths, parents))) == asked


def test_a_parent_not_polled_since_the_target_fell_silent_is_asked_first() -> None:
    healths = {"core": after("oo", target="core"), "a": after("oodd", target="a")}
    parents = {"a": ("core",)}
    assert in_doubt("a", healths, parents, reach(healths, parents)) == ("core",)


@pytest.mark.parametrize(
    ("target", "edges", "found"),
    [
        ("a", "a<x,y x<core y<core b<a", "a core x y"),
        ("core", "a<core", "core"),
        ("a", "a<ghost", "a"),
        ("d", "d<a a<b b<a", "a b d"),
        ("a", "a<b b<x x<a", "a"),
    ],
)
def test_what_a_target_hangs_on(target: str, edges: str, found: str) -> None:
    healths = _healths(" ".join(f"{each}=ok" for each in ("a", "b", "d", "x", "y", "core")))
    assert " ".join(sorted(above(target, healths, _parents(edges)))) == found


@pytest.mark.parametrize(
    ("top", "edges", "inside"),
    [
        ("core", "", "core"),
        ("core", "a<core b<a c<core,other", "a b core"),
        ("core", "x<core y<core a<x,y b<a", "a b core x y"),
        ("x", "x<core y<core a<x,y b<a", "x"),
        ("a", "a<b b<a", "a b"),
        ("ghost", "a<b", "ghost"),
    ],
)
def test_what_hangs_on_a_target_alone(top: str, edges: str, inside: str) -> None:
    assert " ".join(sorted(subtree(top, _parents(edges)))) == inside


LINK, GATEWAY, VANTAGE = Role.LINK, Role.GATEWAY, Role.VANTAGE


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ([], ""),
        ([(LINK, True), (GATEWAY, True), (VANTAGE, True)], ""),
        ([(LINK, False)], "our network card has no link: 1"),
        ([(LINK, False), (LINK, True)], ""),
        ([(LINK, False), (LINK, False)], "our network card has no link: 1, 2"),
        ([(LINK, False), (GATEWAY, False), (VANTAGE, False)], "our network card has no link: 1"),
        ([(LINK, None), (GATEWAY, False)], "our gateway does not answer: 2"),
        ([(GATEWAY, False)], "our gateway does not answer: 1"),
        ([(GATEWAY, False), (GATEWAY, True)], ""),
        ([(GATEWAY, False), (VANTAGE, False)], "our gateway does not answer: 1"),
        ([(GATEWAY, False), (VANTAGE, None)], "our gateway does not answer: 1"),
        # Its gateway hides, but the rest of the hospital answers.
        ([(GATEWAY, False), (VANTAGE, True)], ""),
        ([(LINK, False), (VANTAGE, True)], ""),
        # One switch that is silent is a dead switch.
        ([(GATEWAY, True), (VANTAGE, False)], ""),
        ([(GATEWAY, True), (VANTAGE, False), (VANTAGE, False)], ""),
        ([(VANTAGE, False)], ""),
        ([(VANTAGE, False), (VANTAGE, False)], "nothing answers us: 1, 2"),
        ([(VANTAGE, False), (VANTAGE, None)], ""),
        ([(LINK, None), (GATEWAY, None), (VANTAGE, None)], ""),
    ],
)
def test_our_own_path(checks: list[tuple[Role, bool | None]], words: str) -> None:
    made = [OwnCheck(role, str(count), answered) for count, (role, answered) in enumerate(checks, 1)]
    first = isolated(made, before=OwnPath(), now=NOON)
    assert (first.words, first.isolated, first.trusted) == (words, False, not words)
    second = isolated(made, before=first, now=at(5))
    assert second.isolated is bool(words)
    assert second.since == (NOON if words else None)


def test_isolation_is_free_at_the_first_good_verdict() -> None:
    bad, good = [OwnCheck(GATEWAY, "gw", answered=False)], [OwnCheck(GATEWAY, "gw", answered=True)]
    cut = isolated(bad, before=isolated(bad, before=OwnPath(), now=NOON), now=at(5))
    assert (cut.isolated, cut.since) == (True, NOON)
    assert isolated(bad, before=cut, now=at(-3600)).since == at(-3600)
    assert isolated(good, before=cut, now=at(10)) == OwnPath()
