"""How the console itself is: its line, its loop, what it takes, what went wrong in it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.console.page import Page
from hisconsole.console.wire import Wire, wire_of
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.console.pulse import Pulse

THIN_RATE, FAR_S = 20_000, 0.5
"""Bytes a second below which, and seconds of delay from which, compression is felt."""


def show_diagnostics(console: HisConsole) -> None:
    """Open the page."""
    wire = wire_of(console)
    lines = [
        *(line_lines(wire, os.environ) if wire is not None else [_("There is no terminal here.")]),
        "",
        *loop_lines(console.pulse),
        "",
        _("Memory {rss} MB, {files} files open.").format(rss=resident_mb(), files=open_files()),
        *(f"{fault.id or '-'}  {fault.sentence}" for fault in console.faults),
    ]
    console.push_screen(Page(_("Diagnostics"), lines))


def line_lines(wire: Wire, environ: Mapping[str, str]) -> Iterator[str]:
    """The terminal, what its line was seen to do, and what would help it."""
    terminal, pace, sent = wire.terminal, wire.pace, wire.sent
    yield _("Terminal {kind}, {encoding}, {glyphs}, colours: {colour}.").format(
        kind=terminal.kind,
        encoding=terminal.encoding,
        glyphs="ASCII" if terminal.ascii else "Unicode",
        colour=terminal.colour,
    )
    if pace.echoes and pace.delay is not None:
        told = _("The line answers after {delay:.2f} s.").format(delay=pace.delay)
        if pace.rate is not None:
            told += " " + _("It carries at least {rate:,.0f} bytes a second.").format(rate=pace.rate)
        yield told
    else:
        yield _("The terminal answers no question, so frames go by the clock.")
    yield _("Sent: {frames} frames, {bytes:,} bytes; {overtaken} were overtaken by newer ones.").format(
        frames=sent.frames, bytes=sent.bytes, overtaken=sent.overtaken
    )
    if compress(wire, environ):
        yield compress(wire, environ)


def compress(wire: Wire | None, environ: Mapping[str, str]) -> str:
    """The advice to have ssh compress, where this is a slow line that it runs over; else ""."""
    if wire is None or not environ.get("SSH_CONNECTION"):
        return ""
    delay, rate = wire.pace.delay, wire.pace.rate
    thin = rate is not None and rate < THIN_RATE
    if not (thin or (delay or 0.0) >= FAR_S):
        return ""
    return _("This line is slow. If you did not start ssh with -C, do: it then carries a quarter as much.")


def loop_lines(pulse: Pulse) -> Iterator[str]:
    """How late the loop runs, and what held it up."""
    yield _(
        "The loop runs late by {half:.0f} ms, p99 {most:.0f} ms, at worst {worst:.0f} ms (4 min)."
    ).format(half=pulse.lag(0.5) * 1000, most=pulse.lag(0.99) * 1000, worst=pulse.lag(1) * 1000)
    for held in reversed(pulse.held):
        yield _("Held up at {when} for {seconds:.1f} s by {where}").format(
            when=time.strftime("%H:%M:%S", time.localtime(held.at)), seconds=held.seconds, where=held.where
        )


def resident_mb() -> int:
    """Memory of this process in MB; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def open_files() -> int:
    """Descriptors of this process; 0 where the system does not say."""
    try:
        return len(list(Path("/proc/self/fd").iterdir()))
    except OSError:
        return 0
