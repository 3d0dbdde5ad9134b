"""Readiness: what is not as it must be on the day when everything else is down, what to do first on top.

Everything comes in as plain values; who gathers them looks at record, files and readings (`desk.readiness`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from hisconsole.plan.contacts import Trust
from hisconsole.plan.readiness_host import of_kept, of_signing
from hisconsole.plan.readiness_seen import Area, Concern, Lint, Probed, Seen, Station, Urgency
from hisconsole.plan.status import Status
from hisconsole.text import _, ngettext

Clock = Callable[[datetime], str]

ROTA_SOON = timedelta(hours=24)
"""A gap that is nearer must be filled now."""
BACKUP_DUE = timedelta(hours=2)
"""The watch makes one each hour; an hour for one that is late."""
BACKUP_LOST = timedelta(days=7)
RESTORE_DUE = timedelta(days=92)
"""Once a quarter: what was never restored is a hope and no backup."""
DRILL_DUE = timedelta(days=183)
"""Half-yearly (domain 5.8)."""
CERTIFICATE_DUE = 30.0
CERTIFICATE_LAST = 7.0
"""Days before its end at which a certificate is to be renewed, and must be."""
ROOM_LAST, ROOM_DUE = 500e6, 2e9
"""Bytes that must be free for the record, and those that should be."""


def concerns(seen: Seen, *, now: datetime, clock: Clock) -> tuple[Concern, ...]:
    """Everything that is not ready, what to do first on top."""
    found = [concern for rule in RULES for concern in rule(seen, now, clock)]
    order, areas = list(Urgency), list(Area)
    return tuple(sorted(found, key=lambda each: (order.index(each.urgency), areas.index(each.area))))


def in_files(found: Iterable[Lint]) -> tuple[Concern, ...]:
    """What the checks of the files have found, as concerns."""
    do = _("Put the file right; 'hisconsole check' says whether it is.")
    return tuple(
        Concern(Urgency.NOW if each.fault else Urgency.SOON, Area.FILES, each.sentence, (each.where,), do)
        for each in found
    )


def ready(found: Iterable[Concern]) -> bool:
    """Whether nothing must be done."""
    return not any(each.urgency is Urgency.NOW for each in found)


def urgency_label(urgency: Urgency) -> str:
    """How soon something is to be done, in a word."""
    return {Urgency.NOW: _("MUST"), Urgency.SOON: _("soon"), Urgency.NOTE: _("note")}[urgency]


def where_words(concern: Concern, most: int = 8) -> str:
    """The places of a concern, and how many more there are."""
    more = len(concern.where) - most
    shown = ", ".join(concern.where[:most])
    return _("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown


def counted(found: Sequence[Concern]) -> str:
    """How much there is to be done, in a sentence."""
    if not found:
        return _("Everything is ready.")
    must = sum(each.urgency is Urgency.NOW for each in found)
    soon = sum(each.urgency is Urgency.SOON for each in found)
    return _("{must} must be done, {soon} soon.").format(must=must, soon=soon)


def _watch(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    lookout, here = seen.lookout, ()
    if not lookout.held:
        what = (
            _("Nobody watches since {when}: what is shown grows old.").format(when=clock(lookout.beat))
            if lookout.beat is not None
            else _("Nobody has ever watched: nothing is known of any device.")
        )
        yield Concern(Urgency.NOW, Area.WATCH, what, here, _("Start 'hisconsole watch' as a service."))
        return
    if lookout.isolated:
        what = _("The console is cut off: {why}.").format(why=lookout.isolated)
        yield Concern(Urgency.NOW, Area.WATCH, what, here, _("See to the console's own cable and switch."))
    if lookout.trouble:
        what = _("The watch has trouble: {why}.").format(why=lookout.trouble)
        do = _("Open the watch itself in Status; give it a quicker machine or fewer targets.")
        yield Concern(Urgency.SOON, Area.WATCH, what, here, do)


def _room(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    if seen.room is None:
        return
    free = seen.room.free
    if free < ROOM_DUE:
        what = _("The disk of the record has {free} MB left.").format(free=int(free // 1e6))
        do = _("Free space where the data folder lies: without it no call can be recorded.")
        yield Concern(Urgency.NOW if free < ROOM_LAST else Urgency.SOON, Area.DISK, what, (), do)


def _files(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    yield from in_files(seen.lint)


def _backup(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    last = seen.backup
    do = _("Have a watch run all day, which makes one each hour; or run 'hisconsole backup FILE' now.")
    if last is None:
        yield Concern(Urgency.NOW, Area.BACKUP, _("The record was never backed up."), (), do)
        return
    age = now - last.at
    if age > BACKUP_DUE:
        urgency = Urgency.NOW if age > BACKUP_LOST else Urgency.SOON
        what = _("The newest backup is of {when}.").format(when=clock(last.at))
        yield Concern(urgency, Area.BACKUP, what, (last.file,), do)
    if last.there and last.beside:
        what = _("The newest backup lies on the disk of the record: both would be lost at once.")
        do = _("Copy it to another machine or disk.")
        yield Concern(Urgency.SOON, Area.BACKUP, what, (last.file,), do)
    elif not last.there:
        what = _("The newest backup is no longer where it was written.")
        do = _("Make sure that it was carried away, and not lost.")
        yield Concern(Urgency.NOTE, Area.BACKUP, what, (last.file,), do)


def _restore(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    if seen.backup is None or (seen.restore is not None and now - seen.restore <= RESTORE_DUE):
        return
    what = (
        _("No restore was ever tried.")
        if seen.restore is None
        else _("A restore was last tried {when}.").format(when=clock(seen.restore))
    )
    do = _("Run 'hisconsole restore --drill': it changes nothing and takes a minute.")
    yield Concern(Urgency.SOON, Area.BACKUP, what, (), do)


def _contacts(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    try_them = _("Ring them, then say so: v in the roster (3), or 'hisconsole roster'.")
    find = _("Find the right number, put it into roster.yaml, ring it, then verify it.")
    none = tuple(each.id for each in seen.contacts if not each.numbers)
    wrong = tuple(each.id for each in seen.contacts if each.trust is Trust.WRONG and each.numbers)
    if none:
        words = ngettext("{n} contact has no number.", "{n} contacts have no number.", len(none))
        yield Concern(Urgency.NOW, Area.CONTACTS, words.format(n=len(none)), none, find)
    if wrong:
        words = ngettext("{n} contact has a wrong number.", "{n} contacts have a wrong number.", len(wrong))
        yield Concern(Urgency.NOW, Area.CONTACTS, words.format(n=len(wrong)), wrong, find)
    for called, urgency in ((True, Urgency.NOW), (False, Urgency.SOON)):
        doubtful = [each for each in seen.contacts if each.called is called and each.numbers]
        never = tuple(each.id for each in doubtful if each.trust is Trust.NEVER)
        old = tuple(each.id for each in doubtful if each.trust is Trust.STALE)
        if never:
            words = (
                ngettext(
                    "{n} contact whom the plan calls was never tried.",
                    "{n} contacts whom the plan calls were never tried.",
                    len(never),
                )
                if called
                else ngettext("{n} contact was never tried.", "{n} contacts were never tried.", len(never))
            )
            yield Concern(urgency, Area.CONTACTS, words.format(n=len(never)), never, try_them)
        if old:
            words = (
                ngettext(
                    "{n} contact whom the plan calls was last tried too long ago.",
                    "{n} contacts whom the plan calls were last tried too long ago.",
                    len(old),
                )
                if called
                else ngettext(
                    "{n} contact was last tried too long ago.",
                    "{n} contacts were last tried too long ago.",
                    len(old),
                )
            )
            yield Concern(Urgency.SOON, Area.CONTACTS, words.format(n=len(old)), old, try_them)


def _seats(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    good = {each.id for each in seen.contacts if each.numbers and each.trust is not Trust.WRONG}
    empty = tuple(seat for seat, holders in seen.seats.items() if not holders)
    mute = tuple(seat for seat, holders in seen.seats.items() if holders and not good & set(holders))
    if empty:
        what = ngettext(
            "{n} seat of the leading group is empty.", "{n} seats of the leading group are empty.", len(empty)
        )
        do = _("Name somebody with that plan_role in roster.yaml.")
        yield Concern(Urgency.NOW, Area.SEATS, what.format(n=len(empty)), empty, do)
    if mute:
        what = ngettext(
            "{n} seat of the leading group cannot be reached.",
            "{n} seats of the leading group cannot be reached.",
            len(mute),
        )
        do = _("Find a number that is right, or name a deputy.")
        yield Concern(Urgency.NOW, Area.SEATS, what.format(n=len(mute)), mute, do)


def _rota(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    do = _("Put somebody down in shifts.yaml.")
    if seen.rota is None:
        what = _("There is no rota: nobody can say who is on duty next.")
        yield Concern(Urgency.SOON, Area.ROTA, what, (), do)
        return
    for start, end, words in seen.rota:
        if end <= now:
            continue
        what = _("Nobody is on duty from {start} to {end}.").format(start=clock(start), end=clock(end))
        urgency = Urgency.NOW if start - now <= ROTA_SOON else Urgency.SOON
        yield Concern(urgency, Area.ROTA, what, (words,) if words else (), do)


def _probes(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    """Without a watch, or cut off, nothing is known of any target: that is one concern and not hundreds."""
    if not seen.lookout.held or seen.lookout.isolated:
        return
    silent = [each for each in seen.probes if each.tried and not each.answered]
    untried = [each for each in seen.probes if not each.tried]
    if silent:
        names = tuple(_way(each) for each in silent)
        what = ngettext(
            "{n} probe has never had an answer.", "{n} probes have never had an answer.", len(names)
        )
        do = _("Put address, credential or profile right: 'hisconsole targets try' shows what answers.")
        yield Concern(Urgency.NOW, Area.PROBES, what.format(n=len(names)), names, do)
    if untried:
        names = tuple(_way(each) for each in untried)
        what = ngettext("{n} probe was never tried.", "{n} probes were never tried.", len(names))
        do = _("Wait for its turn, or poll it now (R in Status).")
        yield Concern(Urgency.SOON, Area.PROBES, what.format(n=len(names)), names, do)


def _way(each: Probed) -> str:
    return f"{each.target} {each.probe}"


def _keys(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    if seen.unenrolled:
        n = len(seen.unenrolled)
        what = ngettext(
            "{n} host is asked over SSH and its key is not enrolled: it is sent nothing.",
            "{n} hosts are asked over SSH and their keys are not enrolled: they are sent nothing.",
            n,
        )
        do = _("Compare the key on the host, then 'hisconsole hosts enroll TARGET'.")
        yield Concern(Urgency.NOW, Area.KEYS, what.format(n=n), seen.unenrolled, do)


def _stations(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    blind = [each for each in seen.stations if each.switch not in seen.watched]
    do = _("Name a watched switch in workstations.yaml, or add the switch to targets.yaml.")
    key = tuple(_at(each) for each in blind if each.key)
    rest = tuple(_at(each) for each in blind if not each.key)
    if key:
        what = ngettext(
            "{n} key terminal hangs on a switch that is not watched.",
            "{n} key terminals hang on switches that are not watched.",
            len(key),
        )
        yield Concern(Urgency.NOW, Area.WORKSTATIONS, what.format(n=len(key)), key, do)
    if rest:
        what = ngettext(
            "{n} workstation hangs on a switch that is not watched.",
            "{n} workstations hang on switches that are not watched.",
            len(rest),
        )
        yield Concern(Urgency.SOON, Area.WORKSTATIONS, what.format(n=len(rest)), rest, do)


def _at(each: Station) -> str:
    return f"{each.id} {each.switch}".strip()


def _certificates(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    do = _("Renew it before it ends, on the host itself.")
    for each in sorted(seen.certificates, key=lambda each: (each.days, each.target, each.name)):
        last = each.days < CERTIFICATE_LAST or each.status in (Status.CRITICAL, Status.DOWN)
        if not last and each.days >= CERTIFICATE_DUE and each.status is not Status.WARNING:
            continue
        if each.days < 0:
            what = _("A certificate has ended {n} d ago.").format(n=int(-each.days) or 1)
        else:
            what = _("A certificate ends in {n} d.").format(n=int(each.days))
        urgency = Urgency.NOW if last else Urgency.SOON
        yield Concern(urgency, Area.CERTIFICATES, what, (f"{each.target} {each.name}",), do)


def _pack(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    if seen.pack:
        do = _("Print it and lay it out: 'hisconsole pack --record'.")
        yield Concern(Urgency.SOON if seen.packed else Urgency.NOW, Area.PACK, seen.pack, (), do)


def _drill(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    do = _("Hold a drill: half-yearly at the table, once a year in full.")
    if seen.drill is None:
        yield Concern(Urgency.SOON, Area.DRILL, _("No drill is on record."), (), do)
    elif now - seen.drill > DRILL_DUE:
        what = _("The last drill was on {when}.").format(when=clock(seen.drill))
        yield Concern(Urgency.SOON, Area.DRILL, what, (), do)


def _signing(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    yield from of_signing(seen.signing)


def _kept(seen: Seen, now: datetime, clock: Clock) -> Iterator[Concern]:
    yield from of_kept(seen.kept)


Rule = Callable[[Seen, datetime, Clock], Iterator[Concern]]
RULES: Sequence[Rule] = (
    _watch,
    _room,
    _files,
    _backup,
    _restore,
    _contacts,
    _seats,
    _rota,
    _probes,
    _keys,
    _stations,
    _certificates,
    _pack,
    _drill,
    _signing,
    _kept,
)
