"""Events about the site itself told in words: silences, planned stops, host keys, backups, drills."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hisconsole.plan.events import Kind
from hisconsole.plan.roles import Role, roles_told
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import from_text
from hisconsole.text import _

Body = Mapping[str, object]
Clock = Callable[..., str]


def _when(body: Body, name: str, clock: Clock) -> str:
    return clock(from_text(str(body[name])))


def _with(sentence: str, text: object) -> str:
    return f"{sentence}: {text}" if text else sentence


def _named(body: Body) -> str:
    """Whose silence it is."""
    service = body.get("service")
    return _("service {name}").format(name=service) if service else str(body["target"])


def _silenced(body: Body, clock: Clock) -> str:
    sentence = (
        _("{target} and what hangs on it silenced until {end}")
        if body["whole"]
        else _("{target} silenced until {end}")
    )
    told = sentence.format(target=_named(body), end=_when(body, "end", clock))
    return _with(told, body["reason"])


def _planned(body: Body, clock: Clock) -> str:
    sentence = _("maintenance {number} planned, {start} to {end}: {systems}, {reason}; approved by {who}")
    return sentence.format(
        number=body["number"],
        start=_when(body, "start", clock),
        end=_when(body, "end", clock),
        systems=body["systems"],
        reason=body["reason"],
        who=body["approved_by"],
    )


def _numbered(sentence: str, body: Body) -> str:
    return sentence.format(number=body["number"])


def _unplaced(body: Body, clock: Clock) -> str:
    incident = body["incident"]
    about = subject(incident) if isinstance(incident, int) and incident else _("the site")
    told = _("NEEDS YOUR EYES: '{label}' on {about} by {who} was not recorded: {why}").format(
        label=body["label"], about=about, who=body["by"], why=body["why"]
    )
    entered = _entered(body["given"])
    return f"{told} " + _("Entered was: {what}.").format(what=entered) if entered else told


def _entered(given: object) -> str:
    """What somebody had entered, who would have to enter it again."""
    answers = given.get("given") if isinstance(given, Mapping) else None
    if not isinstance(answers, Mapping):
        return ""
    return ", ".join(f"{name}={text}" for name, text in answers.items() if isinstance(text, str) and text)


def _roles(body: Body, clock: Clock) -> str:
    roles = roles_told([Role(role) for role in _listed(body["roles"])])
    return _("{who} is {roles} from now on").format(who=body["operator"], roles=roles)


def _not_allowed(body: Body, clock: Clock) -> str:
    sentence = _("REFUSED '{act}' on {number}") if body["incident"] else _("REFUSED '{act}'")
    told = sentence.format(act=body["act"], number=f"{body['incident']:04d}")
    before = body["before"]
    return f"{told} " + _("({n} more before)").format(n=before) if before else told


def _pin(body: Body, clock: Clock) -> str:
    told = {
        "set": _("PIN of {who} set"),
        "cleared": _("PIN of {who} cleared"),
        "given": _("{who} gave the PIN"),
        "wrong": _("WRONG PIN for {who}, {n} in a row"),
    }[str(body["what"])].format(who=body["operator"], n=body["wrong"])
    return told + _("; next try in {s} s").format(s=body["wait_s"]) if body["wait_s"] else told


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


TELL_SITE: Mapping[Kind, Callable[[Body, Clock], str]] = {
    Kind.SILENCED: _silenced,
    Kind.UNSILENCED: lambda body, clock: _("silence of {target} lifted").format(target=_named(body)),
    Kind.ENROLLED: lambda body, clock: _("host key of {target} enrolled: {fingerprint}").format(
        target=body["target"], fingerprint=body["fingerprint"]
    ),
    Kind.MAINTENANCE: _planned,
    Kind.MAINTENANCE_BEGUN: lambda body, clock: _numbered(_("maintenance {number} begun early"), body),
    Kind.MAINTENANCE_EXTENDED: lambda body, clock: _with(
        _("maintenance {number} extended until {end}").format(
            number=body["number"], end=_when(body, "end", clock)
        ),
        body["reason"],
    ),
    Kind.MAINTENANCE_ENDED: lambda body, clock: _with(
        _numbered(_("maintenance {number} ended"), body), body["outcome"]
    ),
    Kind.MAINTENANCE_CANCELLED: lambda body, clock: _with(
        _numbered(_("maintenance {number} cancelled"), body), body["reason"]
    ),
    Kind.MAINTENANCE_OVERRAN: lambda body, clock: _(
        "maintenance {number} has overrun: it is incident {incident}"
    ).format(number=body["number"], incident=f"{body['incident']:04d}"),
    Kind.MAINTENANCE_LAPSED: lambda body, clock: _numbered(
        _("the quiet of maintenance {number} was not accepted again"), body
    ),
    Kind.RESTORE_TRIED: lambda body, clock: _("restore tried with {file}: it held up to entry {seq}").format(
        file=body["file"], seq=body["seq"]
    ),
    Kind.BACKED_UP: lambda body, clock: _("record backed up to {file}, up to entry {seq}").format(
        file=body["file"], seq=body["seq"]
    ),
    Kind.NEEDS_EYES: _unplaced,
    Kind.SETTLED: lambda body, clock: _("entry {entry} settled: {text}").format(
        entry=body["entry"], text=body["text"]
    ),
    Kind.ROLES: _roles,
    Kind.NOT_ALLOWED: _not_allowed,
    Kind.PIN: _pin,
}
