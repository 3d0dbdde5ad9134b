"""Kept acts that do not fit: each is set out for eyes once, and none holds up or spoils another."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import exc

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.desk.memory import Memory
from hisconsole.desk.replaying import (
    Tally,
    replay_orphans,
    sentence_of,
    settle,
    told_unsettled,
    unsettled,
)
from hisconsole.errors import Away
from hisconsole.plan.events import PROVISIONAL, Kind
from hisconsole.plan.operators import Operator
from hisconsole.plan.roles import Role
from hisconsole.store import projections, sqlite
from hisconsole.store.journal import ASIDE, END, File, Journal, Place
from hisconsole.store.journal_lines import Aside, Entry, Line, framed, lines_of
from hisconsole.store.unread import UNREAD
from hisconsole.store.verify import verify
from tests.desk.away import CALL, keeping
from tests.hospital import SITE, START, Clock, lay_record, open_desk
from tests.postgres import SQLITE

FOR_EVER = float("inf")


def _bring(folder: Path) -> Tally:
    desk = open_desk(folder / "data")
    tally = Tally()
    try:
        assert replay_orphans(desk, Journal([Place(folder / "kept")]), tally, until=FOR_EVER)
    finally:
        desk.database.close()
    return tally


def _lay(folder: Path, *lines: Line, name: str = f"{1:016x}-7-00000000{END}") -> Path:
    """A file as a process that is gone has left it."""
    (folder / "kept").mkdir(mode=0o700, exist_ok=True)
    path = folder / "kept" / name
    path.write_bytes(b"".join(map(framed, lines)))
    return path


def _note(act: str, words: str, **changes: object) -> Entry:
    values = {
        "act": act,
        "kind": "act",
        "given": {"name": "note", "number": 1, "given": {"text": words}},
        "operator": "li.na",
        "os_user": "tester",
        "source": "local no tty",
        "at": START,
        "label": "Note",
        "incident": 1,
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk on a record that holds one incident."""
    lay_record(tmp_path / "data")
    desk = open_desk(tmp_path / "data", now=clock)
    calls.take_call(desk, CALL)
    yield desk
    desk.database.close()


def _noted(desk: Desk, number: int = 1) -> list[str]:
    history = reading.read_incident(desk, number).history
    return [each.body["text"] for each in history if each.kind is Kind.NOTED]


def test_an_act_with_an_id_that_none_may_have_needs_eyes_and_holds_up_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    _lay(tmp_path, _note("TICKET_4711", "odd"), _note("\ud800", "odder"), _note("good", "behind them"))
    tally = _bring(tmp_path)
    assert (len(tally.done), tally.eyes) == (3, 2)
    events = unsettled(desk)
    assert ["at most 36 letters" in each.body["why"] for each in events] == [True, True]
    assert all(len(each.act) == 32 for each in events)
    assert _noted(desk) == ["behind them"]
    assert list((tmp_path / "kept").iterdir()) == []
    _lay(tmp_path, _note("TICKET_4711", "odd"))
    _bring(tmp_path)
    assert [each.seq for each in unsettled(desk)] == [each.seq for each in events]  # said once


def test_a_kept_act_carries_who_did_it_and_from_where_whoever_brings_it(desk: Desk, tmp_path: Path) -> None:
    _lay(
        tmp_path, _note("theirs", "kept", operator="wang.wei", os_user="shared", source="10.1.2.3 /dev/pts/7")
    )
    assert (desk.actor.operator, desk.actor.os_user) == ("li.na", "tester")
    _bring(tmp_path)
    (noted,) = (each for each in reading.read_incident(desk, 1).history if each.kind is Kind.NOTED)
    assert (noted.actor, noted.os_user, noted.source) == ("wang.wei", "shared", "10.1.2.3 /dev/pts/7")
    assert desk.actor.operator == "li.na"


