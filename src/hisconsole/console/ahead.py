"""What Textual and rich load only while they run; the door has it loaded once for all consoles."""
# ruff: noqa: F401 - to be loaded is all they are for.

import textual.drivers.headless_driver
import textual.layouts.factory
import textual.layouts.horizontal
import textual.layouts.stream
import textual.pilot
import textual.scrollbar
from rich.cells import cell_len

import hisconsole.console.status_show

cell_len("断")  # rich's table of widths has a name that changes with Unicode
