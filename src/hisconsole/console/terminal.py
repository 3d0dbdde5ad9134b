"""What the terminal can do, decided once at start and before anything heavy is imported.

Pure: the environment comes in, a decision goes out. The glyphs are ASCII and the state is told by
words and reverse video, so a wrong guess here costs looks and never meaning.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Literal

from hisconsole.text import _
from hisconsole.values import dataclass

Colour = Literal["none", "16"]
"""Only the terminal's own sixteen: legible on every palette and half the bytes of true colour."""

_CANNOT = frozenset({"", "dumb", "unknown"})
_ASCII_KINDS = ("linux", "vt", "cons", "ansi")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a kind of terminal can do beside moving its cursor."""

    asks: bool = True
    """It answers a question about its state instead of printing it."""
    shifts: bool = True
    """It inserts and deletes lines."""
    colour: bool = True
    copies: bool = False
    """It may put a text on the operator's clipboard (OSC 52); others might print it."""


_XTERM, _OLD = Abilities(copies=True), Abilities(colour=False)

KINDS: Mapping[str, Abilities] = {
    "xterm": _XTERM,  # PuTTY, SecureCRT, Windows Terminal, konsole and most others call themselves so
    "putty": _XTERM,
    "rxvt": _XTERM,
    "alacritty": _XTERM,
    "foot": _XTERM,
    "ms-terminal": _XTERM,
    "tmux": _XTERM,
    "screen": Abilities(),
    "linux": Abilities(),
    "ansi": Abilities(),
    "vt100": Abilities(shifts=False, colour=False),
    "vte": _XTERM,
    "vt": _OLD,
    "wy": Abilities(asks=False, shifts=False, colour=False),
}
"""By the beginning of TERM, the longest that fits; as terminfo says it, without reading it at each start."""

_UNHEARD_OF = Abilities(asks=False, shifts=False)


@dataclass(frozen=True, slots=True)
class Terminal:
    """The decision: the full screen or the plain view, and how much of a look to risk."""

    kind: str
    """The value of TERM, for the help screen and the log."""
    plain: bool
    """True where a full screen cannot be drawn; `reason` then says why and what to do."""
    reason: str
    ascii: bool
    colour: Colour
    encoding: str = "utf-8"
    asks: bool = True
    shifts: bool = True
    copies: bool = True

    @property
    def environment(self) -> dict[str, str]:
        """Variables to put into `os.environ` before Textual is imported, which reads them then.

        The frame rate stays at Textual's own: it bounds how long a key waits for its effect, and
        an unchanged screen writes nothing at any rate.
        """
        wanted = {
            "TEXTUAL_ANIMATIONS": "none",
            "TEXTUAL_SMOOTH_SCROLL": "0",
            "TEXTUAL_DISABLE_KITTY_KEY": "1",
            "TEXTUAL_COLOR_SYSTEM": "standard",
            "TEXTUAL_THEME": "ansi-dark",
        }
        if self.colour == "none":
            wanted["NO_COLOR"] = "1"
        return wanted


def decide(
    environ: Mapping[str, str],
    *,
    stdin_tty: bool,
    stdout_tty: bool,
    unicode: bool = False,
    encoding: str = "",
) -> Terminal:
    """Return what to draw on, from the environment and whether both ends are a terminal.

    `unicode` is the operator's wish for prettier glyphs; it is refused where they would not show.
    `encoding` is what the operator's terminal is set to; unnamed, it is what the locale says, else
    UTF-8. Raises LookupError where it is none that a terminal can speak.
    """
    kind = environ.get("TERM", "").strip().lower()
    able = abilities(kind)
    spoken = _spoken(encoding or _charset(environ) or "utf-8")
    reason = ""
    if not (stdin_tty and stdout_tty):
        reason = _("This is not a terminal, so here is the plain view.")
    elif kind in _CANNOT or able is None:
        reason = _(
            "TERM is '{term}', a terminal that cannot show a full screen, so here is the plain"
            " view. If yours can, start again with TERM=xterm or TERM=vt100."
        ).format(term=kind)
    able = able or _UNHEARD_OF
    mono = bool(environ.get("NO_COLOR")) or not able.colour or kind.endswith("-m")
    told_utf8 = encoding and spoken == "utf-8"
    return Terminal(
        kind=kind,
        plain=bool(reason),
        reason=reason,
        ascii=not unicode or kind.startswith(_ASCII_KINDS) or not (told_utf8 or _speaks_utf8(environ)),
        colour="none" if mono else "16",
        encoding=spoken,
        asks=able.asks,
        shifts=able.shifts,
        copies=able.copies,
    )


def _spoken(encoding: str) -> str:
    """The name of a set of characters that holds ASCII as it is. Raises LookupError."""
    try:
        plain = "\x1b[m~".encode(encoding) == b"\x1b[m~"
    except UnicodeError:
        plain = False
    if not plain:
        raise LookupError(encoding)
    return codecs.lookup(encoding).name


def abilities(kind: str) -> Abilities | None:
    """What a kind of terminal can do, by our table, else by terminfo; None where it cannot be drawn on.

    Of one that neither knows nothing is asked and nothing is expected but cursor moves.
    """
    known = max((name for name in KINDS if kind.startswith(name)), key=len, default=None)
    if known is not None and kind != "vt52":
        return KINDS[known]
    return _by_terminfo(kind)


def _by_terminfo(kind: str) -> Abilities | None:
    try:
        import curses  # a start on a terminal of the table does without it
    except ImportError:
        return _UNHEARD_OF
    try:
        curses.setupterm(kind, 1)
    except curses.error:
        return _UNHEARD_OF
    if not (curses.tigetstr("cup") or b"").startswith(b"\x1b["):
        return None
    return Abilities(
        asks=bool(curses.tigetstr("u7")),
        shifts=bool(curses.tigetstr("il1") and curses.tigetstr("dl1")),
        colour=curses.tigetnum("colors") >= 8,
    )


def _locale(environ: Mapping[str, str]) -> str:
    """The locale for characters; the first variable that is set decides, as in POSIX."""
    return next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")


def _speaks_utf8(environ: Mapping[str, str]) -> bool:
    return _locale(environ).lower().replace("-", "").partition("@")[0].endswith("utf8")


def _charset(environ: Mapping[str, str]) -> str:
    """A double-byte set of characters that the locale names; all others speak UTF-8 by now, or ASCII."""
    named = _locale(environ).partition(".")[2].partition("@")[0].lower().replace("-", "")
    return {"gb2312": "gb18030", "euccn": "gb18030", "gbk": "gb18030"}.get(
        named, named if named in ("gb18030", "big5") else ""
    )
