"""The questions of the sample's classification with the answers they take, without "don't know"."""

from __future__ import annotations

from hisconsole.plan.words import Scope, Symptom

QUESTIONS: dict[str, tuple[str, ...]] = {
    "symptom": tuple(map(str, Symptom)),
    "scope": tuple(str(scope) for scope in Scope if scope is not Scope.UNKNOWN),
    "component": (
        "server",
        "unstable",
        "fibre",
        "network",
        "data",
        "prices",
        "backup",
        "insurance",
        "here",
    ),
    "data": ("lost", "attack", "patient", "error"),
    "reproducible": ("yes", "no"),
    "approved": ("yes", "no"),
    "handling": ("terminal", "person", "workflow"),
    "spare": ("yes", "no"),
    "recurring": ("yes", "no"),
}
