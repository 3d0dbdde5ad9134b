"""Notices to departments: what may be announced when, on whose word, and in which words (domain 1.3, 5.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hisconsole.errors import Refused
from hisconsole.plan import manual
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.document import Plan
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import fill, refusal, stamped
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.plan.manual import Means
from hisconsole.plan.outreach import NoticeKind
from hisconsole.plan.times import to_text
from hisconsole.plan.words import State
from hisconsole.text import _


def notice(setting: Setting) -> Sequence[NewEvent]:
    """Announce to departments; nobody resumes before the stable time and without the director's word.

    The first RESUME of what has recovered begins the back-entry.
    """
    refuse_closed(setting)
    incident, kind = setting.incident, NoticeKind(setting.text("kind"))
    plan = setting.plan or setting.present
    gate = _gate(plan, setting.text("gate"))
    departments = named(setting) or manual.meant(incident, plan, kind, gate)
    if not departments:
        raise Refused(_("No department is named, and none stands still or works on paper: name some."))
    effective = setting.moment("effective", setting.now)
    if effective < incident.zero.replace(second=0, microsecond=0):  # people give minutes
        began = setting.clock(incident.zero)
        raise Refused(_("It began at {began}: a notice cannot hold from before.").format(began=began))
    _refuse_back_and_forth(incident, kind, departments, setting.means)
    extra = _word_to_resume(setting, plan, kind)
    blocks = _blocks(setting, kind, departments)
    said = drafted(setting.means, kind, departments, gate=_say(plan, gate))
    stops, forms = setting.text("stops") or said["stops"], setting.text("forms") or said["forms"]
    number = max((each.number for each in incident.notices), default=0) + 1
    said_so = setting.text("text") or worded(
        setting.means,
        kind,
        number=f"{number} / {setting.means.prefix}{incident.number:04d}",
        incident=f"{setting.means.prefix}{incident.number:04d}",
        departments=departments,
        when=setting.clock(effective),
        stops=stops,
        forms=forms,
        blocks=blocks,
        gate=_say(plan, gate),
    )
    text = stamped(said_so, setting.means.mark)
    events = [
        setting.event(
            Kind.NOTICE,
            number=number,
            kind=kind.value,
            gate=gate,
            departments=list(departments),
            effective=to_text(effective),
            stops=stops,
            forms=forms,
            authority=_person(setting, "authority"),
            text=text,
            blocks=[list(each) for each in blocks],
            **extra,
        )
    ]
    if kind is NoticeKind.RESUME and incident.state is State.RECOVERED:
        events.append(setting.event(Kind.BACK_ENTRY, text=""))
    return events


def _gate(plan: Plan | None, gate: str) -> str:
    if gate and (plan is None or plan.gate(gate) is None):
        known = ", ".join(each.id for each in plan.gates) if plan is not None else _("none")
        raise Refused(_("There is no gate '{gate}'. Gates: {known}.").format(gate=gate, known=known))
    return gate


def _say(plan: Plan | None, gate: str) -> str:
    found = plan.gate(gate) if plan is not None else None
    return found.say if found is not None else gate


def named(setting: Setting) -> tuple[str, ...]:
    """The departments that are named: ids, or `all`."""
    given = setting.text("departments").replace(",", " ").split()
    if given == ["all"]:
        return setting.departments
    unknown = next((each for each in given if each not in setting.departments), "")
    if unknown:
        raise Refused(
            _("There is no department '{id}'. Give ids with commas between them, or all.").format(id=unknown)
        )
    return tuple(dict.fromkeys(given))


def _refuse_back_and_forth(
    incident: Incident, kind: NoticeKind, departments: Sequence[str], means: Means
) -> None:
    """Refuse what contradicts where the departments are: a second START, a RESUME without paper."""
    running = manual.by_hand(incident)
    if kind is NoticeKind.START:
        already = [id_ for id_ in departments if id_ in running]
        if len(already) == len(departments):
            sentence = _("{who} works on paper already; send a CHANGE, or a RESUME.")
            raise Refused(sentence.format(who=means.call(already[0])))
    if kind in (NoticeKind.CHANGE, NoticeKind.RESUME):
        strange = next((id_ for id_ in departments if id_ not in running), "")
        if strange:
            sentence = _("{who} was not told to work on paper, or has resumed already.")
            raise Refused(sentence.format(who=means.call(strange)))


def _word_to_resume(setting: Setting, plan: Plan | None, kind: NoticeKind) -> dict[str, str]:
    """What a RESUME or ALL CLEAR needs: well for so long, and the director's word, or a named override."""
    if kind not in (NoticeKind.RESUME, NoticeKind.ALL_CLEAR) or plan is None:
        return {}
    override = _person(setting, "override")
    if override:
        return {"override": override}
    sentence = _early(setting, plan) or _on_paper(setting, kind) or _unapproved(setting, plan)
    if sentence:
        against = _("Or name who decides against the rule ('Override by').")
        raise Refused(f"{sentence} {against}")
    tried = setting.answers.get("tried")
    return {"tried": to_text(tried)} if isinstance(tried, datetime) else {}


