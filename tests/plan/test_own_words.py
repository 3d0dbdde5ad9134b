"""Own words: what is copied from a summary is told from what was understood."""

from __future__ import annotations

import pytest

from hisconsole.plan.own_words import copied

SUMMARY = """reg-01 and 4 more: cannot save, archiver error on the main database server since 21:40.
Cause probable: the archive volume is full; Zhao Min frees space, expected back by 22:30.
主数据库归档空间已满，赵敏正在清理，预计二十二点三十分恢复。"""


@pytest.mark.parametrize(
    "text",
    [
        "the archive volume is full; Zhao Min frees space, expected back by 22:30",
        "The Archive volume is full, Zhao Min frees space",
        "THE ARCHIVE VOLUME IS FULL\nZHAO MIN FREES SPACE, EXPECTED",
        "ok: reg-01 and 4 more: cannot save, archiver error on the main database server",
        "cannot save, archiver error",
        "主数据库归档空间已满，赵敏正在清理",
        "主数据库归档空间已满。赵敏正在清理，预计二十二点三十分恢复。知道了",
        "ｔｈｅ ａｒｃｈｉｖｅ ｖｏｌｕｍｅ ｉｓ ｆｕｌｌ",
    ],
)
def test_what_stands_in_the_summary_is_copied(text: str) -> None:
    assert copied(text, SUMMARY)


@pytest.mark.parametrize(
    "text",
    [
        "Database has no room for its logs. Zhao cleans up; if not done by half past I call the dean.",
        "I take over the full archive volume: look at free space every ten minutes until it saves again",
        "数据库没有空间写日志，赵敏在腾地方，半点之前不行我就报院长",
        "the archive volume is full and I ask Zhao Min every ten minutes, then tell registration to go back",
        "",
        "...",
    ],
)
def test_own_words_are_not_copied(text: str) -> None:
    assert not copied(text, SUMMARY)


def test_nothing_is_copied_from_an_empty_summary() -> None:
    assert not copied("whatever somebody says about it in many words", "")
