"""From the bytes a terminal sends to keys and pastes; no byte may crash it or become an act.

Textual's own parser dies on bytes that are not UTF-8 and types out every sequence it does not know
as if the operator had pressed its letters. Here a sequence is taken whole: known, it is a key;
unknown, it is nothing. No input, no output, time is an argument: the driver feeds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key

from hisconsole.text import SUBSTITUTE, printable

UNDECODABLE = "undecodable"
"""Name of the key for what cannot be read: a form shows `?`, and no binding can have it."""

PASTE_LIMIT = 100_000
"""Characters of one paste that are kept; the rest is cut and `printable` says so."""

_BURST = 24
"""More text than this in one read was not typed: a terminal without bracketed paste pasted it."""

_BURST_GAP = 0.05
"""Seconds within which what follows a raw paste still belongs to it."""

_DRIBBLE_GAP = 0.0025
"""Nobody types three letters with less than this between them: 4,800 bit/s and faster lines paste so."""

_LOST_END = 1.0
"""Seconds of silence after which a paste or a string without its end is over."""

_PASTE_START = b"\x1b[200~"
_PASTE_END = b"\x1b[201~"
_CSI = re.compile(rb"\x1b\[(?:\[[A-E]|[0-?]*[ -/]*[@-Z\\-~])")
_CSI_SO_FAR = re.compile(rb"\x1b\[(?:\[|M.{0,2}|[0-?]{0,60}[ -/]*)\Z", re.DOTALL)
_CSI_BROKEN = re.compile(rb"\x1b\[\[?[0-?]*[ -/]*")
_SS3 = re.compile(rb"\x1bO[0-9;]*[@-~]")
_SS3_SO_FAR = re.compile(rb"\x1bO[0-9;]{0,16}\Z")
_STRING_STARTS = b"]P_^X"
# Later bytes of a character in GBK, GB 18030, Big5 and Shift JIS can be ASCII letters or digits.
_DOUBLE_BYTE = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[\x40-\x7e\x80-\xfe])")
_CUT_SHORT = ("unexpected end of data", "incomplete multibyte sequence")
_WINDOW = 512
_NEVER_PASTED = re.compile(r"[^\t\n\r -\uffff\U00010000-\U0010ffff]|\x7f")
_DOUBLE_BYTE_SO_FAR = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe]?)?\Z")


class Decoder:
    """Reads one terminal's bytes; what is incomplete waits until `deadline`."""

    def __init__(
        self, encoding: str = "utf-8", *, answered: Callable[[bytes], bool] = lambda _sequence: False
    ) -> None:
        """`answered` is shown every sequence, and says whether it was an answer and no key."""
        self._encoding, self._answered = encoding, answered
        self._dribble = ""
        self._close = 0
        self._text_at = float("-inf")
        self._held = b""
        self._pasting: bytearray | None = None
        self._in_string = False
        self._burst_until = 0.0
        self.deadline: float | None = None

    def feed(self, data: bytes, *, now: float) -> list[events.Key | events.Paste]:
        """Return what `data`, read at `now` (monotonic seconds), completes."""
        out: list[events.Key | events.Paste] = []
        buffer = self._held + data
        position = 0
        while position < len(buffer):
            taken = self._take(buffer, position, now, out)
            if taken == position:
                break
            position = taken
        self._held = buffer[position:]
        if self._pasting is not None or self._in_string:
            self.deadline = now + _LOST_END
        elif self._dribble:
            self.deadline = now + 2 * _DRIBBLE_GAP
        else:
            self.deadline = now + constants.ESCAPE_DELAY if self._held else None
        return out

    def idle(self, *, now: float) -> list[events.Key | events.Paste]:
        """Return what silence until `deadline` makes of what is held; drop a half sequence."""
        out: list[events.Key | events.Paste] = []
        held, self._held, self.deadline = self._held, b"", None
        self._end_dribble(out)
        if self._pasting is not None:
            self._pasting += held
            self._end_paste(out)
        elif self._in_string:
            self._in_string = False
        elif held == b"\x1b":
            out.append(events.Key("escape", "\x1b"))
        elif held and not held.startswith(b"\x1b"):
            self._text(self._decode(held, final=True)[0], now, out)
        return out

    def _take(self, buffer: bytes, at: int, now: float, out: list[events.Key | events.Paste]) -> int:
        """Take one thing from `buffer` at `at`; return where the next begins, `at` to wait."""
        if self._pasting is not None:
            return self._take_paste(buffer, at, out)
        if self._in_string:
            return self._take_string(buffer, at)
        if buffer[at] == 0x1B:
            self._end_dribble(out)
            return self._take_escape(buffer, at, out)
        end = buffer.find(b"\x1b", at)
        run = buffer[at:] if end < 0 else buffer[at:end]
        text, kept = self._decode(run, final=end >= 0)
        self._text(text, now, out)
        return at + len(run) - kept

    def _take_escape(self, buffer: bytes, at: int, out: list[events.Key | events.Paste]) -> int:
        second = buffer[at + 1 : at + 2]
        if not second:
            return at
        if second == b"[":
            return self._take_csi(buffer, at, out)
        if second == b"O":
            return _take_ss3(buffer, at, out)
        if second in _STRING_STARTS:
            self._in_string = True
        elif second == b"\x1b" or second[0] >= 0x80:
            out.append(events.Key("escape", "\x1b"))
            return at + 1
        else:
            out += _sequence(buffer[at : at + 2]) or _key(chr(second[0]), alt=True)
        return at + 2

    def _take_csi(self, buffer: bytes, at: int, out: list[events.Key | events.Paste]) -> int:
        if _CSI_SO_FAR.match(buffer, at):
            return at
        if buffer.startswith(b"\x1b[M", at):  # X10 mouse: three raw bytes follow
            return at + 6
        whole = _CSI.match(buffer, at)
        if whole is None:
            return _CSI_BROKEN.match(buffer, at).end()  # type: ignore[union-attr] # ESC [ is there
        if whole.group() == _PASTE_START:
            self._pasting = bytearray()
        elif not self._answered(whole.group()):
            out += _sequence(whole.group())
        return whole.end()

    def _take_paste(self, buffer: bytes, at: int, out: list[events.Key | events.Paste]) -> int:
        pasting = self._pasting
        assert pasting is not None  # noqa: S101 - the caller asked
        end = buffer.find(_PASTE_END, at)
        stop = end if end >= 0 else max(at, len(buffer) - len(_PASTE_END) + 1)
        # A character has at most four bytes; one more shows that something was cut.
        pasting += buffer[at : min(stop, at + 4 * PASTE_LIMIT + 1 - len(pasting))]
        if end < 0:
            return stop
        self._end_paste(out)
        return end + len(_PASTE_END)

    def _end_paste(self, out: list[events.Key | events.Paste]) -> None:
        text, _ = self._decode(bytes(self._pasting or b""), final=True)
        self._pasting = None
        out.append(_paste(text))

    def _take_string(self, buffer: bytes, at: int) -> int:
        """Skip an answer of the terminal (OSC, DCS, APC, PM, SOS): nobody asked for one."""
        end = re.compile(rb"[\x07\x1b]").search(buffer, at)
        if end is None:
            return len(buffer)
        if end.group() == b"\x07":
            self._in_string = False
            return end.end()
        if end.end() == len(buffer):
            return end.start()
        self._in_string = False
        return end.end() + 1 if buffer[end.end()] == 0x5C else end.start()

    def _text(self, text: str, now: float, out: list[events.Key | events.Paste]) -> None:
        near = now - self._text_at <= _DRIBBLE_GAP and not _NEVER_PASTED.search(text)
        self._text_at = now
        pasted = len(text) > _BURST and len(set(text)) > 1  # a held key is no paste
        more = now < self._burst_until and (len(text) > 1 or text.isprintable() or near)
        if text and (pasted or more):
            self._burst_until = now + _BURST_GAP
            out.append(_paste(text))
            return
        self._close = self._close + 1 if near else 0
        if not near:
            self._end_dribble(out)
        if not self._dribble and self._close < 2:
            for char in text:
                out += _key(char)
            return
        self._dribble += text
        if len(self._dribble) > _BURST:
            self._end_dribble(out)
            self._burst_until = now + _BURST_GAP

    def _end_dribble(self, out: list[events.Key | events.Paste]) -> None:
        """What came letter by letter faster than anybody types: a paste if it is long, else keys."""
        text, self._dribble, self._close = self._dribble, "", 0
        if len(text) > _BURST and len(set(text)) > 1:
            out.append(_paste(text))
            return
        for char in text:
            out += _key(char)

    def _decode(self, data: bytes, *, final: bool) -> tuple[str, int]:
        return _decode(data, final=final, encoding=self._encoding)


