"""The acts of feedback: sending a numbered message, and saying whom it reached (plan 3, domain 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hisconsole.errors import Refused
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.feedback import (
    DEPARTMENT,
    MESSAGE,
    TOLD,
    WORKSTATION,
    Recipient,
    next_number,
    recipients,
    standing_messages,
    told_of,
)
from hisconsole.plan.outreach import Channel, MessageStatus
from hisconsole.plan.times import to_text
from hisconsole.plan.words import YesNo
from hisconsole.text import _

SENTENCE = 300
"""Characters of one part of a message: it is read out on the telephone."""
LIST = 20_000
"""Characters of a list of ids; `all` names any number."""
EVERYBODY = "all"
_NAMED = 3


def feedback_acts() -> tuple[Act, ...]:
    """The acts of feedback, with their words in the language in force."""
    return (
        Act(
            MESSAGE,
            _("Message"),
            _("A numbered answer to all who reported and are hit; then each is told."),
            message,
            (
                Field("status", _("The fault is"), Ask.CHOICE, True, tuple(MessageStatus)),
                Field("affected", _("Affected"), required=True, limit=SENTENCE),
                Field("do", _("Do now"), required=True, limit=SENTENCE),
                Field("dont", _("Do not"), limit=SENTENCE),
                Field("eta", _("Works again"), limit=100),
                Field("next", _("Next word by"), Ask.AHEAD),
                Field("recipients", _("To, or all"), default=EVERYBODY, limit=LIST),
            ),
            confirm=True,
        ),
        Act(
            TOLD,
            _("Told"),
            _("Whom a message reached or did not: ids, or all who are still to be told."),
            told,
            (
                Field("recipients", _("Whom"), required=True, limit=LIST),
                Field("reached", _("Reached"), Ask.CHOICE, True, tuple(YesNo)),
                Field("read_back", _("Read back"), Ask.CHOICE, False, tuple(YesNo), YesNo.NO.value),
                Field("channel", _("How"), Ask.CHOICE, False, tuple(Channel), Channel.PHONE.value),
                Field("person", _("Who took it"), limit=64),
                Field("number", _("Message"), Ask.ENTRY),
            ),
        ),
    )


def message(setting: Setting) -> Sequence[NewEvent]:
    """Send the next message; it goes to everybody who is owed an answer unless some are named."""
    refuse_closed(setting)
    following = setting.answers.get("next")
    next_at = setting.moment("next") if following else None
    if next_at is not None and next_at <= setting.now:
        raise Refused(_("{when} is past: the next word comes later.").format(when=setting.clock(next_at)))
    to = _addressed(setting)
    if not to:
        raise Refused(
            _("Nobody is known to be hit: say which departments stand still, or name the departments.")
        )
    return [
        setting.event(
            Kind.MESSAGE,
            number=next_number(setting.incident),
            status=setting.text("status"),
            affected=setting.text("affected"),
            do=setting.text("do"),
            dont=setting.text("dont"),
            eta=setting.text("eta"),
            next=to_text(next_at) if next_at is not None else "",
            recipients=list(to),
        )
    ]


def _addressed(setting: Setting) -> tuple[str, ...]:
    """Whom a message goes to: ids of departments and of workstations that reported, or all."""
    owed = recipients(setting.incident)
    named = _ids(setting, owed)
    if named == [EVERYBODY]:
        return owed
    found: list[str] = []
    for id_ in named:
        known = _known(id_, owed)
        department = id_.removeprefix(DEPARTMENT)
        if known is None and department in setting.departments:
            known = f"{DEPARTMENT}{department}"
        if known is None:
            raise Refused(
                _("'{id}' is no department, and no workstation that reported. Give ids, or all.").format(
                    id=id_
                )
            )
        found.append(known)
    return tuple(dict.fromkeys(found))


def _ids(setting: Setting, known: Sequence[str]) -> list[str]:
    """What was named: a line each, one name as it is, or ids with commas or blanks between them."""
    text = setting.text("recipients")
    if "\n" in text or _known(text, known) is not None:
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text.replace(",", " ").split()


def _known(id_: str, among: Sequence[str]) -> str | None:
    """One of `among` by its full id, or by its id alone."""
    wanted = (id_, f"{WORKSTATION}{id_}", f"{DEPARTMENT}{id_}")
    return next((each for each in wanted if each in among), None)


def told(setting: Setting) -> Sequence[NewEvent]:
    """Say of some recipients whether they were reached; of a closed incident too, for it may come late.

    What is known of one already is not recorded again: two operators can work one list.
    """
    board = {each.id: each for each in told_of(setting.incident)}
    if not standing_messages(setting.incident):
        raise Refused(_("No message was sent yet: send one first."))
    reached = setting.text("reached") == YesNo.YES
    read_back = setting.text("read_back") == YesNo.YES
    if read_back and not reached:
        raise Refused(_("Who was not reached cannot have read it back."))
    wanted = _tried(setting, board)
    fresh = [each for each in wanted if each.reached is None or (read_back and not each.read_back)]
    if not fresh:
        raise Refused(_already(setting, wanted))
    by_message: dict[int, list[str]] = {}
    for each in fresh:
        by_message.setdefault(each.message, []).append(each.id)
    return [
        setting.event(
            Kind.TOLD,
            number=number,
            recipients=ids,
            reached=reached,
            channel=setting.text("channel"),
            person=setting.text("person"),
            read_back=read_back,
        )
        for number, ids in sorted(by_message.items())
    ]


def _tried(setting: Setting, board: Mapping[str, Recipient]) -> list[Recipient]:
    """The recipients that were named, of one message or of whichever each is owed."""
    number = setting.answers.get("number")
    if number is not None and number not in {each.number for each in standing_messages(setting.incident)}:
        raise Refused(
            _("Message {number} does not count: the last is {last}.").format(
                number=number, last=standing_messages(setting.incident)[-1].number
            )
        )
    of = {id_: each for id_, each in board.items() if number in (None, each.message)}
    named = _ids(setting, tuple(of))
    if named == [EVERYBODY]:
        return [each for each in of.values() if each.reached is None]
    found: list[Recipient] = []
    for id_ in named:
        known = _known(id_, tuple(of))
        if known is None:
            raise Refused(_("'{id}' is not among those who are to be told.").format(id=id_))
        found.append(of[known])
    return found


def _already(setting: Setting, wanted: Sequence[Recipient]) -> str:
    """Why nothing is to be recorded: who reached them, and when."""
    if not wanted:
        return _("Everybody has been reached.")
    done = [each.reached for each in wanted if each.reached is not None]
    last = max(done, key=lambda each: each.at)
    names = ", ".join(each.id for each in wanted[:_NAMED])
    return _("{whom}: reached already by {who} at {when}.").format(
        whom=names, who=last.by, when=setting.clock(last.at)
    )
