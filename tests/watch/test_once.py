"""One look at everything, for scripts."""

from __future__ import annotations

import json
from pathlib import Path

from hisconsole.plan.health import Status
from hisconsole.watch import once
from tests.watch import fakes
from tests.watch.fakes import Script, a_target, entries, infrastructure, lay_site


async def test_one_look_takes_one_round_of_each_and_says_what_is_down_and_what_is_behind() -> None:
    script = Script({"core": fakes.silent, "edge": fakes.silent, "bad": fakes.breaks})
    watched = infrastructure(
        a_target("core"), a_target("edge", parents=("core",)), a_target("well"), a_target("bad")
    )
    found = await once.look(watched, script)
    assert {id_: shown.under for id_, shown in found.shown.items()} == {
        "core": Status.DOWN,
        "edge": Status.UNREACHABLE,
        "well": Status.OK,
        "bad": Status.UNKNOWN,
    }
    assert len(script.asked) == 4
    assert script.closed
    plain = json.loads(json.dumps(found.plain()))
    assert plain["targets"][2]["readings"][0]["value"] == 1.0
    assert plain["targets"][0]["words"].startswith("no answer")


async def test_a_target_that_hangs_is_cut() -> None:
    found = await once.look(infrastructure(a_target("x", cadence_s=0.1)), Script({"x": fakes.hangs}))
    assert found.shown["x"].under is Status.DOWN


def test_it_leaves_no_trace(tmp_path: Path) -> None:
    config = lay_site(tmp_path / "config", entries("his-db-1"))
    found = once.once(config, tmp_path / "data")
    assert set(found.shown) == {"his-db-1"}
    assert not (tmp_path / "data").exists()
