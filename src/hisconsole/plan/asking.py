"""What an act asks of the operator, as data: forms, command line and tests are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from enum import Enum, StrEnum

from hisconsole.errors import HisError, Refused
from hisconsole.plan.times import parse_when
from hisconsole.plan.words import label
from hisconsole.text import _, printable
from hisconsole.values import dataclass


class Ask(Enum):
    """The kinds of question."""

    TEXT = "text"
    CHOICE = "choice"
    WHEN = "when"
    AHEAD = "ahead"
    PERSON = "person"
    INCIDENT = "incident"
    REPORT = "report"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Field:
    """One question: `default` is what an empty answer means; a required one has none.

    Only a text of full length may have several lines: names and numbers stand in columns. A `late` one is
    put by a form only after the act was refused without it.
    """

    name: str
    label: str
    ask: Ask = Ask.TEXT
    required: bool = False
    choices: tuple[StrEnum, ...] = ()
    default: str = ""
    limit: int = 2000
    late: bool = False

    @property
    def lines(self) -> bool:
        """Whether the answer may have several lines."""
        return self.ask is Ask.TEXT and self.limit > 64


Answer = str | int | datetime | None
Answers = Mapping[str, Answer]


def read_answers(
    asked: Sequence[Field], given: Mapping[str, str], *, now: datetime, zone: tzinfo
) -> dict[str, Answer]:
    """Turn what was typed into values, once for forms and command line alike.

    Raises Refused with a sentence naming the question when an answer is missing or not one.
    """
    unknown = set(given) - {field.name for field in asked}
    if unknown:
        raise Refused(
            _("This act does not ask for {names}; it asks for: {asked}.").format(
                names=", ".join(sorted(unknown)),
                asked=", ".join(field.name for field in asked) or _("nothing"),
            )
        )
    return {field.name: _read(field, given.get(field.name, ""), now, zone) for field in asked}


def _read(field: Field, typed: str, now: datetime, zone: tzinfo) -> Answer:
    text = printable(typed, limit=field.limit, lines=field.lines).strip() or field.default
    if not text:
        if field.required:
            raise Refused(_("{label} is needed.").format(label=field.label))
        return None if field.ask in (Ask.WHEN, Ask.AHEAD, Ask.INCIDENT, Ask.REPORT, Ask.ENTRY) else ""
    if field.ask in (Ask.WHEN, Ask.AHEAD):
        try:
            return parse_when(text, now=now, zone=zone, ahead=field.ask is Ask.AHEAD)
        except HisError as error:
            raise Refused(f"{field.label}: {error}") from None
    if field.ask in (Ask.INCIDENT, Ask.REPORT, Ask.ENTRY):
        digits = text.lstrip("#rR")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
            raise Refused(_("{label}: '{text}' is not a number.").format(label=field.label, text=text))
        return int(digits)
    if field.ask is Ask.CHOICE:
        return _choose(field, text)
    return text


def _choose(field: Field, text: str) -> str:
    wanted = text.lower()
    for number, choice in enumerate(field.choices, start=1):
        if wanted in (choice.value.lower(), str(number), label_of(choice).lower()):
            return choice.value
    raise Refused(
        _("{label}: '{text}' is none of {choices}.").format(
            label=field.label, text=text, choices=", ".join(c.value for c in field.choices)
        )
    )


def label_of(choice: StrEnum) -> str:
    """A choice in words."""
    from hisconsole.plan.story_outreach import outreach_label
    from hisconsole.plan.words import Symptom, symptom_label

    if (of_outreach := outreach_label(choice)) is not None:
        return of_outreach
    return symptom_label(choice) if isinstance(choice, Symptom) else label(choice)
