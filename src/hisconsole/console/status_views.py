"""The views of Status: panes, buildings and kinds as groups of targets, and how they are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hisconsole.console.pick import Choice, Pick
from hisconsole.console.show import WIDE
from hisconsole.console.status_show import Tab
from hisconsole.plan.find import fold
from hisconsole.plan.panes import Index, Pane, kind_label, members
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.text import _, ngettext, printable
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole


@dataclass(frozen=True, slots=True)
class Group:
    """Targets that are shown together; `ids` None is all of them."""

    name: str
    short: str
    ids: frozenset[str] | None

    def holds(self, target: str) -> bool:
        """Whether a target is in it."""
        return self.ids is None or target in self.ids


def everything() -> Group:
    """The group of all targets."""
    return Group(_("All"), _("All"), None)


def pane_groups(panes: Iterable[Pane], infrastructure: Infrastructure, index: Index) -> tuple[Group, ...]:
    """All targets, then each pane of the screens."""
    found = (Group(_(pane.name), _(pane.short), members(pane, infrastructure, index)) for pane in panes)
    return everything(), *found


def building_groups(infrastructure: Infrastructure) -> list[Group]:
    """The targets of each building."""
    return _by(infrastructure.targets, lambda target: printable(target.building) or _("no building"))


def kind_groups(infrastructure: Infrastructure) -> list[Group]:
    """The targets of each kind."""
    return _by(infrastructure.targets, lambda target: kind_label(target.kind))


def _by(targets: Iterable[Target], name: Callable[[Target], str]) -> list[Group]:
    found: dict[str, set[str]] = {}
    for target in targets:
        found.setdefault(name(target), set()).add(target.id)
    return [Group(each, each, frozenset(ids)) for each, ids in sorted(found.items(), key=_order)]


def _order(group: tuple[str, set[str]]) -> str:
    return fold(group[0])


def tabs_of(groups: Sequence[Group], picture: StatusPicture, width: int) -> list[Tab]:
    """The groups as they stand side by side, short at 80 columns."""
    bad = [row.target.id for row in picture.rows if row.problem]
    return [
        Tab(
            group.name if width >= WIDE else group.short,
            len(picture.rows) if group.ids is None else len(group.ids),
            sum(group.holds(target) for target in bad),
        )
        for group in groups
    ]


def group_choices(groups: Sequence[Group], picture: StatusPicture) -> list[Choice]:
    """The groups in a menu, by their places, each with its counts."""
    tabs = tabs_of(groups, picture, WIDE)
    return [Choice(str(at), tab.name, _hint(tab)) for at, tab in enumerate(tabs)]


def choose_view(
    console: HisConsole,
    panes: Sequence[Group],
    picture: StatusPicture,
    chosen: Callable[[Group | str], None],
    *,
    others: Sequence[Choice],
    beyond: Sequence[Choice],
) -> None:
    """Ask which view to show; a building and a kind are asked for one after the other.

    `others` are further views of this list, and `beyond` pages of their own.
    """
    lists = {"building": (_("A building ..."), building_groups), "kind": (_("A kind ..."), kind_groups)}

    def among(title: str, groups: Sequence[Group], more: Sequence[Choice] = ()) -> None:
        def answered(answer: str | None) -> None:
            if answer in lists:
                name, groups_of = lists[answer]
                among(name, groups_of(picture.infrastructure))
            elif answer is not None:
                chosen(groups[int(answer)] if answer.isdigit() else answer)

        console.push_screen(Pick(title, [*group_choices(groups, picture), *more]), answered)

    more = [*others, *(Choice(key, name) for key, (name, _groups) in lists.items()), *beyond]
    among(_("Views of Status"), panes, more)


def _hint(tab: Tab) -> str:
    total = ngettext("{n} target", "{n} targets", tab.total).format(n=tab.total)
    if not tab.problems:
        return total
    return f"{total}, " + ngettext("{n} problem", "{n} problems", tab.problems).format(n=tab.problems)
