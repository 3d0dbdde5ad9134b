"""The table of roles: complete, reasoned, and never in the operator's way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hisconsole
from hisconsole.plan import roles
from hisconsole.plan.acts import all_acts
from hisconsole.plan.roles import (
    DIRECTORS,
    DUTY,
    EVERYBODY,
    MACHINES,
    TECHNICAL,
    Role,
    may,
    refusal,
    role_label,
    roles_told,
    table,
)

SOURCE = Path(hisconsole.__file__).parent


def recorded() -> set[str]:
    """The acts that the source records or asks about, by the names that stand in it."""
    names: set[str] = set()
    for path in [*SOURCE.glob("desk/*.py"), *SOURCE.glob("cli/*.py"), *SOURCE.glob("console/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                names |= _named(node)
    return names


def _named(call: ast.Call) -> set[str]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    found = [word.value for word in call.keywords if word.arg == "doing" and called != "Looking"]
    if called == "permit":
        found += call.args
    names = {
        value.value
        for each in found
        for value in ast.walk(each)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }
    if called in ("_record", "_about"):  # these take sentences, too
        words = {each.value for each in call.args if isinstance(each, ast.Constant)}
        names |= {each for each in words if isinstance(each, str) and each in _ROWS}
    return names


_ROWS = table()


def test_every_act_has_a_row_and_every_row_an_act() -> None:
    own_and_other = {"own-pin", "others-pin"}  # told apart by whose it is
    assert set(all_acts()) | recorded() | own_and_other == set(_ROWS)


def test_no_act_has_two_rows() -> None:
    rows = [*roles._of_incidents(), *roles._of_outreach(), *roles._of_the_site(), *roles._of_people()]
    assert len({row.act for row in rows}) == len(rows)


def test_each_act_that_is_recorded_names_itself() -> None:
    """A literal, or the parameter `doing` of a function whose callers give one."""
    unnamed = []
    for path in SOURCE.glob("desk/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "record":
                continue
            given = [word.value for word in node.keywords if word.arg == "doing"]
            known = [
                each
                for each in given
                if (isinstance(each, ast.Constant) and each.value in _ROWS)
                or (isinstance(each, ast.Name) and each.id in ("doing", "name"))
            ]
            if not known:
                unnamed.append(f"{path.name}:{node.lineno}")
    assert unnamed == []


WRITERS = {
    "desk.py:record",  # asks the table first
    "desk.py:permit",  # that something was refused
    "desk.py:write_down",  # that a PIN was given, and acts that need eyes: asks for no right
    "duties.py:_recompute",  # projections alone
    "replaying.py:_write_out",  # through `write_down`
}


def test_nothing_is_written_past_the_table() -> None:
    """Whoever opens the record for writing is one of these, so no act can do without a row."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name == "store":
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr == "write":
                    owner = node.value.attr if isinstance(node.value, ast.Attribute) else ""
                    owner = node.value.id if isinstance(node.value, ast.Name) else owner
                    if owner in ("database", "record", "store"):
                        found.add(f"{path.name}:{function.name}")
    assert found == WRITERS


def test_every_row_has_a_reason_in_a_sentence() -> None:
    assert [row.act for row in _ROWS.values() if not row.why.endswith(".") or len(row.why) < 20] == []


def test_an_operator_is_never_blocked() -> None:
    """Law 8: all but who may do what; that a director says."""
    assert {name for name in _ROWS if not may({Role.OPERATOR}, name, _ROWS)} == {"others-pin", "roles"}


def test_an_observer_changes_nothing_but_his_own_pin() -> None:
    assert {name for name in _ROWS if may({Role.OBSERVER}, name, _ROWS)} == {"own-pin"}


def test_a_role_may_what_the_one_below_it_may() -> None:
    allowed = [{name for name in _ROWS if may({role}, name, _ROWS)} for role in Role]
    assert allowed[0] < allowed[1] < allowed[2] < allowed[3]
    assert allowed[3] == set(_ROWS)
    assert EVERYBODY > TECHNICAL > DUTY > DIRECTORS


def test_machines_do_what_is_in_the_table_and_nothing_of_people() -> None:
    for acts in MACHINES.values():
        assert acts < set(_ROWS)
        assert acts.isdisjoint({"roles", "others-pin", "own-pin", "reveal", "close"})


def test_an_act_without_a_row_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        may({Role.DIRECTOR}, "no-such-act", _ROWS)


def test_a_refusal_says_who_may_and_who_can_change_it() -> None:
    told = refusal("ma.chao", {Role.ENGINEER}, _ROWS["close"], directors=["Wang Lei"])
    assert told == "ma.chao is engineer here: 'close' is for operator, director. Wang Lei can change roles."


def test_roles_are_told_in_words() -> None:
    assert [role_label(role) for role in Role] == ["observer", "engineer", "operator", "director"]
    assert roles_told([]) == "nobody"
