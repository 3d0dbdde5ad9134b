"""Commands about what is watched: the watch itself, its picture, its figures."""

from __future__ import annotations

from argparse import Namespace

from hisconsole.cli.edge import Answer, deliver
from hisconsole.paths import config_dir, data_dir
from hisconsole.text import _
from hisconsole.wiring import Settings, metrics_text, open_site, status_picture


def _settings(asked: Namespace) -> Settings:
    return Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)


def watch(asked: Namespace) -> Answer | int:
    """Watch until SIGTERM; or look once, or print the unit that runs the watch."""
    settings = _settings(asked)
    if asked.unit:
        from hisconsole.cli.unit import watch_unit

        text = watch_unit(settings.config, settings.data)
        return Answer({"unit": text}, text.splitlines())
    if not settings.config.is_dir():
        open_site(settings)  # says so; a folder with faults in it is watched as far as it can be read
    if asked.once:
        return _once(settings)
    from hisconsole.watch.process import run, speak_as

    speak_as(settings.config)
    told = _("Watching what {config} names; the readings are in {data}. Ctrl+C ends it.")
    begun = told.format(config=settings.config, data=settings.data)
    deliver(Answer({"config": str(settings.config), "data": str(settings.data)}, [begun]), as_json=asked.json)
    return run(settings.config, settings.data)


def _once(settings: Settings) -> Answer:
    from hisconsole.cli.watching_text import once_words, target_lines
    from hisconsole.watch.once import once

    found = once(settings.config, settings.data)
    lines = [
        line
        for id_, shown in found.shown.items()
        for line in target_lines(shown, once_words(shown, found.readings[id_]))
    ]
    return Answer(found.plain(), lines or [_nothing(settings)])


def _nothing(settings: Settings) -> str:
    return _("Nothing is watched: {file} names no target.").format(file=settings.config / "targets.yaml")


def status(asked: Namespace) -> Answer:
    """The latest picture."""
    from hisconsole.cli.watching_text import status_lines, status_shape
    from hisconsole.plan.status import Status

    settings = _settings(asked)
    site, picture = status_picture(settings)
    bad = [row for row in picture.rows if row.shown.under is not Status.OK]
    rows = bad if asked.problems else picture.rows
    lines = status_lines(picture, rows, zone=site.zone)
    if not picture.infrastructure.targets:
        lines = [_nothing(settings)]
    return Answer(status_shape(picture, rows), lines)


def metrics(asked: Namespace) -> Answer:
    """The latest readings for Prometheus."""
    text = metrics_text(_settings(asked))
    return Answer({"metrics": text}, text.splitlines())
