"""Manual operation: who works on paper since when, what was announced to whom, and the way back (domain 5.8).

All of it is what the notices come to: a START puts a department on paper from its effective time, a RESUME
takes it back, and what was written meanwhile is owed as back-entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from hisconsole.plan.cards import Cards
from hisconsole.plan.document import Plan
from hisconsole.plan.duty import Due
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.gates import Armed, armed
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import BackEntry, Notice, NoticeKind, Receipt
from hisconsole.values import dataclass

NOTICE: Final = "notice"
"""The act that announces; a START meets the gates of its departments."""
RECEIPT: Final = "receipt"
"""The act, and the duty, to have every department repeat a notice; the key is the notice's number."""
RESUME: Final = "resume"
"""The duty to have departments on paper resume, once it has been well for long enough."""
BACK_ENTRY: Final = "back-entry"
"""The duty to enter what a department wrote on paper; the key is the department."""
BACK_ENTERED: Final = "back-entered"
"""The act that says how far a department has come with it."""

_BEGIN = frozenset({NoticeKind.START, NoticeKind.CHANGE})
_END = frozenset({NoticeKind.RESUME, NoticeKind.ALL_CLEAR})


@dataclass(frozen=True, slots=True)
class Means:
    """What a notice is made with: cards, the names of hospital, incident and departments, numbers given out.

    `spent` looks into the record, so it is asked only when a notice needs numbers.
    """

    cards: Cards = field(default_factory=Cards)
    hospital: str = ""
    prefix: str = ""
    mark: str = ""
    """DRILL in a drill."""
    names: Mapping[str, str] = field(default_factory=dict)
    spent: Callable[[], Collection[tuple[str, str]]] = tuple

    def call(self, department: str) -> str:
        """A department by name, or by id where it has none."""
        return self.names.get(department, department)


@dataclass(frozen=True, slots=True)
class Paper:
    """A department's last time on paper: from when, by which notice, until when."""

    department: str
    since: datetime
    notice: int
    begun: datetime
    """When it was announced."""
    resumed: datetime | None = None

    @property
    def by_hand(self) -> bool:
        """Whether nobody has told it to resume."""
        return self.resumed is None

    @property
    def wrote(self) -> bool:
        """Whether there may be paper: it was not taken back before it began."""
        return self.resumed is None or self.resumed > self.since


def on_paper(incident: Incident) -> dict[str, Paper]:
    """The departments that were told to work by hand, each with its last time."""
    found: dict[str, Paper] = {}
    for notice in incident.notices:
        for id_ in notice.departments:
            known = found.get(id_)
            running = known if known is not None and known.by_hand else None
            if notice.kind is NoticeKind.START and running is None:
                found[id_] = Paper(id_, notice.effective, notice.number, notice.at)
            elif running is not None and notice.kind in _BEGIN and running.since > notice.at:
                found[id_] = replace(running, since=notice.effective)  # it had not begun yet
            elif running is not None and notice.kind in _END:
                found[id_] = replace(running, resumed=notice.effective)
    return found


def by_hand(incident: Incident) -> tuple[str, ...]:
    """The departments that were told to work by hand and not to resume."""
    return tuple(id_ for id_, paper in on_paper(incident).items() if paper.by_hand)


def entry_of(incident: Incident, paper: Paper) -> BackEntry | None:
    """How far the back-entry of a department's last time on paper has come."""
    found = next((each for each in incident.back_entries if each.department == paper.department), None)
    return found if found is not None and found.at >= paper.begun else None


def is_entered(entry: BackEntry | None) -> bool:
    """Whether all paper is entered and somebody signed for it."""
    return entry is not None and bool(entry.signed) and entry.entered >= entry.paper


def open_entries(incident: Incident) -> tuple[str, ...]:
    """The departments whose paper is not yet entered and signed for."""
    return tuple(
        id_
        for id_, paper in on_paper(incident).items()
        if paper.wrote and not is_entered(entry_of(incident, paper))
    )


def counting(incident: Incident) -> tuple[Notice, ...]:
    """The notices of this course of the fault."""
    return incident.notices[incident.past_notices :]


def uncovered(incident: Incident, plan: Plan, running: Armed) -> tuple[str, ...]:
    """The departments of a gate that runs, which do not know what it asks of them.

    Being on paper is enough, but where an earlier gate sent them there and this one names them again:
    then it asks for something more, as that discharges are settled later, and wants a notice of its own.
    """
    gate, on_it = running.gate, set(by_hand(incident))
    told = {
        id_
        for notice in counting(incident)
        if notice.gate == gate.id and notice.kind in _BEGIN
        for id_ in notice.departments
    }
    earlier = {id_ for other in plan.gates if other.after_s < gate.after_s for id_ in other.departments}
    again = earlier & set(gate.departments)
    return tuple(id_ for id_ in running.departments if id_ not in told and (id_ not in on_it or id_ in again))


def last_notice(incident: Incident, department: str) -> Notice | None:
    """The notice a department has to go by."""
    return next((each for each in reversed(incident.notices) if department in each.departments), None)


def unread(incident: Incident, notice: Notice) -> tuple[str, ...]:
    """The departments that have not repeated a notice, and have no later one to go by."""
    return tuple(id_ for id_ in notice.unread if last_notice(incident, id_) == notice)


