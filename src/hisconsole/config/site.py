"""What a hospital is made of; frozen, so that one picture of it holds until the next reload."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from hisconsole.config.backups import Backups
from hisconsole.config.listening import Listening
from hisconsole.plan.cards import Cards
from hisconsole.plan.document import Plan
from hisconsole.plan.find import Findable, findable
from hisconsole.plan.operators import Operator
from hisconsole.plan.rota import Rota
from hisconsole.text import _
from hisconsole.values import dataclass

DRILL_NUMBERS = 9000
"""The number before that of the first incident of a drill."""


IDLE_MIN = 15
"""Minutes without a key after which a PIN is asked again, where site.yaml does not say."""


class ContactKind(StrEnum):
    """What a contact is to the plan; the plan reaches each kind on another occasion."""

    LEADING_GROUP = "leading_group"
    STAFF = "staff"
    SUPPLIER = "supplier"
    LINE = "line"
    DUTY = "duty"
    EXTERNAL = "external"


class PlanRole(StrEnum):
    """A seat in the emergency leading group, by clause 2(1) of the plan."""

    LEADER = "leader"
    DEPUTY_LEADER = "deputy_leader"
    INFORMATION_CENTER = "information_center"
    HOSPITAL_OFFICE = "hospital_office"
    MEDICAL_DEPARTMENT = "medical_department"
    NURSING_DEPARTMENT = "nursing_department"
    OUTPATIENT_OFFICE = "outpatient_office"
    FINANCE = "finance"
    MEDICAL_INSURANCE_OFFICE = "medical_insurance_office"
    GENERAL_AFFAIRS = "general_affairs"
    MEMBER = "member"
    """The plan's "other departments": as many as the hospital names."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department; `critical` ones are where a stopped terminal stops care or cash."""

    id: str
    name: str
    critical: bool
    phone: str
    head: str
    """Contact id of its head, or empty."""
    building: str
    floor: str
    find: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workstation:
    """A place that calls the information center; phone and building default to its department's."""

    id: str
    department: str
    room: str
    building: str
    phone: str
    address: str
    key_terminal: bool
    """One of the plan's key terminals, whose failure is a Category I cause (domain 5.9)."""
    switch: str
    find: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody or some desk that can be called."""

    id: str
    name: str
    role: str
    kind: ContactKind
    department: str
    mobile: str
    office: str
    alternate: str
    deputy: str
    """Contact id of who answers when this one does not, or empty."""
    operator: bool
    plan_role: PlanRole | None
    order: int | None
    """Place in the order of calls to the leading group (domain 5.7); None outside it."""
    contract: str
    circuit: str
    hours: str
    verified: date | None
    """When a person last tried these numbers; 30 days make them doubtful."""
    note: str
    find: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers to try, in the order to try them (domain 5.7)."""
        return tuple(number for number in (self.mobile, self.office, self.alternate) if number)


@dataclass(frozen=True, slots=True)
class Site:
    """One hospital as its files describe it; `version` names exactly these files."""

    name: str
    timezone: str
    language: str
    sample: bool
    prefix: str
    departments: tuple[Department, ...]
    workstations: tuple[Workstation, ...]
    roster: tuple[Contact, ...]
    plan: Plan
    """The edition under which incidents begin now."""
    version: str
    cards: Cards = field(default_factory=Cards)
    """How departments work by hand."""
    rota: Rota = field(default_factory=Rota)
    """Who is on duty when; empty where the hospital has no shifts.yaml."""
    traps: Listening | None = None
    """Where the watch listens for SNMP traps, if it does."""
    backups: Backups = field(default_factory=Backups)
    """Where the watch keeps backups of the record, and how many."""
    journal: str = ""
    """A local folder in which acts are kept while the record is away; empty: beside the record."""
    named: tuple[Operator, ...] = ()
    """The operators to whom operators.yaml gives roles; empty where nobody is limited."""
    idle_min: int = IDLE_MIN
    """Minutes without a key after which a PIN is asked again; 0 is never."""
    covered: bool = False
    """Whether telephone numbers in it are masked, for somebody who only reads."""
    drill: bool = False
    """Whether its record is that of a drill; no file says so, the folder of the record does."""
    _departments: dict[str, Department] = field(init=False, repr=False, compare=False)
    _workstations: dict[str, Workstation] = field(init=False, repr=False, compare=False)
    _contacts: dict[str, Contact] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_departments", {each.id: each for each in self.departments})
        object.__setattr__(self, "_workstations", {each.id: each for each in self.workstations})
        object.__setattr__(self, "_contacts", {each.id: each for each in self.roster})

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's clock; a loaded site's zone is known to exist."""
        return ZoneInfo(self.timezone)

    @property
    def mark(self) -> str:
        """Whose data this is, where it is not a real hospital's: what stands on every screen and paper."""
        return self.stamp or (_("PRACTICE") if self.sample else "")

    @property
    def stamp(self) -> str:
        """DRILL in a drill, else empty: also before what is only spoken, for a drill is heard by others."""
        return _("DRILL") if self.drill else ""

    @property
    def before_number(self) -> str:
        """What stands before the number of an incident where it leaves this console."""
        return "".join(f"{part}-" for part in (self.stamp, self.prefix) if part)

    @property
    def numbered_after(self) -> int:
        """Incidents are numbered from the one after this on: those of a drill never look like real ones."""
        return DRILL_NUMBERS if self.drill else 0

    @property
    def operators(self) -> tuple[Contact, ...]:
        """Who may sit at the console, in the roster's order."""
        return tuple(contact for contact in self.roster if contact.operator)

    @property
    def named_by_id(self) -> dict[str, Operator]:
        """The named operators by id."""
        return {operator.id: operator for operator in self.named}

    @property
    def leading_group(self) -> tuple[Contact, ...]:
        """The leading group in the order in which it is called."""
        group = (contact for contact in self.roster if contact.kind is ContactKind.LEADING_GROUP)
        return tuple(sorted(group, key=lambda contact: contact.order or 0))

    def department(self, id_: str) -> Department | None:
        """The department of that id; None when the files name none (an old record may)."""
        return self._departments.get(id_)

    def workstation(self, id_: str) -> Workstation | None:
        """The workstation of that id; None when the files name none."""
        return self._workstations.get(id_)

    def contact(self, id_: str) -> Contact | None:
        """The contact of that id; None when the files name none."""
        return self._contacts.get(id_)


def workstation_entries(site: Site) -> tuple[Findable, ...]:
    """The workstations as find-as-you-type looks through them: id, room, phone, department."""
    found = []
    for each in site.workstations:
        department = site.department(each.department)
        names = (department.id, department.name) if department else (each.department,)
        find = each.find + (department.find if department else ())
        texts = (*names, each.room, each.building, each.phone, each.address)
        found.append(findable(each.id, *texts, find=find))
    return tuple(found)


def contact_entries(site: Site) -> tuple[Findable, ...]:
    """The roster as find-as-you-type looks through it: id, name, role, department, numbers."""
    found = []
    for each in site.roster:
        department = site.department(each.department)
        name = department.name if department else ""
        texts = (each.name, each.role, name, *each.numbers, each.contract, each.circuit)
        found.append(findable(each.id, *texts, find=each.find))
    return tuple(found)
