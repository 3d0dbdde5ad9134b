"""What the table's commands say of a machine's own arrays, disks, services, kernel and clock.

The machine is a guest with a kernel of its own; it runs the very line that a host would be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Ask
from tests.probes.ssh.guest import Brief, Readings, Step, answers, brief

OK, WARNING, CRITICAL, UNKNOWN = Status.OK, Status.WARNING, Status.CRITICAL, Status.UNKNOWN
Need = Callable[[str], str]


MD, PATHS = Ask("mdstat"), Ask("multipath")
DISK, NO_DISK = (Ask("smart", {"device": (f"/dev/{disk}",)}) for disk in ("sda", "sdx"))

STORAGE = [
    Step("", [MD]),
    Step(
        """\
/lib/systemd/systemd-udevd --daemon
mkdir -p /etc/multipath/conf.d
printf '%s\\n' 'defaults {' 'find_multipaths greedy' 'user_friendly_names yes' 'polling_interval 1' \
    'max_polling_interval 1' '}' >/etc/multipath/conf.d/test.conf
modprobe -d /run/modules -a sd_mod sg dm-multipath dm-service-time raid1
modprobe -d /run/modules scsi_debug add_host=2 vpd_use_hostno=0 dev_size_mb=16
udevadm settle
multipathd -d >/mnt/multipathd 2>&1 &
until multipath -ll | grep -q 'sdb .*ready'; do sleep 0.1; done
echo 100 >/proc/sys/dev/raid/speed_limit_max
mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 /dev/ubda /dev/ubdb
until grep -q resync /proc/mdstat; do sleep 0.1; done""",
        [MD, PATHS, DISK, NO_DISK],
    ),
    Step(
        """\
echo 100000 >/proc/sys/dev/raid/speed_limit_max
while grep -q resync /proc/mdstat; do sleep 0.1; done
sdparm --set=TEST=1 /dev/sda
echo offline >/sys/block/sdb/device/state
until multipath -ll | grep -q 'sdb .*failed faulty'; do sleep 0.1; done""",
        [MD, PATHS, DISK],
    ),
    Step(
        """\
mdadm /dev/md0 --fail /dev/ubdb
echo offline >/sys/block/sda/device/state
until multipath -ll | grep -q 'sda .*failed faulty'; do sleep 0.1; done""",
        [MD, PATHS, DISK],
    ),
    Step(
        """\
mdadm /dev/md0 --remove /dev/ubdb
echo 100 >/proc/sys/dev/raid/speed_limit_max
mdadm /dev/md0 --add /dev/ubdc
until grep -q recovery /proc/mdstat; do sleep 0.1; done""",
        [MD],
    ),
    Step("mdadm --stop /dev/md0\nmdadm --incremental /dev/ubda", [MD]),
]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_arrays_disks_and_the_paths_to_them(need: Need, tmp_path: Path) -> None:
    programs = ("mdadm", "smartctl", "multipath", "multipathd", "sdparm")
    none, new, one_path, no_path, rebuilding, apart = answers(
        need, tmp_path, STORAGE, programs=programs, disks=3
    )
    assert brief(none) == {}

    assert without_progress(new) == {
        "raid/md0": ("resync", WARNING),
        "multipath/mpatha": (0.0, OK),
        "smart//dev/sda": ("OK", OK),
        "smart": (None, UNKNOWN),
    }
    assert brief(one_path) == {
        "raid/md0": ("clean", OK),
        "multipath/mpatha": (1.0, WARNING),
        "smart//dev/sda": (one_path["smart//dev/sda"].value, CRITICAL),
    }
    assert "FAILURE PREDICTION THRESHOLD EXCEEDED" in one_path["smart//dev/sda"].reason
    assert brief(no_path) == {
        "raid/md0": ("degraded", CRITICAL),
        "multipath/mpatha": (2.0, CRITICAL),
        "smart": (None, UNKNOWN),
    }
    assert no_path["raid/md0"].reason == "md0 degraded [U_]"
    assert without_progress(rebuilding) == {"raid/md0": ("rebuilding", CRITICAL)}
    assert brief(apart) == {"raid/md0": ("inactive", CRITICAL)}


def without_progress(readings: Readings) -> Brief:
    """All but how far it is, which must be a share of the whole."""
    short = brief(readings)
    value, hint = short.pop("raid/md0/progress")
    assert isinstance(value, float)
    assert 0 <= value < 100
    assert hint is None
    return short


PORTS = Ask("listening", {"ports": ("8080", "8081")})
UNITS = Ask("services", {"units": ("his-api", "broken", "starting", "typo")})
SQL, FAILED, KERNEL, CLOCK = Ask("sql_server"), Ask("failed_units"), Ask("kernel"), Ask("time")
_UNIT = "printf '[Unit]\\nDefaultDependencies=no\\n{content}\\n' >/run/systemd/system/{name}"

MACHINE = [
    Step(
        "\n".join(
            [
                _UNIT.format(name="his-api.service", content="[Service]\\nExecStart=/bin/sleep 1000"),
                _UNIT.format(name="his-api.socket", content="[Socket]\\nListenStream=127.0.0.1:8080"),
                _UNIT.format(name="mssql-server.service", content="[Service]\\nExecStart=/bin/sleep 1000"),
                _UNIT.format(name="broken.service", content="[Service]\\nExecStart=/bin/false"),
                _UNIT.format(
                    name="starting.service", content="[Service]\\nType=oneshot\\nExecStart=/bin/sleep 1000"
                ),
                "systemctl daemon-reload",
            ]
        ),
        [UNITS, SQL, FAILED, KERNEL, CLOCK, PORTS],
    ),
    Step(
        """\
