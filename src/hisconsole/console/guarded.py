"""An app over which a lock can lie: nothing comes above it or beside it, however late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widget import AwaitMount

from hisconsole.console.crash import Calm

if TYPE_CHECKING:
    from hisconsole.console.lock import LockScreen


class Guarded(Calm[int], inherit_bindings=False):
    """Knows its lock itself: the stack of one mode is not all that can be shown."""

    locked_by: LockScreen | None = None
    """The lock that lies over everything; None where the console is open."""

    def push_screen(  # type: ignore[override]
        self,
        screen: Screen[Any],
        callback: Callable[[Any], None] | None = None,
    ) -> AwaitMount:
        """Show a screen; under a lock it is dropped, for an answer may come late."""
        if self.locked_by is not None and screen is not self.locked_by:
            return AwaitMount(self.screen, [])
        return self.push_over_lock(screen, callback)

    def push_over_lock(
        self, screen: Screen[Any], callback: Callable[[Any], None] | None = None
    ) -> AwaitMount:
        """Show what the lock itself asks for, and never anything of the hospital."""
        return super().push_screen(screen, callback)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Show another place; under a lock none is shown."""
        return super().switch_mode(mode) if self.locked_by is None else AwaitMount(self.screen, [])

    def switch_screen(self, screen: Screen[Any]) -> AwaitComplete:  # type: ignore[override]
        """Show a screen in place of another; under a lock it is dropped."""
        return super().switch_screen(screen) if self.locked_by is None else AwaitComplete()

    def pop_screen(self) -> AwaitComplete:
        """Put a screen away, but never the lock: that is lifted by its PIN."""
        return AwaitComplete() if self.screen is self.locked_by else super().pop_screen()
