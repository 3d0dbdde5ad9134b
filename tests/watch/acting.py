"""A watch as a process of its own, whose targets always answer; words: CONFIG DATA [--child] or --parent."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hisconsole.watch.process import CHILD, ensure, run
from hisconsole.watch.timing import Timing
from tests.watch.fakes import Script

QUICK = Timing(lease_s=1.0, standby_s=0.1, commit_s=0.1)


def main() -> int:
    config, data, *rest = sys.argv[1:]
    if "--parent" in rest:
        child = ensure(Path(config), Path(data))
        print(child.pid if child else 0, flush=True)
        time.sleep(60)
        return 0
    return run(
        Path(config), Path(data), child=CHILD in rest, timing=QUICK, make_pollers=lambda memories: Script()
    )


if __name__ == "__main__":
    raise SystemExit(main())
