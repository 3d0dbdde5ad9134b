"""A hospital of three targets, and its readings as a watch would have written them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config import FILES
from hisconsole.config.targets import load_targets
from hisconsole.paths import shipped
from hisconsole.plan.health import Judged, TargetHealth, begin, judge_round, outcome, step
from hisconsole.plan.health import Policy as Strikes
from hisconsole.plan.reading import Round, Sample
from hisconsole.plan.targets import Rules
from hisconsole.plan.watching import patience, probes_of
from hisconsole.store.readings import Batch, Measured, Readings
from hisconsole.store.readings_lease import myself

NET = f"127.{60 + os.getpid() % 190}.8"
TARGETS = f"""\
sw-1:
  name: Core switch
  kind: switch
  address: {NET}.1
  profiles: ping
ups-1:
  name: Battery
  kind: ups
  address: {NET}.2
  port: 1161
  parents: sw-1
  credential: practice-v3
  profiles: ups
db-1:
  name: Database 数据库
  kind: database
  address: {NET}.3
  parents: sw-1
  login: practice-ssh
  login_port: 2222
  profiles: ssh-linux
"""


def lay(folder: Path, targets: str = TARGETS) -> Path:
    """A sample hospital with these targets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*FILES, "credentials.yaml"):
        (folder / name).write_bytes((shipped("config") / name).read_bytes())
    (folder / "targets.yaml").write_text(targets, "utf-8")
    return folder


class Watch:
    """Writes rounds as the holder of the lease does."""

    def __init__(self, config: Path, data: Path) -> None:
        self.infrastructure = load_targets(config, sample=True)
        self.readings = Readings(data)
        self.holder = myself()
        self.healths: dict[str, TargetHealth] = {}
        self.held: dict[str, tuple[Judged, ...]] = {}
        assert self.readings.take(self.holder, now=datetime.now(UTC))

    def write(
        self, id_: str, samples: Sequence[Sample], *, failure: str = "", at: datetime | None = None
    ) -> None:
        """One round of the target's only probe, firm at once."""
        now = at or datetime.now(UTC)
        target = self.infrastructure.target(id_)
        assert target is not None
        (probe,) = probes_of(target, self.infrastructure)
        polled = Round(id_, probe, now, now, tuple(samples), failure, "silent" if failure else "")
        profiles = [self.infrastructure.profiles[each] for each in target.profiles]
        judged = judge_round(
            polled,
            rules=Rules(target, profiles).of,
            before={each.sample.key: each for each in self.held.get(id_, ())},
            at_s=now.timestamp(),
            patience=patience(target.cadence_s),
        )
        before = self.healths.get(id_) or begin(id_, [probe], now=now)
        after = step(before, outcome(polled, judged), policy=Strikes(attempts=1, recoveries=1), now=now)
        self.healths[id_], self.held[id_] = after, judged
        changes = after.changes[-1:] if after.changes[-1:] != before.changes[-1:] else ()
        self.readings.save(
            Batch((after,), (Measured(id_, probe, 1, now, judged),), changes), self.holder, now=now
        )


@contextmanager
def watch(config: Path, data: Path) -> Iterator[Watch]:
    """A watch that holds the lease until the block ends."""
    made = Watch(config, data)
    with closing(made.readings):
        yield made
        made.readings.release(made.holder)


def sample(key: str, value: float | str | None, unit: str = "", *, reason: str = "") -> Sample:
    return Sample(key, key, value, unit, "TEST-MIB::object", None, reason)
