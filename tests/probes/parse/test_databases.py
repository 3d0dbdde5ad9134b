"""Databases as their own tools list them, with invented names.

What a real server can be had for is proven in tests/probes/ssh/test_real_services.py too.
"""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import CRITICAL, OK, UNKNOWN, WARNING, Short, reasons, values

# Oracle Database Net Services Administrator's Guide, "Determining the Current Status of a Listener" and
# "Monitoring Services of a Listener" (the status words); an instance with two lines: published
# `lsnrctl status` of an instance that is in listener.ora and has registered itself as well.
LSNRCTL = """\

LSNRCTL for Linux: Version 19.0.0.0.0 - Production on 23-NOV-2026 10:11:12

Copyright (c) 1991, 2019, Oracle.  All rights reserved.

Connecting to (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=his-db-1)(PORT=1521)))
STATUS of the LISTENER
------------------------
Alias                     LISTENER
Version                   TNSLSNR for Linux: Version 19.0.0.0.0 - Production
Start Date                11-NOV-2026 07:07:07
Uptime                    12 days 3 hr. 4 min. 5 sec
Trace Level               off
Security                  ON: Local OS Authentication
SNMP                      OFF
Listener Log File         /u01/app/oracle/diag/tnslsnr/his-db-1/listener/alert/log.xml
Listening Endpoints Summary...
  (DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=his-db-1)(PORT=1521)))
Services Summary...
Service "HIS" has 2 instance(s).
  Instance "HIS1", status READY, has 1 handler(s) for this service...
  Instance "HIS2", status BLOCKED, has 1 handler(s) for this service...
Service "LIS" has 1 instance(s).
  Instance "LIS", status UNKNOWN, has 1 handler(s) for this service...
Service "PACS" has 1 instance(s).
  Instance "PACS", status RESTRICTED, has 1 handler(s) for this service...
Service "EMR" has 2 instance(s).
  Instance "EMR", status UNKNOWN, has 1 handler(s) for this service...
  Instance "EMR", status BLOCKED, has 1 handler(s) for this service...
Service "RIS" has 1 instance(s).
  Instance "RIS", status READY/SECONDARY, has 1 handler(s) for this service...
The command completed successfully
"""
# Published `lsnrctl status` of releases 11.1 to 19c while no listener runs.
NONE = """\

LSNRCTL for Linux: Version 19.0.0.0.0 - Production on 23-NOV-2026 10:11:12

Copyright (c) 1991, 2019, Oracle.  All rights reserved.

Connecting to (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=his-db-1)(PORT=1521)))
TNS-12541: TNS:no listener
 TNS-12560: TNS:protocol adapter error
  TNS-00511: No listener
   Linux Error: 111: Connection refused
Connecting to (DESCRIPTION=(ADDRESS=(PROTOCOL=IPC)(KEY=EXTPROC1521)))
TNS-12541: TNS:no listener
 TNS-12560: TNS:protocol adapter error
  TNS-00511: No listener
   Linux Error: 2: No such file or directory
"""
# Published `lsnrctl` whose ORACLE_HOME is wrong or not readable: two messages on one line, as it writes them.
BARE = """\
Message 1070 not found; No message file for product=network, facility=TNSTNS-12545: Message 12545 not found; \
No message file for product=network, facility=TNS
TNS-12560: Message 12560 not found; No message file for product=network, facility=TNS
TNS-00515: Message 515 not found; No message file for product=network, facility=TNS
Linux Error: 2: No such file or directory
"""


def test_a_listener_with_instances() -> None:
    assert values("oracle_listener", LSNRCTL, home=("/u01/db",), listener=("LISTENER",)) == {
        "oracle/listener": ("up", OK),
        "oracle/HIS/HIS1": ("READY", OK),
        "oracle/HIS/HIS2": ("BLOCKED", CRITICAL),
        "oracle/LIS/LIS": ("UNKNOWN", OK),
        "oracle/PACS/PACS": ("RESTRICTED", WARNING),
        "oracle/EMR/EMR": ("BLOCKED", CRITICAL),
        "oracle/RIS/RIS": ("READY/SECONDARY", OK),
    }
    assert reasons("oracle_listener", LSNRCTL) == [
        "HIS HIS2 is BLOCKED",
        "registered by hand: the listener cannot know its state",
        "PACS PACS is RESTRICTED",
        "EMR EMR is BLOCKED",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NONE, {"oracle/listener": ("down", CRITICAL)}),
        (BARE, {"oracle/listener": (None, UNKNOWN)}),
        (
            "TNS-01190: The user is not authorized to execute the requested listener command\n",
            {"oracle/listener": (None, UNKNOWN)},
        ),
        ("TNS-01189: The listener could not authenticate the user\n", {"oracle/listener": (None, UNKNOWN)}),
        (
            "The listener supports no services\nThe command completed successfully\n",
            {"oracle/listener": ("up", OK)},
        ),
        ("LSNRCTL for Linux: Version 19.0.0.0.0\n", {"oracle_listener": (None, UNKNOWN)}),
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


