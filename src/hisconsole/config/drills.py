"""What makes a record that of a drill: a file beside it, so that whatever opens the record says DRILL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hisconsole.config.site import Contact, ContactKind, Site
from hisconsole.errors import StoreFault
from hisconsole.text import _, printable

MARKER = "drill.json"


def begin_drill(data: Path, scenario: str, operator: Contact) -> None:
    """Make the folder of a drill, for its owner only; raises StoreFault where that cannot be done."""
    known = {"scenario": scenario, "operator": operator.id, "name": operator.name}
    try:
        data.mkdir(mode=0o700, parents=True)
        (data / MARKER).write_text(json.dumps(known) + "\n", "utf-8")
    except OSError as fault:
        raise StoreFault(_("{path} cannot be made: {why}").format(path=data, why=fault.strerror)) from fault


def in_drill(site: Site, data: Path) -> Site:
    """The hospital as the record in `data` is to be shown: as in a drill where it is that of one.

    Who drills is known there too, though the hospital that is played may not list them.
    """
    marker = data / MARKER
    if not marker.exists():
        return site
    known = _known(marker)
    operator = printable(str(known.get("operator", "")), limit=64)
    roster = site.roster
    if operator and site.contact(operator) is None:
        roster = (*roster, _guest(operator, printable(str(known.get("name", operator)), limit=64)))
    return replace(site, drill=True, roster=roster)


def _known(marker: Path) -> Mapping[str, Any]:
    """What it says; a drill is one even where the file is damaged."""
    try:
        found = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _guest(id_: str, name: str) -> Contact:
    return Contact(
        id=id_,
        name=name,
        role=_("takes part in the drill"),
        kind=ContactKind.STAFF,
        department="",
        mobile="",
        office="",
        alternate="",
        deputy="",
        operator=True,
        plan_role=None,
        order=None,
        contract="",
        circuit="",
        hours="",
        verified=None,
        note="",
        find=(),
    )
