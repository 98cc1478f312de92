"""A run finds the rows that the naive reference finds, whatever form the rows come in, and however they are cut.

The naive reference is put to what the mapping's row builder makes of each row, whose columns the plain reference
of the casts has cast; so this holds the whole way from a log's text to a hit against a second opinion.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from engine.evidence import MAPPING, WORDS, Row, add_json, add_parquet, add_table, observation_of, rows
from reference.casts import ABSENT
from reference.naive import naive_bracket, naive_match
from strategies import brackets, examples, pattern_text, patterns
from tocsin.detect.pattern.evaluate import atoms_of
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.syntax import Bracket, Comparison, ComparisonOp, Pattern
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine import hits, run as run_module
from tocsin.engine.layout import layout_of
from tocsin.engine.run import Outcome, Run


def trying(usual: int):
    return settings(max_examples=examples(usual), suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def all_rows_as_samples(monkeypatch):
    monkeypatch.setattr(hits, "EXAMPLES_PER_FINDING", 10_000)


def plan_of(*expressions) -> Plan:
    tally = WarningTally()
    texts = [pattern_text(Pattern("", expression)) for expression in expressions]
    plan = compile_plan([Warning_(id=f"w{n}", pattern=text) for n, text in enumerate(texts)], tally)
    assert not tally.not_checked
    return plan


def outcome_of(plan: Plan, feed) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        with Run(plan, threads=2, memory_bytes=400 << 20, temporary=Path(folder)) as run:
            feed(run, layout_of(MAPPING, plan.paths), path)
            return run.finish()


def rows_hit(outcome: Outcome) -> set[tuple[int, int]]:
    return {(group.warning, sample.row) for group in outcome.hits for sample in group.samples}


FORMS = {
    "json": lambda some: lambda run, layout, _: add_json(run, layout, some),
    "table": lambda some: lambda run, layout, _: add_table(run, layout, some),
    "parquet": lambda some: lambda run, layout, path: add_parquet(run, layout, some, path),
}
SEEDS = st.integers(0, 10**6)


_ORDER = (ComparisonOp.GT, ComparisonOp.LT, ComparisonOp.GE, ComparisonOp.LE)
BRACKETS = brackets(WORDS)
PATTERNS = patterns(WORDS)


@pytest.mark.parametrize(("form", "usual"), [("json", 16), ("table", 8), ("parquet", 6)])
def test_a_bracket_hits_exactly_the_rows_where_the_naive_reference_says_it_holds(form, usual):
    @trying(usual)
    @given(st.lists(BRACKETS, min_size=12, max_size=12), SEEDS)
    def holds(some, seed):
        plan = plan_of(*some)
        log = rows(Random(seed), 12)
        trees = [plan.expression(number) for number in range(len(some))]
        expected = {
            (warning, number)
            for number, row in enumerate(log, start=1)
            for warning, tree in enumerate(trees)
            if isinstance(tree, Bracket) and naive_bracket(tree, observation_of(row))
        }
        outcome = outcome_of(plan, FORMS[form](log))
        assert rows_hit(outcome) == expected
        assert not outcome.undecided

    holds()


@trying(10)
@given(st.lists(PATTERNS, min_size=8, max_size=8), SEEDS, st.sampled_from(sorted(FORMS)))
def test_a_pattern_over_several_rows_hits_exactly_when_the_naive_reference_says_so(some, seed, form):
    plan = plan_of(*(pattern.expression for pattern in some))
    log = rows(Random(seed), 5)
    observed = [observation_of(row) for row in log]
    expected = {
        warning
        for warning in range(len(some))
        if naive_match(Pattern("", plan.expression(warning)), observed)
    }
    outcome = outcome_of(plan, FORMS[form](log))
    assert {group.warning for group in outcome.hits} == expected
    assert not outcome.undecided
    assert not outcome.timeless


@trying(8)
@given(st.lists(PATTERNS, min_size=6, max_size=6), SEEDS, st.data())
def test_the_order_and_the_split_of_the_rows_do_not_matter(some, seed, data):
    plan = plan_of(*(pattern.expression for pattern in some))
    log = rows(Random(seed), 8)
    whole = outcome_of(plan, FORMS["json"](log))
    cuts = sorted(data.draw(st.sets(st.integers(1, 7), max_size=4)))
    parts = [(first, log[first:last]) for first, last in zip([0, *cuts], [*cuts, len(log)], strict=True)]
    order = data.draw(st.permutations(parts))
    small = data.draw(st.sampled_from((1, 300, 64 << 20)))

    def in_parts(run, layout, _):
        for first, part in order:
            add_json(run, layout, part, first + 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "BLOCK_BYTES", small)
        found = outcome_of(plan, in_parts)
    assert found.hits == whole.hits
    assert found.timeless == whole.timeless
    assert found.files == whole.files


_NAMES = ("image", "exe", "win.cmd", "parent", "query", "server", "sha", "dst")
_OTHER_CASE = (str.upper, str.lower, str.swapcase, str.title)


def _spelled_otherwise(row: Row, random: Random) -> Row:
    """The same row as another program might write it: names in other case, scheme and host of URLs too."""
    other = dict(row)
    for field in _NAMES:
        text = row.get(field)
        # What stands for no value is that in one case only.
        if text is not None and text not in ABSENT:
            other[field] = random.choice(_OTHER_CASE)(text)
    for field in ("url", "full"):
        scheme, colon, rest = (row.get(field) or "").partition("://")
        host, slash, path = rest.partition("/")
        if colon:
            other[field] = f"{scheme.swapcase()}{colon}{host.upper()}{slash}{path}"
    return other


def _has_order(expression) -> bool:
    return any(
        isinstance(atom, Comparison) and atom.op in _ORDER
        for bracket in brackets_of(expression)
        for atom in atoms_of(bracket.expression)
    )


@trying(16)
@given(st.lists(BRACKETS, min_size=12, max_size=12), SEEDS, st.sampled_from(sorted(FORMS)))
def test_evidence_spelled_in_other_case_hits_the_same(some, seed, form):
    # Only what comes before what in the order of code points depends on case.
    plan = plan_of(*(one for one in some if not _has_order(one)))
    random = Random(seed)
    log = rows(random, 12)
    there = rows_hit(outcome_of(plan, FORMS[form](log)))
    assert rows_hit(outcome_of(plan, FORMS[form]([_spelled_otherwise(row, random) for row in log]))) == there


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_finding_shows_a_name_as_it_stands_in_the_log(form):
    plan = compile_plan(
        [
            Warning_(id="w0", pattern="[file:name = 'EVIL.EXE']"),
            Warning_(id="w1", pattern="[process:command_line LIKE '%--STEAL%']"),
        ],
        WarningTally(),
    )
    log = [{"ts": "2021-03-01T00:00:00Z", "id": "1", "image": "C:\\Evil.exe", "win.cmd": "Evil.exe --Steal"}]
    outcome = outcome_of(plan, FORMS[form](log))
    assert [(group.warning, *(one.value for one in group.samples)) for group in outcome.hits] == [
        (0, "Evil.exe"),
        (1, "Evil.exe --Steal"),
    ]
