"""The after-action report without a screen: text, JSON, a page of HTML, PDF; of a whole outage."""

from __future__ import annotations

import base64
import builtins
import os
import re
import shutil
import stat
import zlib
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from hisconsole.cli.review_html import page
from hisconsole.cli.review_pdf import document
from hisconsole.plan.paper import Column, Paper, Section
from hisconsole.text import cell_len
from tests.cli.conftest import Run
from tests.hostile import HOSTILE
from tests.stories import reviewed as story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of the story, laid once."""
    data = tmp_path_factory.mktemp("told")
    story.reviewed(data).close()
    return data


@pytest.fixture
def record(told: Path, data: Path) -> Path:
    shutil.copytree(told, data)
    return data


def test_the_whole_story_as_text(run: Run, record: Path) -> None:
    ran = run("incident", "1", "--review")
    assert ran.code == 0
    assert max(map(cell_len, ran.out.splitlines())) <= 80
    text = " ".join(ran.out.split())
    for part in (
        "After-action report, incident HX-0001",
        "CONFIDENTIAL.",
        "Did not work 01:06",
        "First call taken (time to detect) 11-23 22:00 00:06",
        "First report to a leader 11-23 22:20 00:26 Fang Min 方敏",
        "cashier by hand 11-23 22:12 00:03 late",
        "1 of 11 of the order of calls reached",
        "on the center's own Wang Lei 王磊: notice 1 START authority",
        "NOT REACHED: reg-01, Outpatient Registration",
        "back-entry NOT DONE",
        "printed and laid out",
        "(taken back)",
        "Record up to entry",
    ):
        assert part in text
    assert "\x1b" not in ran.out


def test_the_same_as_json_with_stable_keys(run: Run, record: Path) -> None:
    data = run("incident", "1", "--review", "--json").json
    moments = {each["mark"]: each["after_s"] for each in data["moments"]}
    assert (moments["detected"], moments["declared"], moments["leader"], moments["recovered"]) == (
        360,
        720,
        1560,
        3960,
    )
    assert data["down_s"] == 3960
    assert {each["gate"]: each["kept"] for each in data["gates"]} == {
        "cashier": "late",
        "stage-1": "late",
        "stage-3": "spared",
    }
    assert {each["kind"] for each in data["deviations"]} == {
        *("late", "held", "category", "alone", "resumed", "closed"),
    }
    (cashier, registration) = data["departments"]
    assert (cashier["entry"]["signed"], registration["entry"]) == ("Wu", None)
    assert [(each["owner"], each["done_at"] is not None) for each in data["actions"]] == [
        ("chen.hao", False),
        ("li.na", True),
    ]
    times = [(each["at"], each["seq"]) for each in data["timeline"]]
    assert times == sorted(times)
    assert data["head"] == run("verify", "--json").json["hash"]


def test_help_names_every_key_of_it(run: Run, record: Path) -> None:
    told = " ".join(run("incident", "--help").out.split())
    for key in run("incident", "1", "--review", "--json").json:
        assert key in told
    assert "actions (number" in told


class Reader(HTMLParser):
    """What a browser finds: the names of tags and attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "footer"),
    *("table", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
}