def _take_ss3(buffer: bytes, at: int, out: list[events.Key | events.Paste]) -> int:
    if whole := _SS3.match(buffer, at):
        out += _sequence(whole.group())
        return whole.end()
    return at if _SS3_SO_FAR.match(buffer, at) else at + 2


def _decode(data: bytes, *, final: bool, encoding: str) -> tuple[str, int]:
    """Return the text of `data`, NUL for each unreadable character, and how many bytes must wait.

    An unreadable byte takes along the bytes that belong to it in the double-byte sets, so that the
    second half of a Chinese character is never taken for a letter somebody pressed.
    """
    text: list[str] = []
    at = 0
    while at < len(data):
        part = data[at : at + _WINDOW]  # with one fault after the other, the rest is not read each time
        try:
            text.append(part.decode(encoding))
            at += len(part)
        except UnicodeDecodeError as fault:
            text.append(part[: fault.start].decode(encoding))
            at += fault.start
            cut = fault.reason in _CUT_SHORT
            if cut and fault.start and at + 4 < len(data):
                continue
            if not final and (cut or _DOUBLE_BYTE_SO_FAR.match(data, at)):
                break
            foreign = _DOUBLE_BYTE.match(data, at)
            text.append("\0")
            at = foreign.end() if foreign else at + 1
    return "".join(text), len(data) - at


def _paste(text: str) -> events.Paste:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return events.Paste(printable(text, limit=PASTE_LIMIT, lines=True))


def _sequence(sequence: bytes) -> list[events.Key]:
    """The keys of a whole escape sequence, none where nobody knows it."""
    keys = ANSI_SEQUENCES_KEYS.get(sequence.decode("latin-1"))
    if isinstance(keys, str):
        return _key(keys)
    if not isinstance(keys, tuple):
        return []
    return [events.Key(key.value, None) for key in keys if key is not Keys.Ignore]


def _key(char: str, *, alt: bool = False) -> list[events.Key]:
    """The key of one character as Textual names it."""
    if char != "\0" and (keys := ANSI_SEQUENCES_KEYS.get(char)) and isinstance(keys, tuple):
        return [events.Key(key.value, char) for key in keys if key is not Keys.Ignore]
    if printable(char) != char:
        return [events.Key(UNDECODABLE, SUBSTITUTE)]
    name = char if char.isalnum() else _character_to_key(char)
    name = KEY_NAME_REPLACEMENTS.get(name, name)
    return [events.Key(f"alt+{name}", None) if alt else events.Key(name, char)]
