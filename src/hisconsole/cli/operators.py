"""Operators without a screen: who may do what, roles given, PINs set, what was refused."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.opening import at_desk
from hisconsole.errors import Refused
from hisconsole.plan.operators import Proof
from hisconsole.plan.roles import Role, roles_told, table
from hisconsole.plan.times import to_text
from hisconsole.text import _, fit, printable

if TYPE_CHECKING:
    from hisconsole.desk.desk import Outcome
    from hisconsole.desk.people import Sitting


def operators(asked: Namespace) -> Answer:
    """Carry out the verb, or without one list the operators."""
    verbs: Mapping[str | None, Callable[[Namespace], Answer]] = {
        None: _list,
        "acts": _acts,
        "give": _give,
        "pin": _pin,
        "past": _past,
    }
    return verbs[asked.verb](asked)


def _list(asked: Namespace) -> Answer:
    from hisconsole.desk.people import sittings

    with at_desk(asked) as desk:
        found, clock = sittings(desk), desk.clock
    lines = []
    for each in found:
        source = (
            _("by {who} {when}").format(who=each.given.by, when=clock(each.given.at)) if each.given else ""
        )
        source = source or (_("by the file") if each.named else _("by custom"))
        lines.append(
            f"{fit(each.id, 16)} {fit(each.name, 22)} {fit(roles_told(each.roles), 22)} {source}"
            f"  {_proof_told(each)}"
        )
    data = [
        {
            "id": each.id,
            "name": each.name,
            "roles": sorted(each.roles),
            "given_by": each.given.by if each.given else None,
            "given_at": to_text(each.given.at) if each.given else None,
            "pin": each.has_pin,
            "known_by": each.proof.value,
        }
        for each in found
    ]
    return Answer(data, lines)


def _proof_told(sitting: Sitting) -> str:
    """How somebody is known at this account."""
    return {
        Proof.OWN: _("own account"),
        Proof.PIN: _("PIN"),
        Proof.FREE: _("no PIN"),
        Proof.NEVER: _("not at this account"),
    }[sitting.proof]


def _acts(asked: Namespace) -> Answer:
    rows = table().values()
    lines = [f"{'':<20}{'  '.join(role.value for role in Role)}"]
    for row in rows:
        marks = "  ".join(f"{'x' if role in row.roles else '-':<{len(role)}}" for role in Role)
        lines.append(f"{row.act:<20}{marks}  {row.why}")
    data = [{"act": row.act, "roles": sorted(row.roles), "why": row.why} for row in rows]
    return Answer(data, lines)


def _give(asked: Namespace) -> Answer:
    from hisconsole.desk.people import give_roles

    roles = {Role(word) for word in asked.roles}
    with at_desk(asked, writable=True, begin=True) as desk:
        outcome = give_roles(desk, asked.who, roles, act=asked.id)
    return _answer(outcome, asked.who)


def _pin(asked: Namespace) -> Answer:
    from hisconsole.desk.people import set_pin

    with at_desk(asked, writable=True, begin=True) as desk:
        pin = None if asked.clear else _new_pin(asked, asked.who)
        outcome = set_pin(desk, asked.who, pin)
    return _answer(outcome, asked.who)


def _past(asked: Namespace) -> Answer:
    from hisconsole.desk.people import read_past
    from hisconsole.plan.story import tell

    with at_desk(asked) as desk:
        found, clock = read_past(desk), desk.clock
    lines = [
        f"{event.seq:>7} {clock(event.recorded)}  {fit(event.actor, 12)} {tell(event, clock=clock)}"
        f"  ({event.os_user}, {event.source})"
        for event in found[: asked.last]
    ]
    data = [
        {
            "seq": event.seq,
            "kind": event.kind.value,
            "recorded": to_text(event.recorded),
            "actor": event.actor,
            "os_user": event.os_user,
            "source": event.source,
            "body": dict(event.body),
        }
        for event in found[: asked.last]
    ]
    return Answer(data, lines or [_("Nothing of that kind is on record.")])


def _answer(outcome: Outcome, who: str) -> Answer:
    data = {
        "act": outcome.act,
        "seq": outcome.seq,
        "sentence": outcome.sentence,
        "repeated": outcome.repeated,
        "operator": who,
    }
    if not outcome.seq:
        return Answer(
            data, [_("There was nothing to change for {who}.").format(who=printable(who, limit=60))]
        )
    told = _("{act}: {who}, entry {seq}.").format(act=outcome.sentence, who=who, seq=outcome.seq)
    return Answer(data, [told])


def _new_pin(asked: Namespace, who: str) -> bytes:
    if asked.from_file or asked.from_fd is not None:
        return pin_of_file(asked.from_file, asked.from_fd)
    first = pin_typed(_("New PIN of {who}: ").format(who=who), option="--from-file")
    if pin_typed(_("Once more: "), option="--from-file") != first:
        raise Refused(_("The two PINs differ; nothing was changed."))
    return first


def pin_typed(prompt: str, *, option: str) -> bytes:
    """A PIN from the terminal, not echoed; `option` takes a file instead. Raises Usage without one."""
    from getpass import getpass

    if not os.isatty(0):
        sentence = _("A PIN is typed at a terminal; without one {option} FILE names a file with it.")
        raise Usage(sentence.format(option=option))
    try:
        return getpass(prompt).strip().encode("utf-8", "replace")
    except EOFError:
        raise Usage(_("No PIN was given.")) from None


def pin_of_file(path: str, descriptor: int | None = None) -> bytes:
    """A PIN from a file that its owner alone can read, or from an open descriptor. Raises Usage, Refused."""
    shown = printable(path or str(descriptor))
    mine = os.getuid(), os.geteuid()  # root at another account's record is both
    try:
        handle = os.open(Path(path), os.O_RDONLY | os.O_CLOEXEC) if path else os.dup(descriptor or 0)
        with os.fdopen(handle, "rb") as file:
            held = os.fstat(handle)
            if path and stat.S_ISREG(held.st_mode) and (held.st_mode & 0o077 or held.st_uid not in mine):
                raise Refused(_("{file} can be read by others: chmod 600, and own it.").format(file=shown))
            return file.read(64).strip()
    except OSError as error:
        sentence = _("{file} cannot be read: {why}.")
        raise Usage(sentence.format(file=shown, why=error.strerror or error)) from None
