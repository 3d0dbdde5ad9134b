"""Drills from the command line: held, listed, reported, compared."""

from __future__ import annotations

import os
from argparse import Namespace

from hisconsole import plain
from hisconsole.cli.edge import Answer, Usage, deliver
from hisconsole.cli.opening import at_desk
from hisconsole.cli.shapes import Shape
from hisconsole.desk.desk import Desk
from hisconsole.desk.drills import read_drills
from hisconsole.desk.record import begun
from hisconsole.desk.upkeep import head_words
from hisconsole.errors import NotFound
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.drill_words import comparison, difference, length, report
from hisconsole.plan.drills import Figure, Held
from hisconsole.plan.paper import lines
from hisconsole.plan.times import to_text
from hisconsole.text import _, fit, printable
from hisconsole.wiring import Settings


def drill(asked: Namespace) -> Answer | int:
    """Hold a drill, or answer from those that were held."""
    asks = (asked.scenario is not None, asked.list, asked.report is not None, asked.compare)
    if sum(asks) != 1:
        raise Usage(_("Name a scenario, or one of --list, --report and --compare."))
    if asked.minutes is not None and asked.scenario is None:
        raise Usage(_("--minutes belongs to a scenario."))
    if asked.list:
        return _list(asked)
    if asked.scenario is not None:
        return _hold(asked)
    with at_desk(asked) as desk:
        held = read_drills(desk)
        return _compare(desk, held) if asked.compare else _told(desk, _of(held, asked.report))


def _hold(asked: Namespace) -> Answer:
    from hisconsole.console.terminal import decide
    from hisconsole.drill import hold_for, hold_on_screen, prepare

    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    if asked.minutes is None:
        terminal = decide(os.environ, stdin_tty=os.isatty(0), stdout_tty=os.isatty(1))
        if terminal.plain or asked.json:
            raise Usage(_("A drill is held on a full screen; without one say how long, with --minutes."))
        held = hold_on_screen(prepare(settings, asked.scenario), terminal)
    else:

        def tell(line: str) -> None:
            if not asked.json:
                deliver(Answer(None, [printable(line)]), as_json=False)

        held = hold_for(prepare(settings, asked.scenario), asked.minutes, tell=tell)
    with at_desk(asked) as desk:
        return _told(desk, held)


def _list(asked: Namespace) -> Answer:
    from hisconsole.drill import scenarios

    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    found = scenarios(settings)
    past: tuple[Held, ...] = ()
    told = [f"{each.id:<16} {fit(_calls(len(each.calls)), 12)} {each.name}" for each in found]
    if begun(settings.config, settings.data):
        with at_desk(asked) as desk:
            past = read_drills(desk)
            names = _names(desk)
            told += ["", _("Held:"), *(_line(each, names) for each in past)] if past else []
    data = {
        "scenarios": [{"scenario": each.id, "name": each.name, "calls": len(each.calls)} for each in found],
        "held": [_shape(each) for each in past],
    }
    return Answer(data, told)


def _calls(count: int) -> str:
    return _("{n} calls").format(n=count) if count else _("no calls")


def _line(held: Held, names: Names) -> str:
    took_s = round((held.ended - held.began).total_seconds())
    return f"{held.number:>4}  {names.day(held.began)}  {held.scenario:<16} {length(took_s):>8}  {held.by}"


def _of(held: tuple[Held, ...], number: int) -> Held:
    """The drill of that number, 0 for the last one."""
    found = [each for each in held if number in (0, each.number)]
    if not found:
        raise NotFound(
            _("There is no drill {number}; 'hisconsole drill --list' shows them.").format(number=number)
            if number
            else _("No drill was held yet.")
        )
    return found[-1]


def _told(desk: Desk, held: Held) -> Answer:
    paper = report(held, desk.site.plan, _names(desk), head=head_words(desk))
    return Answer(_shape(held), lines(paper, plain.WIDTH))


def _compare(desk: Desk, held: tuple[Held, ...]) -> Answer:
    if len(held) < 2:
        raise NotFound(_("Two drills are needed to compare them; {n} was held.").format(n=len(held)))
    before, last = held[-2:]
    then = {each.key: each for each in before.figures}
    now = {each.key: each for each in last.figures}
    keys = dict.fromkeys((*now, *then))
    data = {
        "before": _shape(before),
        "last": _shape(last),
        "change_s": {key: difference(then.get(key), now.get(key)) for key in keys},
    }
    paper = comparison(last, before, desk.site.plan, _names(desk), head=head_words(desk))
    return Answer(data, lines(paper, plain.WIDTH))


def _names(desk: Desk) -> Names:
    def call(id_: str) -> str:
        known = desk.site.contact(id_)
        return known.name if known is not None else id_

    site = desk.site
    return Names(site.name, site.before_number, desk.zone, site.timezone, call)


def _shape(held: Held) -> Shape:
    return {
        "drill": held.number,
        "scenario": held.scenario,
        "began": to_text(held.began),
        "ended": to_text(held.ended),
        "by": held.by,
        "folder": held.folder,
        "incidents": held.incidents,
        "figures": [_figure(each) for each in held.figures],
    }


def _figure(figure: Figure) -> Shape:
    return {
        "key": figure.key,
        "after_s": figure.after_s,
        "took_s": figure.took_s,
        "limit_s": figure.limit_s,
        "kept": figure.kept or None,
    }
