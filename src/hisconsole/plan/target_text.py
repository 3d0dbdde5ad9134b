"""The text of an entry for targets.yaml or roster.yaml, as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff]([A-Za-z0-9\u4e00-\u9fff ._/()+-]*[A-Za-z0-9\u4e00-\u9fff.)])?")


def entry_text(id_: str, fields: Mapping[str, str]) -> str:
    """The entry of `id_` with its fields; those without a text are left out."""
    lines = [f"  {name}: {value_text(text)}" for name, text in fields.items() if text]
    return "\n".join([f"{value_text(id_)}:", *lines]) + "\n"


def id_from(name: str, address: str) -> str:
    """An id made of a device's own name without its domain, or of its address."""
    short = re.sub(r"[^A-Za-z0-9]+", "-", name if name == address else name.partition(".")[0])
    made = short.strip("-").lower()[:32].strip("-")
    return made or "at-" + re.sub(r"[^0-9A-Fa-f]+", "-", address).strip("-")


def value_text(text: str) -> str:
    """A value as it stands in the file, in quotes where YAML would read it otherwise."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
