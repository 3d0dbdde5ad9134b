"""Databases and backups as real tools list them."""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import CRITICAL, NOW, OK, UNKNOWN, WARNING, Short, reasons, values

LSNRCTL = """\

LSNRCTL for Linux: Version 19.0.0.0.0 - Production on 23-NOV-2026 10:11:12

Copyright (c) 1991, 2019, Oracle.  All rights reserved.

Connecting to (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=his-db-1)(PORT=1521)))
STATUS of the LISTENER
------------------------
Alias                     LISTENER
Uptime                    12 days 3 hr. 4 min. 5 sec
Security                  ON: Local OS Authentication
Services Summary...
Service "HIS" has 2 instance(s).
  Instance "HIS1", status READY, has 1 handler(s) for this service...
  Instance "HIS2", status BLOCKED, has 1 handler(s) for this service...
Service "LIS" has 1 instance(s).
  Instance "LIS", status UNKNOWN, has 1 handler(s) for this service...
Service "PACS" has 1 instance(s).
  Instance "PACS", status RESTRICTED, has 1 handler(s) for this service...
The command completed successfully
"""
NONE = """\
TNS-12541: TNS:no listener
 TNS-12560: TNS:protocol adapter error
  TNS-00511: No listener
   Linux Error: 111: Connection refused
"""


def test_a_listener_with_instances() -> None:
    assert values("oracle_listener", LSNRCTL, home=("/u01/db",), listener=("LISTENER",)) == {
        "oracle/listener": ("up", OK),
        "oracle/HIS/HIS1": ("READY", OK),
        "oracle/HIS/HIS2": ("BLOCKED", CRITICAL),
        "oracle/LIS/LIS": ("UNKNOWN", OK),
        "oracle/PACS/PACS": ("RESTRICTED", WARNING),
    }
    assert reasons("oracle_listener", LSNRCTL) == [
        "HIS HIS2 is BLOCKED",
        "registered by hand: the listener cannot know its state",
        "PACS PACS is RESTRICTED",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NONE, {"oracle/listener": ("down", CRITICAL)}),
        (
            "TNS-01190: The user is not authorized to execute the requested listener command\n",
            {"oracle/listener": (None, UNKNOWN)},
        ),
        ("TNS-01189: The listener could not authenticate the user\n", {"oracle/listener": (None, UNKNOWN)}),
        (
            "The listener supports no services\nThe command completed successfully\n",
            {"oracle/listener": ("up", OK)},
        ),
        ("Message 1053 not found\n", {"oracle_listener": (None, UNKNOWN)}),
    ],
)
def test_a_listener_that_says_something_else(text: str, expected: Short) -> None:
    assert values("oracle_listener", text, code=1 if "TNS" in text else 0) == expected


def test_instances() -> None:
    text = "2101 ora_pmon_HIS1\n2102 ora_pmon_LIS\n999 grep ora_pmon_PACS\n"
    assert values("oracle_instances", text, instances=("HIS1", "LIS", "PACS")) == {
        "oracle/instance/HIS1": ("running", OK),
        "oracle/instance/LIS": ("running", OK),
        "oracle/instance/PACS": ("missing", CRITICAL),
    }
    assert values("oracle_instances", "", code=1, instances=("HIS1",)) == {
        "oracle/instance/HIS1": ("missing", CRITICAL)
    }
    assert values("oracle_instances", "pgrep: bad option\n", code=2, instances=("HIS1",)) == {
        "oracle_instances": (None, UNKNOWN)
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mysqld is alive\n", ("alive", OK)),
        (
            "mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Access denied for user",
            ("alive", OK),
        ),
        (
            "mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Can't connect to MySQL server'",
            ("no answer", CRITICAL),
        ),
    ],
)
def test_mysql(text: str, expected: object) -> None:
    assert values("mysql", text, code=0, port=("3306",)) == {"mysql/3306": expected}


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("127.0.0.1:5432 - accepting connections\n", 0, {"postgresql/5432": ("accepting", OK)}),
        ("127.0.0.1:5432 - rejecting connections\n", 1, {"postgresql/5432": ("rejecting", CRITICAL)}),
        ("127.0.0.1:5432 - no response\n", 2, {"postgresql/5432": ("no answer", CRITICAL)}),
        ("127.0.0.1:5432 - no attempt\n", 3, {"postgresql": (None, UNKNOWN)}),
        ("pg_isready: invalid option\n", 1, {"postgresql": (None, UNKNOWN)}),
    ],
)
def test_postgresql(text: str, code: int, expected: Short) -> None:
    assert values("postgresql", text, code=code, port=("5432",)) == expected


IRIS = """\

Configuration 'HIS'   (default)
\tdirectory:    /usr/irissys
\tversionid:    2021.1.0.215.0
\tdatadir:      /usr/irissys
\tconf file:    iris.cpf  (WebServer port = 52773)
\tstatus:       running, since Fri Mar 12 10:39:49 2021
\tSuperServers: 1972
\tstate:        warn
\tproduct:      InterSystems IRIS
\tmirroring: Member = HIS/NODEA; Type = Failover; Status = Primary

Configuration 'TEST'
\tdirectory:    /cachesys
\tstatus:       down, last used Wed Jan 20 08:00:00 2021
\tstate:        ok

Configuration 'BARE'
\tdirectory:    /other
"""


def test_iris_and_cache() -> None:
    assert values("iris", IRIS) == {
        "iris/HIS": ("running", OK),
        "iris/HIS/state": ("warn", WARNING),
        "iris/HIS/mirror": ("Primary", None),
        "iris/TEST": ("down", CRITICAL),
        "iris/BARE": (None, UNKNOWN),
    }
    assert reasons("iris", IRIS) == ["HIS reports warn", "TEST is down", "the list tells no status"]
    refused = IRIS.replace("running,", "running-sign-on inhibited,")
    assert values("iris", refused)["iris/HIS"] == ("running-sign-on inhibited", CRITICAL)


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