def resume_from(incident: Incident, plan: Plan) -> datetime | None:
    """From when departments may resume: so long after it recovered; None while it has not."""
    if incident.recovered_at is None or not is_over(incident):
        return None
    return incident.recovered_at + timedelta(seconds=plan.reach.green_s)


def owed(incident: Incident, plan: Plan) -> Iterator[Due]:
    """What manual operation owes: repeated notices, the word to resume, back-entry (domain 5.8)."""
    number, owner = incident.number, incident.owner
    prompt = timedelta(seconds=plan.reach.prompt_s)
    for notice in incident.notices:
        if unread(incident, notice):
            key = str(notice.number)
            tried = [each.at for each in notice.receipts]
            met = incident.met.get((RECEIPT, key))
            yield Due(
                number,
                RECEIPT,
                key,
                max([notice.at, *tried, *([met] if met else [])]) + prompt,
                owner,
                RECEIPT,
            )
    green = resume_from(incident, plan)
    if green is not None and by_hand(incident):
        met = incident.met.get((RESUME, ""))
        yield Due(number, RESUME, "", max(green, met + prompt) if met else green, owner, NOTICE)
    for id_, paper in on_paper(incident).items():
        entry = entry_of(incident, paper)
        if paper.resumed is None or not paper.wrote or is_entered(entry) or (BACK_ENTRY, id_) in incident.met:
            continue
        at = entry.due if entry is not None and entry.due is not None else paper.resumed
        yield Due(number, BACK_ENTRY, id_, at, entry.owner if entry is not None else owner, BACK_ENTERED)


@dataclass(frozen=True, slots=True)
class Post:
    """One line of the departments board: how a department stands in an incident."""

    department: str
    stopped: datetime | None
    paper: Paper | None
    gate: Armed | None
    """The next gate that asks something of it that it has not been told."""
    notice: Notice | None
    receipt: Receipt | None
    entry: BackEntry | None
    block: str
    """The numbers it was given for its last time on paper."""

    @property
    def key(self) -> str:
        """What the cursor follows."""
        return self.department

    @property
    def hit(self) -> bool:
        """Whether the incident concerns it at all."""
        return bool(self.stopped or self.paper or self.notice or self.gate)

    @property
    def entry_open(self) -> bool:
        """Whether paper of it is still to be entered."""
        return self.paper is not None and self.paper.wrote and not is_entered(self.entry)


def board(incident: Incident, plan: Plan | None, departments: Collection[str]) -> tuple[Post, ...]:
    """How each department stands: those that are hit first, the others in the hospital's order."""
    running = armed(incident, plan) if plan is not None else ()
    left = [(each, uncovered(incident, plan, each)) for each in running if plan is not None]
    papers = on_paper(incident)
    ids = dict.fromkeys((*departments, *incident.stopped, *papers))
    posts = []
    for id_ in ids:
        notice, paper = last_notice(incident, id_), papers.get(id_)
        posts.append(
            Post(
                department=id_,
                stopped=incident.stopped.get(id_),
                paper=paper,
                gate=next((each for each, missing in left if id_ in missing), None),
                notice=notice,
                receipt=_receipt(notice, id_),
                entry=entry_of(incident, paper) if paper is not None else None,
                block=_block(incident, id_),
            )
        )
    return tuple(sorted(posts, key=lambda post: not post.hit))


def _receipt(notice: Notice | None, department: str) -> Receipt | None:
    receipts = notice.receipts if notice is not None else ()
    return next((each for each in reversed(receipts) if each.department == department), None)


def _block(incident: Incident, department: str) -> str:
    given = (
        block for notice in reversed(incident.notices) for id_, block in notice.blocks if id_ == department
    )
    return next(given, "")


def suggested(incident: Incident, plan: Plan | None) -> tuple[NoticeKind, str]:
    """The notice that is needed next, and the gate it is for; a gate that runs comes first."""
    for each in armed(incident, plan) if plan is not None else ():
        if plan is not None and uncovered(incident, plan, each):
            again = set(each.departments) <= set(by_hand(incident))
            return (NoticeKind.CHANGE if again else NoticeKind.START), each.gate.id
    if is_over(incident) and by_hand(incident):
        return NoticeKind.RESUME, ""
    told = any(each.kind is NoticeKind.ALL_CLEAR for each in counting(incident))
    if is_over(incident) and on_paper(incident) and not told:
        return NoticeKind.ALL_CLEAR, ""
    return (NoticeKind.START if incident.stopped else NoticeKind.PREPARE), ""


def meant(incident: Incident, plan: Plan | None, kind: NoticeKind, gate: str) -> tuple[str, ...]:
    """The departments a notice is for where nobody names others."""
    if kind in (NoticeKind.PREPARE, NoticeKind.START, NoticeKind.CHANGE) and gate and plan is not None:
        found = next((each for each in armed(incident, plan) if each.gate.id == gate), None)
        if found is not None:
            return uncovered(incident, plan, found) or found.departments
    running = by_hand(incident)
    if kind in (NoticeKind.PREPARE, NoticeKind.START):
        return tuple(id_ for id_ in incident.stopped if id_ not in running)
    if kind is NoticeKind.ALL_CLEAR:
        return tuple(on_paper(incident))
    return running
