"""Thresholds: what may be written, what is said of the rest, and how they raise and clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import HisError
from hisconsole.plan.status import Status
from hisconsole.plan.threshold import Threshold, checked, length_text, parse_thresholds, threshold_text
from tests.hostile import HOSTILE
from tests.plan.rounds import judged, letter

WARN, CRIT = Status.WARNING, Status.CRITICAL


@pytest.mark.parametrize(
    ("text", "level", "meant"),
    [
        (">= 80", WARN, "warn >= 80"),
        (">=80", WARN, "warn >= 80"),
        ("> 80", WARN, "warn > 80"),
        ("<= 10", CRIT, "crit <= 10"),
        ("< 10.5", CRIT, "crit < 10.5"),
        ("<= -16.5", WARN, "warn <= -16.5"),
        (">= +3", WARN, "warn >= 3"),
        (">= 1e6", WARN, "warn >= 1000000"),
        (">= 80 for 5m", WARN, "warn >= 80 for 5m"),
        (">= 80 FOR 300s", WARN, "warn >= 80 for 5m"),
        (">= 80 for 90sec", WARN, "warn >= 80 for 90s"),
        (">= 80 for 60min", WARN, "warn >= 80 for 1h"),
        (">= 80 for 24h", WARN, "warn >= 80 for 24h"),
        (">= 80 clear < 70", WARN, "warn >= 80 clear < 70"),
        (">= 80 clear <= 70", WARN, "warn >= 80 clear <= 70"),
        (">= 80 for 5m clear < 70", WARN, "warn >= 80 for 5m clear < 70"),
        (">= 80 clear < 70 for 5m", WARN, "warn >= 80 for 5m clear < 70"),
        ("<= 10 clear > 15", CRIT, "crit <= 10 clear > 15"),
        (">= 80 clear < 80", WARN, "warn >= 80"),
        ("> 80 clear <= 80", WARN, "warn > 80"),
        ("> 80 clear < 80", WARN, "warn > 80 clear < 80"),
        ("warn >= 80", None, "warn >= 80"),
        ("warning >= 80, critical >= 95", None, "warn >= 80; crit >= 95"),
        ("crit>=95,warn>=80", None, "crit >= 95; warn >= 80"),
        ("<= 198, >= 242", WARN, "warn <= 198; warn >= 242"),
        ("warn <= 198, warn >= 242, crit <= 187, crit >= 253", None, None),
        ("warn >= 80, crit >= 80 for 5m", None, "warn >= 80; crit >= 80 for 5m"),
        ("crit >= 95", CRIT, "crit >= 95"),
    ],
)
def test_thresholds_that_may_be_written(text: str, level: Status | None, meant: str | None) -> None:
    found = parse_thresholds(text, level)
    assert "; ".join(map(threshold_text, found)) == (meant or text.replace(",", ";"))


@pytest.mark.parametrize(
    ("text", "level", "sentence"),
    [
        ("", WARN, "A threshold is empty: write for example '>= 80 for 5m clear < 70'."),
        ("  ", None, "A threshold is empty: write for example '>= 80 for 5m clear < 70'."),
        (">= 80,", WARN, "A threshold is empty: write for example '>= 80 for 5m clear < 70'."),
        (">= 80", None, "'>= 80' does not say its level: put 'warn' or 'crit' before it."),
        ("crit >= 80", WARN, "'crit >= 80' stands where the other level is set."),
        ("80", WARN, "'80' in '80' is not a comparison: use >=, >, <= or <."),
        ("=> 80", WARN, "'=>' in '=> 80' is not a comparison: use >=, >, <= or <."),
        ("== 80", WARN, "'==' in '== 80' is not a comparison: use >=, >, <= or <."),
        ("\u2265 80", WARN, "'\u2265' in '\u2265 80' is not a comparison: use >=, >, <= or <."),
        ("warn", None, "'warn' ends before its comparison."),
        (">=", WARN, "'>=' ends before its number."),
        (">= 80%", WARN, "'80%' in '>= 80%' is not a number: write it like 80 or -16.5, without a unit."),
        (">= x", WARN, "'x' in '>= x' is not a number: write it like 80 or -16.5, without a unit."),
        (">= nan", WARN, "'nan' in '>= nan' is not a number: write it like 80 or -16.5, without a unit."),
        (
            ">= 1e999",
            WARN,
            "'1e999' in '>= 1e999' is not a number: write it like 80 or -16.5, without a unit.",
        ),
        (">= 1_0", WARN, "'1_0' in '>= 1_0' is not a number: write it like 80 or -16.5, without a unit."),
        (">= 0,5", WARN, "'5' in '5' is not a comparison: use >=, >, <= or <."),
        (
            ">= 80 %",
            WARN,
            (
                "'%' in '>= 80 %' is not understood: after the number, without its unit, come only 'for 5m'"
                " and 'clear < 70'."
            ),
        ),
        (
            ">= 80 for",
            WARN,
            "'' in '>= 80 for' is not a length of time: write 30s, 5m or 1h, at most 24h.",
        ),
        (
            ">= 80 for 5",
            WARN,
            "'5' in '>= 80 for 5' is not a length of time: write 30s, 5m or 1h, at most 24h.",
        ),
        (
            ">= 80 for 0m",
            WARN,
            "'0m' in '>= 80 for 0m' is not a length of time: write 30s, 5m or 1h, at most 24h.",
        ),
        (
            ">= 80 for 25h",
            WARN,
            "'25h' in '>= 80 for 25h' is not a length of time: write 30s, 5m or 1h, at most 24h.",
        ),
        (">= 80 for 5m for 5m", WARN, "'>= 80 for 5m for 5m' says 'for' twice."),
        (">= 80 clear", WARN, "'>= 80 clear' ends before its comparison."),
        (">= 80 clear <", WARN, "'>= 80 clear <' ends before its number."),
        (">= 80 clear > 90", WARN, "'>= 80 clear > 90' raises and clears on the same side: clear with <."),
        ("<= 10 clear < 5", WARN, "'<= 10 clear < 5' raises and clears on the same side: clear with >."),
        (">= 80 clear < 90", WARN, "'>= 80 clear < 90' would raise and clear at one value."),
        (">= 80 clear <= 80", WARN, "'>= 80 clear <= 80' would raise and clear at one value."),
        ("<= 10 clear > 5", WARN, "'<= 10 clear > 5' would raise and clear at one value."),
        (
            ">= 80, >= 90",
            WARN,
            "'warn >= 80' and 'warn >= 90' are the same level on the same side: keep one.",
        ),
        (
            ">= 80, >= 80",
            WARN,
            "'warn >= 80' and 'warn >= 80' are the same level on the same side: keep one.",
        ),
        ("<= 50, >= 50", WARN, "'warn <= 50' and 'warn >= 50' leave no good value between them."),
        (
            "warn >= 95, crit >= 80",
            None,
            "'warn >= 95' would come only after 'crit >= 80': a warning comes first.",
        ),
        (
            "warn <= 5, crit <= 10",
            None,
            "'warn <= 5' would come only after 'crit <= 10': a warning comes first.",
        ),
    ],
)
def test_what_is_said_of_other_thresholds(text: str, level: Status | None, sentence: str) -> None:
    with pytest.raises(HisError) as caught:
        parse_thresholds(text, level)
    assert str(caught.value) == sentence


def test_a_profiles_two_texts_are_checked_together() -> None:
    with pytest.raises(HisError, match="a warning comes first"):
        checked(parse_thresholds(">= 95", WARN) + parse_thresholds(">= 80", CRIT))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(HisError):
        parse_thresholds(text)


@given(
    st.builds(
        Threshold,
        level=st.sampled_from([WARN, CRIT]),
        above=st.booleans(),
        enter=st.floats(allow_nan=False, allow_infinity=False),
        clear=st.just(0.0),
        seconds=st.integers(0, 86_400),
        strict=st.booleans(),
    ),
    st.floats(min_value=0, max_value=1e9),
    st.booleans(),
)
def test_a_threshold_reads_back_as_it_was_written(raw: Threshold, gap: float, clear_strict: bool) -> None:
    clear = raw.enter - gap if raw.above else raw.enter + gap
    threshold = Threshold(
        raw.level,
        raw.above,
        raw.enter,
        clear,
        raw.seconds,
        raw.strict,
        clear_strict if clear != raw.enter else not raw.strict,
    )
    assert parse_thresholds(threshold_text(threshold)) == (threshold,)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1s"), (60, "1m"), (90, "90s"), (3600, "1h"), (5400, "90m")]
)
def test_lengths_are_exact(seconds: int, text: str) -> None:
    assert length_text(seconds) == text


@pytest.mark.parametrize(
    ("rules", "values", "statuses"),
    [
        ("warn >= 80", [79, 80, 81, 80, 79], "owwwo"),
        ("warn > 80", [80, 80.1, 80, 79], "owoo"),
        ("warn <= 10", [11, 10, 9, 10.5], "owwo"),
        ("warn < 10", [10, 9.9, 10], "owo"),
        ("warn >= 80 clear < 70", [79, 80, 79, 70, 69.9, 79, 80], "owwwoow"),
        ("warn >= 80 clear <= 70", [80, 71, 70, 79], "wwoo"),
        ("warn <= 10 clear > 15", [11, 10, 11, 15, 15.1, 11], "owwwoo"),
        ("warn <= 10 clear >= 15", [10, 14.9, 15], "wwo"),
        ("warn >= 80 clear < 70", [75, 75, 75], "ooo"),
        ("warn >= 80 clear < 70", [81, 79, 81, 79, 81], "wwwww"),
        ("warn >= 80, crit >= 95", [79, 80, 95, 94, 79], "owcwo"),
        ("warn >= 80 clear < 70, crit >= 95 clear < 90", [96, 91, 89, 71, 69], "ccwwo"),
        ("warn <= 30, crit <= 15", [31, 30, 15, 16, 31], "owcwo"),
        ("warn <= 198, warn >= 242, crit <= 187, crit >= 253", [220, 198, 187, 220, 242, 253], "owcowc"),
        ("warn <= -16 clear > -15, crit <= -20", [-10, -16, -15.5, -20, -15, -14.9], "owwcwo"),
        ("warn >= 80", [None, 80, None, 79], "uwuo"),
        ("warn >= 80 clear < 70", [80, None, 75, None, 69], "wuwuo"),
        ("warn >= 80 clear < 70", [75, None, 75], "ouo"),
        ("warn >= 80", ["text", 10, "80"], "uou"),
        ("warn >= 80", [float("nan"), 10, float("inf"), float("-inf")], "uouu"),
        ("warn >= 1", [0, True, False], "owo"),
    ],
)
def test_hysteresis(rules: str, values: list[float | str | None], statuses: str) -> None:
    thresholds, before, seen = parse_thresholds(rules), None, ""
    for count, value in enumerate(values):
        before = judged(value, thresholds, before=before, seconds=count * 60)
        seen += letter(before.status)
    assert seen == statuses


@pytest.mark.parametrize(
    ("rules", "samples", "statuses"),
    [
        # Seconds of both clocks, and the value then.
        ("warn >= 80 for 5m", [(60 * n, 85) for n in range(7)], "oooooww"),
        ("warn >= 80 for 5m", [(30 * n, 85) for n in range(12)], "ooooooooooww"),
        ("warn >= 80 for 5m", [(0, 85), (60, 85), (120, 79), (180, 85), (240, 85), (420, 85)], "oooooo"),
        ("warn >= 80 for 1m clear < 70", [(0, 85), (60, 85), (120, 75), (180, 69), (240, 85)], "owwoo"),
        ("warn >= 80 for 1m clear < 70", [(0, 85), (30, 75), (60, 85), (90, 85)], "oooo"),
        ("warn >= 80 for 2m, crit >= 95", [(0, 85), (60, 97), (120, 85), (180, 79)], "ocwo"),
        ("warn >= 80 for 2m", [(0, 85), (60, None), (120, 85), (180, 85), (240, 85)], "ouoow"),
        # Two samples 150 s apart still hang together, 151 s do not; an hour unseen is no hour of 80 %.
        ("warn >= 80 for 150s", [(0, 85), (150, 85)], "ow"),
        ("warn >= 80 for 150s", [(0, 85), (151, 85)], "oo"),
        ("warn >= 80 for 5m", [(0, 85), (3600, 85), (3660, 85)], "ooo"),
        ("warn <= 10 for 1m", [(0, 5), (60, 5)], "ow"),
    ],
)
def test_for_a_length_of_time(rules: str, samples: list[tuple[float, float | None]], statuses: str) -> None:
    thresholds, before, seen = parse_thresholds(rules), None, ""
    for seconds, value in samples:
        before = judged(value, thresholds, before=before, seconds=seconds)
        seen += letter(before.status)
    assert seen == statuses


@pytest.mark.parametrize(
    ("samples", "statuses"),
    [
        # Seconds that passed, and what the clock on the wall shows then.
        ([(0, 0), (60, 3660), (120, 3720)], "ooo"),
        ([(0, 0), (60, -3540), (120, -3480), (180, -3420)], "oooo"),
        (
            [(0, 0), (60, -3540), (120, -3480), (180, -3420), (240, -3360), (300, -3300), (360, -3240)],
            "oooooow",
        ),
        # Another machine took over: its own clock runs since its own start.
        ([(90_000, 0), (20, 60), (80, 120)], "ooo"),
        ([(20, 0), (90_000, 60), (90_060, 120)], "ooo"),
    ],
)
def test_a_clock_that_jumps_raises_nothing_early(samples: list[tuple[float, float]], statuses: str) -> None:
    thresholds, before, seen = parse_thresholds("warn >= 80 for 5m"), None, ""
    for seconds, clock in samples:
        before = judged(85, thresholds, before=before, seconds=seconds, clock=clock)
        seen += letter(before.status)
    assert seen == statuses


def test_an_edited_threshold_goes_on_where_the_old_one_stood() -> None:
    before = judged(97, parse_thresholds("crit >= 95 for 5m"), seconds=0)
    before = judged(97, parse_thresholds("crit >= 95 for 5m"), before=before, seconds=150)
    before = judged(97, parse_thresholds("crit >= 95 for 5m"), before=before, seconds=300)
    assert before.status is CRIT
    edited = parse_thresholds("crit >= 90 for 10m clear < 85")
    assert judged(97, edited, before=before, seconds=330).status is CRIT
    assert judged(97, (), before=before, seconds=330).status is Status.OK