def test_an_act_of_somebody_who_has_left_needs_eyes_and_holds_up_nothing(desk: Desk, tmp_path: Path) -> None:
    named = tuple(Operator(who, frozenset({Role.DIRECTOR})) for who in ("wang.wei", "zhao.min"))
    roster = tuple(each for each in SITE.roster if each.id != "li.na")
    desk.site = replace(SITE, named=named, roster=roster)
    _lay(tmp_path, _note("left", "of li.na"), _note("good", "of wang.wei", operator="wang.wei"))
    tally = Tally()
    assert replay_orphans(desk, Journal([Place(tmp_path / "kept")]), tally, until=FOR_EVER)
    assert (len(tally.done), tally.eyes) == (2, 1)
    (event,) = unsettled(desk)
    assert (event.act, event.actor, event.body["by"]) == ("left", "li.na", "li.na")
    assert _noted(desk) == ["of wang.wei"]
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_lines_that_cannot_be_read_are_put_by_and_told_once(desk: Desk, tmp_path: Path) -> None:
    path = _lay(tmp_path, _note("good", "before"), _note("bad", "spoilt"), _note("also", "behind"))
    path.write_bytes(path.read_bytes().replace(b'"spoilt"', b'"sp0ilt"'))
    kept, path_numbers = path.read_bytes(), path.with_suffix(ASIDE)
    path_numbers.write_bytes(framed(Aside("bad", {"callback": "13800138000"})))
    tally = _bring(tmp_path)
    assert _noted(desk) == ["before", "behind"]
    assert sentence_of(tally) == "2 kept acts were recorded; 1 needs your eyes: press !."
    (event,) = unsettled(desk)
    assert event.body["given"]["file"] == path.name + UNREAD
    assert f"1 line cannot be read. Look into {path.name}.unread in {tmp_path}/kept" in event.body["why"]
    left = {each.name: each for each in (tmp_path / "kept").iterdir()}
    assert set(left) == {path.name + UNREAD, path_numbers.name + UNREAD}
    assert {stat.S_IMODE(each.stat().st_mode) for each in left.values()} == {0o600}
    assert left[path.name + UNREAD].read_bytes().startswith(kept)
    path.write_bytes(kept)  # as if it had been killed before it was put by
    assert _bring(tmp_path).eyes == 0
    assert len(unsettled(desk)) == 1
    assert not path.exists()


def test_a_line_torn_at_the_end_of_an_orphan_is_nothing_to_see_to(desk: Desk, tmp_path: Path) -> None:
    path = _lay(tmp_path, _note("good", "before"))
    path.write_bytes(path.read_bytes() + framed(_note("torn", "never said to be kept"))[:-40])
    assert _bring(tmp_path).eyes == 0
    assert (_noted(desk), unsettled(desk)) == (["before"], ())
    assert list((tmp_path / "kept").iterdir()) == []


def test_an_act_for_an_incident_of_a_record_that_was_lost_needs_eyes(desk: Desk, tmp_path: Path) -> None:
    opened = reading.read_incident(desk, 1).history[0].act
    desk.keeping = keeping(tmp_path, now=desk.now)
    desk.keeping.went(Away("gone"))
    desk.perform("note", 1, {"text": "of this incident"})
    desk.keeping.close()
    desk.keeping = None
    (path,) = (tmp_path / "kept").iterdir()
    (entry,) = (each for each in lines_of(path.read_bytes()) if isinstance(each, Entry))
    assert entry.opened == opened
    other = replace(_note("other", "of another"), opened="01900000-0000-7000-8000-000000000000")
    path.write_bytes(framed(entry) + framed(other) + framed(_note("old", "nobody knew")))
    tally = _bring(tmp_path)
    assert (len(tally.done), tally.eyes) == (3, 1)
    assert _noted(desk) == ["of this incident", "nobody knew"]
    (event,) = unsettled(desk)
    assert (event.act, event.body["incident"]) == ("other", 1)
    assert event.body["why"].startswith("0001 is another incident now than when this was done")


def test_an_older_line_without_the_opening_act_is_read(tmp_path: Path) -> None:
    body = framed(_note("a", "old")).partition(b'",{')[2].removesuffix(b"]\n").replace(b',"opened":""', b"")
    body = b"{" + body
    digest = hashlib.sha256(body).hexdigest()[:32].encode()
    line = b'["hisj1",%d,"%s",%s]\n' % (len(body), digest, body)
    assert list(lines_of(line)) == [_note("a", "old")]


def _call(act: str, provisional: int = 0, *, join: int | None = None, words: str = "kept") -> Entry:
    given = {"given": {**CALL, "words": words}, "join": join}
    about = {"kind": "call", "given": given, "incident": join or 0, "provisional": provisional}
    return _note(act, "", **about, label="Call taken")


