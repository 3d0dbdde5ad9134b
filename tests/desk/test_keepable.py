"""Which answers of a kept act are numbers of calls that were taken under provisional ones."""

from __future__ import annotations

import pytest

from hisconsole.desk.keepable import with_numbers
from hisconsole.errors import Refused
from hisconsole.plan.events import PROVISIONAL

KEPT = PROVISIONAL + 3
PHONE = "4008208820"


def test_only_what_names_an_incident_is_renumbered() -> None:
    given = {
        "number": KEPT,
        "expected": None,
        "given": {"text": PHONE, "callback": PHONE, "ticket": str(KEPT), "to": str(KEPT)},
    }
    assert with_numbers(given, {KEPT: 7}) == {
        "number": 7,
        "expected": None,
        "given": {"text": PHONE, "callback": PHONE, "ticket": str(KEPT), "to": "7"},
    }


@pytest.mark.parametrize("given", [{"number": KEPT}, {"given": {"join": str(KEPT)}}])
def test_a_call_that_is_not_on_record_refuses_what_is_about_it(given: dict[str, object]) -> None:
    with pytest.raises(Refused, match="K3"):
        with_numbers(given, {})