def _early(setting: Setting, plan: Plan) -> str:
    """Whether it has not been well for long enough."""
    if not is_over(setting.incident):
        return _("It has not recovered: departments resume when it works again.")
    green = manual.resume_from(setting.incident, plan)
    if green is not None and setting.now < green:
        minutes = plan.reach.green_s // 60
        return _("It must be well for {minutes} min first: departments may resume from {when}.").format(
            minutes=minutes, when=setting.clock(green)
        )
    return ""


def _on_paper(setting: Setting, kind: NoticeKind) -> str:
    left = manual.by_hand(setting.incident) if kind is NoticeKind.ALL_CLEAR else ()
    sentence = _("{who} still works on paper: it resumes first.")
    return sentence.format(who=setting.means.call(left[0])) if left else ""


def _unapproved(setting: Setting, plan: Plan) -> str:
    roles = {role.id: role.contacts for role in (setting.present or plan).roles}
    tried = setting.answers.get("tried")
    moment = tried if isinstance(tried, datetime) else None
    return refusal(plan, roles, setting.text("authority"), moment, setting.now)


def _person(setting: Setting, name: str) -> str:
    """Somebody of the roster; Raises Refused for a name that it does not have."""
    person = setting.text(name)
    if person and setting.people and person not in setting.people:
        raise Refused(_("'{who}' is nobody in the roster: give an id, such as li.na.").format(who=person))
    return person


def _blocks(setting: Setting, kind: NoticeKind, departments: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The next number block of each department that goes to paper; none where it has none left."""
    if kind is not NoticeKind.START:
        return ()
    cards = setting.means.cards
    if not any(card.blocks_of(id_) for id_ in departments if (card := cards.of(id_)) is not None):
        return ()
    spent = set(setting.means.spent())
    running = manual.by_hand(setting.incident)
    given = ((id_, cards.block_for(id_, spent)) for id_ in departments if id_ not in running)
    return tuple((id_, block) for id_, block in given if block)


def drafted(
    means: Means, kind: NoticeKind, departments: Sequence[str], *, gate: str = ""
) -> Mapping[str, str]:
    """What stops and which forms are used, by the cards of the departments."""
    cards = list(dict.fromkeys(card for id_ in departments if (card := means.cards.of(id_)) is not None))
    if kind in (NoticeKind.RESUME, NoticeKind.ALL_CLEAR):
        return {"stops": "", "forms": ""}
    stops = "; ".join(card.stops for card in cards) or gate
    forms = "; ".join(", ".join(card.forms) for card in cards)
    return {"stops": stops[:500], "forms": forms[:500]}


def worded(
    means: Means,
    kind: NoticeKind,
    *,
    number: str,
    incident: str,
    departments: Sequence[str],
    when: str,
    stops: str,
    forms: str,
    blocks: Sequence[tuple[str, str]],
    gate: str,
) -> str:
    """A notice as it is read out, in the hospital's own words."""
    return fill(
        means.cards.notices.get(kind, ""),
        {
            "hospital": means.hospital,
            "number": number,
            "incident": incident,
            "departments": ", ".join(means.call(id_) for id_ in departments),
            "when": when,
            "stops": stops or _("nothing"),
            "forms": forms or _("your paper forms"),
            "blocks": ", ".join(f"{means.call(id_)} {block}" for id_, block in blocks) or _("none"),
            "gate": gate or _("none"),
        },
    )
