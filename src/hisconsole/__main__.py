"""`python -m hisconsole`."""

from hisconsole.cli import main

raise SystemExit(main())
