"""The practice hospital: played until it is ended, and the hand that breaks and mends it."""

from __future__ import annotations

from argparse import Namespace

from hisconsole.cli.edge import Answer, deliver
from hisconsole.cli.naming import load_infrastructure
from hisconsole.errors import Refused
from hisconsole.paths import config_dir, data_dir
from hisconsole.text import _, printable
from hisconsole.wiring import Settings

_TAKES = {
    "break": ("target", "facet", "value"),
    "mend": ("target", "facet"),
    "status": ("target",),
    "scenario": ("name",),
}


def practice(asked: Namespace) -> Answer | int:
    """Play the hospital, or ask the one that is played already."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    if asked.verb is None:
        return _play(settings, asked)
    if asked.verb == "list":
        return _list(settings)
    from hisconsole.practice.control import command

    given = (getattr(asked, name) for name in _TAKES[asked.verb])
    said = command(settings.data, [asked.verb, *(word for word in given if word is not None)])
    return Answer({"said": said}, said.splitlines())


def _play(settings: Settings, asked: Namespace) -> int:
    from hisconsole.practice.run import run
    from hisconsole.practice.scenario_file import scenario_folder

    site, infrastructure = load_infrastructure(settings)
    if not site.sample:
        raise Refused(
            _("The practice hospital plays a sample only; {folder} is of a real one.").format(
                folder=settings.config
            )
        )

    def tell(line: str) -> None:
        deliver(Answer({"said": line}, [printable(line)]), as_json=asked.json)

    folder = scenario_folder(settings.config)
    run(infrastructure, settings.data, asked.scenario, tell=tell, traps=site.traps, folder=folder)
    return 0


def _list(settings: Settings) -> Answer:
    from hisconsole.practice.hospital import build
    from hisconsole.practice.scenario_file import load_scenario, scenario_folder, scenario_names

    hospital = build(load_infrastructure(settings)[1])
    folder = scenario_folder(settings.config)
    found = [load_scenario(folder, name, hospital) for name in scenario_names(folder)]
    data = [
        {"scenario": each.id, "name": each.name, "about": each.about, "seconds": each.lasts_s}
        for each in found
    ]
    return Answer(data, [f"{each.id:<16} {each.name}" for each in found])