def test_a_page_for_its_owner_alone_that_needs_nothing_else(run: Run, record: Path, tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    before = os.umask(0)
    try:
        ran = run("incident", "1", "--review", "--html", str(path))
    finally:
        os.umask(before)
    assert (ran.code, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    assert str(path) in ran.out
    text = path.read_text("utf-8")
    read = Reader(text)
    assert read.tags == TAGS
    assert read.attributes <= {"lang", "charset", "http-equiv", "content", "name", "style"}
    assert "default-src 'none'" in text
    assert "size: A4" in text
    assert "://" not in text
    assert "<script>alert(1)</script> & ?[2J 收费窗口" in read.text


def test_nothing_hostile_is_a_tag() -> None:
    for hostile in HOSTILE.values():
        section = Section(hostile, (Column(hostile, 9), Column(hostile)), ((hostile, hostile),), hostile)
        made = page(Paper(hostile, (hostile,), (section,), hostile), language='"><script>')
        assert Reader(made).tags <= TAGS
        made.encode("utf-8")


@pytest.mark.parametrize("option", ["--html", "--pdf"])
def test_a_file_alone_says_nothing(run: Run, record: Path, option: str) -> None:
    ran = run("incident", "1", option, "x")
    assert (ran.code, "--html and --pdf go with --review" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("there.html", (4, "exists already: name a new file")),
        ("link.html", (4, "exists already: name a new file")),
        ("no/such.html", (1, "cannot be written: No such file or directory")),
        ("nul\x00.html", (1, "cannot be written")),
    ],
)
def test_it_never_writes_over_anything(
    run: Run, record: Path, tmp_path: Path, name: str, refusal: tuple[int, str]
) -> None:
    (tmp_path / "there.html").write_text("mine")
    (tmp_path / "link.html").symlink_to(tmp_path / "there.html")
    ran = run("incident", "1", "--review", "--html", str(tmp_path / name))
    assert (ran.code, refusal[1] in ran.err) == (refusal[0], True)
    assert (tmp_path / "there.html").read_text() == "mine"


def test_no_incident_no_report(run: Run, record: Path) -> None:
    ran = run("incident", "77", "--review")
    assert (ran.code, "There is no incident 0077." in ran.err) == (5, True)


# -- PDF ---------------------------------------------------------------------------------------------


def test_without_reportlab_it_says_what_to_install(
    run: Run, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def absent(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - as the built-in one has it
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> ModuleType:
        if name.startswith("reportlab"):
            raise ModuleNotFoundError(name)
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", absent)
    files = tmp_path / "a.html", tmp_path / "a.pdf"
    ran = run("incident", "1", "--review", "--html", str(files[0]), "--pdf", str(files[1]))
    assert (ran.code, "install hisconsole[pdf]" in ran.err) == (1, True)
    assert not any(each.exists() for each in files)


@pytest.fixture
def reportlab() -> None:
    if not os.environ.get("CI"):
        pytest.importorskip("reportlab", reason="ReportLab is not installed")


def drawn(pdf: bytes) -> bytes:
    """What is drawn on the pages of a PDF, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return b"\n".join(
        zlib.decompress(base64.a85decode(each.strip(), adobe=False)) for each in map(_bare, streams)
    )


def _bare(stream: bytes) -> bytes:
    return stream.strip().removesuffix(b"~>")


@pytest.mark.usefixtures("reportlab")
def test_a_pdf_with_chinese_glyphs(run: Run, record: Path, tmp_path: Path) -> None:
    path = tmp_path / "review.pdf"
    ran = run("incident", "1", "--review", "--pdf", str(path))
    assert (ran.code, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    made = path.read_bytes()
    assert made.startswith(b"%PDF-1.")
    assert b"/STSong-Light" in made
    assert b"/JavaScript" not in made
    assert b"/URI" not in made
    assert "收费窗口".encode("utf-16-be") in unescaped(drawn(made))


def unescaped(drawn: bytes) -> bytes:
    """Strings of PDF as the bytes they stand for."""
    octal = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), drawn)
    return re.sub(rb"\\([()\\])", rb"\1", octal)


@pytest.mark.usefixtures("reportlab")
@pytest.mark.slow
def test_a_pdf_takes_whatever_is_on_record() -> None:
    rows = tuple((name, text) for name, text in HOSTILE.items())
    long = ("x", "收费" * 2000 + " a" * 3000)
    section = Section("<b>&", (Column("", 11), Column("")), (*rows, long))
    empty = Section("none", (Column("a"),), (), "<para>nothing")
    paper = Paper("<title>", ("&amp;",), (section, empty), "</foot>")
    made = document(paper, language="zh_CN")
    assert made.count(b"/Type /Page\n") > 1
    assert made == document(paper, language="zh_CN")
