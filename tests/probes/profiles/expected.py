"""What LibreNMS's own tests expect of each recording, by the object that a value is read from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.probes.profiles.replay import RECORDINGS


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected value: of a sensor with its class, a processor, memory, storage or supply in percent."""

    group: str
    kind: str
    what: str
    value: float
    raw: float
    """The value before LibreNMS divided it."""
    verdict: int | None
    """For states 0 ok, 1 warning, 2 critical, 3 unknown."""


@dataclass(frozen=True, slots=True)
class Port:
    name: str
    oper: str
    admin: str


def _rows(name: str, module: str, table: str) -> list[dict[str, Any]]:
    data = json.loads((RECORDINGS / "expected" / f"{name}.json").read_text("utf-8"))
    held = data.get(module, {})
    for stage in ("poller", "discovery"):
        if isinstance(held.get(stage), dict) and table in held[stage]:
            rows: list[dict[str, Any]] = held[stage][table]
            return rows
    return []


def expected(name: str) -> dict[str, Expected]:
    """Every expectation that names the object it is read from."""
    found: dict[str, Expected] = {}
    data = json.loads((RECORDINGS / "expected" / f"{name}.json").read_text("utf-8"))
    states = data.get("sensors", {}).get("discovery", {}).get("state_indexes", [])
    verdicts = {(row["state_name"], row["state_value"]): row["state_generic_value"] for row in states}
    for row in _rows(name, "sensors", "sensors"):
        value = float(row["sensor_current"])
        found[row["sensor_oid"].lstrip(".")] = Expected(
            "sensor",
            row["sensor_class"],
            row["sensor_descr"],
            value,
            value * row["sensor_divisor"] / row["sensor_multiplier"],
            verdicts.get((row["state_name"] or row["sensor_type"], int(value))),
        )
    for row in _rows(name, "processors", "processors"):
        value = float(row["processor_usage"])
        oid = row["processor_oid"].lstrip(".")
        found[oid] = Expected("processor", "%", row["processor_descr"], value, value, None)
    for row in _rows(name, "mempools", "mempools"):
        oid = row["mempool_used_oid"] or row["mempool_perc_oid"] or row["mempool_free_oid"]
        used, total = row["mempool_used"], row["mempool_total"]
        value = float(row["mempool_perc"]) if row["mempool_perc_oid"] else 100 * used / total
        found[oid.lstrip(".")] = Expected("memory", "%", row["mempool_descr"], value, value, None)
    for row in _rows(name, "storage", "storage"):
        oid = str(row.get("storage_used_oid") or row.get("storage_free_oid"))
        value = 100 * row["storage_used"] / row["storage_size"]
        found[oid.lstrip(".")] = Expected("storage", "%", row["storage_descr"], value, value, None)
    for row in _rows(name, "printer-supplies", "printer_supplies"):
        value = float(row["supply_current"])
        found[row["supply_oid"].lstrip(".")] = Expected(
            "supply", "%", row["supply_descr"], value, value, None
        )
    return found


def ports(name: str) -> dict[str, Port]:
    """The expected ports by ifIndex."""
    return {
        str(row["ifIndex"]): Port(row["ifName"] or "", row["ifOperStatus"] or "", row["ifAdminStatus"] or "")
        for row in _rows(name, "ports", "ports")
    }
