"""RAID, drives and paths as real tools write them.

Arrays of Linux, SCSI drives and paths are proven with real ones in tests/probes/ssh/test_real_machine.py.
"""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import CRITICAL, OK, UNKNOWN, WARNING, Short, reasons, values

GOOD = """\
Personalities : [raid1] [raid6] [raid5] [raid4]
md1 : active raid1 sdb2[1] sda2[0]
      1048512 blocks super 1.2 [2/2] [UU]
      bitmap: 0/1 pages [0KB], 65536KB chunk

unused devices: <none>
"""
DEGRADED = """\
Personalities : [raid1]
md0 : active raid1 sdb1[1](F) sda1[0]
      488253440 blocks super 1.2 [2/1] [U_]

unused devices: <none>
"""
REBUILDING = """\
Personalities : [raid6] [raid5] [raid4]
md127 : active raid5 sdd1[4] sdc1[2] sdb1[1] sda1[0]
      2929890816 blocks super 1.2 level 5, 512k chunk, algorithm 2 [4/3] [UUU_]
      [==>..................]  recovery = 12.6% (123043392/976630272) finish=127.5min speed=111573K/sec
      bitmap: 3/8 pages [12KB], 65536KB chunk

unused devices: <none>
"""
CHECKING = """\
Personalities : [raid1]
md2 : active raid1 sdb3[1] sda3[0]
      242967360 blocks [2/2] [UU]
      [=======>.............]  check = 38.1% (92570880/242967360) finish=20.8min speed=120324K/sec
"""
RESYNC = CHECKING.replace("check", "resync")
WAITING = GOOD.replace("      bitmap", "        resync=DELAYED\n      bitmap")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, {"raid/md1": ("clean", OK)}),
        (DEGRADED, {"raid/md0": ("degraded", CRITICAL)}),
        (REBUILDING, {"raid/md127": ("rebuilding", CRITICAL), "raid/md127/progress": (12.6, None)}),
        (CHECKING, {"raid/md2": ("clean", OK), "raid/md2/progress": (38.1, None)}),
        (RESYNC, {"raid/md2": ("resync", WARNING), "raid/md2/progress": (38.1, None)}),
        (WAITING, {"raid/md1": ("resync waiting", WARNING)}),
        (
            "Personalities :\nmd5 : inactive sdf1[0](S)\n      100 blocks\n",
            {"raid/md5": ("inactive", CRITICAL)},
        ),
        (
            "Personalities : [raid0]\nmd3 : active raid0 sdb1[1] sda1[0]\n      100 blocks 512k chunks\n",
            {"raid/md3": ("clean", OK)},
        ),
        (
            "Personalities :\nmd_d0 : active (auto-read-only) raid1 sda[0]\n      1 blocks [1/1] [U]\n",
            {"raid/md_d0": ("clean", OK)},
        ),
        ("Personalities : \nunused devices: <none>\n", {}),
        ("cat: /proc/mdstat: No such file or directory\n", {}),
        ("nonsense\n", {"raid": (None, UNKNOWN)}),
    ],
)
def test_software_raid(text: str, expected: Short) -> None:
    assert values("mdstat", text) == expected


def test_the_reason_shows_which_member_is_missing() -> None:
    assert reasons("mdstat", DEGRADED) == ["md0 degraded [U_]"]


# The layout: published `storcli64 /c0/vall show` of versions 007.1705 and 007.2707; the states: the legend
# that storcli itself writes below its tables (StorCLI Reference Manual; Checkmk's tests of storcli_pdisks).
STORCLI = """\
CLI Version = 007.1513.0000.0000 Sep 28, 2020
Operating system = Linux 4.18.0-305.el8.x86_64
Controller = 0
Status = Success
Description = None


Virtual Drives :
==============

---------------------------------------------------------------
DG/VD TYPE  State Access Consist Cache Cac sCC       Size Name
---------------------------------------------------------------
0/0   RAID1 Optl  RW     Yes     RWBD  -   ON  446.625 GB OS
1/1   RAID5 Dgrd  RW     Yes     RWBD  -   ON    5.456 TB DATA
2/2   RAID6 Pdgd  RW     No      RWBD  -   ON   10.913 TB PACS
3/3   RAID10 New1 RW     No      RWBD  -   ON   10.913 TB
---------------------------------------------------------------

VD=Virtual Drive| DG=Drive Group|Rec=Recovery
Cac=CacheCade|OfLn=OffLine|Pdgd=Partially Degraded|Dgrd=Degraded
Optl=Optimal|dflt=Default|RO=Read Only|RW=Read Write|HD=Hidden|TRANS=TransportReady
B=Blocked|Consist=Consistent|R=Read Ahead Always|NR=No Read Ahead|WB=WriteBack
AWB=Always WriteBack|WT=WriteThrough|C=Cached IO|D=Direct IO|sCC=Scheduled
Check Consistency
"""
DRIVES = """\
Drive Information :
=================

-------------------------------------------------------------------------------------
EID:Slt DID State  DG       Size Intf Med SED PI SeSz Model               Sp Type
-------------------------------------------------------------------------------------
252:0     6 Onln   0  446.625 GB SATA SSD N   N  512B INTEL SSDSC2KB480G8 U  -
252:1     7 Rbld   0  446.625 GB SATA SSD N   N  512B INTEL SSDSC2KB480G8 U  -
252:2     8 UBad   -    1.818 TB SAS  HDD N   N  512B ST2000NM0045        U  -
252:3     9 GHS    -    1.818 TB SAS  HDD N   N  512B ST2000NM0045        U  -
 :4      10 Failed 1    1.818 TB SAS  HDD N   N  512B ST2000NM0045        U  -
252:5    11 UGUnsp -    1.818 TB SAS  HDD N   N  512B ST2000NM0045        U  -
252:6    12 CFShld 0  446.625 GB SATA SSD N   N  512B INTEL SSDSC2KB480G8 U  -
-------------------------------------------------------------------------------------

EID=Enclosure Device ID|Slt=Slot No|DID=Device ID|DG=DriveGroup
DHS=Dedicated Hot Spare|UGood=Unconfigured Good|GHS=Global Hotspare
UBad=Unconfigured Bad|Sntze=Sanitize|Onln=Online|Offln=Offline|Intf=Interface
Med=Media Type|SED=Self Encryptive Drive|PI=Protection Info
SeSz=Sector Size|Sp=Spun|U=Up|D=Down|T=Transition|F=Foreign
UGUnsp=UGood Unsupported|UGShld=UGood shielded|HSPShld=Hotspare shielded
CFShld=Configured shielded|Cpybck=CopyBack|CBShld=Copyback Shielded
UBUnsp=UBad Unsupported|Rbld=Rebuild
"""


