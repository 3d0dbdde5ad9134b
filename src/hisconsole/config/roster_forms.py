"""The forms of lists of people that can be read: CSV with its first line as names, vCard 3 and 4."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from hisconsole.config.imports_forms import MOST_LINES, rows
from hisconsole.errors import HisError
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.story_outreach import number_label
from hisconsole.text import _, live, printable
from hisconsole.values import dataclass

NUMBERS = tuple(kind.value for kind in NumberKind)

FIELDS = (
    *("id", "name", "role", "kind", "department", *NUMBERS, "deputy", "operator", "plan_role", "order"),
    *("contract", "circuit", "hours", "verified", "note", "find"),
)
"""The columns of a list, in the order of an export; those of roster.yaml."""

_COLUMNS = {
    **{name: name for name in FIELDS},
    **dict.fromkeys(("姓名", "名称", "联系人", "full name"), "name"),
    **dict.fromkeys(("职务", "岗位", "角色", "title", "position"), "role"),
    **dict.fromkeys(("部门", "科室", "dept"), "department"),
    **dict.fromkeys(
        ("手机", "手机号", "手机号码", "移动电话", "cell", "cell phone", "mobile phone"), "mobile"
    ),
    **dict.fromkeys(("电话", "办公电话", "座机", "短号", "phone", "office phone", "telephone"), "office"),
    **dict.fromkeys(("备用电话", "其他电话", "other phone"), "alternate"),
    **dict.fromkeys(("代理人",), "deputy"),
    **dict.fromkeys(("合同号",), "contract"),
    **dict.fromkeys(("线路号", "电路号"), "circuit"),
    **dict.fromkeys(("工作时间", "值班时间"), "hours"),
    **dict.fromkeys(("核实日期",), "verified"),
    **dict.fromkeys(("备注", "notes"), "note"),
}
"""What people call the columns."""

_WORDS = {"operator": {"是": "yes", "true": "yes", "y": "yes", "否": "no", "false": "no", "n": "no"}}


class Form(StrEnum):
    """How a list is written."""

    CSV = "csv"
    VCARD = "vcard"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one line or card says of a contact; `fault` is why it cannot be used at all."""

    line: int
    given: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def name(self) -> str:
        """What it is called in a verdict."""
        return printable(self.given.get("name") or self.given.get("id") or "-", limit=60)


def form_of(text: str) -> Form:
    """The form of a list by its beginning."""
    return Form.VCARD if text.lstrip().casefold().startswith("begin:vcard") else Form.CSV


def candidates(form: Form, text: str) -> Iterator[Candidate]:
    """What each line or card of the list says. Raises HisError where it is no such list."""
    yield from _csv(text) if form is Form.CSV else _vcards(text)


# -- CSV ---------------------------------------------------------------------------------------------


def _csv(text: str) -> Iterator[Candidate]:
    found = rows(text)
    _line, head = next(found, (0, []))
    names = [_COLUMNS.get(cell.casefold(), "") for cell in head]
    if not {"id", "name"} & set(names):
        raise HisError(_("the first line of the list must name its columns: 'name' or 'id' is missing."))
    doubled = next((name for name in names if name and names.count(name) > 1), "")
    if doubled:
        raise HisError(_("two columns of the list are '{name}': keep one.").format(name=doubled))
    for line, cells in found:
        yield _row(line, names, cells)


def _row(line: int, names: list[str], cells: list[str]) -> Candidate:
    given = {
        name: _said(name, cell)
        for name, cell in zip(names, cells, strict=False)
        if name and cell not in ("", "-")
    }
    if len(cells) > len(names) and any(cells[len(names) :]):
        return Candidate(line, given, _("it has more cells than the first line has columns"))
    for name, cell in zip(names, cells, strict=False):
        if name and name not in NUMBERS and cell not in ("", "-") and cell[0] in "=+-@":
            fault = _("'{name}' is a formula, not a text").format(name=name)
            return Candidate(line, given, fault)
    return Candidate(line, given)


def _said(name: str, cell: str) -> str:
    text = printable(live(cell), limit=300).strip()
    if name == "verified":
        text = _day(text)
    return _WORDS.get(name, {}).get(text.casefold(), text)


def _day(text: str) -> str:
    """A day as spreadsheets rewrite it, 2026/11/6, in the one way of our files."""
    match = re.fullmatch(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})", text)
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}" if match else text


# -- vCard (RFC 2426, RFC 6350) ------------------------------------------------------------------------

