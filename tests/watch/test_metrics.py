"""The text that Prometheus reads."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown, Silence, show
from hisconsole.watch.metrics import exposition
from tests import hostile
from tests.plan.rounds import NOON, after, at, judged
from tests.watch.fakes import a_target, infrastructure

_LINE = re.compile(
    r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\[\\n"])*"(,[a-z]+="(?:[^"\\\n]|\\[\\n"])*")*\})? -?[0-9.e+-]+'
)


def shown(*, seconds: float, silences: tuple[Silence, ...] = ()) -> dict[str, Shown]:
    healths = {"sw-1": after("ooo", target="sw-1"), "ups-1": after("occc", target="ups-1")}
    return show(
        healths,
        parents={},
        limits=dict.fromkeys(healths, timedelta(seconds=75)),
        silences=silences,
        path=OwnPath(),
        now=at(seconds),
    )


def text(**given: float) -> list[str]:
    readings = {"sw-1": (named("cpu", 12.5),), "ups-1": (named("load", 97.0), named("state", "on battery"))}
    watched = infrastructure(a_target("sw-1"), a_target("ups-1"))
    return exposition(watched, shown(seconds=given["seconds"]), readings, watched=True).splitlines()


def named(key: str, value: float | str | None) -> Judged:
    found = judged(value)
    return replace(found, sample=replace(found.sample, key=key))


def test_every_line_is_in_the_text_form() -> None:
    lines = text(seconds=95)
    assert all(line.startswith("# ") or _LINE.fullmatch(line) for line in lines)
    kinds = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds)) == 6


def test_a_target_is_in_one_status_and_the_others_are_zero() -> None:
    lines = text(seconds=95)
    found = [line for line in lines if line.startswith('hisconsole_target_status{target="ups-1"')]
    assert [line for line in found if line.endswith(" 1")] == [
        'hisconsole_target_status{target="ups-1",status="critical"} 1'
    ]
    assert len(found) == 7


def test_numbers_are_given_and_texts_are_not() -> None:
    lines = text(seconds=95)
    assert 'hisconsole_reading{target="sw-1",key="cpu",probe="ssh",unit="%",source="df -P"} 12.5' in lines
    assert not any('key="state"' in line for line in lines)
    assert "hisconsole_watched 1" in lines


def test_old_values_are_left_out() -> None:
    lines = text(seconds=1000)
    assert not any(line.startswith("hisconsole_reading{") for line in lines)
    assert 'hisconsole_target_status{target="sw-1",status="stale"} 1' in lines


def test_a_silence_hides_no_status() -> None:
    silence = Silence("7", "ups-1", whole=False, start=NOON, end=at(999), reason="test", by="li.na")
    found = exposition(infrastructure(), shown(seconds=95, silences=(silence,)), {}, watched=False)
    assert 'hisconsole_target_silenced{target="ups-1"} 1' in found
    assert 'hisconsole_target_status{target="ups-1",status="critical"} 1' in found
    assert "hisconsole_watched 0" in found


def test_nothing_hostile_leaves_its_label() -> None:
    texts = [*hostile.HOSTILE.values(), 'x"} 1\nhisconsole_watched 0', "\\", "line\nfeed"]
    readings = {"sw-1": tuple(named(each.replace("\r", ""), 1.0) for each in texts)}
    lines = exposition(infrastructure(), shown(seconds=95), readings, watched=True).split("\n")
    assert all(not line or line.startswith("# ") or _LINE.fullmatch(line) for line in lines)
    assert "hisconsole_watched 0" not in lines
