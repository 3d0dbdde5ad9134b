"""Whatever is wrong in a flow file is told at its place, all at once, in plain words."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.errors import ConfigFault, Finding, HisError
from hisconsole.flows.read import check_flow, load_flow
from hisconsole.plan.conditions import parse
from hisconsole.plan.document import Rule, Sign
from hisconsole.text import printable
from tests.flows.flows import DELIVERED, FOLDER, SMALL, sample_plan
from tests.shares import tries

JARGON = re.compile(r"\b(None|str|dict|list index|mapping|scalar|token|YAML)\b|Error|<class")
C, P, S = "classify", "paralysis", "small"

MUTANTS: list[tuple[str, str, str, str, str]] = [
    # file, what is replaced, by what, where in the new text the finding stands, words of it
    (C, "id: classify\n", "", "title:", "'id' is missing"),
    (C, "id: classify", "id: Classify it", "Classify it", "small letters"),
    (C, "title: Classify the fault", "titel: Classify the fault", "titel", "did you mean 'title'?"),
    (C, "title: Classify the fault", f"title: {'w' * 90}", "w" * 90, "wider than 74 columns"),
    (C, "title: Classify the fault", f"title: {'宽' * 40}", "宽" * 40, "wider than 74 columns"),
    (C, "title: Classify the fault", "title: [Classify]", "[Classify]", "one line of text"),
    (C, "purpose: Finds", "purpose:\nx: Finds", "purpose:\nx", "'purpose' is empty"),
    (C, "outcomes: plan ", "outcomes: plans ", "plans ", "'outcomes' is 'plan', or has"),
    (C, "outcomes: plan ", "outcome: plan ", "outcome: ", "did you mean 'outcomes'?"),
    (C, "\nsteps:\n", "\nsteps: none\nsstep:\n", "none\nsstep", "'steps' needs its parts below it"),
    (C, "  scope:  ", "  Scope:  ", "Scope:", "cannot name a step"),
    (C, "  scope:  ", "  not:  ", "not:  ", "cannot name a step"),
    (C, "  scope:  ", "  2scope:  ", "2scope:", "cannot name a step"),
    (C, "  scope:  ", f"  {'s' * 40}:  ", "s" * 40, "cannot name a step"),
    (C, "ask: How many are hit?", "ask: How many?\n    ask: So many?", "ask: So many?", "twice"),
    (C, "    ask: How many are hit?\n", "", "scope:", "'ask' is missing"),
    (C, "ask: How many are hit?", "ask: How\tmany", "\tmany", "a tab"),
    (C, "ask: How many are hit?", "ask: How \u202emany", "\u202e", "U+202E"),
    (C, "ask: How many are hit?", "ask: &a How many", "&a", "'&'"),
    (C, "ask: How many are hit?", "ask: *a", "*a", "'*'"),
    (C, "ask: How many are hit?", "ask: !!int How many", "!!int", "'!'"),
    (C, "      one: This workstation only", "      One: This workstation only", "One:", "cannot be a value"),
    (C, "      one: This workstation only", "      unknown: Not known", "unknown: Not", "already"),
    (C, "      one: This workstation only", "      one:", "one:\n", "'one' is empty"),
    (
        C,
        "some: Several in one",
        "some: This workstation only\n      x: Several",
        "This workstation only\n      x",
        "same",
    ),
    (C, '      "yes": Yes, every time or often\n', "", 'choices:\n      "no": No, it was', "at least two"),
    (C, "insurance: Ins", "ten: Ten\n      insurance: Ins", "here: It", "more than 9 entries"),
    (
        C,
        "    when: component = data\n",
        "    when: component == data\n",
        "component == data",
        "at '= data': ",
    ),
    (C, "    when: component = data\n", "    when: component data\n", "component data", "comes =, !=, in"),
    (
        C,
        "    when: component = data\n",
        "    when: component = data or\n",
        "component = data or",
        "too early",
    ),
    (C, "    when: component = data\n", "    when: component = dta\n", "component = dta", "mean 'data'?"),
    (C, "    when: component = data\n", "    when: componet = data\n", "componet", "mean 'component'?"),
    (C, "    when: component = data\n", "    when: component > 3\n", "component > 3", "is no number"),
    (C, "    when: component = data\n", "    when: handling = person\n", "handling = person", "asked later"),
    (C, "    when: component = data\n", "    when: data = lost\n", "data = lost", "asked later"),
    (C, "    when: component = data\n", "    when: eta = maybe\n", "eta = maybe", "'eta' is never 'maybe'"),
    (
        C,
        "    when: component = data\n",
        "    when: burst = many\n",
        "burst = many",
        "compare it with numbers",
    ),
    (C, "    when: component = data\n", f"    when: {'(' * 30}\n", "((((", "too many brackets"),
    (C, "    when: component = data\n", "    whem: component = data\n", "whem", "did you mean 'when'?"),
    (C, "    when: component = data\n", "    kind: list\n", "list\n", "'kind' cannot be 'list'"),
    (C, "    when: component = data\n", "    kind: number\n", "choices:\n      lost", "has no choices"),
    (P, "  undecided:\n", "  undecided: so\n  x:\n", "undecided: so", "needs its fields below it"),
    (P, "  undecided:\n", "  Not decided:\n", "Not decided:", "cannot name an outcome"),
    (P, "    when: always\n", "", "undecided:", "'when' is missing"),
    (P, "    when: always\n", "    when: places = none\n", '"no": No\n', "a dead end"),
    (
        P,
        "    when: places in (one, both)",
        "    when: always or places = both",
        "undecided:",
        "never reached",
    ),
    (
        P,
        "  third:\n",
        "  extra:\n    ask: And?\n    choices: {a: A, b: B}\n  third:\n",
        "extra:",
        "is never asked",
    ),
    (P, "places in (one, both)", "places in (one, all)", "places in (one, all)", "'places' is never 'all'"),
    (P, "    say: Not decided.", "    say: &x Not decided.", "&x", "'&'"),
    (S, "  many:\n    say: Many.\n    when: count >= 3\n", "", "count:", "'count' is never asked"),
    (S, "when: count >= 3", "when: count = many", "count = many", "compare it with numbers"),
    (S, "when: count >= 3", "when: note = many", "note = many", "free words"),
    (S, "    kind: number\n", "", "count:", "'choices' is missing"),
    (S, "outcomes:\n", "outcomes:\n  - x\n", "deep", "does not fit"),
]


def text_of(name: str) -> str:
    """A flow file, delivered or made up."""
    return SMALL if name == S else (FOLDER / f"{name}.yaml").read_text("utf-8")


def place_of(text: str, marker: str) -> tuple[int, int]:
    """Line and column of the marker."""
    start = text.index(marker)
    line = text.count("\n", 0, start) + 1
    return line, start - (text.rfind("\n", 0, start) + 1) + 1


@pytest.mark.parametrize(
    "mutant",
    MUTANTS,
    ids=[f"{m[0]}-{m[4][:30]}-{n}" for n, m in enumerate(MUTANTS)],
)
def test_a_mutated_flow_is_refused_at_its_place(
    tmp_path: Path, mutant: tuple[str, str, str, str, str]
) -> None:
    name, old, new, marker, words = mutant
    text = text_of(name)
    assert old in text, "the case no longer fits the flow"
    path = tmp_path / "flow.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigFault) as refused:
        load_flow(path)
    findings = refused.value.findings
    expected = place_of(path.read_text("utf-8"), marker)
    said = [each for each in findings if words in each.sentence]
    assert expected in [(each.line, each.col) for each in said], "\n".join(map(str, findings))
    assert {each.file for each in findings} == {str(path)}
    check_sentences(findings)


def check_sentences(findings: tuple[Finding, ...]) -> None:
    """They are sentences for people, with nothing in them that acts on a terminal."""
    for each in findings:
        assert each.sentence.rstrip().endswith((".", "?", "!")), each
        assert not JARGON.search(each.sentence), each
        assert printable(each.sentence, limit=len(each.sentence)) == each.sentence


def test_a_flow_with_too_many_steps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    more = "".join(f"  s{n}:\n    ask: And?\n    kind: text\n" for n in range(30))
    path.write_text(SMALL.replace("outcomes:\n", more + "outcomes:\n"), "utf-8")
    with pytest.raises(ConfigFault, match="'steps' has more than 30 entries"):
        load_flow(path)


def test_a_person_is_never_asked_more_than_seven_questions(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"

    def chain(count: int) -> str:
        names = [f"q{n}" for n in range(count)]
        asks = "".join(
            f'  {name}:\n    ask: And {name}?\n    choices:\n      "yes": Y\n      "no": N\n'
            for name in names
        )
        outs = "".join(f"  o{name}:\n    say: So.\n    when: {name} = yes\n" for name in names)
        head = "id: chain\ntitle: T\npurpose: P\nsteps:\n"
        return f"{head}{asks}outcomes:\n{outs}  rest:\n    say: So.\n    when: always\n"

    path.write_text(chain(7), "utf-8")
    assert len(load_flow(path).steps) == 7
    path.write_text(chain(8), "utf-8")
    with pytest.raises(ConfigFault, match="this is question 8 on one way") as refused:
        load_flow(path)
    assert (refused.value.findings[0].line, refused.value.findings[0].col) == place_of(chain(8), "q7:")


def test_a_flow_that_cannot_be_walked_through_is_refused_soon(tmp_path: Path) -> None:
    rng = random.Random(4)
    names = [f"q{n}" for n in range(30)]
    asks = "".join(
        f"  {name}:\n    ask: And {name}?\n    choices:\n" + "".join(f"      v{n}: V{n}\n" for n in range(9))
        for name in names
    )
    outs = ""
    for number in range(20):
        pairs = [rng.sample(names, 2) for _each in range(20)]
        when = " or ".join(
            f"{one} = v{rng.randrange(9)} and {two} = v{rng.randrange(9)}" for one, two in pairs
        )
        outs += f"  o{number}:\n    say: So.\n    when: {when}\n"
    path = tmp_path / "flow.yaml"
    path.write_text(f"id: maze\ntitle: T\npurpose: P\nsteps:\n{asks}outcomes:\n{outs}", "utf-8")
    with pytest.raises(ConfigFault, match="too many ways"):
        load_flow(path)


@pytest.mark.parametrize("name", DELIVERED)
def test_the_delivered_flows_fit_the_sample_plan_and_a_narrow_screen(name: str) -> None:
    linted = check_flow(FOLDER / f"{name}.yaml", sample_plan())
    assert (linted.faults, linted.warnings) == ((), ())
    for step in load_flow(FOLDER / f"{name}.yaml").steps:
        for text in (step.ask, step.help, *(choice.say for choice in step.choices)):
            assert len(text) <= 74
            assert text.isascii()


BESIDE_THE_PLAN: list[tuple[str, str, str, str]] = [
    # a rule of the plan, a value its sign gives to component, place, words
    (
        "componet = server",
        "server",
        "outcomes: plan",
        "'componet' is no step and no fact (did you mean 'component'?)",
    ),
    (
        "component = sever",
        "server",
        "outcomes: plan",
        "'component' is never 'sever' (did you mean 'server'?)",
    ),
    ("power = ups-lw", "server", "outcomes: plan", "'power' is never 'ups-lw'"),
    ("component = server", "sever", "component:", "which no choice here offers (did you mean 'server'?)"),
]


@pytest.mark.parametrize(("rule", "value", "marker", "words"), BESIDE_THE_PLAN)
def test_a_plan_that_does_not_fit_the_flow_is_told(rule: str, value: str, marker: str, words: str) -> None:
    plan = sample_plan()
    sign = replace(plan.signs[0], question="component", value=value)
    added = Rule("server-down", parse(rule), "so it is")
    power = [each for each in plan.signs if each.question == "power"]
    linted = check_flow(
        FOLDER / "classify.yaml", replace(plan, rules=(added, *plan.rules), signs=(sign, *power))
    )
    assert any(words in each.sentence for each in linted.faults), linted.faults
    line, _col = place_of(text_of(C), marker)
    assert min(each.line for each in linted.faults) >= line
    check_sentences(linted.faults)


def test_what_no_rule_uses_is_a_warning() -> None:
    plan = sample_plan()
    rules = tuple(
        rule for rule in plan.rules if "component" in rule.when.names and "approved" not in rule.when.names
    )
    rules = tuple(rule for rule in rules if "network" not in rule.when.text and "fibre" not in rule.when.text)
    linted = check_flow(FOLDER / "classify.yaml", replace(plan, rules=rules))
    assert linted.faults == ()
    said = " ".join(each.sentence for each in linted.warnings)
    assert "'approved' is never asked" in said
    assert "no condition tells fibre, network apart" in said
    check_sentences(linted.warnings)


def test_a_sign_for_no_question_is_evidence_that_rules_may_name() -> None:
    plan = sample_plan()
    sign = Sign("low", "battery", "low", parse("kind = ups"), "{target} is low")
    rule = Rule("server-down", parse("battery = low"), "so it is")
    linted = check_flow(
        FOLDER / "classify.yaml", replace(plan, rules=(rule, *plan.rules), signs=(*plan.signs, sign))
    )
    assert linted.faults == ()


def test_every_fault_of_a_file_is_told_in_one_pass(tmp_path: Path) -> None:
    text = text_of(C).replace("id: classify", "id: Classify").replace("component = here", "component = her")
    text = text.replace("lost: Data are lost", "Lost: Data are lost").replace(
        "    ask: What is behind it?\n", ""
    )
    path = tmp_path / "flow.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigFault) as refused:
        load_flow(path)
    lines = [each.line for each in refused.value.findings]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(HisError, match="cannot be read"):
            load_flow(path)
    path = tmp_path / "flow.yaml"
    for raw in (b"", b"- a\n- b\n", b"\xff\xfe", b"x", b"a: b\n" * 200_000):
        path.write_bytes(raw)
        with pytest.raises(ConfigFault) as refused:
            load_flow(path)
        check_sentences(refused.value.findings)


@settings(max_examples=tries(150), deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([*DELIVERED, S]))
def test_no_damage_is_taken_for_a_bug(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random, name: str
) -> None:
    raw = bytearray(text_of(name).encode())
    for _each in range(rng.randrange(1, 6)):
        start = rng.randrange(len(raw))
        raw[start : start + rng.randrange(0, 20)] = rng.choice(
            [b"", b":", b"\n", b"  ", b"- ", b"\xff", b"when: (", b"'"]
        )
    path = tmp_path_factory.mktemp("damage") / "flow.yaml"
    path.write_bytes(bytes(raw))
    findings: tuple[Finding, ...] = ()
    try:
        load_flow(path)
    except ConfigFault as fault:
        findings = fault.findings
    check_sentences(findings)
    assert all(each.line >= 1 and each.col >= 1 for each in findings)
