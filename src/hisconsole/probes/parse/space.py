"""Disk space and inodes, as `df -P` tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.probes.parse.output import Arguments, Output, lines, name

_ROW = re.compile(
    r"(?P<device>\S.*?) +(?P<size>-|[0-9]+) +(?P<used>-|-?[0-9]+) +(?P<free>-|-?[0-9]+)"
    r" +(?P<percent>-|[0-9]{1,4}%) +(?P<mount>/.*)"
)
_NOT_STORED = frozenset(
    {"tmpfs", "devtmpfs", "udev", "none", "shm", "overlay", "efivarfs", "squashfs", "ramfs", "rootfs"}
)


def disk(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Space used of each real file system, in percent of what users may fill.

    The column is taken as it is: used / total would leave the reserve of root out of account.
    """
    return _rows(output.text, "disk", "df")


def inodes(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Inodes used of each real file system that has a fixed number of them, in percent."""
    return _rows(output.text, "inodes", "df -i")


def _rows(text: str, kind: str, source: str) -> Iterator[Sample]:
    for line in lines(text):
        row = _ROW.fullmatch(line)
        if row is None or row["percent"] == "-":
            continue
        mount = name(row["mount"])
        kept_in_memory = row["device"] in _NOT_STORED or row["device"].startswith("/dev/loop")
        if kept_in_memory and mount != "/":
            continue
        yield Sample(f"{kind}/{mount}", mount, float(row["percent"][:-1]), "%", source, None, "")
