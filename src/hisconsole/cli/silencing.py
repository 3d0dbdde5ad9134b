"""Silences: agreed quiet for targets and services, with a reason and an end."""

from __future__ import annotations

from argparse import Namespace

from hisconsole.cli import acted
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.naming import load_infrastructure, service_of, target_of
from hisconsole.cli.opening import at_desk
from hisconsole.cli.watching_text import silence_lines, silence_shape
from hisconsole.desk import watching
from hisconsole.paths import config_dir, data_dir
from hisconsole.text import _
from hisconsole.wiring import Settings


def silence(asked: Namespace) -> Answer:
    """Agree on quiet for targets or services, or end it."""
    named = list(dict.fromkeys(asked.targets))
    services = list(dict.fromkeys(asked.service))
    if asked.lift is not None:
        if named or services or asked.until or asked.reason or asked.whole:
            raise Usage(_("--lift ends a silence by its id and takes nothing else."))
        with at_desk(asked, writable=True) as desk:
            outcome = watching.lift(desk, asked.lift, act=asked.id)
    else:
        if named and services:
            raise Usage(_("Name targets or services: each is a silence of its own."))
        if not named and not services:
            raise Usage(_("Name the targets: hisconsole silence TARGET --until TIME --reason TEXT."))
        infrastructure = load_infrastructure(
            Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
        )[1]
        for id_ in named:  # a silence of a slip of the pen would silence nothing
            target_of(infrastructure, id_)
        for service in services:
            service_of(infrastructure, service)
        given = {"until": asked.until, "reason": asked.reason}
        with at_desk(asked, writable=True, begin=True) as desk:
            outcome = watching.silence(
                desk, named or services, given, whole=asked.whole, service=bool(services), act=asked.id
            )
    data = {
        **acted.shape(outcome),
        "targets": named,
        "services": services,
        "silence": asked.lift,
    }
    about = ", ".join(named or services) or asked.lift
    return Answer(data, [acted.told(outcome, about)])


def silences(asked: Namespace) -> Answer:
    """The silences in force."""
    with at_desk(asked) as desk:
        found = watching.running(desk)
        now, zone = desk.now(), desk.zone
    return Answer([silence_shape(each) for each in found], silence_lines(found, now=now, zone=zone))
