"""One look at everything, without the lease and without a trace: for scripts, and to try new files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hisconsole.desk.actor import utc_now
from hisconsole.plan.health import Policy
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged, Round
from hisconsole.plan.shown import Shown, show
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.plan.times import to_text
from hisconsole.plan.watching import BUDGET, Slot, probes_of
from hisconsole.text import _, printable
from hisconsole.values import dataclass
from hisconsole.watch.holding import Pollers
from hisconsole.watch.process import load
from hisconsole.watch.runner import Poller
from hisconsole.watch.state import State
from hisconsole.watch.timing import Timing

LONGEST_S = 60.0
"""No round of a single look takes longer, however slow the cadence."""


@dataclass(frozen=True, slots=True)
class Once:
    """What one look found, by target; one round counts, without strikes."""

    at: datetime
    seconds: float
    shown: Mapping[str, Shown]
    readings: Mapping[str, Sequence[Judged]]

    def plain(self) -> dict[str, Any]:
        """The form for `--json`: targets with status, words and readings; moments are ISO 8601 in UTC."""
        targets = [
            {
                "target": id_,
                "status": shown.under.value,
                "words": shown.words,
                "readings": [_plain(judged) for judged in self.readings[id_]],
            }
            for id_, shown in self.shown.items()
        ]
        return {"at": to_text(self.at), "seconds": round(self.seconds, 3), "targets": targets}


def _plain(judged: Judged) -> dict[str, Any]:
    sample = judged.sample
    return {
        "key": sample.key,
        "label": sample.label,
        "value": sample.value,
        "unit": sample.unit,
        "status": judged.status.value,
        "reason": judged.reason,
        "source": sample.source,
        "probe": judged.probe,
    }


def once(config: Path, data: Path) -> Once:
    """Poll every target once. Raises ConfigFault."""
    infrastructure, make_pollers = load(config, data)
    return asyncio.run(look(infrastructure, make_pollers({})))


async def look(infrastructure: Infrastructure, pollers: Pollers) -> Once:
    """Poll every target once, some hundred at a time, and judge what came."""
    loop = asyncio.get_running_loop()
    began, state = loop.time(), State(Policy(attempts=1, recoveries=1))
    state.arrange(infrastructure, now=utc_now())
    pollers.arrange(infrastructure)
    room = {probe: asyncio.Semaphore(most) for probe, most in Timing().at_once.items()}

    async def poll(slot: Slot) -> None:
        target = infrastructure.target(slot.target)
        if target is not None:
            async with room[slot.probe]:
                polled = await _bounded(pollers, target, slot.probe)
            state.take(polled, now=utc_now(), at_s=loop.time(), trusted=True)

    found = [
        Slot(target.id, probe)
        for target in infrastructure.targets
        for probe in probes_of(target, infrastructure)
    ]
    try:
        await asyncio.gather(*map(poll, found))
    finally:
        await pollers.close()
    now = utc_now()
    readings: dict[str, list[Judged]] = {target.id: [] for target in infrastructure.targets}
    for slot in found:
        readings[slot.target] += state.readings(slot)
    return Once(
        at=now,
        seconds=loop.time() - began,
        shown=show(
            state.healths,
            parents=infrastructure.parents,
            limits=dict.fromkeys(state.healths, timedelta(days=1)),
            silences=(),
            path=OwnPath(),
            now=now,
        ),
        readings=readings,
    )


async def _bounded(poll: Poller, target: Target, probe: str) -> Round:
    began = utc_now()
    seconds = min(LONGEST_S, BUDGET * target.cadence_s)
    try:
        async with asyncio.timeout(seconds):
            return await poll(target, Probe(probe), False)
    except TimeoutError:
        sentence = _("no end within {seconds:.0f} s").format(seconds=seconds)
        return Round(target.id, probe, began, utc_now(), (), sentence, "timeout")
    except Exception as error:  # noqa: BLE001 - one target must not cost the look at all others
        sentence = _("a fault of this program, not of the target: {error}")
        sentence = sentence.format(error=printable(repr(error), limit=120))
        return Round(target.id, probe, began, utc_now(), (), sentence, "local")
