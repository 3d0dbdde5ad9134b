"""Undo: the last act, by its author, within ten seconds, and never a call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan import calls
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State
from tests.plan.play import LI, WANG, Play, a_report, standing_in

A, M, N = State.ACTIVE, State.MITIGATED, State.NEW


@dataclass(frozen=True)
class Undo:
    """One attempt to take back the last act."""

    said: str
    act: str
    given: dict[str, str]
    undone: State | None = None
    after: float = 1
    by: str = LI
    refusal: str = ""


@pytest.mark.parametrize(
    "case",
    [
        Undo("at once", "mitigated", {}, A),
        Undo("at the last moment", "mitigated", {}, A, after=10),
        Undo("too late", "mitigated", {}, after=11, refusal="is 11 s old; undo works for 10 s"),
        Undo("another's act", "mitigated", {}, by=WANG, refusal="was li.na's, not yours"),
        Undo("an act of two events", "verify", {"result": "confirmed"}, N),
    ],
    ids=lambda case: case.said,
)
def test_undo(case: Undo) -> None:
    play = Play().call() if case.undone is N else standing_in(A)
    before = play.incident
    play.act(case.act, **case.given)
    play.now = play.events[-1].recorded + timedelta(seconds=case.after)
    if case.refusal:
        with pytest.raises(Refused, match=case.refusal):
            play.act("undo", case.by)
        return
    play.act("undo", case.by)
    assert play.incident.state is case.undone
    assert _apart_from_its_end(play.incident) == _apart_from_its_end(before)
    with pytest.raises(Refused, match="nothing more to undo"):
        play.act("undo", case.by)


def _apart_from_its_end(incident: Incident) -> Incident:
    return replace(incident, version=0, last_act="", last_actor="", last_recorded=None)


def test_after_an_undo_the_act_can_be_done_again() -> None:
    play = standing_in(A).act("mitigated").act("undo").act("mitigated", text="again")
    assert play.incident.state is M
    assert [event.kind.value for event in play.events[-3:]] == ["mitigated", "undone", "mitigated"]


def test_a_correction_is_not_undone() -> None:
    play = standing_in(A)
    corrected = replace(a_report(1), words="other words")
    play.write(calls.correct(play.incident, corrected, now=play.now))
    with pytest.raises(Refused, match="correct, detach or move it"):
        play.act("undo")
