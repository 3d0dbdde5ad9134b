"""The hospital as somebody sees it who only reads: every telephone number in it is masked."""

from __future__ import annotations

from dataclasses import replace

from hisconsole.config.site import Site
from hisconsole.plan.contacts import masked


def covered(site: Site) -> Site:
    """The same hospital with its numbers masked, so that no screen, paper or export can show one."""
    if site.covered:
        return site
    return replace(
        site,
        covered=True,
        departments=tuple(replace(each, phone=masked(each.phone)) for each in site.departments),
        workstations=tuple(replace(each, phone=masked(each.phone)) for each in site.workstations),
        roster=tuple(
            replace(
                each,
                mobile=masked(each.mobile),
                office=masked(each.office),
                alternate=masked(each.alternate),
            )
            for each in site.roster
        ),
    )
