"""The table of commands is closed: what is not in it, or does not fit it, is never composed."""

from __future__ import annotations

import shlex

import pytest

from hisconsole.plan.profiles import COMMANDS as SETTINGS
from hisconsole.probes.parse import READERS
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.commands import COMMANDS, arguments, argv, refusal
from hisconsole.probes.ssh.script import asked, compose
from tests.probes.ssh.hostile_asks import FITTING, HOSTILE_ASKS, listed


def test_the_table_its_settings_and_its_readers_name_the_same_commands() -> None:
    assert set(COMMANDS) == set(SETTINGS) == set(READERS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_setting_has_a_place_in_the_words_or_in_the_reader_and_a_default_where_it_may_be_left_out(
    name: str,
) -> None:
    command, settings = COMMANDS[name], SETTINGS[name]
    known = {*settings.needed, *settings.free}
    assert set(command.defaults) == set(settings.free)
    assert command.reads <= known
    for setting in known - command.reads:
        assert any(f"{{{setting}}}" in word for word in command.words)
    assert all(f"{{{setting}}}" in command.words for setting in settings.many - command.reads)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_parameter_never_reaches_a_shell_text_and_never_names_the_program(name: str) -> None:
    words = COMMANDS[name].words
    if words[0] == "sh":
        assert words[1] == "-c"
        assert len(words) == 3
        assert not SETTINGS[name].needed
        assert not SETTINGS[name].free
    assert "{" not in words[0]


def test_no_command_can_change_a_host() -> None:
    words = {
        word.rstrip(";") for command in COMMANDS.values() for text in command.words for word in text.split()
    }
    forbidden = {
        "start",
        "stop",
        "restart",
        "reload",
        "kill",
        "rm",
        "mv",
        "dd",
        "tee",
        "reboot",
        "set",
        "force",
    }
    assert not words & forbidden
    assert not any(">" in text.replace("2>/dev/null", "") for text in words)


@pytest.mark.parametrize(("ask", "words"), FITTING)
def test_a_fitting_question_becomes_these_words(ask: Ask, words: str) -> None:
    assert refusal(ask) == ""
    assert shlex.join(argv(ask)) == words
    ((label, text),) = asked(compose([ask]))
    assert listed(label, text)


def test_a_reader_is_told_the_defaults_too() -> None:
    assert arguments(Ask("application", {"port": ("8080",)})) == {
        "scheme": ("http",),
        "port": ("8080",),
        "path": ("/",),
    }


def test_there_are_200_hostile_questions() -> None:
    assert len(HOSTILE_ASKS) >= 200


@pytest.mark.parametrize("ask", HOSTILE_ASKS, ids=range(len(HOSTILE_ASKS)))
def test_a_hostile_question_is_refused_in_words_or_is_one_harmless_word(ask: Ask) -> None:
    sentence = refusal(ask)
    assert sentence.isprintable()
    if sentence:
        with pytest.raises(ValueError, match=r"."):
            argv(ask)
        return
    ((label, text),) = asked(compose([ask]))
    assert label == f"{ask.name}:0"
    assert listed(label, text)
