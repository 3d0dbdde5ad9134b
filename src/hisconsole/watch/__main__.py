"""The watch that a console starts for itself; a service runs `hisconsole watch`."""

from hisconsole.watch.process import main

raise SystemExit(main())
