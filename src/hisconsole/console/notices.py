"""The forms of manual operation: a notice, that departments repeated it, how far they are with back-entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from hisconsole.console.acting import draft_of
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Lines, hanging
from hisconsole.plan import manual
from hisconsole.plan.manual import Post
from hisconsole.plan.notices import drafted
from hisconsole.plan.outreach import NoticeKind
from hisconsole.plan.story_outreach import notice_label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.manual import Departments


class HeldForm(ActForm):
    """The form of an act some of whose answers are known; what is to be read out stands on top."""

    def __init__(
        self,
        console: HisConsole,
        name: str,
        seen: Departments,
        *,
        held: Mapping[str, str],
        label: str,
        form: str,
        given: Mapping[str, str] | None = None,
        without: Iterable[str] = (),
        read_out: str = "",
    ) -> None:
        """`held` is not asked; `form` names the draft, `without` what this case does not need."""
        incident = seen.incident
        act = console.acts[name]
        asks = tuple(each for each in act.asks if each.name not in {*held, *without})
        super().__init__(
            replace(act, label=label, asks=asks),
            [incident.number],
            {incident.number: incident.version},
            draft_of(console, form, incident.number),
            given=given,
        )
        self.form = form
        self.real = act
        self.held = held
        self.read_out = read_out

    def compose(self) -> ComposeResult:
        """The words below the title, then the questions."""
        title, *rest = super().compose()
        yield title
        words = Lines(id="words")
        words.lines = hanging(" ", self.read_out, self.app.size.width, look="bold") if self.read_out else []
        yield words
        yield from rest


def notice_form(
    console: HisConsole, seen: Departments, kind: NoticeKind, gate: str, departments: Sequence[str]
) -> HeldForm:
    """The form of a notice, worded as far as cards and plan go."""
    said = drafted(seen.means, kind, departments)
    held = {"kind": kind.value, "gate": gate}
    clock = console.now().astimezone(console.site.zone).strftime("%H:%M")
    given = {"departments": " ".join(departments), "effective": clock, **said}
    back = kind in (NoticeKind.RESUME, NoticeKind.ALL_CLEAR)
    started_by = seen.incident.started_by
    if started_by and not back and console.site.contact(started_by) is not None:
        given["authority"] = started_by
    return HeldForm(
        console,
        manual.NOTICE,
        seen,
        held=held,
        label=_("{notice}, incident").format(notice=f"{notice_label(kind)} {gate}".strip()),
        form=f"notice-{kind.value}-{gate}"[:64],
        given={name: value for name, value in given.items() if value},
        without=("stops", "forms") if back else ("tried", "override"),
    )


def repeated_form(console: HisConsole, seen: Departments, posts: Sequence[Post]) -> HeldForm:
    """Who took the last notice of some departments; its words are on top, to be read out."""
    names = ", ".join(seen.means.call(post.department) for post in posts)
    ids = " ".join(post.department for post in posts)
    notice = posts[0].notice
    return HeldForm(
        console,
        manual.RECEIPT,
        seen,
        held={"departments": ids, "number": ""},
        label=_("Repeated by {names}, incident").format(names=names[:48]),
        form=f"receipt-{notice.number if notice else 0}-{ids}"[:64],
        read_out=notice.text if notice is not None else "",
    )


def entered_form(console: HisConsole, seen: Departments, post: Post) -> HeldForm:
    """How far a department has come, beginning with what it said last."""
    entry = post.entry
    given = {}
    if entry is not None:
        given = {
            "paper": str(entry.paper),
            "entered": str(entry.entered),
            "variance": entry.variance,
            "owner": entry.owner,
            "signed": entry.signed,
        }
    return HeldForm(
        console,
        manual.BACK_ENTERED,
        seen,
        held={"department": post.department},
        label=_("Paper of {name}, incident").format(name=seen.means.call(post.department)),
        form=f"entered-{post.department}",
        given=given,
    )