# Oracle's mysqladmin 8.0; MariaDB's own is proven with a real server.
REFUSED = """\
mysqladmin: connect to server at '127.0.0.1' failed
error: 'Can't connect to MySQL server on '127.0.0.1:3306' (111)'
Check that mysqld is running on 127.0.0.1 and that the port is 3306.
You can check this by doing 'telnet 127.0.0.1 3306'
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mysqld is alive\n", ("alive", OK)),
        (
            "mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Access denied for user",
            ("alive", OK),
        ),
        (REFUSED, ("no answer", CRITICAL)),
    ],
)
def test_mysql(text: str, expected: object) -> None:
    assert values("mysql", text, code=0, port=("3306",)) == {"mysql/3306": expected}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (REFUSED, "Can't connect to MySQL server on '127.0.0.1:3306' (111)"),
        (
            "mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Too many connections'\n",
            "Too many connections",
        ),
        (
            "mysqladmin: connect to server at '127.0.0.1' failed\n",
            "mysqladmin: connect to server at '127.0.0.1' failed",
        ),
    ],
)
def test_why_mysql_does_not_answer(text: str, reason: str) -> None:
    assert reasons("mysql", text, code=1, port=("3306",)) == [reason]


# KingbaseES manual, "sys_isready": the same words and exit codes.
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


# Red Hat Insights, `/usr/bin/iris list` (the layout, `down, last used`); published lists of a mirror's member
# (IRIS 2021.1), of IRIS 2024.1 and of an instance in alert (IRIS 2020.4, `Instance`); `ccontrol list` of
# Caché 2016.2 (a backup product's manual); isclib's table of the words of `ccontrol` (sign-on inhibited,
# primary transition, cache.ids missing).
IRIS = """\

Configuration 'HIS'   (default)
        directory:    /usr/irissys
        versionid:    2021.1.0.215.0
        datadir:      /usr/irissys
        conf file:    iris.cpf  (SuperServer port = 51773, WebServer = 52773)
        status:       running, since Fri Mar 12 10:39:49 2021
        mirroring: Member Type = Failover; Status = Primary
        state:        warn
        product:      InterSystems IRIS

Configuration 'TEST'
        directory:    /cachesys
        versionid:    2023.1.0.235.1com
        datadir:      /cachesys
        conf file:    iris.cpf  (SuperServer port = 1972, WebServer = 52773)
        status:       down, last used Wed Jan 20 08:00:00 2021
        product:      InterSystems IRIS

Instance 'LIS'   (default)
        directory:    /usr/irissys2
        versionid:    2024.1.2.398.0com
        datadir:      /iris-mgr/data/
        conf file:    iris.cpf  (WebServer port = 52773)
        status:       running, since Wed Dec  4 14:07:27 2024
        SuperServers: 1972
        state:        alert
        product:      InterSystems IRISHealth

Configuration 'EMR'
    directory: /home/cache2016
    versionid: 2016.2.0.736.0
    conf file: cache.cpf  (SuperServer port = 1972, WebServer = 57772)
    status:    running, since Thu May 18 11:27:34 2023
    state:     ok

Configuration 'BARE'
        directory:    /other
"""


def test_iris_and_cache() -> None:
    assert values("iris", IRIS) == {
        "iris/HIS": ("running", OK),
        "iris/HIS/state": ("warn", WARNING),
        "iris/HIS/mirror": ("Primary", None),
        "iris/TEST": ("down", CRITICAL),
        "iris/LIS": ("running", OK),
        "iris/LIS/state": ("alert", CRITICAL),
        "iris/EMR": ("running", OK),
        "iris/EMR/state": ("ok", OK),
        "iris/BARE": (None, UNKNOWN),
    }
    assert reasons("iris", IRIS) == [
        "HIS reports warn",
        "TEST is down",
        "LIS reports alert",
        "the list tells no status",
    ]


@pytest.mark.parametrize(
    ("status", "word", "hint"),
    [
        ("running, since Fri Mar 12 10:39:49 2021", "running", OK),
        ("sign-on inhibited, last used Fri Mar 12 10:39:49 2021", "sign-on inhibited", CRITICAL),
        ("sign-on inhibited:primary transition", "sign-on inhibited:primary transition", CRITICAL),
        ("running on node ? (cache.ids missing)", "running on node ? (cache.ids missing)", WARNING),
    ],
)
def test_what_an_instance_is_doing(status: str, word: str, hint: object) -> None:
    assert values("iris", f"Configuration 'HIS'\n\tstatus:       {status}\n") == {"iris/HIS": (word, hint)}
