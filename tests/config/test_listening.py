"""Where traps are heard, read for the watch alone: a fault elsewhere in the files closes nobody's ears."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config.listening import Listening, listening_signature, load_listening
from hisconsole.config.load import load_site
from hisconsole.errors import ConfigFault
from hisconsole.paths import shipped


def test_the_sample_listens_on_this_machine_without_a_right() -> None:
    assert load_listening(shipped("config")) == Listening("127.0.0.1", 1162)
    assert load_site(shipped("config")).traps == Listening("127.0.0.1", 1162)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name: x\n", None),
        ("", None),
        ("sample: no\ntraps:\n  address: 0.0.0.0\n", Listening("0.0.0.0", 162)),
        ("sample: no\ntraps:\n  address: '::'\n  port: 1162\n", Listening("::", 1162)),
        ("nmae: x\nlanguage: klingon\ntraps:\n  address: 10.1.2.3\n", Listening("10.1.2.3", 162)),
    ],
)
def test_only_what_is_about_traps_is_read(tmp_path: Path, text: str, found: Listening | None) -> None:
    (tmp_path / "site.yaml").write_text(text)
    assert load_listening(tmp_path) == found


def test_a_fault_is_told_at_its_place_and_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert load_listening(tmp_path) is None
    before = listening_signature(tmp_path)
    (tmp_path / "site.yaml").write_text("sample: no\ntraps:\n  address: 10.1.2.3\n  port: http\n")
    assert listening_signature(tmp_path) != before
    with pytest.raises(ConfigFault) as caught:
        load_listening(tmp_path)
    (finding,) = caught.value.findings
    assert (finding.line, finding.col) == (4, 9)
    assert "'port' must be a whole number" in finding.sentence