def test_volumes_of_a_controller() -> None:
    assert values("raid_volumes", STORCLI) == {
        "raid/volume/0/0": ("Optl", OK),
        "raid/volume/1/1": ("Dgrd", CRITICAL),
        "raid/volume/2/2": ("Pdgd", WARNING),
        "raid/volume/3/3": ("New1", UNKNOWN),
    }


def test_drives_of_a_controller() -> None:
    assert values("raid_drives", DRIVES) == {
        "raid/drive/252:0": ("Onln", OK),
        "raid/drive/252:1": ("Rbld", WARNING),
        "raid/drive/252:2": ("UBad", CRITICAL),
        "raid/drive/252:3": ("GHS", OK),
        "raid/drive/:4": ("Failed", CRITICAL),
        "raid/drive/252:5": ("UGUnsp", WARNING),
        "raid/drive/252:6": ("CFShld", WARNING),
    }
    assert "drive 252:1 rebuilding" in reasons("raid_drives", DRIVES)


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("Controller 0 not found", "Controller 0 not found"),
        ("No VDs have been configured.", "No VDs have been configured."),
        ("None", "not understood: CLI Version = 007.1705.0000.0000 Mar 31, 2021"),
    ],
)
def test_a_controller_without_rows_is_unknown_in_its_own_words(description: str, reason: str) -> None:
    text = f"CLI Version = 007.1705.0000.0000 Mar 31, 2021\nController = 0\nDescription = {description}\n"
    for command in ("raid_volumes", "raid_drives"):
        assert values(command, text, code=1) == {command: (None, UNKNOWN)}
        assert reasons(command, text, code=1) == [reason]


# HPE Smart Storage Administrator User Guide; published `ctrl all show config` of controllers P440ar and 6i
# (check_cciss), with drives that have no size any more and a spare that stands in.
SSACLI = """\

Smart Array P440ar in Slot 0 (Embedded)   (sn: PDNLH0BRH7V7GC)

   Port Name: 1I
   Internal Drive Cage at Port 1I, Box 2, OK

   Array A (SAS, Unused Space: 0  MB)

      logicaldrive 1 (279.37 GB, RAID 1, OK)

      physicaldrive 1I:2:1 (port 1I:box 2:bay 1, SAS HDD, 300 GB, OK)
      physicaldrive 1I:2:2 (port 1I:box 2:bay 2, SAS HDD, 300 GB, Predictive Failure)

   Array B (SAS, Unused Space: 0  MB)

      logicaldrive 2 (1.64 TB, RAID 5, Interim Recovery Mode)
      logicaldrive 3 (1.64 TB, RAID 5, Recovering, 45% complete)

      physicaldrive 2I:2:5 (port 2I:box 2:bay 5, SAS HDD, 900 GB, Failed)
      physicaldrive 2I:2:6 (port 2I:box 2:bay 6, SAS HDD, 900 GB, OK, spare)
      physicaldrive 2I:2:7 (port 2I:box 2:bay 7, SAS HDD, 900 GB, OK, active spare for 2I:2:5)
      physicaldrive 2I:2:8 (port 2I:box 2:bay 8, SAS HDD, 900 GB, Rebuilding)

Smart Array 6i in Slot 3

   array A (Parallel SCSI, Unused Space: 0 MB)

      logicaldrive 1 (33.9 GB, RAID 6 (ADG), OK)

      physicaldrive 1:0 (port 1:id 0 , Parallel SCSI, --- GB, Failed)
"""


