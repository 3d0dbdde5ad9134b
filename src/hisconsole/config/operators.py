"""Reading `operators.yaml`: the roles of operators, and the accounts that are somebody's own."""

from __future__ import annotations

from collections.abc import Collection

from hisconsole.errors import Finding
from hisconsole.fields import Fields, closest, shown
from hisconsole.plan.operators import Operator
from hisconsole.plan.roles import MACHINES, Role
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

OPERATORS = "operators.yaml"


@dataclass(frozen=True, slots=True)
class OperatorsDraft:
    """The operators that were read, each with its fields for what only other files show to be wrong."""

    read: tuple[tuple[Operator, Fields], ...]

    @property
    def named(self) -> tuple[Operator, ...]:
        """The operators alone."""
        return tuple(operator for operator, _fields in self.read)


def operators_of(document: Document | None, *, findings: list[Finding]) -> OperatorsDraft:
    """What a document says of operators; without one, or in one of comments alone, nobody is named."""
    if document is None or document.data in (None, ""):
        return OperatorsDraft(())
    if not isinstance(document.data, dict):
        findings.append(document.at_value((), _("write each operator under the roster's id, as 'li.na:'.")))
        return OperatorsDraft(())
    before, read = len(findings), []
    for id_, held in document.data.items():
        fields = Fields(document, (id_,), findings)
        if isinstance(held, dict):
            read.append((_operator(fields), fields))
            fields.close()
        else:
            sentence = _("'{id}' needs its fields below it, each on its own line, indented.")
            findings.append(document.at_key((id_,), sentence.format(id=shown(id_))))
    if read and len(findings) == before and not any(Role.DIRECTOR in each.roles for each, _fields in read):
        sentence = _("nobody here is a director, so nobody could ever change a role: give one 'director'.")
        findings.append(document.at_key(read[0][1].path, sentence))
    return OperatorsDraft(tuple(read))


def check_operators_across(
    draft: OperatorsDraft, *, contacts: Collection[str] | None, operators: Collection[str] | None
) -> None:
    """Refuse whom the roster does not have, or not as an operator; None: it has faults of its own."""
    owner: dict[str, str] = {}
    for operator, fields in draft.read:
        if why := _not_one(operator.id, contacts, operators):
            fields.findings.append(fields.document.at_key(fields.path, why))
        for account in operator.accounts:
            other = owner.setdefault(account, operator.id)
            if other != operator.id:
                sentence = _("the account '{account}' is {other}'s own: it cannot be two people's.")
                fields.refuse("accounts", sentence.format(account=shown(account), other=other))
    for operator, fields in draft.read:
        for account in operator.key_accounts:
            if account in owner:
                sentence = _("the account '{account}' is {other}'s own: keys name people at a shared one.")
                fields.refuse("key_accounts", sentence.format(account=shown(account), other=owner[account]))


def _not_one(id_: str, contacts: Collection[str] | None, operators: Collection[str] | None) -> str:
    """Why nobody of that id can sit at the console; empty where somebody can."""
    if id_ in MACHINES:
        sentence = _("'{id}' is the name of a part of the program: call the person otherwise.")
    elif contacts is not None and id_ not in contacts:
        meant = closest(id_, contacts)
        hint = _(": did you mean '{meant}'?").format(meant=meant) if meant else "."
        return _("'{id}' is not among roster.yaml{hint}").format(id=shown(id_), hint=hint)
    elif operators is not None and id_ not in operators:
        sentence = _("'{id}' may not hold the console: roster.yaml does not say 'operator: yes' of them.")
    else:
        return ""
    return sentence.format(id=shown(id_))


def _operator(fields: Fields) -> Operator:
    roles = set()
    for word in fields.text("roles", needed=True).replace(",", " ").split():
        try:
            roles.add(Role(word))
        except ValueError:
            meant = closest(word, [role.value for role in Role])
            hint = _(" (did you mean '{meant}'?)").format(meant=meant) if meant else ""
            sentence = _("'{value}' is no role{hint}: they are {roles}, with blanks between them.")
            told = sentence.format(value=shown(word), hint=hint, roles=", ".join(Role))
            fields.refuse("roles", told)
    return Operator(fields.own_id(), frozenset(roles), fields.words("accounts"), fields.words("key_accounts"))
