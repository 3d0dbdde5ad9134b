"""How old and how large the last backup is, as `stat` and `find` write it."""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import CRITICAL, NOW, UNKNOWN, reasons, values

HOURS = NOW - 26 * 3600


def test_the_age_of_a_backup() -> None:
    files = ("/backup/latest.dmp", "/backup/log 1.arc", "/备份/x.dmp")
    text = (
        f"{HOURS} 52428800000 /backup/latest.dmp\n{NOW + 60} 0 /backup/log 1.arc\n{NOW} 5000000 /备份/x.dmp\n"
    )
    assert values("backup", text, files=files) == {
        "backup//backup/latest.dmp": (26.0, None),
        "backup_size//backup/latest.dmp": (52428.8, None),
        "backup//backup/log 1.arc": (0.0, None),
        "backup_size//backup/log 1.arc": (0.0, CRITICAL),
        "backup//备份/x.dmp": (0.0, None),
        "backup_size//备份/x.dmp": (5.0, None),
    }


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("stat: cannot statx '/backup/x': No such file or directory\n", CRITICAL),
        ("stat: cannot statx '/backup/x': Permission denied\n", UNKNOWN),
        ("stat: cannot statx '/backup/x': Input/output error\n", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_backup_that_is_not_there(text: str, hint: object) -> None:
    assert values("backup", text, code=1, files=("/backup/x",)) == {"backup//backup/x": (None, hint)}


def test_the_newest_file_of_a_folder() -> None:
    text = f"{HOURS}.0000000000:500:old.dmp\n{NOW - 3600}.1234567890:7000000:new: 1.dmp\n"
    folder, days = ("/backup",), ("7",)
    assert values("backup_folder", text, folder=folder, days=days) == {
        "backup//backup": (1.0, None),
        "backup_size//backup": (7.0, None),
    }
    assert values("backup_folder", "", folder=folder, days=days) == {"backup//backup": (None, CRITICAL)}
    assert reasons("backup_folder", "", folder=folder, days=days) == ["no file of the last 7 days in /backup"]
    denied = "find: '/backup': Permission denied\n"
    assert values("backup_folder", denied, code=1, folder=folder, days=days) == {
        "backup_folder": (None, UNKNOWN)
    }


LONG = "/backup/oracle/rman/weekly/full-database-with-archive-logs/"


def test_of_two_backups_whose_names_begin_alike_the_failed_one_does_not_hide() -> None:
    files = (f"{LONG}his-first.dmp", f"{LONG}his-second.dmp")
    text = f"stat: cannot statx '{files[1]}': No such file or directory\n{HOURS} 5000000 {files[0]}\n"
    found = values("backup", text, code=1, files=files)
    ages = {key: seen for key, seen in found.items() if key.startswith("backup/")}
    assert sorted(ages.values(), key=str) == [(26.0, None), (None, CRITICAL)]
    assert all(len(key) == len("backup/") + 60 for key in ages)
    assert {key[-10:] for key in ages} == {"/his-first.dmp"[-10:], "/his-second.dmp"[-10:]}
