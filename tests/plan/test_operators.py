"""Roles by file and by act, and how somebody is known at an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.operators import (
    Operator,
    PinFact,
    Proof,
    give_roles,
    given,
    not_allowed,
    pin_fact,
    pins_kept,
    proof_of,
    roles_of,
)
from hisconsole.plan.roles import Role

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NAMED = {
    "wang.lei": Operator("wang.lei", frozenset({Role.DIRECTOR})),
    "li.na": Operator("li.na", frozenset({Role.OPERATOR}), accounts=("lina",)),
    "ma.chao": Operator("ma.chao", frozenset({Role.ENGINEER}), key_accounts=("his",)),
}
ALL = ("li.na", "wang.lei", "ma.chao", "tang.xin")


def recorded(new: NewEvent, by: str = "wang.lei", seq: int = 1) -> Event:
    return Event(seq, "a", new.kind, new.incident, new.at, NOW, by, "root", "local", new.body)


def test_roles_are_those_of_the_file_until_a_director_gives_others() -> None:
    assert roles_of("ma.chao", NAMED, {}) == {Role.ENGINEER}
    new = give_roles("ma.chao", [Role.OBSERVER], everybody=ALL, named=NAMED, given={}, now=NOW)
    assert new.kind is Kind.ROLES
    assert new.incident == SITE
    now_given = given([recorded(new)])
    assert roles_of("ma.chao", NAMED, now_given) == {Role.OBSERVER}
    assert (now_given["ma.chao"].by, now_given["ma.chao"].at) == ("wang.lei", NOW)


def test_whom_no_file_names_is_an_operator_and_without_a_file_all_are() -> None:
    assert roles_of("tang.xin", NAMED, {}) == {Role.OPERATOR}
    assert roles_of("ma.chao", {}, {}) == {Role.OPERATOR}


def test_somebody_stays_a_director() -> None:
    with pytest.raises(Refused, match="the only director"):
        give_roles("wang.lei", [Role.OPERATOR], everybody=ALL, named=NAMED, given={}, now=NOW)
    second = given([recorded(give_roles("li.na", list(Role), everybody=ALL, named=NAMED, given={}, now=NOW))])
    give_roles("wang.lei", [Role.OPERATOR], everybody=ALL, named=NAMED, given=second, now=NOW)


@pytest.mark.parametrize(
    ("who", "roles", "words"), [("li.na", [Role.OPERATOR], "already"), ("li.na", [], "at least one")]
)
def test_what_changes_nothing_is_refused(who: str, roles: list[Role], words: str) -> None:
    with pytest.raises(Refused, match=words):
        give_roles(who, roles, everybody=ALL, named=NAMED, given={}, now=NOW)


@pytest.mark.parametrize(
    ("who", "account", "by_key", "has_pin", "proof"),
    [
        ("li.na", "lina", False, False, Proof.OWN),
        ("li.na", "lina", False, True, Proof.OWN),
        ("li.na", "desk", False, True, Proof.PIN),
        ("li.na", "desk", False, False, Proof.FREE),
        ("li.na", "desk", True, True, Proof.PIN),  # a variable that anybody can set there
        ("ma.chao", "his", True, True, Proof.OWN),
        ("ma.chao", "his", False, True, Proof.PIN),
        ("wang.lei", "his", True, True, Proof.PIN),
        ("wang.lei", "lina", False, True, Proof.PIN),
        ("wang.lei", "lina", False, False, Proof.NEVER),
        ("tang.xin", "lina", False, False, Proof.NEVER),
        ("tang.xin", "desk", False, False, Proof.FREE),
    ],
)
def test_how_somebody_is_known(who: str, account: str, by_key: bool, has_pin: bool, proof: Proof) -> None:
    assert proof_of(who, account=account, by_key=by_key, named=NAMED, has_pin=has_pin) is proof


def test_whose_pin_is_on_another_host_is_not_known_here_by_his_word() -> None:
    def proof(account: str, *, has_pin: bool) -> Proof:
        return proof_of("li.na", account=account, by_key=False, named=NAMED, has_pin=has_pin, elsewhere=True)

    assert proof("desk", has_pin=False) is Proof.NEVER
    assert proof("desk", has_pin=True) is Proof.PIN
    assert proof("lina", has_pin=False) is Proof.OWN


def test_who_has_a_pin_is_told_by_the_last_that_was_set_or_cleared() -> None:
    whats = [
        ("li.na", PinFact.SET),
        ("wang.lei", PinFact.SET),
        ("wang.lei", PinFact.CLEARED),
        ("li.na", PinFact.WRONG),
        ("ma.chao", PinFact.GIVEN),
    ]
    made = [recorded(pin_fact(who, what, now=NOW), seq=at) for at, (who, what) in enumerate(whats, 1)]
    assert pins_kept(made) == {"li.na": True, "wang.lei": False}


def test_a_refusal_on_record_counts_those_before() -> None:
    body = not_allowed("close", 7, {Role.OBSERVER}, before=4, now=NOW).body
    assert body == {"act": "close", "incident": 7, "roles": ["observer"], "before": 4}
