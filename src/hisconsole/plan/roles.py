"""Who may do what: the four roles, and for every act which of them may do it, and why.

The table is complete: an act of the desk without a row is a fault of this program. The operator is never
blocked (law 8): all of the emergency plan is an operator's, also what the plan has the leading group decide,
since he records their word with their name. Roles limit observers and engineers; a director's alone is who
may do what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from hisconsole.text import _
from hisconsole.values import dataclass


class Role(StrEnum):
    """What somebody is to the console (domain 9); one person may have several."""

    OBSERVER = "observer"
    ENGINEER = "engineer"
    OPERATOR = "operator"
    DIRECTOR = "director"


EVERYBODY: Final = frozenset(Role)
TECHNICAL: Final = frozenset({Role.ENGINEER, Role.OPERATOR, Role.DIRECTOR})
DUTY: Final = frozenset({Role.OPERATOR, Role.DIRECTOR})
DIRECTORS: Final = frozenset({Role.DIRECTOR})


@dataclass(frozen=True, slots=True)
class Row:
    """One act: who may do it, and in a sentence why they and nobody else."""

    act: str
    roles: frozenset[Role]
    why: str


MACHINES: Final[Mapping[str, frozenset[str]]] = {
    "watch": frozenset({"correlate", "deadlines", "evidence", "backup"}),
    "drill": frozenset({"call"}),
    "backup": frozenset({"backup"}),
}
"""Actors that are no people, and all that each may do."""


def table() -> dict[str, Row]:
    """Every act that the desk knows, by its name."""
    rows = (*_of_incidents(), *_of_outreach(), *_of_the_site(), *_of_people())
    return {row.act: row for row in rows}


def _of_incidents() -> tuple[Row, ...]:
    engineer_knows = _("Whoever works on the fault knows it first hand.")
    operators_word = _("The plan makes it the watch's word, and clocks run from it.")
    return (
        Row("call", DUTY, _("A call is taken by who answers the telephone.")),
        Row("correct", DUTY, _("What a caller said is put right by who can ask again.")),
        Row("move", DUTY, _("Which calls are one fault decides who is told what.")),
        Row("merge", DUTY, _("Which calls are one fault decides who is told what.")),
        Row("apart", DUTY, _("Which calls are one fault decides who is told what.")),
        Row("split", DUTY, _("Which calls are one fault decides who is told what.")),
        Row("acknowledge", TECHNICAL, _("Who works on it takes it, an engineer on call as well.")),
        Row("assign", TECHNICAL, _("An engineer hands it to the one who can mend it.")),
        Row("verify", TECHNICAL, engineer_knows),
        Row("note", TECHNICAL, _("What somebody found belongs into the timeline.")),
        Row("pin", TECHNICAL, _("It only moves an entry to the top.")),
        Row("eta", TECHNICAL, engineer_knows),
        Row("cause", TECHNICAL, engineer_knows),
        Row("fix", TECHNICAL, engineer_knows),
        Row("ruled-out", TECHNICAL, engineer_knows),
        Row("contingency", TECHNICAL, engineer_knows),
        Row("ticket", TECHNICAL, _("An engineer speaks to the supplier.")),
        Row("mitigated", TECHNICAL, engineer_knows),
        Row("recovered", TECHNICAL, engineer_knows),
        Row("undo", TECHNICAL, _("It takes back one's own last act and no other.")),
        Row("classify", DUTY, operators_word),
        Row("escalate", DUTY, _("The plan has the watch tell the leading group, and never waits for one.")),
        Row("hold", DUTY, _("The director's word is recorded by who heard it, with the name.")),
        Row(
            "paralysis", DUTY, _("Gates run from it: the watch confirms it and need not wait for a director.")
        ),
        Row("stopped", DUTY, operators_word),
        Row("aggravate", DUTY, operators_word),
        Row("met", DUTY, _("A deadline is met by who answers for the clocks.")),
        Row("summary", DUTY, _("It is read out to the team and the leader by the watch.")),
        Row("review", DUTY, operators_word),
        Row("reopen", DUTY, operators_word),
        Row("close", DUTY, _("It ends every clock of the incident.")),
        Row("action", DUTY, _("What is to be done after it is agreed in the review.")),
    )


def _of_outreach() -> tuple[Row, ...]:
    one_voice = _("Departments hear one voice, that of the watch.")
    return (
        Row("message", DUTY, one_voice),
        Row("told", DUTY, one_voice),
        Row(
            "notice", DUTY, _("START to ALL CLEAR move patients to paper and back: the watch reads them out.")
        ),
        Row("receipt", DUTY, one_voice),
        Row("back-entry", DUTY, one_voice),
        Row("back-entered", DUTY, one_voice),
        Row("dial", DUTY, _("Whoever dials sees numbers and speaks for the hospital.")),
        Row("called", DUTY, _("Whoever dials sees numbers and speaks for the hospital.")),
        Row("summon", DUTY, _("Whoever dials sees numbers and speaks for the hospital.")),
        Row("arrived", TECHNICAL, _("An engineer who has come says so himself.")),
    )


def _of_the_site() -> tuple[Row, ...]:
    technical = _("It is technical work, and it is recorded who did it.")
    turn = _("The duty is handed from operator to operator.")
    seen = _("The watch records it; an operator who runs it by hand records no more.")
    return (
        Row("silence", TECHNICAL, technical),
        Row("unsilence", TECHNICAL, technical),
        Row("poll", TECHNICAL, _("It puts load on a device that may be ailing.")),
        Row("enroll", TECHNICAL, _("Whoever installed a host can vouch for its key.")),
        Row("maintenance-plan", TECHNICAL, technical),
        Row("maintenance-begin", TECHNICAL, technical),
        Row("maintenance-extend", TECHNICAL, technical),
        Row("maintenance-end", TECHNICAL, technical),
        Row("maintenance-cancel", TECHNICAL, technical),
        Row("settle", DUTY, _("Whoever has the watch sees to what was left open.")),
        Row("backup", TECHNICAL, _("A copy harms nothing, and one too many is better than none.")),
        Row("drill", DUTY, _("Only the watch may keep its people from real work.")),
        Row("correlate", DUTY, seen),
        Row("deadlines", DUTY, seen),
        Row("evidence", DUTY, seen),
        Row("turn-begin", DUTY, turn),
        Row("turn-offer", DUTY, turn),
        Row("turn-withdraw", DUTY, turn),
        Row("turn-take", DUTY, turn),
        Row("turn-restate", DUTY, turn),
        Row("turn-confirm", DUTY, turn),
        Row("turn-object", DUTY, turn),
        Row("turn-return", DUTY, turn),
        Row("turn-accept", DUTY, turn),
        Row("shift-note", TECHNICAL, _("What somebody found is worth telling the next shift.")),
        Row("routine", DUTY, _("Routines are the shift's.")),
    )


def _of_people() -> tuple[Row, ...]:
    numbers = _("Numbers of people are shown to those who ring them.")
    return (
        Row("reveal", TECHNICAL, _("Those who ring people see their numbers; each look is recorded.")),
        Row("contact-verified", DUTY, numbers),
        Row("contact-wrong", TECHNICAL, _("An engineer who rang in vain says so.")),
        Row("acting", DUTY, _("Whom the plan calls is the watch's to know.")),
        Row("acting-back", DUTY, _("Whom the plan calls is the watch's to know.")),
        Row("pack", DUTY, numbers),
        Row("own-pin", EVERYBODY, _("Everybody keeps his own name to himself.")),
        Row(
            "others-pin",
            DIRECTORS,
            _("Who may sit down under a name is not for that name's colleagues to say."),
        ),
        Row("roles", DIRECTORS, _("Nobody gives himself rights.")),
    )


def may(roles: Collection[Role], act: str, rows: Mapping[str, Row]) -> bool:
    """Whether somebody with these roles may do an act. Raises KeyError for an act without a row."""
    return not rows[act].roles.isdisjoint(roles)


def role_label(role: Role) -> str:
    """A role in words."""
    return {
        Role.OBSERVER: _("observer"),
        Role.ENGINEER: _("engineer"),
        Role.OPERATOR: _("operator"),
        Role.DIRECTOR: _("director"),
    }[role]


def roles_told(roles: Collection[Role]) -> str:
    """Roles in words, the least first; nobody's are none."""
    return ", ".join(role_label(role) for role in Role if role in roles) or _("nobody")


def refusal(who: str, roles: Collection[Role], row: Row, *, directors: Collection[str]) -> str:
    """Why somebody may not do an act, who may, and who can change that."""
    told = _("{who} is {roles} here: '{act}' is for {allowed}.").format(
        who=who, roles=roles_told(roles), act=row.act, allowed=roles_told(row.roles)
    )
    if row.roles.isdisjoint(roles) and directors:
        told += " " + _("{directors} can change roles.").format(directors=", ".join(sorted(directors)))
    return told