X_FIELD = "X-HISCONSOLE"
"""A property of ours for what a vCard has no name for: X-HISCONSOLE;FIELD=deputy:sun.bo."""

_PROPERTY = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)


def _vcards(text: str) -> Iterator[Candidate]:
    begun, card = 0, list[str]()
    for number, line in _unfolded(text):
        word = line.strip().casefold()
        if word == "begin:vcard":
            if begun:
                yield Candidate(begun, _card(card)[0], _("this card has no end"))
            begun, card = number, []
        elif word == "end:vcard" and begun:
            given, fault = _card(card)
            yield Candidate(begun, given, fault)
            begun = 0
        elif begun:
            card.append(line)
        elif word:
            yield Candidate(number, {}, _("this line stands in no card"))
    if begun:
        yield Candidate(begun, _card(card)[0], _("this card has no end"))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, long ones put together again (RFC 6350 3.2)."""
    held, at = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")[:MOST_LINES], start=1):
        if line[:1] in (" ", "\t") and at:
            held += line[1:]
            continue
        if at:
            yield at, held
        held, at = line, number
    if at:
        yield at, held


def _card(lines: list[str]) -> tuple[dict[str, str], str]:
    """What a card says, and what is wrong with it."""
    given: dict[str, str] = {}
    version, fault = "", ""
    for line in lines:
        match = _PROPERTY.fullmatch(line)
        if match is None:
            if line.strip():
                fault = _("'{line}' is no line of a card").format(line=printable(line, limit=40))
            continue
        name, parameters, value = match[1].upper(), _parameters(match[2]), match[3]
        if name == "VERSION":
            version = _unescaped(value)
        elif name != "TEL":
            given |= _property(name, parameters, value, given)
        elif not _take_number(given, parameters.get("TYPE", ""), _unescaped(value)):
            more = _("there are more numbers than {names}: leave some out")
            fault = more.format(names=", ".join(number_label(kind) for kind in NUMBERS))
    if version not in ("3.0", "4.0"):
        unread = _("vCard {version} is not read: export it as 3.0 or 4.0")
        fault = unread.format(version=printable(version or "?", limit=10))
    return given, fault


def _property(
    name: str, parameters: Mapping[str, str], value: str, given: Mapping[str, str]
) -> dict[str, str]:
    """The field that a line of a card gives; a full name goes before its parts, a title before a role."""
    ours = parameters.get("FIELD", "").lower()
    field = ours if name == X_FIELD and ours in FIELDS else _PROPERTIES.get(name, "")
    if not field or (field in given and name in _WEAK):
        return {}
    parts = [_unescaped(part) for part in _split(value)]
    if name == "N":
        return {field: " ".join(filter(None, reversed(parts[:2])))}
    return {field: parts[-1] if name == "ORG" else _unescaped(value)}


_PROPERTIES = {
    "FN": "name",
    "N": "name",
    "TITLE": "role",
    "ROLE": "role",
    "ORG": "department",
    "NOTE": "note",
}
_WEAK = frozenset({"N", "TITLE", "ROLE", "ORG"})
"""Properties that never take the place of one before them."""


def _take_number(given: dict[str, str], types: str, text: str) -> bool:
    """Put a number where its type says, else where there is room; fax and pager ring nobody."""
    kinds = set(types.casefold().replace('"', "").split(","))
    if kinds & {"fax", "pager"}:
        return True
    number = text.removeprefix("tel:").replace(";ext=", " ext ").partition(";")[0]
    first = "mobile" if "cell" in kinds else "office" if "work" in kinds else "alternate"
    free = [name for name in (first, "alternate", "office", "mobile") if name not in given]
    if free:
        given[free[0]] = number
    return bool(free)


def _parameters(text: str) -> dict[str, str]:
    """Parameters by name; TYPE=a;TYPE=b and the bare words of old cards are joined under TYPE."""
    found: dict[str, str] = {}
    for part in re.findall(r';((?:"[^"]*"|[^":;])*)', text):
        name, given, value = part.partition("=")
        name, value = (name.upper(), value.strip('"')) if given else ("TYPE", name)
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _split(value: str) -> list[str]:
    return re.split(r"(?<!\\);", value)


def _unescaped(value: str) -> str:
    text = re.sub(r"\\([nN,;:\\])", lambda match: " " if match[1] in "nN" else match[1], value)
    return printable(text, limit=300).strip()
