"""The programs as they are shipped, going by a clock that stands in a file: FILE, then their arguments.

There is one place that says what time it is, and nothing has been loaded yet that asks it.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from hisconsole.desk import actor


def go_by(path: Path) -> None:
    """From now on it is what the file says."""
    actor.utc_now = lambda: datetime.fromisoformat(path.read_text("ascii"))


if __name__ == "__main__":
    _script, clock, *words = sys.argv
    go_by(Path(clock))
    from hisconsole.cli import main

    sys.argv = ["hisconsole", *words]
    raise SystemExit(main())
