"""The closed vocabularies of the record, each value with the words an operator reads."""

from __future__ import annotations

from enum import StrEnum

from hisconsole.text import _


class State(StrEnum):
    """Where an incident stands; the moves between them are in `incident.MOVES`."""

    NEW = "new"
    VERIFYING = "verifying"
    ACTIVE = "active"
    MITIGATED = "mitigated"
    RECOVERED = "recovered"
    BACK_ENTRY = "back-entry"
    REVIEW = "review"
    CLOSED = "closed"


class Category(StrEnum):
    """Who answers for an incident (plan 4); unclassified is not Other."""

    I = "I"  # noqa: E741 - the plan's own name
    II = "II"
    III = "III"
    OTHER = "Other"
    UNCLASSIFIED = "unclassified"


class Symptom(StrEnum):
    """What a workstation must report at once (plan 3), in the plan's order, and the rest."""

    SLOW_DATABASE = "slow-database"
    CANNOT_ENTER = "cannot-enter"
    CANNOT_SAVE = "cannot-save"
    NO_NETWORK = "no-network"
    DISCONTINUOUS = "discontinuous"
    OTHER = "other"


class Scope(StrEnum):
    """How many are hit, as the caller was asked (domain 5.5)."""

    UNKNOWN = "unknown"
    ONE = "one"
    SOME = "some"
    DEPARTMENT = "department"
    HOSPITAL = "hospital"


class Verification(StrEnum):
    """What looking into a report came to (domain 5.5)."""

    CONFIRMED = "confirmed"
    NOT_REPRODUCED = "not-reproduced"
    USER_RESOLVED = "user-resolved"


class Method(StrEnum):
    """How a report was looked into."""

    PHONE = "phone"
    REMOTE = "remote"
    ON_SITE = "on-site"
    POLL = "poll"


class Confidence(StrEnum):
    """How sure the cause is; only a confirmed one is a known one (domain 5.2)."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


class YesNo(StrEnum):
    """An answer to a question that has only two."""

    YES = "yes"
    NO = "no"


class Audience(StrEnum):
    """Whom a summary is for."""

    TEAM = "team"
    LEADER = "leader"


class Result(StrEnum):
    """What a fix came to."""

    WORKED = "worked"
    FAILED = "failed"


def symptom_label(symptom: str) -> str:
    """The symptom as the form and the queue show it."""
    return {
        Symptom.SLOW_DATABASE: _("database slow"),
        Symptom.CANNOT_ENTER: _("cannot enter program"),
        Symptom.CANNOT_SAVE: _("cannot save"),
        Symptom.NO_NETWORK: _("no network"),
        Symptom.DISCONTINUOUS: _("works on and off"),
        Symptom.OTHER: _("other"),
    }[Symptom(symptom)]


def category_name(category: str) -> str:
    """A category inside a sentence: the plan's numeral, or its word."""
    return {Category.OTHER: _("Other"), Category.UNCLASSIFIED: _("unclassified")}.get(
        Category(category), category
    )


def label(value: StrEnum) -> str:
    """Any other value of these vocabularies in words."""
    return {
        "new": _("new"),
        "verifying": _("verifying"),
        "active": _("active"),
        "mitigated": _("mitigated"),
        "recovered": _("recovered"),
        "back-entry": _("back-entry"),
        "review": _("review"),
        "closed": _("closed"),
        "I": _("Category I"),
        "II": _("Category II"),
        "III": _("Category III"),
        "Other": _("Other"),
        "unclassified": _("unclassified"),
        "unknown": _("not asked"),
        "one": _("this one only"),
        "some": _("some"),
        "department": _("whole department"),
        "hospital": _("several departments"),
        "confirmed": _("confirmed"),
        "not-reproduced": _("not reproduced"),
        "user-resolved": _("user resolved"),
        "phone": _("by phone"),
        "remote": _("remotely"),
        "on-site": _("on site"),
        "poll": _("by poll"),
        "suspected": _("suspected"),
        "worked": _("worked"),
        "failed": _("failed"),
        "yes": _("yes"),
        "no": _("no"),
        "team": _("the team"),
        "leader": _("the leader"),
    }[value.value]
