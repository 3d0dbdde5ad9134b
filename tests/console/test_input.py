import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from hisconsole.console.input import PASTE_LIMIT, UNDECODABLE, Decoder
from tests.hostile import HOSTILE

Told = list[events.Key | events.Paste]


def decode(*chunks: bytes) -> Told:
    """What the chunks become, read 60 ms apart, and the silence after them."""
    decoder = Decoder()
    told: Told = []
    now = 0.0
    for chunk in chunks:
        now += 0.06
        told += decoder.feed(chunk, now=now)
    return told + decoder.idle(now=now + 5)


def read(*chunks: bytes) -> list[str]:
    """The same as names of keys, and pastes as `<text>`."""
    told = decode(*chunks)
    return [one.key if isinstance(one, events.Key) else f"<{one.text}>" for one in told]


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"jG?", ["j", "G", "question_mark"]),
        (b"\r\t\x7f \x0c", ["enter", "tab", "backspace", "space", "ctrl+l"]),
        (b"\x1b[A\x1bOB\x1b[6~\x1b[Z", ["up", "down", "pagedown", "shift+tab"]),
        (b"\x1b[[A\x1bOP", ["f1", "f1"]),
        ("中é".encode(), ["中", "é"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b[A", ["escape", "up"]),
        (b"\x1bn", ["alt+n"]),
        (b"\x1b[200~a\r\nb\tc\x1b[201~n", ["<a\nb c>", "n"]),
    ],
)
def test_keys_have_the_names_of_textual(sent: bytes, keys: list[str]) -> None:
    assert read(sent) == keys


@pytest.mark.parametrize("sent", [b"\x1b[6~", b"\x1bOA", "故".encode(), b"\x1b[200~x\x1b[201~"])
def test_a_key_may_come_in_pieces(sent: bytes) -> None:
    whole = read(sent)
    for cut in range(1, len(sent)):
        assert read(sent[:cut], sent[cut:]) == whole
    assert read(*(bytes([byte]) for byte in sent)) == whole


@pytest.mark.parametrize(
    "sent",
    [
        b"\x1b[?62;22c",  # what terminals answer to questions
        b"\x1b[24;80R",
        b"\x1b]11;rgb:aaaa/nnnn/cccc\x07",
        b"\x1b]11;rgb:aaaa/nnnn/cccc\x1b\\",
        b"\x1bP1+r6e=61\x1b\\",
        b"\x1b[25;9~",  # keys that nobody knows
        b"\x1b[99999999999;5u",
        b"\x1b[<0;12;5M\x1b[<0;12;5m",  # a mouse that was never asked for
        b"\x1b[M nn",
        b"\x1b[I\x1b[O",
        b"\x1b[1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6n",
    ],
)
def test_a_sequence_that_is_no_key_is_nothing(sent: bytes) -> None:
    assert read(sent) == []
    assert read(sent, b"j") == ["j"]


def test_a_terminal_set_to_gbk_types_no_acts() -> None:
    # The second byte of many characters is an ASCII letter, in GB 18030 the even ones are digits.
    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    assert any(character.encode("gbk")[1:].isalpha() for character in characters)
    for encoding in ("gbk", "gb18030", "big5"):
        for character in [*characters, "\u3400", "\u4dff"]:
            try:
                sent = character.encode(encoding)
            except UnicodeEncodeError:
                continue
            for chunks in ([sent], [sent[:1], sent[1:]], [bytes([byte]) for byte in sent]):
                for key in decode(*chunks):
                    assert isinstance(key, events.Key)
                    assert key.key == UNDECODABLE or not (key.character or "a").isascii(), sent


def test_what_cannot_be_read_is_a_question_mark_in_a_form_and_no_key() -> None:
    decoder = Decoder()
    key, after = decoder.feed(b"\xff.", now=0)
    assert isinstance(key, events.Key)
    assert (key.key, key.character) == (UNDECODABLE, "?")
    assert isinstance(after, events.Key)
    assert after.character == "."


def test_a_raw_paste_is_a_paste_to_its_last_letter() -> None:
    decoder = Decoder()
    told = decoder.feed(b"notify all leaders now and close\rit", now=1.0)
    told += decoder.feed(b"ne", now=1.01)
    assert [type(one) for one in told] == [events.Paste, events.Paste]
    assert read(b"ne") == ["n", "e"]
    assert [type(one) for one in decoder.feed(b"\r", now=1.02)] == [events.Key]
    assert [type(one) for one in decoder.feed(b"n", now=1.2)] == [events.Key]


def test_a_paste_that_dribbles_in_over_a_serial_line_is_known_by_its_rate() -> None:
    text = b"notify all leaders now and close it, then quit\rq"
    decoder = Decoder()
    told: Told = []
    for at, byte in enumerate(text):  # 9,600 bit/s
        told += decoder.feed(bytes([byte]), now=1 + at / 960)
    told += decoder.idle(now=3)
    keys = [one for one in told if isinstance(one, events.Key)]
    assert len(keys) == 2  # what nobody can know to be a paste yet
    pasted = "".join(one.text for one in told if isinstance(one, events.Paste))
    assert "".join(key.character or "" for key in keys) + pasted == text.decode().replace("\r", "\n")


def test_three_quick_letters_are_keys_and_in_order() -> None:
    decoder = Decoder()
    told: Told = []
    for at, byte in enumerate(b"nab\x1b[Ac"):
        told += decoder.feed(bytes([byte]), now=1 + at / 1000)
    told += decoder.idle(now=2)
    assert [one.key for one in told if isinstance(one, events.Key)] == ["n", "a", "b", "up", "c"]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "big5"])
