"""Ten situations in which a watch is handed over, from a quiet night to a storm, with the sample hospital."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from hisconsole.plan.contacts import Acting, Standing, Trust, Wrong
from hisconsole.plan.due import Due
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.handover import Part, Side
from hisconsole.plan.handover_sources import (
    Case,
    Earlier,
    Gap,
    Maintenance,
    Person,
    Question,
    Rostered,
    Routine,
    ShiftNote,
    Sources,
)
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.picture import StatusPicture, Watched, picture_of
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.shown import Silence
from hisconsole.plan.status import Status
from hisconsole.plan.words import State
from tests.plan.hand import DIRECTOR, Hand, moment, on_paper, outage, sample
from tests.plan.pictures import judged, picture, quiet, shown
from tests.plan.play import LI, WANG, a_report

MIN = timedelta(minutes=1)
HEAD = "5e1f" * 16
EVENING = Side(LI, "Li Na", "evening", moment(-360), moment(60))
NIGHT = Side(WANG, "Wang Wei", "night", moment(60), moment(600))
MORNING = Side("zhao.min", "Zhao Min", "day", moment(600), moment(1080))

Where = tuple[tuple[str, str], ...]


def names() -> Mapping[str, str]:
    """Everybody and everything of the sample hospital by id."""
    site = sample()
    people = {each.id: each.name for each in site.roster}
    return {**people, **{each.id: each.name for each in site.departments}}


def numbered(play: Hand, number: int) -> Hand:
    """The same incident under another number, its acts with ids of their own."""
    play.events = [
        replace(
            event,
            incident=number,
            act=f"{number}-{event.act}",
            body={**event.body, **({"act": f"{number}-{event.body['act']}"} if "act" in event.body else {})},
        )
        for event in play.events
    ]
    return play


def case(play: Hand) -> Case:
    return Case(play.incident, sample().plan)


def begun(minute: float, number: int = 1, **report: object) -> Hand:
    """A call that came at a minute."""
    play = Hand().at(minute)
    told: dict[str, object] = {"workstation": "reg-01", "department": "registration", "switch": "sw-opd-1f"}
    play.call(a_report(number, occurred=moment(minute), **{**told, **report}))
    return play


def of_site(kind: Kind, minute: float, seq: int = 900, actor: str = LI, **body: object) -> Event:
    """Something that happened to no incident."""
    at = moment(minute)
    return Event(seq, f"act-{seq}", kind, SITE, at, at, actor, "tester", "local", body)


def sources(now: datetime, *plays: Hand, over: Iterable[Hand] = (), **changes: object) -> Sources:
    """What the desk would gather of these incidents; a shift that is well but for `changes`."""
    ended = tuple(over)
    values: dict[str, object] = {
        "site": "Test Hospital",
        "prefix": "T-",
        "zone": "Asia/Shanghai",
        "now": now,
        "outgoing": EVENING,
        "incoming": NIGHT,
        "seq": 1234,
        "head": HEAD,
        "number": 12,
        "names": names(),
        "cases": tuple(map(case, plays)),
        "over": tuple(map(case, ended)),
        "events": tuple(event for play in (*plays, *ended) for event in play.events),
        "picture": picture(now=now),
        "routine": _routine(now),
    }
    return Sources(**{**values, **changes})  # type: ignore[arg-type]


def _routine(now: datetime, *, missed: bool = False) -> tuple[Routine, ...]:
    return (
        Routine("backups", "Backups verified", now - 90 * MIN, now - 60 * MIN, LI, "all four, last 02:10"),
        Routine("room", "Room temperature read", now - 90 * MIN, now - 60 * MIN, LI, "22 C, 45 %RH"),
        Routine("ups", "UPS self test", now - 90 * MIN, why_not="battery on order")
        if missed
        else Routine("ups", "UPS self test", now - 90 * MIN, now - 30 * MIN, LI, "passed"),
    )


def _earlier(*keys: str, times: int = 2) -> tuple[Earlier, ...]:
    return tuple(Earlier(n, moment(-480 * (12 - n)), keys) for n in range(12 - times, 12))


def with_wrong(of: StatusPicture, target: str, **changes: object) -> StatusPicture:
    """The picture with something more said of one of its targets."""
    rows: list[Watched] = [
        replace(row, **changes) if row.target.id == target else row  # type: ignore[arg-type]
        for row in of.rows
    ]
    return picture_of(
        version=of.version,
        at=of.at,
        infrastructure=of.infrastructure,
        rows=rows,
        path=of.path,
        watch=of.watch,
        changes=of.changes,
    )


def quiet_night() -> Sources:
    now = moment(590)
    return sources(now, outgoing=replace(NIGHT, others=("Sun Li",)), incoming=MORNING)


def one_of_two() -> Sources:
    """A Category II for the third time: its vendor works on it, and much is known of what it is not."""
    play = begun(-40, words="the printer of window 3 prints nothing", symptom="other").act("acknowledge")
    play.at(-35).act("verify", result="confirmed", how="on-site", text="seen").act(
        "classify", category="II", reason="one terminal"
    )
    play.at(-30).act("message", status="verified", affected="window 3", do="use window 4", next="+60")
    play.act("told", recipients="all", reached="yes", person="nurse Wu")
    play.at(-20).act("cause", text="the driver of the printer", confidence="suspected")
    play.act("ruled-out", text="the cable", how="changed it, no difference")
    play.act("ruled-out", text="the spooler", how="another printer prints")
    play.at(-10).act("fix", text="installed the driver anew", result="failed")
    play.act(
        "contingency", **{"if": "window 4 fails too", "then": "open window 7 and ring the outpatient head"}
    )
    play.act("ticket", contact="his-vendor", number="HV-2231", promised="+120", text="asks for a dump")
    play.act("summon", contact="ma.chao", promised="+30").at(5).act("eta", earliest="+60", latest="+90")
    call = (
        begun(-100, words="cannot log in")
        .act("verify", result="user-resolved")
        .act("close", reason="caps lock")
    )
    earlier = _earlier("incident:1", "ticket:1:his-vendor:HV-2231")
    return sources(moment(50), play, over=[numbered(call, 2)], earlier=earlier)


def storm() -> Sources:
    """Two Category I, a swarm of small ones, half of what is watched wrong, and much silenced."""
    now = moment(55)
    network = outage("cashier", "registration", "pharmacy-out").at(6).act("escalate", reason="all is down")
    network.act("called", contact=DIRECTOR, outcome="reached", decision="wait", took="himself")
    network.at(10).act("notice", kind="start", departments="cashier registration")
    network.act("receipt", departments="cashier", person="Zhou", read_back="yes")
    network.at(20).act("ruled-out", text="the firewall", how="it answers from both sides")
    network.act("contingency", **{"if": "core B comes back alone", "then": "leave A down, call Lianchuang"})
    network.act("eta", earliest="+60", latest="+120", why="spare on the road")
    network.act("ticket", contact="net-integrator", number="LC-77", promised="+45")
    base = begun(15, symptom="slow-database", words="orders take a minute").act("verify", result="confirmed")
    base.act("classify", category="I", reason="server unstable").act("assign", owner=WANG)
    small = []
    for n in range(3, 31):
        each = begun(10 + n, words=f"screen {n} hangs", symptom="discontinuous")
        small.append(numbered(each if n % 3 else each.act("acknowledge", WANG), n))
    wrong = [shown(id_, Status.CRITICAL, "97 % full", now=now) for id_ in ("his-db-1", "nas-1", "ups-1")]
    down = [shown("sw-core-1", Status.DOWN, "no answer", now=now)]
    behind = [
        shown(id_, Status.UNREACHABLE, "behind sw-core-1, sw-core-2", now=now)
        for id_ in ("sw-agg-1", "sw-opd-1f", "prn-cash-1", "prn-cash-2")
    ]
    silences = tuple(quiet(f"prn-cash-{n % 2 + 1}", now=now, minutes=30 + n, id_=str(n)) for n in range(9))
    notes = tuple(ShiftNote(800 + n, moment(n), LI, f"ward {n} rang about it again") for n in range(12))
    return sources(
        now,
        network,
        numbered(base, 2),
        *small,
        picture=picture(*wrong, *down, *behind, now=now),
        silences=silences,
        notes=notes,
        reason="the shift has been on its feet for fourteen hours",
        health={"kept-here": "2 acts are kept here and not yet in the record."},
    )


def on_paper_and_back() -> Sources:
    """Two departments came back and have paper to enter, one of them begun; a third is on paper still."""
    back = on_paper("cashier", "registration").act(
        "receipt", departments="cashier registration", person="Wu", read_back="yes"
    )
    back.at(20).act("recovered", confirmed_by="nurse Wu")
    back.at(40).act("notice", kind="resume", override=DIRECTOR)
    back.act("back-entered", department="cashier", paper="42", entered="17", owner=WANG, due="+120")
    still = numbered(on_paper("lab").at(15).act("cause", text="cable cut", confidence="confirmed"), 2)
    return sources(moment(58), back, still)


def in_chinese() -> Sources:
    """Nothing but Chinese, wherever a person may write it."""
    now = moment(50)
    play = begun(5, words="门诊收费窗口无法保存,提示磁盘已满", reporter="吴护士").act(
        "verify", result="confirmed", text="已确认"
    )
    play.act("classify", category="II", reason="单台终端故障")
    play.act("ruled-out", text="网线", how="更换后仍然无法保存")
    play.act("contingency", **{"if": "归档日志再次写满", "then": "手工清理归档目录并通知值班主任陈浩"})
    play.act(
        "ticket", contact="db-vendor", number="北辰-0912", promised="+60", text="远程协助,等待工程师回电"
    )
    wards = {"registration": "门诊挂号处", "db-vendor": "北辰数据服务有限公司", LI: "李娜", WANG: "王伟"}
    of = picture(shown("his-db-1", Status.WARNING, "归档卷 91 %", now=now), now=now)
    return sources(
        now,
        play,
        site="第一人民医院",
        mark="演练",
        names={**names(), **wards},
        outgoing=replace(EVENING, name="李娜", shift="晚班", others=("孙丽", "周平")),
        incoming=replace(NIGHT, name="王伟", shift="夜班"),
        picture=of,
        silences=(replace(quiet("ups-1", now=now), reason="更换电池,后勤已知晓"),),
        notes=(ShiftNote(801, moment(30), LI, "三号楼今晚停水,空调可能停机,请注意机房温度。" * 4),),
        routine=(Routine("backups", "核对备份", why_not="磁带机占线"),),
        earlier=_earlier("incident:1", "silence:7"),
    )


def nothing_known() -> Sources:
    """No watch ran, the rota cannot be read, and the duties are not on file."""
    return sources(
        moment(50),
        picture=None,
        routine=(),
        health={"no-watch": "No watch runs."},
        unknown={
            Part.WATCH: "no watch has run on this data",
            Part.CONTACTS: "roster.yaml has a fault in line 12",
            Part.ROUTINE: "no routine duty is set in shifts.yaml",
        },
    )


def solo_start() -> Sources:
    """Nobody was there to hand over."""
    play = begun(40, words="the label printer of the lab is silent", department="lab", workstation="lab-01")
    return sources(
        moment(75),
        play,
        outgoing=Side("", "", "evening", moment(-360), moment(60)),
        solo="the evening operator was taken ill at 22:30",
        picture=picture(now=moment(75), beat_s=2400, held=False),
        gaps=(Gap(moment(35), None, "the watch ended with the console"),),
    )


def returned() -> Sources:
    """It came back with questions; the second offer answers one of them."""
    play = outage("lab").at(12).act("cause", text="the stack of agg-1", confidence="suspected")
    questions = (
        Question(1, "Wang Wei", moment(45), "Who holds the key of the second machine room?", "The porter."),
        Question(2, "Wang Wei", moment(45), "Was the vendor told that core B is older?"),
    )
    return sources(moment(52), play, edition=2, questions=questions, earlier=_earlier("incident:1", times=1))


def silenced_and_blind() -> Sources:
    """A drill: what flaps, fades and is late; silences; a console that has been cut off."""
    now = moment(50)
    disk = judged("disk//arch", 91.0, Status.WARNING, now=now, label="archive volume", reason="80 % or more")
    light = judged("optic/1/rx", -19.4, Status.WARNING, now=now, label="received light", unit="dBm")
    tape = judged("backup/age", 31.0, Status.CRITICAL, now=now, label="last backup", unit="h", reason="late")
    cell = judged("battery/runtime", 11.0, Status.WARNING, now=now, label="battery runtime", unit="min")
    found = (
        shown("his-db-1", Status.WARNING, "archive volume 91 %", now=now),
        shown("sw-agg-1", Status.WARNING, "received light -19.4 dBm", now=now, flapping=True),
        shown("nas-1", Status.CRITICAL, "last backup 31 h", now=now),
        shown("ups-1", Status.WARNING, "battery runtime 11 min", now=now),
        shown("sw-opd-1f", Status.UNKNOWN, "malformed answer", now=now),
        shown(
            "prn-cash-1",
            Status.SILENCED,
            "paper",
            now=now,
            under=Status.CRITICAL,
            silence=quiet("prn-cash-1", now=now),
        ),
    )
    of = picture(*found, now=now, path=OwnPath(3, moment(44), "no gateway answers"))
    wrong = {"his-db-1": disk, "sw-agg-1": light, "nas-1": tape, "ups-1": cell}
    for target, each in wrong.items():
        of = with_wrong(of, target, wrong=(each,), trend=(84.0, 88.0, 91.0) if target == "his-db-1" else ())
    return sources(
        now,
        mark="DRILL",
        picture=of,
        silences=(quiet("prn-cash-1", now=now), replace(_whole(now), id="9")),
        gaps=(Gap(moment(-120), moment(-90), "the watch was restarted"), Gap(moment(10), None, "", "ups-1")),
        routine=_routine(now, missed=True),
        earlier=_earlier("watch:nas-1:backup/age", "routine:ups"),
    )


def _whole(now: datetime) -> Silence:
    return replace(quiet("sw-agg-1", now=now, minutes=120), whole=True, reason="new fibre in building 1")


def late_with_clocks() -> Sources:
    """Late; a Category I under review whose clocks run; people away, wrong numbers, work ahead, a gap."""
    play = outage("cashier").at(5).act("cause", text="cut fibre", confidence="confirmed")
    play.at(50).act("recovered", confirmed_by="nurse Wu").act("review", text="why the spare was away")
    again = begun(10, words="viewer hangs", symptom="discontinuous").act("verify", result="confirmed")
    again.act("recovered").at(30).act("reopen", reason="hangs again").act(
        "classify", category="III", reason="use"
    )
    assert play.incident.state is State.REVIEW
    here = date(2026, 11, 20)
    away = Acting("sun.bo", moment(-300), moment(900), "at a congress", LI)
    wrong = (Wrong(NumberKind.MOBILE, moment(20), LI),)
    people = (
        Person("chen.hao", Standing(Trust.VERIFIED, here, LI, (), None), needed=True),
        Person("fang.min", Standing(Trust.VERIFIED, here, "", (), away), needed=True),
        Person("zhou.ping", Standing(Trust.WRONG, here, "", wrong, None), needed=True),
        Person("lin.fang", Standing(Trust.STALE, date(2026, 9, 1), "", (), None), needed=True),
        Person("his-vendor", Standing(Trust.NEVER, None, "", (), None)),
    )
    work = (
        Maintenance(
            "m-1", "New disks in the backup storage", moment(-60), moment(70), "chen.hao", running=True
        ),
        Maintenance("m-2", "Core B gets new software", moment(300), moment(360), ""),
        Maintenance("m-3", "Far ahead", moment(3000), moment(3060), "chen.hao"),
    )
    events = (
        of_site(Kind.PLAN_ADOPTED, 3, 901, version="ab12", edition="2026-12", plan={}),
        of_site(Kind.ENROLLED, 4, 902, target="his-db-1", fingerprint="SHA256:abc", replaced="SHA256:old"),
        of_site(Kind.CONTACT_VERIFIED, 5, 903, contact="chen.hao"),
        of_site(Kind.REVEALED, 6, 904, contact="*", how="print"),
        of_site(Kind.PACK_PRINTED, 7, 905, hash="f00", until="2026-12-23T00:00:00.000000Z"),
    )
    due = (
        Due(SITE, "wrong-number", "zhou.ping", moment(500), "", "contact"),
        Due(SITE, "pack", "", moment(-5), LI, "pack"),
        Due(SITE, "eyes", "903", moment(-4), LI, "settle"),
    )
    other = numbered(again, 2)
    return sources(
        moment(82),
        play,
        other,
        events=(*play.events, *other.events, *events),
        people=people,
        maintenance=work,
        dues=due,
        rota=(
            Rostered("night", moment(2040), moment(2520)),
            Rostered("day", moment(600), moment(1080), (LI,)),
        ),
        earlier=_earlier("incident:2", times=6),
    )


SITUATIONS: Mapping[str, Callable[[], Sources]] = {
    "quiet-night": quiet_night,
    "category-two-third-time": one_of_two,
    "storm": storm,
    "paper-and-back": on_paper_and_back,
    "chinese": in_chinese,
    "nothing-known": nothing_known,
    "solo-start": solo_start,
    "returned": returned,
    "drill-silenced-blind": silenced_and_blind,
    "late-with-clocks": late_with_clocks,
}
