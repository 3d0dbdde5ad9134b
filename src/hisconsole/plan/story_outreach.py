"""Events of reaching people told in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from hisconsole.plan.events import Kind
from hisconsole.plan.outreach import (
    CallOutcome,
    Channel,
    Decision,
    MessageStatus,
    NoticeKind,
    NumberKind,
)
from hisconsole.plan.times import from_text
from hisconsole.text import _

Body = Mapping[str, object]
Clock = Callable[..., str]


def outcome_label(outcome: str) -> str:
    """What came of a call, in words."""
    return {
        CallOutcome.REACHED: _("reached"),
        CallOutcome.NO_ANSWER: _("no answer"),
        CallOutcome.BUSY: _("busy"),
        CallOutcome.WRONG_NUMBER: _("wrong number"),
        CallOutcome.LEFT_WORD: _("left word"),
        CallOutcome.DECLINED: _("declined"),
    }[CallOutcome(outcome)]


def decision_label(decision: str) -> str:
    """What somebody decided on the phone, in words; empty for nothing."""
    return {
        Decision.NONE: "",
        Decision.START: _("starts the plan"),
        Decision.WAIT: _("waits"),
        Decision.COMES: _("comes"),
    }[Decision(decision)]


def notice_label(kind: str) -> str:
    """A kind of notice as departments know it."""
    return {
        NoticeKind.PREPARE: _("PREPARE"),
        NoticeKind.START: _("START"),
        NoticeKind.CHANGE: _("CHANGE"),
        NoticeKind.RESUME: _("RESUME"),
        NoticeKind.ALL_CLEAR: _("ALL CLEAR"),
    }[NoticeKind(kind)]


def channel_label(channel: str) -> str:
    """How something got to somebody, in words."""
    return {
        Channel.PHONE: _("by phone"),
        Channel.BROADCAST: _("by broadcast"),
        Channel.RUNNER: _("by runner"),
        Channel.IN_PERSON: _("in person"),
    }[Channel(channel)]


def status_label(status: str) -> str:
    """What a message says of the fault, in words."""
    return {
        MessageStatus.VERIFIED: _("verified"),
        MessageStatus.NOT_REPRODUCED: _("not reproduced"),
        MessageStatus.EXTERNAL: _("outside the hospital"),
        MessageStatus.RECOVERED: _("works again"),
    }[MessageStatus(status)]


def number_label(kind: str) -> str:
    """Which number of a contact, inside a sentence."""
    return {
        NumberKind.MOBILE: _("mobile"),
        NumberKind.OFFICE: _("office"),
        NumberKind.ALTERNATE: _("alternate"),
    }[NumberKind(kind)]


_LABELS: Mapping[type[StrEnum], Callable[[str], str]] = {
    CallOutcome: outcome_label,
    Channel: channel_label,
    Decision: lambda decision: decision_label(decision) or _("nothing yet"),
    MessageStatus: status_label,
    NoticeKind: notice_label,
    NumberKind: number_label,
}


def outreach_label(value: StrEnum) -> str | None:
    """A choice of reaching people in words; None for one of another vocabulary."""
    of = _LABELS.get(type(value))
    return of(value) if of is not None else None


def _names(value: object, most: int = 6) -> str:
    ids = value if isinstance(value, list | tuple) else ()
    names = [str(each).removeprefix("ws:").removeprefix("dept:") for each in ids]
    more = len(names) - most
    shown = ", ".join(names[:most])
    return _("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown or _("nobody")


def _parts(*parts: object) -> str:
    return "; ".join(str(part) for part in parts if part)


def _called(body: Body, clock: Clock) -> str:
    return _parts(
        _("called {who}: {outcome}").format(who=body["contact"], outcome=outcome_label(str(body["outcome"]))),
        body.get("instead_of") and _("in the place of {who}").format(who=body["instead_of"]),
        body["took"] and _("took it: {who}").format(who=body["took"]),
        body["read_back"] and _("read back"),
        decision_label(str(body["decision"])),
        body["text"],
    )


def _summoned(body: Body, clock: Clock) -> str:
    return _parts(
        _("{who} summoned").format(who=body["contact"]),
        body.get("ticket") and _("ticket {ticket}").format(ticket=body["ticket"]),
        body.get("promised")
        and _("promised for {when}").format(when=clock(from_text(str(body["promised"])))),
    )


def _message(body: Body, clock: Clock) -> str:
    return _parts(
        _("message {number} to {whom}: {status}").format(
            number=body["number"], whom=_names(body["recipients"]), status=status_label(str(body["status"]))
        ),
        body["affected"],
        body["do"] and _("do: {what}").format(what=body["do"]),
        body["dont"] and _("do not: {what}").format(what=body["dont"]),
    )


def _told(body: Body, clock: Clock) -> str:
    sentence = _("message {number} {reached} {whom} {how}").format(
        number=body["number"],
        reached=_("reached") if body["reached"] else _("did not reach"),
        whom=_names(body["recipients"]),
        how=channel_label(str(body["channel"])),
    )
    return _parts(sentence, body["person"], body["read_back"] and _("read back"))


def _notice(body: Body, clock: Clock) -> str:
    return _parts(
        _("notice {number} {kind} for {whom} from {when}").format(
            number=body["number"],
            kind=notice_label(str(body["kind"])),
            whom=_names(body["departments"]),
            when=clock(from_text(str(body["effective"]))),
        ),
        body["authority"] and _("on the word of {who}").format(who=body["authority"]),
        body.get("override") and _("against the rule, by {who}").format(who=body["override"]),
        body["text"],
    )


def _receipt(body: Body, clock: Clock) -> str:
    return _parts(
        _("{department} took notice {number}").format(department=body["department"], number=body["number"]),
        body["person"],
        body["read_back"] and _("read back"),
    )


def _back_entered(body: Body, clock: Clock) -> str:
    return _parts(
        _("{department} back-entry: {entered} of {paper} entered").format(
            department=body["department"], entered=body["entered"], paper=body["paper"]
        ),
        body["variance"] and _("variance {variance}").format(variance=body["variance"]),
        body["signed"] and _("signed by {who}").format(who=body["signed"]),
    )


def _revealed(body: Body, clock: Clock) -> str:
    who = _("the whole roster") if body["contact"] == "*" else body["contact"]
    told = {"print": _("numbers of {who} printed"), "export": _("numbers of {who} exported")}
    return told.get(str(body.get("how")), _("numbers of {who} shown")).format(who=who)


TELL_OUTREACH: Mapping[Kind, Callable[[Body, Clock], str]] = {
    Kind.DIALLED: lambda body, clock: (
        _("dialling {deputy} in place of {who}").format(deputy=body["deputy"], who=body["contact"])
        if body["deputy"]
        else _("dialling {who}").format(who=body["contact"])
    ),
    Kind.CALLED: _called,
    Kind.SUMMONED: _summoned,
    Kind.ARRIVED: lambda body, clock: _("{who} is there since {when}").format(
        who=body["contact"], when=clock(from_text(str(body["arrived"])))
    ),
    Kind.MESSAGE: _message,
    Kind.TOLD: _told,
    Kind.NOTICE: _notice,
    Kind.RECEIPT: _receipt,
    Kind.BACK_ENTRY: lambda body, clock: _parts(_("back-entry begins"), body["text"]),
    Kind.BACK_ENTERED: _back_entered,
    Kind.CONTACT_VERIFIED: lambda body, clock: _("numbers of {who} verified").format(who=body["contact"]),
    Kind.CONTACT_WRONG: lambda body, clock: _("wrong {number} number of {who}").format(
        number=number_label(str(body["number"])), who=body["contact"]
    ),
    Kind.REVEALED: _revealed,
    Kind.ACTING: lambda body, clock: _parts(
        _("{deputy} acts for {who}").format(deputy=body["deputy"], who=body["contact"])
        if body["deputy"]
        else _("{who} acts again").format(who=body["contact"]),
        body["until"] and _("until {when}").format(when=clock(from_text(str(body["until"])))),
        body["reason"],
    ),
    Kind.PACK_PRINTED: lambda body, clock: _("downtime pack printed ({hash})").format(hash=body["hash"]),
}
