"""From the readings that the watch wrote to answers: the sample's signs over a picture of the store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config import load_site
from hisconsole.desk.pictures import Pictures
from hisconsole.paths import shipped
from hisconsole.plan.evidence import answers_of, found
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from tests.cli.watched import lay, sample, watch

PLAN = load_site(shipped("config")).plan


def _picture(config: Path, data: Path) -> StatusPicture:
    with closing(Pictures(config, data, sample=True, now=lambda: datetime.now(UTC))) as pictures:
        made = pictures.newer(-1)
        assert made is not None
        return made


def test_readings_that_are_wrong_come_into_the_picture_and_answer(tmp_path: Path) -> None:
    config, data = lay(tmp_path / "site"), tmp_path / "data"
    data.mkdir(mode=0o700)
    with watch(config, data) as at:
        at.write("sw-1", [sample("ping/loss", 0.0, "%")])
        at.write(
            "ups-1",
            [sample("ups/charge", 96.0, "%"), replace(sample("ups/minutes", 9, "min"), hint=Status.CRITICAL)],
        )
        at.write("db-1", [], failure="no answer")
        seen = _picture(config, data)
        assert [each.sample.key for each in seen.by_target["ups-1"].wrong] == ["ups/minutes"]
        signs = found(PLAN, seen, near=["ups-1", "db-1"])
        assert {each.sign.id: each.target for each in signs} == {
            "server-dead": "db-1",
            "battery-low": "ups-1",
        }
        chosen = {each.sign.question: each.sign.value for each in answers_of(PLAN, {}, signs)}
        assert chosen == {"component": "server", "power": "ups-low"}
        assert "9 min" in next(each.words for each in signs if each.target == "ups-1")
        assert found(PLAN, seen, near=["sw-1"]) == ()