def test_a_smart_array() -> None:
    assert values("smart_array", SSACLI) == {
        "raid/volume/0/1": ("OK", OK),
        "raid/volume/0/2": ("Interim Recovery Mode", CRITICAL),
        "raid/volume/0/3": ("Recovering, 45% complete", WARNING),
        "raid/drive/0/1I:2:1": ("OK", OK),
        "raid/drive/0/1I:2:2": ("Predictive Failure", WARNING),
        "raid/drive/0/2I:2:5": ("Failed", CRITICAL),
        "raid/drive/0/2I:2:6": ("OK, spare", OK),
        "raid/drive/0/2I:2:7": ("OK, active spare for 2I:2:5", OK),
        "raid/drive/0/2I:2:8": ("Rebuilding", WARNING),
        "raid/volume/3/1": ("OK", OK),
        "raid/drive/3/1:0": ("Failed", CRITICAL),
    }


# smartmontools: ataprint and nvmeprint write the first form, scsiprint the second.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SMART overall-health self-assessment test result: PASSED\n", ("PASSED", OK)),
        ("SMART Health Status: OK\n", ("OK", OK)),
        (
            "SMART overall-health self-assessment test result: FAILED!\nDrive failure expected\n",
            ("FAILED!", CRITICAL),
        ),
        (
            "SMART Health Status: FIRMWARE IMPENDING FAILURE DATA ERROR RATE TOO HIGH [asc=5d, ascq=62]\n",
            ("FIRMWARE IMPENDING FAILURE DATA ERROR RATE TOO HIGH [a [cut]", CRITICAL),
        ),
    ],
)
def test_a_drives_own_verdict(text: str, expected: object) -> None:
    head = "smartctl 7.2 2020-12-30 r5155\n\n=== START OF READ SMART DATA SECTION ===\n"
    assert values("smart", head + text, device=("/dev/sda",), type=("auto",)) == {"smart//dev/sda": expected}


def test_a_drive_behind_a_controller_has_a_key_of_its_own() -> None:
    found = values("smart", "SMART Health Status: OK\n", device=("/dev/bus/0",), type=("megaraid,5",))
    assert found == {"smart//dev/bus/0 megaraid,5": ("OK", OK)}
    denied = "Smartctl open device: /dev/sda failed: Permission denied\n"
    assert values("smart", denied, code=2, device=("/dev/sda",)) == {"smart": (None, UNKNOWN)}


# Published `multipath -ll` of a path whose disk is gone (os-brick), of an array with a controller in reserve
# and of checkers that wait (the words: snprint_chk_state of multipath-tools).
MULTIPATH = """\
mpatha (3600508b1001c5b2e0a3b5d6f7a8b9c0d) dm-2 HUAWEI,XSG1
size=500G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw
|-+- policy='service-time 0' prio=50 status=active
| |- 2:0:0:1 sdb 8:16 active ready running
| `- 3:0:0:1 sdc 8:32 failed faulty running
`-+- policy='service-time 0' prio=10 status=enabled
  `- 4:0:0:1 sdd 8:48 active ready running
36001405 dm-3 LIO-ORG,disk
size=1.0T features='0' hwhandler='0' wp=rw
`-+- policy='round-robin 0' prio=1 status=active
  `- 5:0:0:0 sde 8:64 active ready running
lost (36001406) dm-4 ##,##
size=1.0T features='0' hwhandler='0' wp=rw
`-+- policy='round-robin 0' prio=0 status=enabled
  `- #:#:#:# -   #:#   active faulty running
mpathe (36f01faf000da3761000004323aa6fbce) dm-5 DELL,MD36xxi
size=54T features='3 queue_if_no_path pg_init_retries 55' hwhandler='1 rdac' wp=rw
|-+- policy='round-robin 0' prio=6 status=active
| |- 13:0:0:2 sdg 8:96   active ready  running
| `- 14:0:0:2 sdm 8:192  active i/o pending running
`-+- policy='round-robin 0' prio=1 status=enabled
  `- 12:0:0:2 sdd 8:48   active ghost  running
mpathf (36f01faf000da3761000004323aa6fbcf) dm-6 DELL,MD36xxi
size=54T features='0' hwhandler='1 rdac' wp=rw
`-+- policy='round-robin 0' prio=6 status=active
  |- 13:0:0:3 sdh 8:112  active i/o timeout running
  `- 14:0:0:3 sdn 8:208  active ready  running
"""


def test_paths_to_a_storage() -> None:
    assert values("multipath", MULTIPATH) == {
        "multipath/mpatha": (1.0, WARNING),
        "multipath/36001405": (0.0, OK),
        "multipath/lost": (1.0, CRITICAL),
        "multipath/mpathe": (0.0, OK),
        "multipath/mpathf": (1.0, WARNING),
    }
    assert reasons("multipath", MULTIPATH)[0] == "1 of 3 paths to mpatha failed"
    assert values("multipath", "sudo: a password is required\n", code=1) == {"multipath": (None, UNKNOWN)}
