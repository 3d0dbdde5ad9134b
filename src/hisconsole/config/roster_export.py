"""The roster for other programs, CSV and vCard 3, each stamped CONFIDENTIAL with who took it and when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from hisconsole.config.roster_forms import FIELDS, NUMBERS, X_FIELD
from hisconsole.config.site import Contact, Site
from hisconsole.text import inert

_TYPES = {"mobile": "CELL", "office": "WORK,VOICE", "alternate": "VOICE"}
_OF_VCARD = frozenset({"name", "role", "note", *NUMBERS})


def csv_text(site: Site, *, stamp: str, verified: Mapping[str, date]) -> str:
    """A line a contact below the stamp; what `roster import` takes back. No cell is ever computed."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([f"# {stamp}"])
    writer.writerow(FIELDS)
    for contact in site.roster:
        fields = fields_of(contact, verified.get(contact.id))
        writer.writerow([inert(fields[name]) for name in FIELDS])
    return file.getvalue()


def vcard_text(site: Site, *, stamp: str, verified: Mapping[str, date]) -> str:
    """A card a contact (RFC 2426), each marked confidential and with the stamp."""
    cards = ("\r\n".join(_card(site, contact, stamp, verified)) for contact in site.roster)
    return "\r\n".join(cards) + "\r\n"


def _card(site: Site, contact: Contact, stamp: str, verified: Mapping[str, date]) -> Iterator[str]:
    fields = fields_of(contact, verified.get(contact.id))
    department = site.department(contact.department)
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield "CLASS:CONFIDENTIAL"
    yield from _folded(f"X-HISCONSOLE-STAMP:{_escaped(stamp)}")
    yield from _folded(f"FN:{_escaped(contact.name)}")
    yield from _folded(f"N:{_escaped(contact.name)};;;;")
    yield from _folded(f"TITLE:{_escaped(contact.role)}")
    if department is not None:
        yield from _folded(f"ORG:{_escaped(site.name)};{_escaped(department.name)}")
    for name, types in _TYPES.items():
        if fields[name]:
            yield from _folded(f"TEL;TYPE={types}:{_escaped(fields[name])}")
    if contact.note:
        yield from _folded(f"NOTE:{_escaped(contact.note)}")
    for name, text in fields.items():
        if text and name not in _OF_VCARD:
            yield from _folded(f"{X_FIELD};FIELD={name}:{_escaped(text)}")
    yield "END:VCARD"


def fields_of(contact: Contact, verified: date | None) -> dict[str, str]:
    """A contact as its entry has it; `verified` is the day the record knows, if it is later."""
    days = [day for day in (contact.verified, verified) if day is not None]
    shown = replace(contact, verified=max(days, default=None))
    return {name: _text(getattr(shown, name)) for name in FIELDS}


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _escaped(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, no letter of it broken (RFC 2426 2.6)."""
    piece, octets = "", 0
    for char in line:
        size = len(char.encode())
        if octets + size > 75:
            yield piece
            piece, octets = " ", 1
        piece += char
        octets += size
    yield piece
