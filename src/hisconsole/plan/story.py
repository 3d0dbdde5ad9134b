"""Events told in words: the timeline, the log and the handover say it the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hisconsole.plan import snapshot_words
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.story_outreach import TELL_OUTREACH
from hisconsole.plan.story_site import TELL_SITE
from hisconsole.plan.story_turn import TELL_TURN
from hisconsole.plan.story_watch import TELL_WATCH
from hisconsole.plan.times import from_text
from hisconsole.plan.words import (
    Audience,
    Confidence,
    Method,
    Result,
    Verification,
    category_name,
    label,
    symptom_label,
)
from hisconsole.text import _

Clock = Callable[..., str]


def tell(event: Event, *, clock: Clock) -> str:
    """One line about an event, without its time and author; line ends become ` / `."""
    return _TELL[event.kind](event.body, clock).replace("\n", " / ")


Body = Mapping[str, object]


def _reported(body: Body, clock: Clock) -> str:
    parts = _("report {number} from {workstation}: {symptom}").format(
        number=body["number"],
        workstation=body["workstation"] or _("unknown workstation"),
        symptom=symptom_label(str(body["symptom"])),
    )
    if body["words"]:
        parts += f" - {body['words']}"
    if body["reporter"]:
        parts += f" ({body['reporter']})"
    return parts


def _attached(body: Body, clock: Clock) -> str:
    return _("report {number} came over from {source}: {workstation}").format(
        number=body["number"],
        source=f"{body['from']:04d}",
        workstation=body["workstation"],
    )


def _with(sentence: str, text: object) -> str:
    return f"{sentence}: {text}" if text else sentence


def _verified(body: Body, clock: Clock) -> str:
    sentence = _("verified {how} by {who}: {result}").format(
        how=label(Method(str(body["how"]))),
        who=body["by"],
        result=label(Verification(str(body["result"]))),
    )
    return f"{sentence} - {body['text']}" if body["text"] else sentence


def _estimated(body: Body, clock: Clock) -> str:
    earliest, latest = from_text(str(body["earliest"])), from_text(str(body["latest"]))
    window = clock(earliest) if earliest == latest else f"{clock(earliest)} - {clock(latest)}"
    return _with(_("ETA {window}").format(window=window), body["why"])


def _classified(body: Body, clock: Clock) -> str:
    sentence = _("category {category}").format(category=category_name(str(body["category"])))
    if body.get("fault"):
        sentence += f" ({body['fault']})"
    for part in (body.get("why"), body["reason"]):
        sentence = _with(sentence, part)
    sentence = _agreed(sentence, body, "approved_by", clock)
    told = _answered(body)
    return _("{sentence}; answers: {answers}").format(sentence=sentence, answers=told) if told else sentence


def _answered(body: Body) -> str:
    """What the questions were answered with, and where an answer came from that nobody gave here."""
    answers, sources = body.get("answers"), body.get("sources")
    if not isinstance(answers, Mapping) or not isinstance(sources, Mapping):
        return ""  # by hand: what was answered before stands, and decided nothing
    return ", ".join(
        f"{name} = {value} ({sources[name]})" if sources.get(name) else f"{name} = {value}"
        for name, value in answers.items()
    )


def _agreed(sentence: str, body: Body, name: str, clock: Clock) -> str:
    if body.get(name):
        sentence += _("; agreed by {who}").format(who=body[name])
    if body.get("tried"):
        sentence += _(", director tried since {when}").format(when=clock(from_text(str(body["tried"]))))
    return sentence


def _paralysis(body: Body, clock: Clock) -> str:
    sentence = (
        _("overall network failure confirmed")
        if body["confirmed"] == "yes"
        else _("no overall network failure")
    )
    return _with(sentence, body["text"])


def _listed(sentence: str, names: object) -> str:
    return sentence.format(
        names=", ".join(map(str, names)) if isinstance(names, list) and names else _("none")
    )


def _owed(body: Body) -> str:
    return f"{body['duty']} {body['key']}".strip()


def _closed(body: Body, clock: Clock) -> str:
    sentence = _with(_("closed"), body["reason"])
    if body.get("override"):
        sentence += _("; not all were reached, closed on the word of {who}").format(who=body["override"])
    if body.get("accepted"):
        sentence += _("; paper not entered, accepted by {who}").format(who=body["accepted"])
    return sentence


def _ticket(body: Body, clock: Clock) -> str:
    sentence = (
        _("ticket {number} with {contact} is done")
        if body["done"]
        else _("ticket {number} with {contact}, promised for {when}")
        if body["promised"]
        else _("ticket {number} with {contact}")
    ).format(
        number=body["number"],
        contact=body["contact"],
        when=clock(from_text(str(body["promised"]))) if body["promised"] else "",
    )
    return _with(sentence, body["text"])


_TELL: Mapping[Kind, Callable[[Body, Clock], str]] = {
    Kind.OPENED: lambda body, clock: _("opened"),
    Kind.REPORTED: _reported,
    Kind.CORRECTED: lambda body, clock: _("corrected: {report}").format(report=_reported(body, clock)),
    Kind.DETACHED: lambda body, clock: _("report {number} went to {to}").format(
        number=body["report"], to=f"{body['to']:04d}"
    ),
    Kind.ATTACHED: _attached,
    Kind.ACKNOWLEDGED: lambda body, clock: _("acknowledged and taken"),
    Kind.ASSIGNED: lambda body, clock: _with(
        _("given to {owner}").format(owner=body["owner"]), body["reason"]
    ),
    Kind.VERIFIED: _verified,
    Kind.NOTED: lambda body, clock: str(body["text"]),
    Kind.PINNED: lambda body, clock: _("pinned or unpinned entry {entry}").format(entry=body["entry"]),
    Kind.CLASSIFIED: _classified,
    Kind.ESTIMATED: _estimated,
    Kind.CAUSE_FOUND: lambda body, clock: _("cause {confidence}: {text}").format(
        confidence=label(Confidence(str(body["confidence"]))), text=body["text"]
    ),
    Kind.FIX_TRIED: lambda body, clock: _("fix {result}: {text}").format(
        result=label(Result(str(body["result"]))), text=body["text"]
    ),
    Kind.RULED_OUT: lambda body, clock: _("ruled out: {text}; {how}").format(
        text=body["text"], how=body["how"]
    ),
    Kind.CONTINGENCY: lambda body, clock: _("if {condition}, then {action}").format(
        condition=body["condition"], action=body["action"]
    ),
    Kind.TICKET: _ticket,
    Kind.MITIGATED: lambda body, clock: _with(_("mitigated"), body["text"]),
    Kind.RECOVERED: lambda body, clock: _with(
        _("recovered"),
        body["confirmed_by"] and _("confirmed by {who}").format(who=body["confirmed_by"]),
    ),
    Kind.REVIEWED: lambda body, clock: _with(_("review begun"), body["text"]),
    Kind.ACTION: lambda body, clock: _("action {number}, {owner} until {due}: {text}").format(
        number=body["number"], owner=body["owner"], due=clock(from_text(str(body["due"]))), text=body["text"]
    ),
    Kind.REOPENED: lambda body, clock: _with(_("reopened"), body["reason"]),
    Kind.CLOSED: _closed,
    **TELL_OUTREACH,
    **TELL_TURN,
    **TELL_WATCH,
    **TELL_SITE,
    Kind.UNDONE: lambda body, clock: _("took back the act before"),
    Kind.PLAN_ADOPTED: lambda body, clock: _("plan {edition} ({version}) is in force").format(
        edition=body["edition"], version=body["version"]
    ),
    Kind.PARALYSIS: _paralysis,
    Kind.STOPPED: lambda body, clock: _listed(
        _("departments that stand still: {names}"), body["departments"]
    ),
    Kind.AGGRAVATED: lambda body, clock: _listed(_("made worse by: {names}"), body["aggravators"]),
    Kind.ESCALATED: lambda body, clock: _with(_("escalated to the leading group"), body["reason"]),
    Kind.HELD: lambda body, clock: _agreed(_with(_("not escalated"), body["reason"]), body, "by", clock),
    Kind.MET: lambda body, clock: _with(_("{duty} met by hand").format(duty=_owed(body)), body["text"]),
    Kind.FELL_DUE: lambda body, clock: _("fell due: {duty}").format(duty=_owed(body)),
    Kind.SNAPSHOT: snapshot_words.told,
    Kind.DRILL_HELD: lambda body, clock: _("DRILL {scenario} held, from {began} to {ended}").format(
        scenario=body["scenario"],
        began=clock(from_text(str(body["began"]))),
        ended=clock(from_text(str(body["ended"]))),
    ),
    Kind.SUMMARISED: lambda body, clock: _("summary for {whom}: {text}").format(
        whom=label(Audience(str(body["audience"]))), text=body["text"]
    ),
}
