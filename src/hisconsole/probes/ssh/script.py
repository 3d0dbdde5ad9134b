"""One `sh` script a round: it runs the questions, counts the bytes of each answer, writes once.

Each answer is framed by its length, so nothing that a log line or a disk name says can pass for
another answer. The script is the same for the same questions: a site may also install it on the
host as the key's forced command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from hisconsole.probes.parse.output import Ask, Output
from hisconsole.probes.ssh.commands import COMMANDS, argv
from hisconsole.values import dataclass

SECTION_BYTES = 8192
SECTION_SECONDS = 8
SCRIPT_SECONDS = 20
"""The host ends the script itself: a lost connection leaves nothing running there."""

_BEGIN = f"""\
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL PATH
N='
'
T=0 B=0 S=
read -r T _ </proc/uptime
T=${{T%.*}}
p() {{ for i; do command -v "$i" && return; done; echo "$1"; }}
r() {{
n=$1 t=0 o=
shift
read -r t _ </proc/uptime
if [ $((${{t%.*}}-T)) -lt {SCRIPT_SECONDS - SECTION_SECONDS - 2} ] && [ $B -lt 49152 ]; then
o=$({{
timeout -k 1 {SECTION_SECONDS} "$@" </dev/null 2>&1
printf '\\n=%s' $?
}} 2>/dev/null | head -c {SECTION_BYTES})
fi
B=$((B+${{#o}}))
O="$O@$n ${{#o}}$N$o$N"
}}
"""
_AT_ONCE = """printf %s "$O"\nO=\n}"""
_ROOT = """[ "$(id -u)" = 0 ] || S='sudo -n'\n"""
_START = """o=$(date +%s)\nO="@now ${#o}$N$o$N"\n"""
_END = """printf '%s@end 0\\n\\n' "$O"\n"""

_FIRST = re.compile(rb"@now [0-9]{1,3}\n")
_FRAME = re.compile(rb"@([a-z_]{1,40}(?::[0-9]{1,3})?) ([0-9]{1,5})\n")


def compose(asks: Sequence[Ask], *, at_once: bool = False) -> str:
    """The command line that asks all of it; `at_once` lets each answer out as soon as it is there.

    Writing once costs half the work on both sides. After a round that did not end, answers are
    let out one by one, so that a disk that hangs hides only what comes after it.
    """
    begin = _BEGIN.removesuffix("}\n") + _AT_ONCE + "\n" if at_once else _BEGIN
    root = _ROOT if any(COMMANDS[ask.name].privileged for ask in asks) else ""
    body = "".join(f"{_run(index, ask)}\n" for index, ask in enumerate(asks))
    script = begin + root + _START + body + _END
    return f"exec timeout -k 2 {SCRIPT_SECONDS} sh -c {shlex.quote(script)}"


def _run(index: int, ask: Ask) -> str:
    first, *rest = argv(ask)
    command = COMMANDS[ask.name]
    program = f"$(p {shlex.join((first, *command.others))})" if command.others else shlex.quote(first)
    words = (f"r {ask.name}:{index}", "$S" if command.privileged else "", program, shlex.join(rest))
    return " ".join(word for word in words if word)


def asked(command_line: str) -> tuple[tuple[str, str], ...]:
    """The questions of a command line that `compose` made: label and command as written there."""
    script = shlex.split(command_line)[-1]
    found = (line.split(" ", 2) for line in script.splitlines() if line.startswith("r "))
    return tuple((label, words) for _r, label, words in found)


def frame(label: str, text: str, code: int = 0) -> bytes:
    """One answer as the script writes it, for a host that is played; `now` holds its time and comes first."""
    if label == "now":
        return b"@now %d\n%s\n" % (len(text), text.encode())
    answer = f"{text.rstrip(chr(10))}\n={code}".encode()[:SECTION_BYTES]
    return b"@%s %d\n%s\n" % (label.encode(), len(answer), answer)


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back, by the position of the question."""

    outputs: Mapping[int, Output]
    ended: bool
    """The script reached its end."""
    framed: bool
    """At least one frame was found: it was our script that answered."""


def split(data: bytes, asks: Sequence[Ask]) -> Answers:
    """Take the frames apart; what is no frame, out of order or cut off is left out."""
    outputs: dict[int, Output] = {}
    now: int | None = None
    ended = framed = False
    first = _FIRST.search(data[:4096])  # What a login shell prints before us is passed over.
    at = _FRAME.match(data, first.start()) if first else None
    while at is not None:
        body = data[at.end() : at.end() + int(at[2])]
        if len(body) < int(at[2]):
            break
        framed = True
        label, _colon, position = at[1].decode("ascii").partition(":")
        if label == "now":
            now = int(body) if body.isdigit() and len(body) < 12 else None
        elif label == "end":
            ended = True
            break
        elif position and int(position) < len(asks) and asks[int(position)].name == label:
            outputs.setdefault(int(position), _output(body, now))
        at = _FRAME.match(data, at.end() + int(at[2]) + 1)
    return Answers(outputs, ended=ended, framed=framed)


def _output(body: bytes, now: int | None) -> Output:
    text, _line, code = body.rpartition(b"\n=")
    if len(body) >= SECTION_BYTES or not (code.isdigit() and len(code) <= 3):
        return Output(body.decode("utf-8", "replace"), None, cut=bool(body), now=now)
    return Output(text.decode("utf-8", "replace"), int(code), now=now)
