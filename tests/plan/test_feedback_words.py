"""What a message says: worded from the record as far as it goes, and read out whole (domain 5.6)."""

from __future__ import annotations

from datetime import datetime

import pytest

from hisconsole.plan.asking import label_of
from hisconsole.plan.due import duty_label
from hisconsole.plan.feedback import (
    TELL,
    UPDATE,
)
from hisconsole.plan.feedback_words import came_of_it, drafted, spoken, status_of
from hisconsole.plan.outreach import Channel, MessageStatus
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock
from tests.hospital import START
from tests.hostile import HOSTILE
from tests.plan.play import PLAN, ZONE, Play
from tests.plan.telling import SENT, called, two


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        pytest.param([], None, id="nobody has looked yet"),
        pytest.param([("verify", {"result": "confirmed"})], MessageStatus.VERIFIED, id="confirmed"),
        pytest.param(
            [("verify", {"result": "not-reproduced"})],
            MessageStatus.NOT_REPRODUCED,
            id="plan 3: owed also when not reproduced",
        ),
        pytest.param(
            [("verify", {"result": "user-resolved"})], MessageStatus.RECOVERED, id="the user solved it"
        ),
        pytest.param(
            [
                ("verify", {"result": "confirmed"}),
                ("classify", {"category": "Other", "reason": "card center"}),
            ],
            MessageStatus.EXTERNAL,
            id="plan 4: Other",
        ),
        pytest.param(
            [("verify", {"result": "confirmed"}), ("recovered", {})], MessageStatus.RECOVERED, id="recovered"
        ),
    ],
)
def test_what_it_says_of_the_fault(
    acts: list[tuple[str, dict[str, str]]], expected: MessageStatus | None
) -> None:
    play = Play().call().act("acknowledge")
    for name, answers in acts:
        play.act(name, **answers)
    assert status_of(play.incident) is expected


def words(play: Play) -> dict[str, str]:
    def short(moment: datetime) -> str:
        return clock(moment, zone=ZONE, now=play.now)

    return drafted(play.incident, PLAN, now=play.now, clock=short, call=str.upper)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        pytest.param([], {"status": "verified", "eta": "not known yet"}, id="no ETA"),
        pytest.param(
            [("eta", {"earliest": "+30", "latest": "+60"})], {"eta": "22:30 - 23:00"}, id="the window"
        ),
        pytest.param([("eta", {"earliest": "+30", "latest": "+30"})], {"eta": "22:30"}, id="one time"),
        pytest.param(
            [("classify", {"category": "I", "reason": "r"})], {"next": "22:15"}, id="Category I: every 15 min"
        ),
        pytest.param(
            [("classify", {"category": "II", "reason": "r"})], {"next": "22:30"}, id="II: every 30 min"
        ),
        pytest.param(
            [("stopped", {"departments": "reg"})],
            {"dont": "use the computer before you are told to"},
            id="domain 1.3: nobody resumes on his own",
        ),
        pytest.param(
            [("recovered", {})],
            {"status": "recovered", "do": "Go on working, and call at once if it comes back."},
            id="recovered",
        ),
        pytest.param(
            [("stopped", {"departments": "reg"}), ("recovered", {})],
            {"do": "Stay on paper until the notice says otherwise."},
            id="domain 5.8: recovered, but on paper",
        ),
    ],
)
def test_it_is_worded_from_the_record(
    acts: list[tuple[str, dict[str, str]]], expected: dict[str, str]
) -> None:
    play = two()
    play.now = START
    for name, answers in acts:
        play.act(name, **answers)
    play.now = START
    said = words(play)
    assert expected.items() <= said.items()
    assert said["affected"] == "REG, LAB: cannot save"


def test_many_departments_are_counted() -> None:
    play = called(*((f"w-{n}", f"d{n}") for n in range(9)))
    assert words(play)["affected"] == "D0, D1, D2, D3, D4, D5 and 3 more: cannot save"


def test_it_is_read_out_whole() -> None:
    play = two().act("message", **SENT, dont="log in", eta="22:30", next="+15")
    said = spoken(
        play.incident.messages[0],
        1,
        hospital="Test Hospital",
        status="verified",
        clock=lambda moment: clock(moment, zone=ZONE, now=START),
    )
    assert said == (
        "Information center of Test Hospital, message 1 on incident 0001: verified. Affected: registration. "
        "Do now: use paper. Do not: log in. Works again: 22:30. Next word by 22:15. "
        "Please repeat what I said."
    )


def test_choices_and_duties_have_words() -> None:
    assert [label_of(each) for each in MessageStatus] == [
        *("verified", "not reproduced", "outside the hospital", "works again"),
    ]
    assert [label_of(each) for each in Channel] == ["by phone", "by broadcast", "by runner", "in person"]
    assert (duty_label(PLAN, TELL, "3"), duty_label(PLAN, UPDATE, "")) == ("tell on 3", "next word")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_nothing_typed_acts_on_a_terminal(text: str) -> None:
    play = two().act("message", status="verified", affected=f"x{text}", do=f"x{text}", dont=text, eta=text)
    play.act("told", recipients="reg", reached="yes", person=text)
    for event in play.events[-2:]:
        assert tell(event, clock=str).isprintable()


def test_how_far_it_has_come_stands_in_a_sentence() -> None:
    play = called(*((f"w-{n}", f"d{n}") for n in range(4)))
    assert came_of_it(play.incident) == ""
    play.act("message", **SENT)
    assert came_of_it(play.incident) == (
        "message 1, 0 of 8 reached; not yet: w-0, w-1, w-2, w-3, d0, d1 and 2 more"
    )
    play.act("told", recipients="w-0, w-1, w-2, w-3, d0", reached="yes")
    assert came_of_it(play.incident) == "message 1, 5 of 8 reached; not yet: d1, d2, d3"
    play.act("told", recipients="all", reached="yes")
    assert came_of_it(play.incident) == "message 1, 8 of 8 reached"