def test_the_number_of_a_caller_is_shown_until_his_call_is_settled(desk: Desk, tmp_path: Path) -> None:
    path = _lay(tmp_path, _call("joins", join=9))
    path.with_suffix(ASIDE).write_bytes(framed(Aside("joins", {"callback": "13800138000"})))
    assert _bring(tmp_path).eyes == 1
    assert list((tmp_path / "kept").iterdir()) == []
    ((event, sentence),) = told_unsettled(desk)
    assert sentence.endswith("Call back: 13800138000")
    assert "13800138000" not in str(event.body)
    covered = copy(desk)
    covered._site = replace(SITE, covered=True)
    ((_event, masked),) = told_unsettled(covered)
    assert "Call back: " in masked
    assert "13800138000" not in masked
    settle(desk, event.seq, text="rung back")
    with desk.database.read() as connection:
        assert projections.callbacks(connection, [-event.seq]) == {}
        assert verify(connection).faults == ()


K1 = PROVISIONAL + 1


def _about_k1(act: str, words: str) -> Entry:
    return _note(act, "", given={"name": "note", "number": K1, "given": {"text": words}}, incident=K1)


def test_two_processes_with_one_id_do_not_share_their_numbers(desk: Desk, tmp_path: Path) -> None:
    _lay(tmp_path, _call("first", K1), name=f"{1:016x}-7xaa-00000000{END}")
    second = (_call("refused", K1, join=9), _about_k1("note", "of the second"))
    _lay(tmp_path, *second, name=f"{2:016x}-7xbb-00000000{END}")
    assert _bring(tmp_path).eyes == 2
    assert _noted(desk, 2) == []


def test_a_refused_call_has_no_number_of_an_older_one(desk: Desk, tmp_path: Path) -> None:
    _lay(tmp_path, _call("first", K1), _call("refused", K1, join=9), _about_k1("note", "of the second"))
    assert _bring(tmp_path).eyes == 2
    assert _noted(desk, 2) == []


def test_the_files_of_a_process_stay_until_all_are_whole(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lay(tmp_path, _call("first", K1), name=f"{1:016x}-7xaa-00000000{END}")
    later = _lay(tmp_path, _about_k1("note", "about it"), name=f"{2:016x}-7xaa-00000001{END}")
    journal, tally = Journal([Place(tmp_path / "kept")]), Tally()
    with monkeypatch.context() as patched:
        waiting = File.waiting

        def stuck(self: File) -> object:
            if self.path == later:
                raise Away("gone between the two")
            return waiting(self)

        patched.setattr(File, "waiting", stuck)
        with pytest.raises(Away):
            replay_orphans(desk, journal, tally, until=FOR_EVER)
    assert len(list((tmp_path / "kept").iterdir())) == 2
    held = File.orphan(later, Place(tmp_path / "kept"))
    assert held is not None
    assert _bring(tmp_path).done == set()  # somebody else has one of them
    held.close()
    assert _bring(tmp_path).eyes == 0
    assert _noted(desk, 2) == ["about it"]
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_files_of_a_process_bear_a_token_of_its_own(tmp_path: Path) -> None:
    one, other = Journal([Place(tmp_path / "kept")]), Journal([Place(tmp_path / "kept")])
    one.keep(_note("a", "one"))
    other.keep(_note("b", "other"))
    tokens = [each.path.name.split("-")[1] for each in (*one.files, *other.files)]
    assert len(set(tokens)) == 2
    assert all(each.startswith(f"{os.getpid()}x") for each in tokens)


@pytest.mark.parametrize("either", [SQLITE], indirect=True)
def test_an_act_waits_where_the_disk_fails_while_it_is_looked_at(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = reading.read_incident(desk, 1).history[0].act
    _lay(tmp_path, _note("first", "waits", opened=opened))

    def failing(*_args: object) -> NoReturn:
        raise exc.OperationalError("SELECT", {}, sqlite.driver().OperationalError("disk I/O error"))

    with monkeypatch.context() as patched:
        patched.setattr(Memory, "look", failing)
        with pytest.raises(Away, match="disk I/O"):
            _bring(tmp_path)
    assert unsettled(desk) == ()
    assert _bring(tmp_path).eyes == 0
    assert _noted(desk) == ["waits"]
