"""The hospital: its files read into one frozen Site, or refused with every fault at its place."""

from hisconsole.config.drills import begin_drill, in_drill
from hisconsole.config.init import init_site
from hisconsole.config.load import FILES, check_site, is_sample, load_site, reload, signature
from hisconsole.config.site import (
    Contact,
    ContactKind,
    Department,
    PlanRole,
    Site,
    Workstation,
    contact_entries,
    workstation_entries,
)

__all__ = [
    "FILES",
    "Contact",
    "ContactKind",
    "Department",
    "PlanRole",
    "Site",
    "Workstation",
    "begin_drill",
    "check_site",
    "contact_entries",
    "in_drill",
    "init_site",
    "is_sample",
    "load_site",
    "reload",
    "signature",
    "workstation_entries",
]
