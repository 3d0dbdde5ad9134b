"""A handover as a page of HTML: whole, escaped, needing nothing else, under the numbers of the text."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest

from hisconsole.plan.handover import Handover, Part, part_title
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_html import handover_page
from hisconsole.plan.handover_sources import ShiftNote
from hisconsole.plan.handover_text import layout_of
from hisconsole.plan.paper import clean
from tests.hostile import HOSTILE
from tests.plan.hand import moment
from tests.plan.handing import HEAD, SITUATIONS, sources

VOID = {"meta"}
EACH = pytest.mark.parametrize("name", SITUATIONS)


class Tags(HTMLParser):
    """Whether every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> Tags:
    parser = Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@cache
def made(name: str) -> Handover:
    return build(SITUATIONS[name]())


@EACH
def test_it_holds_every_part_and_everything_in_full(name: str) -> None:
    page = handover_page(made(name), language="zh_CN")
    parsed = tags(page)
    assert not parsed.seen & {"script", "img", "link", "iframe", "object", "form"}
    assert '<html lang="zh-CN">' in page
    text = unescape(page)
    for number, part in enumerate(Part, 1):
        assert f"<h2>{number}. {part_title(part)}" in text
    for entry in made(name).entries:
        assert clean(entry.title) in text
        for line in entry.lines:
            assert clean(line.text) in text
    for section in made(name).sections:
        assert clean(section.note) in text
    assert HEAD in page
    assert made(name).header.mark in page


@EACH
def test_references_lead_to_the_annex_under_the_numbers_of_the_text(name: str) -> None:
    page = handover_page(made(name), language="en")
    assert set(re.findall(r'href="#(A\d+)"', page)) == set(re.findall(r'<li id="(A\d+)"', page))
    assert len(re.findall(r'<li id="', page)) == len(layout_of(made(name)).annex)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_stays_text(text: str) -> None:
    of = sources(moment(5), site=text, mark=text, notes=(ShiftNote(1, moment(1), text, text),))
    parsed = tags(handover_page(build(of), language="en"))
    assert "script" not in parsed.seen
