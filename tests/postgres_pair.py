"""A real pair of PostgreSQL servers: a primary that streams what it writes, and a standby that follows."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hisconsole.paths import Server
from tests.postgres import USER, Postgres, running

_FOLLOWS = "SELECT pg_last_wal_replay_lsn() >= '{lsn}'"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers, of which the standby is promoted by whoever tests that."""

    primary: Postgres
    standby: Postgres

    def server(self, name: str, *, turned: bool = False) -> Server:
        """A database as a site names it that knows both servers; `turned` names the standby first."""
        both = (self.standby, self.primary) if turned else (self.primary, self.standby)
        return Server(USER, tuple(("127.0.0.1", each.port) for each in both), name)

    def caught_up(self) -> None:
        """Wait until the standby shows all that the primary has written."""
        ((lsn,),) = self.primary.execute("SELECT pg_current_wal_lsn()::text")
        end = time.monotonic() + 20
        while self.standby.execute(_FOLLOWS.format(lsn=lsn)) != [(True,)]:
            assert time.monotonic() < end, (self.standby.folder / "log").read_text()
            time.sleep(0.01)

    def part(self) -> None:
        """Cut the line of replication: what is written from now on the standby never gets."""
        self.caught_up()
        self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.execute("SELECT pg_reload_conf()")
        end = time.monotonic() + 20
        while self.primary.execute("SELECT 1 FROM pg_stat_replication"):
            assert time.monotonic() < end
            time.sleep(0.01)


@contextmanager
def paired(programs: Path) -> Iterator[Pair]:
    """Both for as long as the block lasts."""
    with running(programs) as primary, TemporaryDirectory(prefix="his-pg-", ignore_cleanup_errors=True) as at:
        standby = Postgres(Path(at), programs, of=primary)
        try:
            standby.start()
            yield Pair(primary, standby)
        finally:
            standby.stop(signal.SIGQUIT)
