"""Host keys: shown to a person who compares them, then trusted and put on record."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage, deliver
from hisconsole.cli.naming import load_infrastructure, target_of
from hisconsole.cli.opening import at_desk
from hisconsole.errors import HisError, NotFound, Refused
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.targets import SSH_PORT, Infrastructure, Target
from hisconsole.text import _, fit
from hisconsole.values import dataclass
from hisconsole.watch.access import host_of, known_hosts_path
from hisconsole.wiring import Settings

if TYPE_CHECKING:
    from hisconsole.probes.net.reach import Unreached
    from hisconsole.probes.ssh.hosts import Offer


def hosts(asked: Namespace) -> Answer:
    """Carry out the verb."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    verbs = {"list": _list, "enroll": _enroll}
    if asked.verb is None:
        raise Usage(
            _("Say which: hisconsole {command} {verbs}.").format(command="hosts", verbs="|".join(verbs))
        )
    return verbs[asked.verb](settings, asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The host in question; `target` is None for a bare address."""

    name: str
    address: str
    port: int
    target: Target | None


def _list(settings: Settings, _asked: Namespace) -> Answer:
    from hisconsole.probes.ssh.hosts import place, read_keys

    site, infrastructure = load_infrastructure(settings)
    path = known_hosts_path(settings.data, sample=site.sample)
    keys = read_keys(_text(path))
    wanted = {place(each.address, each.login_port): each.id for each in infrastructure.targets if each.login}
    data: list[Mapping[str, object]] = []
    lines: list[str] = []
    for host in dict.fromkeys([*wanted, *keys]):
        target = wanted.get(host, "")
        held = [(key.algorithm.decode("ascii"), key.get_fingerprint("sha256")) for key in keys.get(host, ())]
        shapes = [{"algorithm": algorithm, "fingerprint": fingerprint} for algorithm, fingerprint in held]
        data.append({"target": target or None, "host": host, "keys": shapes})
        head = f"{fit(target or '-', 17)} {fit(host, 22)} "
        lines += [f"{head}{algorithm} {fingerprint}" for algorithm, fingerprint in held] or [
            head + _("not enrolled")
        ]
    return Answer(data, lines or [_("No target is measured over SSH, and no host is enrolled.")])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as fault:
        sentence = _("{file} cannot be read: {reason}.")
        raise HisError(sentence.format(file=path, reason=fault.strerror)) from fault


def _enroll(settings: Settings, asked: Namespace) -> Answer:
    from hisconsole.desk.watching import enroll as record
    from hisconsole.probes.net.reach import Unreached
    from hisconsole.probes.ssh.hosts import accept, place, read_keys

    site, infrastructure = load_infrastructure(settings)
    host = _host(infrastructure, asked, sample=site.sample)
    path = known_hosts_path(settings.data, sample=site.sample)
    named = place(host.address, host.port)
    with at_desk(asked, writable=True, begin=True) as desk:
        offer = asyncio.run(_offer(settings, infrastructure, host, path))
        if isinstance(offer, Unreached):
            raise HisError(_("{host}: {why}.").format(host=named, why=offer.sentence))
        held = {key.get_fingerprint("sha256") for key in read_keys(_text(path)).get(named, ())}
        replaced = ", ".join(sorted(held - {offer.fingerprint}))
        data = {
            "target": host.target.id if host.target else None,
            "host": named,
            "algorithm": offer.algorithm,
            "fingerprint": offer.fingerprint,
            "replaced": replaced,
        }
        if offer.fingerprint in held:
            return Answer(
                {**data, "replaced": "", "seq": None},
                [_("{host} is known by that key already.").format(host=named)],
            )
        if replaced and not asked.replace:
            _refuse_changed(named, offer, replaced)
        _must_agree(host, named, offer, replaced, asked)
        outcome = record(desk, host.name, fingerprint=offer.fingerprint, replaced=replaced, act=asked.id)
        accept(path, offer, replace=asked.replace)
    told = _("{host} is enrolled, entry {seq}.").format(host=named, seq=outcome.seq)
    return Answer({**data, "seq": outcome.seq}, [told])


def _refuse_changed(named: str, offer: Offer, known: str) -> None:
    sentence = _(
        "{host} shows the key {new}, but is enrolled with {old}. Find out why it changed, on the host"
        " itself; then enroll it with --replace."
    )
    raise Refused(sentence.format(host=named, new=offer.fingerprint, old=known))


def _host(infrastructure: Infrastructure, asked: Namespace, *, sample: bool) -> _Asked:
    target = infrastructure.target(asked.host)
    if target is not None:
        return _Asked(target.id, target.address, asked.port or target.login_port, target)
    try:
        address = ipaddress.ip_address(asked.host)
    except ValueError:
        target_of(infrastructure, asked.host)
        raise NotFound(asked.host) from None
    if sample and not address.is_loopback:
        sentence = _("A sample hospital asks 127.x.x.x only: make your own with 'hisconsole init'.")
        raise Refused(sentence)
    port = asked.port or SSH_PORT
    known = next(
        (each for each in infrastructure.targets if (each.address, each.login_port) == (str(address), port)),
        None,
    )
    return _Asked(known.id if known else str(address), str(address), port, known)


async def _offer(
    settings: Settings, infrastructure: Infrastructure, host: _Asked, path: Path
) -> Offer | Unreached:
    from hisconsole.probes.ssh.connections import Connections
    from hisconsole.probes.ssh.hosts import KnownHosts, enroll

    if host.target is None or not host.target.jump:
        return await enroll(host.address, host.port)
    connections = Connections(KnownHosts(path))
    try:
        return await connections.enroll(host_of(infrastructure, host.target, data=settings.data))
    finally:
        await connections.close()


def _must_agree(host: _Asked, named: str, offer: Offer, replaced: str, asked: Namespace) -> None:
    """Let a person, or the fingerprint that a script was given by one, agree. Raises Refused."""
    if asked.accept:
        if asked.accept.removeprefix("SHA256:") != offer.fingerprint.removeprefix("SHA256:"):
            sentence = _("{host} shows the key {new}, not {old}: it is not enrolled.")
            raise Refused(sentence.format(host=named, new=offer.fingerprint, old=asked.accept))
        return
    if asked.json or not sys.stdin.isatty():
        sentence = _("{host} shows the {kind} key {new}. Compare it, then say --accept {new}.")
        raise Refused(sentence.format(host=named, kind=offer.algorithm, new=offer.fingerprint))
    lines = [
        _("{name} ({host}) shows this {kind} key:").format(name=host.name, host=named, kind=offer.algorithm),
        f"  {offer.fingerprint}",
    ]
    if replaced:
        lines += [_("It is enrolled with another one, which would no longer count:"), f"  {replaced}"]
    lines.append(_("Compare it with what the host itself says: ssh-keygen -lf /etc/ssh/ssh_host_*.pub"))
    lines.append(_("Type yes when it is the same:"))
    deliver(Answer(None, lines), as_json=False)
    if sys.stdin.readline().strip().lower() != "yes":
        raise Refused(_("{host} is not enrolled.").format(host=named))
