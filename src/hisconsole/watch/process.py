"""The watch as a process: signals, its parent, and an end within two seconds whatever hangs."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from hisconsole.config.load import is_sample, load_site
from hisconsole.config.targets import load_targets
from hisconsole.desk.actor import utc_now
from hisconsole.errors import ConfigFault, StoreFault
from hisconsole.faultlog import fault_id, log_fault
from hisconsole.paths import shipped
from hisconsole.plan.targets import Infrastructure
from hisconsole.store.readings_reader import Reader
from hisconsole.store.revision import COPIED
from hisconsole.text import speak
from hisconsole.watch.access import known_hosts_path
from hisconsole.watch.cycles import collect_seldom
from hisconsole.watch.holding import MakePollers
from hisconsole.watch.loop import LOG, Watch
from hisconsole.watch.pollers import Pollers
from hisconsole.watch.timing import Timing

FORCED_END_S = 1.9

CHILD = "--child"
"""Ends with its parent: stdin is a pipe that nobody writes to, and that closes when the parent dies."""


def run(
    config: Path,
    data: Path,
    *,
    child: bool = False,
    timing: Timing | None = None,
    make_pollers: MakePollers | None = None,
) -> int:
    """Be a watch until SIGTERM or SIGINT, or as a `child` until the parent is gone; the exit code is 0."""
    make = make_pollers or real_pollers(data, sample=speak_as(config))
    watch = Watch(config=config, data=data, make_pollers=make, now=utc_now, timing=timing or Timing())

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def end() -> None:
            if not stop.is_set():
                # A thread that hangs on a disk would hold up the end of the interpreter.
                timer = threading.Timer(FORCED_END_S, os._exit, (0,))
                timer.daemon = True
                timer.start()
            stop.set()

        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(name, end)
        if child:
            loop.add_reader(0, _until_closed, loop, end)
        collecting = asyncio.create_task(collect_seldom())
        try:
            await watch.run(stop)
        finally:
            collecting.cancel()
            gc.freeze()  # The interpreter's end would look through all readings, for many seconds.

    asyncio.run(main())
    return 0


def _until_closed(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    if not os.read(0, 1024):
        loop.remove_reader(0)
        end()


def load(config: Path, data: Path) -> tuple[Infrastructure, MakePollers]:
    """What is to be watched and what polls it, for one look. Raises ConfigFault."""
    sample = speak_as(config)
    return load_targets(config, sample=sample), real_pollers(data, sample=sample)


def speak_as(config: Path) -> bool:
    """Speak the hospital's language; returns whether it is the sample.

    A fault in the roster must not leave the network unwatched.
    """
    try:
        site = load_site(config)
    except ConfigFault:
        return is_sample(config)
    speak(site.language, shipped("screens") / "words")
    return site.sample


def real_pollers(data: Path, *, sample: bool) -> MakePollers:
    """Polling over SNMP, SSH and the net."""

    def make(memories: Mapping[str, Mapping[str, object]]) -> Pollers:
        return Pollers(data, known_hosts=known_hosts_path(data, sample=sample), memories=memories)

    return make


def ensure(
    config: Path, data: Path, running: subprocess.Popen[bytes] | None = None
) -> subprocess.Popen[bytes] | None:
    """Start a watch that ends with us where none holds the lease; `running` is the one we started before.

    Cheap enough to be called every few seconds. Returns our child, or None while another's watch is at
    work. The parent must keep what is returned: its pipe is what the child lives by.
    """
    if running is not None and running.poll() is None:
        return running
    if (data / COPIED).exists():
        return None  # what is only looked at is watched by nobody
    reader = Reader(data)
    with suppress(StoreFault), closing(reader):  # What cannot be read is made anew by the one we start.
        if reader.latest().watched:
            return None
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603 - ourselves, and two folders as words
        [sys.executable, "-P", "-m", "hisconsole.watch", str(config), str(data), CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,  # Ctrl+C in the console's terminal is not meant for it.
    )


def main() -> int:
    """Entry of the child process: CONFIG DATA --child."""
    config, data, *rest = sys.argv[1:]
    try:
        return run(Path(config), Path(data), child=CHILD in rest)
    except Exception as error:
        log_fault(Path(data) / LOG, error, fault_id(error))
        raise