def test_a_terminal_set_to_another_encoding_can_be_named(encoding: str) -> None:
    text = "登錄故障中文" if encoding == "big5" else "挂号窗口丂丄123"
    sent = text.encode(encoding)
    for chunks in ([sent], [bytes([byte]) for byte in sent]):
        decoder = Decoder(encoding)
        told: Told = []
        for at, chunk in enumerate(chunks):
            told += decoder.feed(chunk, now=float(at))
        told += decoder.idle(now=99)
        typed = [one.character or "" for one in told if isinstance(one, events.Key)]
        assert "".join(typed) == text
    (pasted,) = Decoder(encoding).feed(b"\x1b[200~" + sent + b"\x1b[201~", now=0)
    assert isinstance(pasted, events.Paste)
    assert pasted.text == text


def test_an_answer_is_no_key_and_what_is_no_answer_stays_one() -> None:
    heard: list[bytes] = []

    def answered(sequence: bytes) -> bool:
        heard.append(sequence)
        return sequence == b"\x1b[0n"

    decoder = Decoder(answered=answered)
    told = decoder.feed(b"\x1b[0nj\x1b[A", now=0)
    assert [one.key for one in told if isinstance(one, events.Key)] == ["j", "up"]
    assert heard == [b"\x1b[0n", b"\x1b[A"]


@pytest.mark.parametrize("byte", [b"\xff", b"\x81", b"\xe4", b"\x80"])
def test_a_paste_of_rubbish_is_bounded_in_work(byte: bytes) -> None:
    (told,) = read(b"\x1b[200~" + byte * 1_000_000 + b"\x1b[201~")
    assert told.startswith("<?")


def test_a_held_key_is_not_a_paste() -> None:
    assert read(b"j" * 60) == ["j"] * 60


def test_a_paste_is_bounded_and_says_so() -> None:
    (told,) = read(b"\x1b[200~" + b"x" * (PASTE_LIMIT * 6) + b"\x1b[201~")
    assert told.endswith("[cut]>")
    assert len(told) < PASTE_LIMIT + 20


def test_a_paste_or_an_answer_without_its_end_does_not_swallow_the_keyboard() -> None:
    for start in (b"\x1b[200~half", b"\x1b]0;half", b"\x1b[12;", b"\xe4\xbd"):
        decoder = Decoder()
        decoder.feed(start, now=0)
        wait = decoder.deadline or 9
        assert wait <= 1.0
        decoder.idle(now=wait)
        assert [one.key for one in decoder.feed(b"j", now=9) if isinstance(one, events.Key)] == ["j"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_paste_carries_nothing_that_acts(name: str) -> None:
    text = HOSTILE[name].encode("utf-8", "surrogatepass")
    for told in read(b"\x1b[200~" + text + b"\x1b[201~"):
        assert all(char.isprintable() or char == "\n" for char in told)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_crash_it(chunks: list[bytes]) -> None:
    read(*chunks)


def test_no_broken_sequences_crash_it() -> None:
    pieces = [b"\x1b", b"[", b"O", b"]", b"P", b"200~", b"201~", b"M", b";", b"9", b"\x07", b"\\"]
    pieces += [b"\xe4", b"\xff", b"n", b"\x1b[", b"u", b"~", b"?", b" "]
    dice = random.Random(7)
    for _ in range(3000):
        read(*(b"".join(dice.choices(pieces, k=dice.randint(1, 6))) for _ in range(4)))