systemctl start his-api.socket mssql-server broken
systemctl start his-api
systemctl start --no-block starting
until systemctl is-failed -q broken; do sleep 0.1; done
echo '<3>blk_update_request: I/O error, dev sda, sector 12345' >/dev/kmsg
until journalctl -k -q --output=cat | grep -q 'sector 12345'; do sleep 0.1; done
chronyd -d -u root 'server 127.0.0.1 iburst minpoll 0 maxpoll 0' 'port 0' >/mnt/chronyd 2>&1 &
client=$!
until chronyc -c tracking; do sleep 0.1; done""",
        [UNITS, SQL, FAILED, KERNEL, CLOCK, PORTS],
    ),
    Step(
        """\
chronyd -d -x -u root 'local stratum 8' allow 'cmdport 0' 'bindcmdaddress /' 'pidfile /run/2.pid' \
    >/mnt/server 2>&1 &
chronyc waitsync 200 0 0 0.2
systemctl stop his-api.socket his-api mssql-server""",
        [UNITS, SQL, CLOCK, PORTS],
    ),
    Step("kill $client\nwait $client || :", [CLOCK]),
]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_services_the_kernel_and_the_clock(need: Need, tmp_path: Path) -> None:
    programs = ("journalctl", "timedatectl", "ss", "dbus-daemon", "chronyd", "chronyc")
    before, running, stopped, clock = answers(need, tmp_path, MACHINE, programs=programs, systemd=True)
    closed = {f"listening/{port}": ("closed", CRITICAL) for port in (8080, 8081)}
    noise = brief(before).pop("kernel/errors")
    assert noise[1] in (OK, WARNING)  # What a kernel complains of while it starts costs no data.
    assert brief(before) == {
        "service/his-api": ("inactive", CRITICAL),
        "service/broken": ("inactive", CRITICAL),
        "service/starting": ("inactive", CRITICAL),
        "service/typo": ("inactive", CRITICAL),
        "service/mssql-server": ("inactive", CRITICAL),
        "units/failed": (0.0, OK),
        "kernel/errors": noise,
        "time/synchronised": ("no", CRITICAL),
        **closed,
    }
    assert before["time/synchronised"].source == "timedatectl"

    assert running["kernel/errors"].hint is CRITICAL
    assert running["kernel/errors"].reason.endswith("I/O error, dev sda, sector 12345")
    assert {key: value for key, value in brief(running).items() if key != "kernel/errors"} == {
        "service/his-api": ("active", OK),
        "service/broken": ("failed", CRITICAL),
        "service/starting": ("activating", WARNING),
        "service/typo": ("inactive", CRITICAL),
        "service/mssql-server": ("active", OK),
        "units/failed": (1.0, CRITICAL),
        "time/synchronised": ("no", CRITICAL),
        "time/offset": (0.0, None),
        "time/stratum": (0.0, None),
        "listening/8080": ("listening", OK),
        "listening/8081": ("closed", CRITICAL),
    }
    assert running["units/failed"].reason == "1 unit failed: broken.service"
    assert running["time/synchronised"].source == "chronyc"

    offset = stopped["time/offset"].value
    assert isinstance(offset, float)
    assert 0 <= offset < 1
    assert brief(stopped) == {
        "service/his-api": ("inactive", CRITICAL),
        "service/broken": ("failed", CRITICAL),
        "service/starting": ("activating", WARNING),
        "service/typo": ("inactive", CRITICAL),
        "service/mssql-server": ("inactive", CRITICAL),
        "time/synchronised": ("yes", OK),
        "time/offset": (offset, None),
        "time/stratum": (9.0, None),
        **closed,
    }
    assert brief(clock) == {"time/synchronised": ("yes", OK)}
    assert clock["time/synchronised"].source == "timedatectl"
