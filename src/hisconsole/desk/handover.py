"""The summary of the turn: shown, offered frozen, signed for, kept as a file, printed, compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from hisconsole.desk import turns as desk_turns
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.handover_files import keep
from hisconsole.desk.handover_sources import REMEMBERED, Seen, gather
from hisconsole.desk.standing import Standing, document_of, read_standing
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.delta import Delta
from hisconsole.plan.events import SITE, Event
from hisconsole.plan.handover import Handover, to_data
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_diff import difference
from hisconsole.plan.handover_diff import told as difference_told
from hisconsole.plan.handover_receiver import Restatement, Signature, signed
from hisconsole.plan.handover_text import lines, printed
from hisconsole.plan.shift_figures import bars, figures, told
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.plan.turn import Item, Offer, OfferState, Turn
from hisconsole.plan.turn_acts import KEPT, Frozen
from hisconsole.store import turns
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass

__all__ = ["Looked", "Seen", "accept", "look", "offer"]


@dataclass(frozen=True, slots=True)
class Looked:
    """The turn as it stands with the summary that is offered, or a draft of it as of now."""

    standing: Standing
    document: Handover

    @property
    def offered(self) -> Offer | None:
        """The offer that waits for an answer."""
        return self.standing.turn.offer if self.standing.turn else None


def look(desk: Desk, seen: Seen) -> Looked:
    """How the turn stands, with its summary."""
    standing = read_standing(desk)
    return Looked(standing, standing.document or draft(desk, seen))


def draft(desk: Desk, seen: Seen, *, to: str = "", reason: str = "") -> Handover:
    """The summary as it would be offered now, to somebody or to whoever comes next."""
    return build(gather(desk, seen, to=to, reason=reason))


def offer(desk: Desk, to: str, seen: Seen, *, reason: str = "", act: str | None = None) -> Outcome:
    """Freeze the summary and offer the duty with it. Raises Refused and NotFound."""
    _refuse_over_kept(desk)
    document = draft(desk, seen, to=to, reason=reason)
    items = tuple(Item(entry.key, entry.asks, _incident_of(entry.key)) for entry in document.asking())
    frozen = Frozen(document.header.seq, items, to_data(document), _hash(printed(document)))
    outcome = desk_turns.offer(desk, to, frozen, reason=reason, act=act)
    keep(desk.database.data, document, language=desk.site.language)
    return outcome


def _refuse_over_kept(desk: Desk) -> None:
    """Refuse a summary without the acts that wait here; that is over in a moment. Raises Refused."""
    if waiting := desk.keeping.count if desk.keeping is not None else 0:
        sentence = ngettext(
            "{n} act is only kept here yet, and would not be in the summary: wait until it is recorded.",
            "{n} acts are only kept here yet, and would not be in the summary: wait until they are recorded.",
            waiting,
        )
        raise Refused(sentence.format(n=waiting))


def _incident_of(key: str) -> int:
    kind, _colon, number = key.partition(":")
    return int(number) if kind == "incident" else SITE


def accept(desk: Desk, *, reason: str = "", act: str | None = None) -> Outcome:
    """Take the duty over, and keep what was signed for. Raises Refused."""
    _refuse_over_kept(desk)
    now = desk.now()
    papers: list[Handover] = []

    def sign(turn: Turn, document: Handover, deltas: Sequence[Delta]) -> str:
        last = turn.offers[-1]
        paper = signed(document, signature(desk, last, deltas, by=last.to, at=now))
        papers.append(paper)
        return _hash(printed(paper))

    outcome = desk_turns.accept(desk, signed=sign, reason=reason, act=act)
    for paper in papers[-1:]:
        keep(desk.database.data, paper, language=desk.site.language)
    return outcome


def signature(desk: Desk, offered: Offer, deltas: Sequence[Delta], *, by: str, at: datetime) -> Signature:
    """What the receiver has made of an offer."""
    return Signature(
        by=by,
        at=at,
        accepted=offered.state is not OfferState.RETURNED,
        restated=tuple(
            Restatement(
                each.key,
                f"{each.text} / {each.action}",
                each.action_at,
                offered.confirmed_at is not None,
            )
            for each in offered.restated.values()
        ),
        kept=tuple(key for key, answer in offered.taken.items() if answer == KEPT),
        later=tuple(
            f"{subject(event.incident)} {tell(event, clock=desk.clock)}"
            for delta in deltas
            for event in delta.events
        ),
    )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def read_handover(desk: Desk, number: int, edition: int | None = None) -> tuple[Turn, Handover]:
    """A summary as it was offered: that of an edition, else the last. Raises NotFound."""
    with desk.database.read() as connection:
        turn = turns.turn_of(connection, number)
        offers = [each for each in turn.offers if edition in (None, each.edition)]
        if not offers:
            raise NotFound(_("Turn {number} was not offered so.").format(number=number))
        return turn, document_of(connection, offers[-1])


def as_of(desk: Desk, at: datetime) -> Handover:
    """The summary that the record alone would have made at a moment in the past."""
    why = _("what the watch saw then is not kept")
    return build(gather(desk, Seen(None, why), at=at))


def accepted(desk: Desk) -> list[Event]:
    """The handovers that were accepted, newest first."""
    with desk.database.read() as connection:
        return turns.accepted(connection, limit=REMEMBERED)


def last_accepted(desk: Desk) -> Handover:
    """The summary that was accepted last. Raises NotFound."""
    found = accepted(desk)
    if not found:
        raise NotFound(_("No handover was accepted yet."))
    return read_handover(desk, -found[0].incident, found[0].body["edition"])[1]


def printed_text(desk: Desk, seen: Seen) -> str:
    """The summary as it is printed: the one that is offered, else a draft."""
    return printed(look(desk, seen).document)


def read_text(desk: Desk, seen: Seen) -> list[str]:
    """The same to be read on a screen."""
    return lines(look(desk, seen).document)


def changes_since_last(desk: Desk, seen: Seen, *, width: int) -> list[str]:
    """What has changed since the handover that was accepted last. Raises NotFound."""
    found = difference(last_accepted(desk), draft(desk, seen))
    return difference_told(found, width)


def shift_figures(desk: Desk, *, width: int) -> list[str]:
    """The figures of the turn that runs, with its calls by the hour."""
    sources = gather(desk, Seen(None))
    every = [case.incident for case in (*sources.cases, *sources.over)]
    found = figures(sources.events, every, since=sources.begun, until=sources.now, zone=desk.zone)
    facts = [f"{name:<16}{text}" for name, text in told(found, zone=desk.zone)]
    return [*facts, "", *bars(found.hours, width, zone=desk.zone)]
