"""`df` as real hosts write it."""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import UNKNOWN, Short, values

HEAD = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n"

# Debian 12, CentOS 7 with LVM, Oracle's ASM host; what each is here for stands at its end.
CASES: list[tuple[str, str, Short]] = [
    ("a plain disk", "/dev/sda1 41152812 9876544 29155100 26% /", {"disk//": (26.0, None)}),
    (
        "LVM and a deep mount",
        "/dev/mapper/vg00-arch 524032000 508311040 15720960 97% /u02/app/oracle/fast_recovery_area",
        {"disk//u02/app/oracle/fast_recovery_area": (97.0, None)},
    ),
    (
        "memory is no disk",
        "udev 8123 0 8123 0% /dev\ntmpfs 1631 1 1630 1% /run\n/dev/loop3 65536 65536 0 100% /snap/x",
        {"disk": (None, UNKNOWN)},
    ),
    ("a container's root", "overlay 61255492 24193700 33917872 42% /", {"disk//": (42.0, None)}),
    ("the reserve of root is used up", "/dev/sdb1 1000 1000 -51 106% /data", {"disk//data": (106.0, None)}),
    (
        "a mount with blanks",
        "/dev/sdc1 100 50 50 50% /mnt/PACS archive 2",
        {"disk//mnt/PACS archive 2": (50.0, None)},
    ),
    ("a device with blanks", "//nas/his backup 100 91 9 91% /backup", {"disk//backup": (91.0, None)}),
    ("a Chinese mount", "/dev/sdd1 100 88 12 88% /数据/归档", {"disk//数据/归档": (88.0, None)}),
    ("ZFS", "tank/his/data 1000 850 150 85% /tank/his/data", {"disk//tank/his/data": (85.0, None)}),
    ("a system without sizes", "systemd-1 - - - - /proc/sys/fs/binfmt_misc", {"disk": (None, UNKNOWN)}),
    (
        "a message between the rows",
        "df: /run/user/1000/doc: Operation not permitted\n/dev/sda1 10 5 5 50% /",
        {"disk//": (50.0, None)},
    ),
    ("Solaris", "/dev/dsk/c1t0d0s0 20000 12000 8000 60% /", {"disk//": (60.0, None)}),
    (
        "a bind mount of the same disk",
        "/dev/sda1 10 5 5 50% /\n/dev/sda1 10 5 5 50% /srv",
        {
            "disk//": (50.0, None),
            "disk//srv": (50.0, None),
        },
    ),
]


@pytest.mark.parametrize(("rows", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_disks(rows: str, expected: Short) -> None:
    assert values("disk", f"{HEAD}{rows}\n", code=1 if rows.startswith("df:") else 0) == expected


def test_inodes_and_a_system_that_has_none() -> None:
    text = (
        "Filesystem       Inodes   IUsed    IFree IUse% Mounted on\n"
        "/dev/sda1       2621440  183072  2438368    7% /\n"
        "/dev/sdb1             0       0        0     - /btrfs\n"
    )
    assert values("inodes", text) == {"inodes//": (7.0, None)}


def test_a_very_long_mount_is_cut_and_says_so() -> None:
    ((key, _value),) = values("disk", f"/dev/sda1 10 5 5 50% /{'x' * 500}\n").items()
    assert len(key) <= 70
    assert key.startswith("disk//xxxx")
    assert key.count("~") == 2, "what stands between says that it is cut"


def test_a_thousand_mounts_are_64_and_a_count() -> None:
    rows = "".join(f"/dev/sd{number} 10 5 5 50% /mnt/{number}\n" for number in range(300))
    found = values("disk", rows)
    assert len(found) == 65
    assert found["disk/more"][0] is None
