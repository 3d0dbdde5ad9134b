"""Pictures of all that is watched: the readings, the files and the silences put together, for one thread.

Nothing here writes but `poll_now`, which only asks. What cannot be read of the record keeps the silences
that were last known: a fault there must not hide the state of the network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config.targets import Signature, load_targets, targets_signature
from hisconsole.desk.record import begun, open_record
from hisconsole.errors import ConfigFault, StoreFault
from hisconsole.plan import maintenance, silences
from hisconsole.plan.events import SITE, Event
from hisconsole.plan.health import TargetHealth, begin
from hisconsole.plan.maintenance import Maintenance
from hisconsole.plan.picture import (
    History,
    StatusPicture,
    Watched,
    Watcher,
    headline,
    own_target,
    picture_of,
    wrong,
)
from hisconsole.plan.reading import Judged, reading_words
from hisconsole.plan.shown import Silence, show
from hisconsole.plan.targets import Infrastructure, Rules, Target
from hisconsole.plan.watching import SELF, limits, probes_of
from hisconsole.store.readings import ask_poll
from hisconsole.store.readings_reader import Picture, Reader
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.store.database import Database

FILES_S = 2.0
"""How often changed files are looked for."""
AGAIN_S = 2.0
"""How long after a record could not be read it is tried again: a server may let us wait for as long."""
TREND = 24
"""Values of a trend; more fit on no line."""


class Pictures:
    """Follows what the watch writes; the files are read with the first picture. Raises HisErrors."""

    def __init__(self, config: Path, data: Path, *, sample: bool, now: Callable[[], datetime]) -> None:
        """Open nothing yet."""
        self._config, self._data, self._sample, self._now = config, data, sample, now
        self._reader = Reader(data)
        self._silences = Silences(config, data)
        self._files = Files(config, sample=sample)
        self._heads: dict[str, _Head] = {}
        self._seen: tuple[object, ...] = ()
        self._picture: StatusPicture | None = None
        self._version = 0

    def newer(self, version: int) -> StatusPicture | None:
        """The picture, where there is one newer than `version`; to -1 there always is one."""
        now = self._now()
        infrastructure = self._files.current()
        latest = self._reader.latest()
        quiet = self._silences.running(now)
        seen = (latest, infrastructure, quiet, latest.watched, self._silences.maintenance)
        if self._picture is None or not _same(seen, self._seen):
            self._version += 1
            self._picture = self._made(infrastructure, latest, quiet, now)
            self._seen = seen
        return self._picture if self._picture.version > version else None

    def readings_of(self, target: str) -> Sequence[Judged]:
        """Every reading of a target as last judged."""
        return self._reader.readings(target)

    def all_readings(self) -> Mapping[str, Sequence[Judged]]:
        """The latest readings of every target."""
        return self._reader.all_readings()

    def history(self, target: str, key: str) -> History:
        """The past of a reading, oldest first: hours as far back as they are kept, then each value."""
        now = self._now()
        exact = [(at, value, value, value) for at, value in self._reader.history(target, key, now=now)]
        hours = self._reader.hourly(target, key, now=now)
        return [*(hour for hour in hours if not exact or hour[0] < exact[0][0]), *exact]

    def poll_now(self, target: str) -> None:
        """Ask the watch to poll a target at once. Raises StoreFault where there is none to ask."""
        ask_poll(self._data, [target], now=self._now())

    def close(self) -> None:
        """Let the files go."""
        self._reader.close()
        self._silences.close()

    def _made(
        self, infrastructure: Infrastructure, latest: Picture, quiet: tuple[Silence, ...], now: datetime
    ) -> StatusPicture:
        targets = {target.id: target for target in infrastructure.targets}
        healths = {
            id_: latest.healths.get(id_) or begin(id_, probes_of(target, infrastructure), now=now)
            for id_, target in targets.items()
        }
        if SELF in latest.healths:
            targets[SELF], healths[SELF] = own_target(), latest.healths[SELF]
        old_after = limits(infrastructure)
        shown = show(
            healths,
            parents=infrastructure.parents,
            limits=old_after,
            silences=quiet,
            path=latest.path,
            now=now,
            carries=infrastructure.carries,
        )
        self._take_heads(infrastructure, targets, healths)
        lease = latest.watch
        return picture_of(
            version=self._version,
            at=now,
            infrastructure=infrastructure,
            rows=[
                Watched(
                    target,
                    shown[id_],
                    old_after[id_],
                    self._heads[id_].words,
                    self._heads[id_].trend,
                    self._heads[id_].wrong,
                    self._heads[id_].named,
                )
                for id_, target in targets.items()
            ],
            path=latest.path,
            watch=Watcher(lease.holder.host, latest.watched, lease.beat_at) if lease else Watcher(),
            changes=self._reader.changes(now=now),
            maintenance=self._silences.maintenance,
        )

    def _take_heads(
        self,
        infrastructure: Infrastructure,
        targets: Mapping[str, Target],
        healths: Mapping[str, TargetHealth],
    ) -> None:
        """Look again at the readings of those targets whose health was written anew."""
        version = infrastructure.version
        old = {
            id_
            for id_, health in healths.items()
            if id_ not in self._heads or self._heads[id_].of != (version, health)
        }
        self._heads = {id_: head for id_, head in self._heads.items() if id_ in targets}
        many = self._reader.all_readings() if len(old) > len(targets) // 4 else None
        for id_ in old:
            readings = many.get(id_, ()) if many is not None else self._reader.readings(id_)
            profiles = [infrastructure.profiles[each] for each in targets[id_].profiles]
            named = headline(readings, Rules(targets[id_], profiles).of)
            head = self._head(id_, (version, healths[id_]), named)
            self._heads[id_] = replace(head, wrong=wrong(readings), named=named)

    def _head(self, target: str, of: tuple[str, TargetHealth], named: Judged | None) -> _Head:
        if named is None:
            return _Head(of)
        before = self._heads.get(target)
        if before is None or before.key != named.sample.key:
            past = self._reader.history(target, named.sample.key, now=self._now(), hours=1)
            trend = tuple(value for _at, value in past)
        else:
            value = named.sample.value
            fresh = isinstance(value, int | float) and named.good_at != before.good_at
            trend = (*before.trend, float(value)) if fresh else before.trend  # type: ignore[arg-type]  # as `fresh` says
        return _Head(of, named.sample.key, reading_words(named), named.good_at, trend[-TREND:])


@dataclass(frozen=True, slots=True)
class _Head:
    """The reading to name of a target, with its latest values; `of` is what it was made from."""

    of: tuple[str, TargetHealth]
    key: str = ""
    words: str = ""
    good_at: datetime | None = None
    trend: tuple[float, ...] = ()
    wrong: tuple[Judged, ...] = ()
    named: Judged | None = None


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    """Values that are whole hospitals are told apart by being the same object, not by looking through."""
    return len(one) == len(other) and all(
        here is there or (isinstance(here, bool | tuple) and here == there)
        for here, there in zip(one, other, strict=True)
    )


_AHEAD: dict[tuple[Path, bool], tuple[Signature, Infrastructure]] = {}


def read_ahead(config: Path, *, sample: bool) -> None:
    """Read what is watched before it is asked for, in a process from which others are forked."""
    before = targets_signature(config)
    with suppress(ConfigFault):  # whoever asks for it is told
        _AHEAD[config, sample] = before, load_targets(config, sample=sample)


class Files:
    """The files of what is watched, read again when they change; the last good ones stay."""

    def __init__(self, config: Path, *, sample: bool) -> None:
        """Read nothing yet."""
        self._config, self._sample = config, sample
        self._signature: Signature | None = None
        self._looked_s = 0.0
        self._good: Infrastructure | None = None
        self._fault: ConfigFault | None = None

    def current(self) -> Infrastructure:
        """What is watched. Raises ConfigFault where the files never were good."""
        if self._signature is None or time.monotonic() - self._looked_s >= FILES_S:
            self._looked_s = time.monotonic()
            signature = targets_signature(self._config)
            if signature != self._signature:
                self._signature = signature
                held = _AHEAD.get((self._config, self._sample))
                try:
                    if held is not None and held[0] == signature:
                        self._good = held[1]
                    else:
                        self._good = load_targets(self._config, sample=self._sample)
                except ConfigFault as fault:
                    self._fault = fault
        if self._good is None:
            raise self._fault or ConfigFault([])
        return self._good


class Silences:
    """The silences and planned stops of a record that may not be there yet."""

    def __init__(self, config: Path, data: Path) -> None:
        """Open nothing yet."""
        self._config, self._data = config, data
        self._database: Database | None = None
        self._looked = -1
        self._again_s = 0.0
        self._events: list[Event] = []
        self.maintenance: tuple[Maintenance, ...] = ()
        """The stops that are neither ended nor cancelled, as they were last read."""

    def running(self, now: datetime) -> tuple[Silence, ...]:
        """The silences in force, planned stops' too; those last known while the record cannot be read."""
        if time.monotonic() >= self._again_s:
            try:
                self._follow()
            except (StoreFault, ConfigFault):
                self._again_s = time.monotonic() + AGAIN_S
        return (*silences.running(self._events, now=now), *maintenance.quiet(self.maintenance, now=now))

    def _follow(self) -> None:
        if self._database is None:
            if not begun(self._config, self._data):
                return
            self._database = open_record(self._config, self._data, writable=False)
        looked = self._database.data_version()
        if looked == self._looked:
            return
        from hisconsole.store import events

        with self._database.read() as connection:
            self._events = events.of_incident(connection, SITE)
        self.maintenance = maintenance.unfinished(maintenance.held(self._events))
        self._looked = looked

    def close(self) -> None:
        """Let the record go."""
        if self._database is not None:
            self._database.close()
            self._database = None
