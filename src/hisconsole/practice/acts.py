"""What a person may do to a running practice hospital: break, mend, start a scenario, look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hisconsole.errors import NotFound, Refused
from hisconsole.fields import closest
from hisconsole.practice.facets import DEVICE, Facet
from hisconsole.practice.hospital import CONSOLE
from hisconsole.practice.live import Live
from hisconsole.practice.scenario import Scenario, Step, said_between
from hisconsole.practice.scenario_file import load_scenario, scenario_names
from hisconsole.text import _, ngettext, printable


class Acts:
    """The hand on a practice hospital; scenarios come from `folder`."""

    def __init__(self, live: Live, folder: Path) -> None:
        self._live = live
        self._folder = folder
        self._playing: Scenario | None = None
        self._began_s = self._told_s = 0.0
        self._verbs: dict[str, Callable[[Sequence[str]], str]] = {
            "break": self._break,
            "mend": self._mend,
            "status": self._status,
            "scenario": self._scenario,
        }

    def __call__(self, words: Sequence[str]) -> str:
        """Do what the words say; raises HisError with what is allowed."""
        verb = self._verbs.get(words[0]) if words else None
        if verb is None:
            raise Refused(_("Say one of: {verbs}.").format(verbs=", ".join(self._verbs)))
        return verb(words[1:])

    def play(self, name: str) -> str:
        """Make everything normal and begin a scenario."""
        scenario = load_scenario(self._folder, name, self._live.hospital)
        self._live.mend()
        now = self._live.now_s
        self._live.do(replace(step, at_s=step.at_s + now) for step in scenario.steps)
        self._playing, self._began_s, self._told_s = scenario, now, -1.0
        minutes = -(-int(scenario.lasts_s) // 60)
        lasts = ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
        return _("Scenario {id} begins: {name}. It takes {lasts}.").format(
            id=scenario.id, name=scenario.name, lasts=lasts
        )

    def heard(self) -> tuple[str, ...]:
        """The lines of the scenario that have come due since the last time."""
        if self._playing is None:
            return ()
        now = self._live.now_s - self._began_s
        lines = said_between(self._playing, self._told_s, now)
        self._told_s = now
        return lines

    def _scenario(self, words: Sequence[str]) -> str:
        if len(words) == 1:
            return self.play(words[0])
        names = scenario_names(self._folder)
        if words:
            raise Refused(_("Name one scenario: {names}.").format(names=", ".join(names)))
        listed = [load_scenario(self._folder, name, self._live.hospital) for name in names]
        return "\n".join(f"{each.id:<16} {each.name}" for each in listed)

    def _break(self, words: Sequence[str]) -> str:
        if not 1 <= len(words) <= 3:
            raise Refused(_("Say what to break: a target, then a facet and a value where you want one."))
        facet = self._facet(words[0], words[1] if len(words) > 1 else "")
        value = facet.read(words[2]) if len(words) > 2 else facet.broken
        self._live.do([Step(self._live.now_s, (words[0], facet.name), value)])
        return _("{target}: {facet} is now {value}.").format(
            target=words[0], facet=facet.name, value=facet.shown(value)
        )

    def _mend(self, words: Sequence[str]) -> str:
        if not words:
            self._live.mend()
            self._playing = None
            return _("Everything is normal again.")
        if len(words) > 2:
            raise Refused(_("Say what to mend: nothing for everything, or a target, or one facet of it."))
        facets = self._live.hospital.facets(words[0])
        names = [self._facet(*words).name] if len(words) == 2 else list(facets)
        for name in names:
            self._live.mend((words[0], name))
        if len(names) > 1:
            return _("{target} is normal again.").format(target=words[0])
        return _("{target}: {facet} is normal again.").format(target=words[0], facet=names[0])

    def _status(self, words: Sequence[str]) -> str:
        if len(words) > 1:
            raise Refused(_("Name one target, or none for all."))
        if words:
            return self._one(words[0])
        hospital = self._live.hospital
        lines = [self._head()]
        for (target, name), value in sorted(self._live.changed().items()):
            facet = hospital.facets(target)[name]
            lines.append(f"{target:<16} {name:<34} {facet.shown(value)} ({facet.shown(facet.normal)})")
        silent = [id_ for id_ in hospital.devices if not self._live.answers(id_)]
        if silent:
            lines.append(_("no answer: {names}").format(names=", ".join(silent)))
        return "\n".join(lines)

    def _head(self) -> str:
        count = len(self._live.hospital.devices)
        targets = ngettext("{count} target", "{count} targets", count).format(count=count)
        if self._playing is None:
            return _("PRACTICE: {targets}, no scenario.").format(targets=targets)
        passed = int(self._live.now_s - self._began_s)
        return _("PRACTICE: {targets}, scenario {id} at +{minutes}:{seconds:02d}.").format(
            targets=targets, id=self._playing.id, minutes=passed // 60, seconds=passed % 60
        )

    def _one(self, target: str) -> str:
        facets = self._live.hospital.facets(target)
        lines = []
        for name, facet in sorted(facets.items()):
            value = self._live.value((target, name))
            normal = "" if value == facet.normal else f" ({facet.shown(facet.normal)})"
            allowed = " ".join(facet.words) or f"{facet.least:g} .. {facet.most:g}"
            lines.append(f"{name:<34} {facet.shown(value) + normal:<24} {allowed}")
        return "\n".join(lines)

    def _facet(self, target: str, name: str) -> Facet:
        facets = self._live.hospital.facets(target)
        wanted = name or (DEVICE if target != CONSOLE else next(iter(facets)))
        if wanted not in facets:
            meant = closest(wanted, facets)
            hint = _("did you mean '{meant}'?").format(meant=meant) if meant else _("'status' lists them.")
            sentence = _("{target} has no '{name}': {hint}")
            raise NotFound(sentence.format(target=target, name=printable(wanted, limit=40), hint=hint))
        return facets[wanted]
