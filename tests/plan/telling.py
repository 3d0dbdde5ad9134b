"""Incidents that workstations of some departments reported, and a message to send about them."""

from __future__ import annotations

from datetime import timedelta

from tests.plan.play import Play, a_report

MIN = timedelta(minutes=1)
SENT = {"status": "verified", "affected": "registration", "do": "use paper"}


def called(*places: tuple[str, str]) -> Play:
    """An incident that these workstations of these departments reported."""
    play = Play()
    for number, (workstation, department) in enumerate(places, 1):
        play.call(a_report(number, workstation=workstation, department=department))
    return play.act("acknowledge").act("verify", result="confirmed")


def two() -> Play:
    return called(("reg-01", "reg"), ("lab-01", "lab"))
