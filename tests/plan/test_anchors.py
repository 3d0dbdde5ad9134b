"""Heads kept outside the record: how they are read, and what they find."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from hisconsole.plan.anchors import Anchor, found_in, given, head_line, judge, paper_line
from tests.hostile import HOSTILE


def chain(length: int, *, other_from: int = 0) -> list[str]:
    """Hashes of a record by seq - 1; written anew from `other_from` on."""
    return [
        sha256(f"{number}{'x' if other_from and number >= other_from else ''}".encode()).hexdigest()
        for number in range(1, length + 1)
    ]


def judged(anchors: Sequence[Anchor], hashes: Sequence[str]) -> list[str]:
    return list(
        judge(
            anchors,
            hash_at=lambda seq: hashes[seq - 1] if 1 <= seq <= len(hashes) else None,
            seq_of=lambda start: next((at for at, h in enumerate(hashes, 1) if h.startswith(start)), None),
            last=len(hashes),
        )
    )


def at(hashes: Sequence[str], *seqs: int) -> list[Anchor]:
    return [Anchor(seq, hashes[seq - 1]) for seq in seqs]


WAS = chain(200)


@pytest.mark.parametrize(
    ("hashes", "anchors", "fault"),
    [
        (WAS, at(WAS, 1, 100, 200), ""),
        (WAS, [Anchor(0, WAS[9])], ""),
        (WAS, [Anchor(10, WAS[9][:12])], ""),
        (WAS, [], ""),
        (WAS[:150], at(WAS, 100, 180), "The record ends at event 150, and event 180 was known: 30 or more"),
        (WAS[:0], at(WAS, 1), "The record ends at event 0, and event 1 was known: 1 or more"),
        (chain(200, other_from=121), at(WAS, 120), ""),
        (chain(200, other_from=121), at(WAS, 120, 180, 200), "Event 180 is not the one that was known"),
        (chain(200, other_from=1), at(WAS, 60), "Event 60 is not the one that was known"),
        (chain(300, other_from=150), [Anchor(0, WAS[199])], "No event has the hash"),
        (WAS, [Anchor(10, WAS[8])], "Event 10 is not the one that was known"),
    ],
)
def test_what_does_not_fit_is_told(hashes: list[str], anchors: list[Anchor], fault: str) -> None:
    found = judged(anchors, hashes)
    assert len(found) == bool(fault), found
    assert not fault or found[0].startswith(fault), found


def test_several_heads_bound_where_the_record_was_written_anew() -> None:
    (fault,) = judged(at(WAS, 20, 120, 180, 200), chain(200, other_from=150))
    assert fault.endswith("from event 121 to 180, wherever between them it began.")


@drawn(st.integers(1, 60), st.integers(1, 60), st.sets(st.integers(1, 60)))
def test_a_record_written_anew_is_found_by_any_later_head(length: int, anew: int, seqs: set[int]) -> None:
    was = chain(60)
    found = judged(at(was, *seqs), chain(length, other_from=anew))
    assert bool(found) == any(seq >= anew or seq > length for seq in seqs)


@pytest.mark.parametrize(
    ("word", "anchor"),
    [
        (WAS[6], Anchor(0, WAS[6])),
        (f"{WAS[6]}@7", Anchor(7, WAS[6])),
        (f" {WAS[6].upper()}@7\n", Anchor(7, WAS[6])),
        (WAS[6][:12], Anchor(0, WAS[6][:12])),
        (WAS[6][:11], None),
        (f"{WAS[6]}0", None),
        (f"{WAS[6]}@", None),
        (f"{WAS[6]}@-7", None),
        (f"{WAS[6]}@{'9' * 19}", None),
        ("/var/log/messages", None),
        *((word, None) for word in HOSTILE.values()),
    ],
)
def test_a_head_as_a_person_gives_it(word: str, anchor: Anchor | None) -> None:
    assert given(word) == anchor


def test_heads_are_found_in_a_journal_and_on_a_page() -> None:
    line = head_line("Hexi 医院", 7, WAS[6], "20261128T200000Z")
    journal = f"Nov 28 20:00:00 his hisconsole[99]: {line}\nNov 28 20:00:01 his sshd[1]: seq=9 head=short\n"
    page = f"Record up to entry 9, its chain:\n{WAS[8]}\n and again {WAS[8]}"
    assert found_in(journal) == (Anchor(7, WAS[6]),)
    assert found_in(page) == (Anchor(0, WAS[8]),)
    assert found_in(journal + journal + page + WAS[6]) == (Anchor(0, WAS[8]), Anchor(7, WAS[6]))
    assert found_in("") == ()


@pytest.mark.parametrize("seq", [1, 7, 200])
def test_a_person_types_what_a_paper_says(seq: int) -> None:
    line = paper_line(seq, WAS[seq - 1])
    typed = given(line.split()[-1])
    assert typed == Anchor(seq, WAS[seq - 1][:16])
    assert found_in(f"page 3\n{line}  DRILL\n") == (typed,)
    assert judged([typed], WAS) == []
    assert judged([typed], chain(200, other_from=1)) != []


def test_a_paper_of_an_empty_record_names_no_head() -> None:
    line = paper_line(0, "0" * 64)
    assert line.endswith("nothing is on record yet.")
    assert found_in(line) == ()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_around_a_head_hides_none_and_makes_none(text: str) -> None:
    assert found_in(text) == ()
    assert found_in(f"{text} {paper_line(7, WAS[6])} {text}") == (Anchor(7, WAS[6][:16]),)
