"""The latest readings in the text form of Prometheus, for a long-term store that the hospital already has.

Pure. What is stale is left out: an old value must not be drawn as a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure

_STATUSES = tuple(status for status in Status if status is not Status.SILENCED)


def exposition(
    infrastructure: Infrastructure,
    shown: Mapping[str, Shown],
    readings: Mapping[str, Sequence[Judged]],
    *,
    watched: bool,
) -> str:
    """All metrics, in version 0.0.4 of the text form; `watched` says whether a watch is at work.

    Of a status one series each is 1 and the others 0, below any silence; a silence is a metric of its own.
    """
    names = {target.id: target for target in infrastructure.targets}
    blocks = [
        _block("hisconsole_watched", "Whether a watch keeps the readings fresh.", [_line({}, watched)]),
        _block(
            "hisconsole_target_info",
            "What a target is.",
            [
                _line({"target": id_, "name": names[id_].name, "kind": names[id_].kind}, 1)
                if id_ in names
                else _line({"target": id_, "name": id_, "kind": ""}, 1)
                for id_ in shown
            ],
        ),
        _block(
            "hisconsole_target_status",
            "1 for the status a target is in.",
            [
                _line({"target": id_, "status": status}, each.under is status)
                for id_, each in shown.items()
                for status in _STATUSES
            ],
        ),
        _block(
            "hisconsole_target_silenced",
            "Whether a target is silenced.",
            [_line({"target": id_}, each.silence is not None) for id_, each in shown.items()],
        ),
        _block(
            "hisconsole_target_checked_timestamp_seconds",
            "When the latest round of a target ended.",
            [
                _line({"target": id_}, _seconds(each.checked_at))
                for id_, each in shown.items()
                if each.checked_at
            ],
        ),
        _block("hisconsole_reading", "The value of a reading, in its unit.", _values(shown, readings)),
    ]
    return "".join(blocks)


def _values(shown: Mapping[str, Shown], readings: Mapping[str, Sequence[Judged]]) -> Iterator[str]:
    for id_, each in shown.items():
        if each.under is Status.STALE:
            continue
        for judged in readings.get(id_, ()):
            sample = judged.sample
            if isinstance(sample.value, int | float):
                labels = {
                    "target": id_,
                    "key": sample.key,
                    "probe": judged.probe,
                    "unit": sample.unit,
                    "source": sample.source,
                }
                yield _line(labels, sample.value)


def _seconds(moment: datetime | None) -> float:
    return round(moment.timestamp(), 3) if moment else 0.0


def _block(name: str, help_: str, lines: Iterable[str]) -> str:
    rows = "".join(f"{name}{line}\n" for line in lines)
    return f"# HELP {name} {help_}\n# TYPE {name} gauge\n{rows}"


def _line(labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
    number = repr(float(value)).removesuffix(".0")
    return f"{{{inside}}} {number}" if inside else f" {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
