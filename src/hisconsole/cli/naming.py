"""The hospital and what is watched in it, for commands that name targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisconsole.errors import NotFound
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.text import _, printable
from hisconsole.wiring import Settings, open_site

if TYPE_CHECKING:
    from hisconsole.config import Site


def load_infrastructure(settings: Settings) -> tuple[Site, Infrastructure]:
    """The hospital and its targets. Raises ConfigFault."""
    from hisconsole.config.targets import load_targets

    site = open_site(settings)
    return site, load_targets(settings.config, sample=site.sample)


def target_of(infrastructure: Infrastructure, id_: str) -> Target:
    """The target of that id. Raises NotFound with the nearest one."""
    target = infrastructure.target(id_)
    if target is None:
        from hisconsole.fields import closest

        meant = closest(id_, [each.id for each in infrastructure.targets])
        hint = (
            _("did you mean '{meant}'?").format(meant=meant) if meant else _("see hisconsole targets list.")
        )
        sentence = _("There is no target '{id}': {hint}")
        raise NotFound(sentence.format(id=printable(id_, limit=60), hint=hint))
    return target


def service_of(infrastructure: Infrastructure, name: str) -> str:
    """That service, where some target carries it. Raises NotFound with those there are."""
    if name not in infrastructure.services:
        sentence = _("No target carries the service '{name}'. Services: {names}.")
        names = ", ".join(infrastructure.services) or _("none")
        raise NotFound(sentence.format(name=printable(name, limit=60), names=names))
    return name
