"""Every reading that we show of a recorded device agrees with what LibreNMS expects of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from hisconsole.plan.profiles import Combine, Profile, Reading
from hisconsole.plan.status import Status
from hisconsole.probes.profile import Measured, Memory, measure, questions
from hisconsole.probes.recognise import Proposal, recognise
from hisconsole.probes.snmp import Device
from hisconsole.text import printable
from tests.probes.profiles.expected import Expected, Port, expected, ports
from tests.probes.profiles.replay import RECORDINGS, Replay, names

HERE = names()
pytestmark = pytest.mark.skipif(
    not HERE, reason=f"NO RECORDINGS in {RECORDINGS}: NOTHING OF THE SNMP PROFILES IS PROVEN IN THIS RUN"
)

DEVICE = Device(address="127.0.0.1")

KNOWN = {
    # recording: profile, and the least expected values and ports that must be shown and agree
    "apc-netbotz_netbotz750": ("room-netbotz", 6, 0),
    "apc_smt750x-nmc2": ("apc-ups", 13, 0),
    "aruba-instant": ("aruba-instant", 17, 4),
    "arubaos-cx_10.07": ("aruba-cx", 17, 50),
    "asa": ("cisco-asa", 28, 2),
    "comware_a5500": ("h3c-comware", 8, 28),
    "drac_r640": ("dell-idrac", 104, 0),
    "dsm": ("synology", 59, 3),
    "eaton-mgeups_9px": ("eaton-ups", 34, 0),
    "fabos_6520": ("brocade", 183, 97),
    "fortigate_100e": ("fortigate", 8, 9),
    "hpe-ilo_4": ("hpe-ilo", 57, 0),
    "huaweiups_ups2000": ("huawei-ups", 12, 0),
    "ibmc": ("huawei-ibmc", 55, 0),
    "ios_2960x": ("cisco", 41, 133),
    "iosxe_c9300": ("cisco", 0, 60),
    "jetdirect_m252dw": ("printer", 7, 0),
    "linux_powermon": ("linux", 30, 4),
    "nxos_n9k-c93180yc-fx3": ("cisco-nxos", 50, 50),
    "panos_440": ("panos", 15, 13),
    "ruijie": ("ruijie", 0, 50),
    "vmware-esxi": ("vmware-esxi", 39, 6),
    "vrp_5720": ("huawei-vrp", 18, 50),
    "vrp_ac6605-26": ("huawei-ac", 7, 27),
    "windows_svr_2019_1809": ("windows", 7, 13),
}

OTHERWISE = {
    # What LibreNMS expects and we show otherwise, with the reason.
    ("huaweiups_ups2000", "1.3.6.1.2.1.33.1.3.3.1.2.1"): (50.0, "tenths of Hz by RFC 1628: 50 Hz, not 5"),
    ("huaweiups_ups2000", "1.3.6.1.2.1.33.1.4.2.0"): (50.0, "tenths of Hz by RFC 1628: 50 Hz, not 5"),
    ("huaweiups_ups2000", "1.3.6.1.2.1.33.1.2.3.0"): ("not measured", "2^32-1 minutes are no estimate"),
    ("jetdirect_m252dw", "1.3.6.1.2.1.43.8.2.1.10.1.2"): ("some left", "-3 by RFC 3805 is not a half"),
}

MILDER = {
    # States that LibreNMS warns of and we do not, with the reason.
    "diskStatus": "a disk that is initialized and not yet used is no problem",
    "panMgmtPanorama": "most sites have no second Panorama, and many none: the word is shown",
    "aiRadioStatus": "a radio may be switched off",
}

SCALES = {("current", "mA"): 1000.0, ("runtime", "s"): 60.0, ("delay", "s"): 1.0}


@dataclass(slots=True)
class Score:
    """How one recording did."""

    profile: str = ""
    samples: int = 0
    expected: int = 0
    shown: int = 0
    agree: int = 0
    otherwise: int = 0
    ports: int = 0
    ports_shown: int = 0
    ports_agree: int = 0
    wrong: list[str] = field(default_factory=list)


SCORES: dict[str, Score] = {}


def taken(name: str, profiles: Mapping[str, Profile]) -> tuple[Replay, Proposal, list[Measured]]:
    async def take() -> tuple[Replay, Proposal, list[Measured]]:
        engine = Replay(RECORDINGS / "open" / f"{name}.snmprec")
        proposal = await recognise(engine, DEVICE, profiles, at_s=1.0, credential="practice-v2c")
        asked = questions([profiles[proposal.profiles[0]]])
        return engine, proposal, await measure(engine, DEVICE, asked, Memory(), at_s=1.0)

    return asyncio.run(take())


def by_object(measured: list[Measured], profile: Profile) -> dict[str, tuple[Measured, Combine | None]]:
    """Samples by the object they are read from, and how they are put together from several."""
    ways = {each.oid: each.combine for table in profile.tables for each in table.readings}
    found: dict[str, tuple[Measured, Combine | None]] = {}
    for each in measured:
        for oid in each.oids:
            way = next((way for column, way in ways.items() if way and oid.startswith(f"{column}.")), None)
            if oid == each.oids[0] or way:
                found.setdefault(oid, (each, way))
    return found


def agrees(engine: Replay, oid: str, wanted: Expected, got: Measured, parts: list[float]) -> bool:
    value = got.sample.value
    if wanted.kind == "state":
        held = engine.values[oid]
        same = isinstance(held, bytes) or held == wanted.raw  # Of words, LibreNMS makes numbers.
        source = got.sample.source.partition("::")[2]
        if any(source.startswith(each) for each in MILDER) and wanted.verdict != 0:
            return same and got.sample.hint in (Status.OK, None)
        if wanted.verdict in (0, None, 3):
            return same and (wanted.verdict != 0 or got.sample.hint in (Status.OK, None))
        return same and got.sample.hint in (Status.WARNING, Status.CRITICAL)
    if not isinstance(value, int | float):
        return False
    value = value / SCALES.get((wanted.kind, got.sample.unit), 1.0)
    if parts:
        return any(abs(value - each) < 0.01 for each in (sum(parts) / len(parts), max(parts)))
    # Percentages without a fraction are rounded by the device or by LibreNMS, light to hundredths by us.
    exact = 0.006 if wanted.kind == "dbm" else 0.51 if wanted.kind == "%" and wanted.value % 1 == 0 else 0.006
    return abs(value - wanted.value) <= max(exact, abs(wanted.value) * 1e-6)


def compare(name: str, profiles: Mapping[str, Profile]) -> Score:
    engine, proposal, measured = taken(name, profiles)
    profile = profiles[proposal.profiles[0]]
    score = Score(profile=profile.id, samples=len(measured))
    shown = by_object(measured, profile)
    wants = expected(name)
    score.expected = len(wants)
    for oid, wanted in wants.items():
        if oid not in shown:
            continue
        got, way = shown[oid]
        score.shown += 1
        parts = [wants[each].value for each in got.oids if each in wants] if way else []
        if (name, oid) in OTHERWISE:
            score.otherwise += got.sample.value == OTHERWISE[name, oid][0]
        elif agrees(engine, oid, wanted, got, parts):
            score.agree += 1
        else:
            score.wrong.append(f"{oid} {wanted} but {got.sample}")
    _compare_ports(score, ports(name), shown)
    return score


def _compare_ports(
    score: Score, wants: dict[str, Port], shown: dict[str, tuple[Measured, Combine | None]]
) -> None:
    score.ports = len(wants)
    for index, port in wants.items():
        if f"1.3.6.1.2.1.2.2.1.8.{index}" not in shown:
            continue
        got, _way = shown[f"1.3.6.1.2.1.2.2.1.8.{index}"]
        score.ports_shown += 1
        word = "off" if port.admin == "down" else port.oper
        named = printable(" ".join(port.name.split()), limit=60)
        if got.sample.value == word and got.sample.label.startswith(named):
            score.ports_agree += 1
        else:
            score.wrong.append(f"port {index} {port} but {got.sample}")


@pytest.mark.parametrize("name", HERE)
def test_what_is_shown_agrees(name: str, profiles: Mapping[str, Profile]) -> None:
    score = SCORES[name] = compare(name, profiles)
    profile, least, least_ports = KNOWN[name]
    assert score.profile == profile
    assert score.wrong == []
    assert score.agree >= least
    assert score.ports_agree >= least_ports
    assert score.agree + score.otherwise == score.shown
    assert score.ports_agree == score.ports_shown


@pytest.mark.parametrize("name", HERE)
def test_the_samples_can_be_kept_and_shown(name: str, profiles: Mapping[str, Profile]) -> None:
    _engine, proposal, measured = taken(name, profiles)
    keys = Counter(each.sample.key for each in measured)
    assert [key for key, count in keys.items() if count > 1] == []
    for each in measured:
        sample = each.sample
        assert len(sample.key) <= 200
        for text in (sample.key, sample.label, str(sample.value), sample.reason):
            assert printable(text) == text
        assert sample.unit.isascii()
        assert sample.value is not None or (sample.hint is Status.UNKNOWN and sample.reason)
    assert sum(each.sample.value is None for each in measured) == 0
    assert proposal.samples == tuple(each.sample for each in measured)


def test_every_recording_is_known() -> None:
    assert sorted(KNOWN) == HERE


def test_the_table(profiles: Mapping[str, Profile], capsys: pytest.CaptureFixture[str]) -> None:
    for name in HERE:
        if name not in SCORES:
            SCORES[name] = compare(name, profiles)
    head = f"{'recording':24}{'profile':15}{'samples':>8}{'expected':>9}{'shown':>6}{'agree':>6}"
    lines = [f"{head}{'other':>6}{'ports':>6}{'shown':>6}{'agree':>6}"]
    for name, each in sorted(SCORES.items()):
        lines.append(
            f"{name:24}{each.profile:15}{each.samples:8}{each.expected:9}{each.shown:6}{each.agree:6}"
            f"{each.otherwise:6}{each.ports:6}{each.ports_shown:6}{each.ports_agree:6}"
        )
    sums = {
        key: sum(getattr(each, key) for each in SCORES.values())
        for key in (
            "samples",
            "expected",
            "shown",
            "agree",
            "otherwise",
            "ports",
            "ports_shown",
            "ports_agree",
        )
    }
    total = "".join(f"{sums[key]:{8 if key == 'samples' else 9 if key == 'expected' else 6}}" for key in sums)
    lines.append(f"{'all':39}{total}")
    lines += [f"otherwise, {name} {oid}: {why[1]}" for (name, oid), why in OTHERWISE.items()]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert sums["agree"] + sums["otherwise"] == sums["shown"]
    assert sums["shown"] >= 810
    assert sums["ports_agree"] == sums["ports_shown"] >= 600
    assert sums["otherwise"] == len(OTHERWISE)


@pytest.mark.parametrize(
    "name", ["vrp_5720", "eaton-mgeups_9px", "hpe-ilo_4", "ibmc", "nxos_n9k-c93180yc-fx3"]
)
def test_a_profile_gone_wrong_is_noticed(name: str, profiles: Mapping[str, Profile]) -> None:
    """The comparison has teeth: a wrong divisor and a wrong column do not pass."""
    good = profiles[KNOWN[name][0]]

    def spoilt(reading: Reading) -> Reading:
        return replace(reading, divide=reading.divide * 1.05) if not reading.states else reading

    bad = replace(
        good,
        readings=tuple(map(spoilt, good.readings)),
        tables=tuple(replace(each, readings=tuple(map(spoilt, each.readings))) for each in good.tables),
    )
    wrong = compare(name, {**profiles, good.id: bad}).wrong
    assert len(wrong) >= 5
