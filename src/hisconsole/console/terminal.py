"""What the terminal can do, decided once at start and before anything heavy is imported.

Pure: the environment comes in, a decision goes out. The glyphs are ASCII and the state is told by
words and reverse video, so a wrong guess here costs looks and never meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hisconsole.text import _

Colour = Literal["none", "16"]
"""Only the terminal's own sixteen: legible on every palette and half the bytes of true colour."""

_CANNOT = frozenset({"", "dumb", "unknown"})
_ASCII_KINDS = ("linux", "vt", "cons", "ansi")
_MONO_KINDS = ("vt", "wy")


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
    environ: Mapping[str, str], *, stdin_tty: bool, stdout_tty: bool, unicode: bool = False
) -> Terminal:
    """Return what to draw on, from the environment and whether both ends are a terminal.

    `unicode` is the operator's wish for prettier glyphs; it is refused where they would not show.
    """
    kind = environ.get("TERM", "").strip().lower()
    reason = ""
    if not (stdin_tty and stdout_tty):
        reason = _("This is not a terminal, so here is the plain view.")
    elif kind in _CANNOT:
        reason = _(
            "TERM is '{term}', a terminal that cannot show a full screen, so here is the plain"
            " view. If yours can, start again with TERM=xterm or TERM=vt100."
        ).format(term=kind)
    mono = bool(environ.get("NO_COLOR")) or kind.startswith(_MONO_KINDS) or kind.endswith("-m")
    return Terminal(
        kind=kind,
        plain=bool(reason),
        reason=reason,
        ascii=not unicode or kind.startswith(_ASCII_KINDS) or not _speaks_utf8(environ),
        colour="none" if mono else "16",
    )


def _speaks_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale says UTF-8; the first variable that is set decides, as in POSIX."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := environ.get(name):
            return value.lower().replace("-", "").partition("@")[0].endswith("utf8")
    return False
