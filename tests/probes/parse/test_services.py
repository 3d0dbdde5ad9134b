"""Services, ports, pages and clocks as real tools write them.

All of them are proven with real ones in tests/probes/ssh: test_real_machine.py and test_real_services.py.
"""

from __future__ import annotations

import pytest

from hisconsole.probes.parse import read
from hisconsole.probes.parse.output import Output
from tests.probes.parse.reading import CRITICAL, OK, UNKNOWN, WARNING, Short, reasons, values


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("active\n", ("nginx",), {"service/nginx": ("active", OK)}),
        (
            "active\ninactive\nfailed\n",
            ("nginx", "tomcat", "his-api"),
            {
                "service/nginx": ("active", OK),
                "service/tomcat": ("inactive", CRITICAL),
                "service/his-api": ("failed", CRITICAL),
            },
        ),
        ("activating\n", ("weblogic",), {"service/weblogic": ("activating", WARNING)}),
        ("reloading\n", ("nginx",), {"service/nginx": ("reloading", OK)}),
        ("unknown\n", ("typo",), {"service/typo": ("unknown", CRITICAL)}),
        ("active\n", ("a", "b"), {"service/a": (None, UNKNOWN), "service/b": (None, UNKNOWN)}),
        ("Failed to connect to bus: No such file\n", ("a",), {"service/a": (None, UNKNOWN)}),
        ("\x1b[32mactive\x1b[0m\n", ("a",), {"service/a": (None, UNKNOWN)}),
    ],
)
def test_services(text: str, units: tuple[str, ...], expected: Short) -> None:
    assert values("services", text, code=0 if "inactive" not in text else 3, units=units) == expected


# Microsoft Learn, "Install SQL Server and create a database" on Red Hat, SUSE and Ubuntu: the unit's name.
def test_sql_server_is_a_service() -> None:
    assert values("sql_server", "inactive\n", code=3) == {"service/mssql-server": ("inactive", CRITICAL)}
    assert reasons("sql_server", "failed\n", code=3) == ["mssql-server is failed"]


def test_failed_units() -> None:
    assert values("failed_units", "") == {"units/failed": (0.0, OK)}
    text = (
        "tomcat.service loaded failed failed Apache Tomcat 9\n"
        "backup.service loaded failed failed Nightly backup\n"
    )
    assert values("failed_units", text) == {"units/failed": (2.0, CRITICAL)}
    assert reasons("failed_units", text) == ["2 units failed: tomcat.service, backup.service"]
    assert values("failed_units", "System has not been booted with systemd\n", code=1) == {
        "units/failed": (None, UNKNOWN)
    }


SS = """\
LISTEN 0      128          0.0.0.0:22        0.0.0.0:*
LISTEN 0      4096   127.0.0.53%lo:53        0.0.0.0:*
LISTEN 0      128             [::]:1521         [::]:*
LISTEN 0      100                *:8080            *:*
"""


def test_listening_ports() -> None:
    assert values("listening", SS, ports=("22", "53", "1521", "8080", "80")) == {
        "listening/22": ("listening", OK),
        "listening/53": ("listening", OK),
        "listening/1521": ("listening", OK),
        "listening/8080": ("listening", OK),
        "listening/80": ("closed", CRITICAL),
    }


def test_a_port_beyond_a_cut_list_is_unknown_not_closed() -> None:
    samples = read("listening", Output(SS, None, cut=True), {"ports": ("22", "80")})
    hints = {sample.key: sample.hint for sample in samples}
    assert hints["listening/22"] is OK
    assert hints["listening/80"] is UNKNOWN


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (
            "200:0.012345",
            0,
            {"application/8080/health": ("200", OK), "application_time/8080/health": (0.012345, None)},
        ),
        ("302:0.5", 0, {"application/8080/health": ("302", OK), "application_time/8080/health": (0.5, None)}),
        (
            "503:5.001",
            0,
            {"application/8080/health": ("503", CRITICAL), "application_time/8080/health": (5.001, None)},
        ),
        ("000:0.000135", 7, {"application/8080/health": ("000", CRITICAL)}),
        ("000:5.000", 28, {"application/8080/health": ("000", CRITICAL)}),
        ("curl: option -q: is unknown", 2, {"application": (None, UNKNOWN)}),
        ("", 0, {"application": (None, UNKNOWN)}),
    ],
)
def test_an_application(text: str, code: int, expected: Short) -> None:
    assert (
        values("application", text, code=code, port=("8080",), path=("/health",), scheme=("http",))
        == expected
    )


CHRONY = (
    "C0A80001,192.168.0.1,3,1700000000.123456789,-0.000012345,0.000010,0.000020,-3.4,0.0,0.1,0.02,0.001,64.2"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{CHRONY},Normal\n",
            {
                "time/synchronised": ("yes", OK),
                "time/offset": (0.000012345, None),
                "time/stratum": (3.0, None),
            },
        ),
        (
            "00000000,,0,0.000000000,0.000000000,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n",
            {"time/synchronised": ("no", CRITICAL), "time/offset": (0.0, None), "time/stratum": (0.0, None)},
        ),
        (
            f"{CHRONY.replace(',3,', ',16,')},Normal\n",
            {
                "time/synchronised": ("no", CRITICAL),
                "time/offset": (0.000012345, None),
                "time/stratum": (16.0, None),
            },
        ),
        ("506 Cannot talk to daemon\nNTPSynchronized=yes\n", {"time/synchronised": ("yes", OK)}),
        ("NTPSynchronized=no\n", {"time/synchronised": ("no", CRITICAL)}),
        ("506 Cannot talk to daemon\n", {"time": (None, UNKNOWN)}),
        (f"{CHRONY.replace('-0.000012345', 'nan')},Normal\n", {"time": (None, UNKNOWN)}),
    ],
)
def test_time(text: str, expected: Short) -> None:
    assert values("time", text) == expected
