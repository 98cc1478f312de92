from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples, pattern_text, patterns
from tocsin.detect.normalise import normalise_expression
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.limits import PATTERN_BYTES


def plan(*texts: str, **fields) -> Plan:
    tally = WarningTally(seen=len(texts), read=len(texts))
    found = compile_plan(
        [Warning_(id=f"indicator--{n}", pattern=text, **fields) for n, text in enumerate(texts)], tally
    )
    assert not tally.not_checked, tally.not_checked
    return found


def groups(*texts: str) -> dict[tuple[str, str], list[dict]]:
    return {(group.kind, group.path): group.rows.to_pylist() for group in plan(*texts).groups}


def row(value, warning: int = 0, *, exact: bool = True) -> dict:
    return {"value": value, "warning": warning, "exact": exact}


def test_equal_paths_share_a_group():
    assert groups("[x:a = 'v']", "[x:a IN ('w', 'z')]", "[x:a = 5 OR x:b = 'v']") == {
        ("number", "x:a"): [row(5.0, 2)],
        ("text", "x:a"): [row("v"), row("w", 1), row("z", 1)],
        ("text", "x:b"): [row("v", 2)],
    }


def test_a_pattern_of_several_comparisons_is_looked_up_by_its_best_and_confirmed():
    assert groups("[file:hashes.MD5 = 'AB' AND file:size > 5]") == {
        ("text", "file:hashes.MD5"): [row("ab", exact=False)]
    }


def test_every_bracket_of_a_pattern_is_looked_up():
    assert groups("[x:a = 'v'] FOLLOWEDBY [x:b = 'w']") == {
        ("text", "x:a"): [row("v", exact=False)],
        ("text", "x:b"): [row("w", exact=False)],
    }


def test_a_network_is_a_range():
    assert groups("[ipv4-addr:value = '10.0.0.0/24']", "[ipv6-addr:value ISSUBSET '2001:db8::/32']") == {
        ("range", "ipv4-addr:value"): [
            {"cidr": "10.0.0.0/24", "low": "0a000000", "high": "0a0000ff", "warning": 0, "exact": True}
        ],
        ("range", "ipv6-addr:value"): [
            {
                "cidr": "2001:db8::/32",
                "low": "20010db8" + "0" * 24,
                "high": "20010db8" + "f" * 24,
                "warning": 1,
                "exact": True,
            }
        ],
    }


def test_text_patterns_are_looked_up_by_a_needle():
    assert groups("[x:a LIKE '%evil%']") == {
        ("needle", "x:a"): [
            {
                "needle": "evil",
                "operator": "LIKE",
                "value": "%evil%",
                "any_case": False,
                "warning": 0,
                "exact": True,
            }
        ]
    }


def test_what_nothing_can_be_looked_up_for_goes_into_the_slow_lane():
    found = plan("[x:a = 'v']", "[x:a > 5]", "[x:a = 'v'] AND [x:b != 'w']")
    assert found.slow == (1, 2)


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**53 + 1, 10**30, -(10**38)])
def test_a_number_that_no_double_tells_from_its_neighbours_only_finds_candidates(number):
    assert groups(f"[x:a = {number}]") == {("number", "x:a"): [row(float(number), exact=False)]}
    assert groups(f"[x:a IN (1, {number})]")["number", "x:a"][0] == row(1.0)


def test_the_paths_that_patterns_read_are_known():
    found = plan("[x:a = 'v']", "[x:b = 'v' AND x:a > 1] AND [EXISTS y:c]", "[x:a = 'w']")
    assert found.reads == (("x:a",), ("x:a", "x:b", "y:c"))
    assert found.warnings["reads"].to_pylist() == [0, 1, 0]
    assert found.paths == {"x:a", "x:b", "y:c"}


def test_a_warning_keeps_all_that_it_says():
    said = {
        "name": "n", "description": "d", "tlp": "amber", "confidence": 80, "severity": "high", "labels": ("l", "m"),
        "source": "s", "place": "p", "version": "2.0", "valid_from": "2021-03-02T08:15:00Z", "valid_until": "2021-03-04T00:00:00Z",
    }  # fmt: skip
    (held,) = plan("[x:a = 'v']", **said).warnings.to_pylist()
    assert {name: held[name] for name in said} == said | {"labels": ["l", "m"]}
    assert held["first_day"] == 18688
    assert held["last_day"] == 18690


@pytest.mark.parametrize("text", ["", "soon", "2021-02-30T00:00:00Z"])
def test_a_period_that_cannot_be_read_is_open(text):
    (held,) = plan("[x:a = 'v']", valid_from=text).warnings.to_pylist()
    assert held["first_day"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[x:a = ]",
        "[x:a MATCHES '(?=a)']",
        "[" * 10_000,
        "[x:a = '" + "v" * PATTERN_BYTES + "']",
        "[ x:a = '" + "\u0142" * PATTERN_BYTES + "' ]",
    ],
)
def test_a_pattern_that_does_not_compile_is_counted_as_not_checked_and_the_rest_goes_on(text):
    tally = WarningTally(seen=2, read=2)
    found = compile_plan(
        [Warning_(id="a", pattern=text, place="line 1"), Warning_(id="b", pattern="[x:a = 'v']")], tally
    )
    assert found.warnings["id"].to_pylist() == ["b"]
    assert tally.read == 1
    ((reason, (count, places)),) = tally.not_checked.items()
    assert reason.startswith("its pattern does not compile: ")
    assert (count, places) == (1, ["line 1"])


def test_no_warnings_are_an_empty_plan():
    found = plan()
    assert (found.warnings.num_rows, found.groups, found.paths) == (0, (), frozenset())


@settings(max_examples=examples(100))
@given(patterns())
def test_any_pattern_compiles_and_its_tree_comes_back_normalised(pattern):
    found = plan(pattern_text(pattern))
    assert found.expression(0) == normalise_expression(pattern.expression)


_VALUES = st.one_of(
    st.sampled_from(
        ["10.0.0.1", "10.0.0.0/8", "::1", "Evil.Example.", "AB", "e\u0301", "", "a/b", "https://x/y", "a b"]
    ),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="'\\"), max_size=12),
)


@settings(max_examples=examples(100))
@given(
    st.sampled_from(
        [
            "x:a",
            "file:hashes.MD5",
            "file:hashes.'SHA-256'",
            "ipv4-addr:value",
            "domain-name:value",
            "url:value",
            "network-traffic:dst_ref.value",
            "x:a.b.c",
            "email-addr:value",
        ]
    ),
    _VALUES,
    st.sampled_from(["", " "]),
    st.sampled_from(["=", "=="]),
)
def test_the_fast_path_gives_what_the_parser_gives(path, value, blank, op):
    fast = f"[{blank}{path}{blank}{op}{blank}'{value}'{blank}]"
    slow = f"([{path} /* by the parser */ {op} '{value}'])"
    one, other = plan(fast), plan(slow)
    assert [(group.kind, group.path, group.rows.to_pylist()) for group in one.groups] == [
        (group.kind, group.path, group.rows.to_pylist()) for group in other.groups
    ]
    assert (one.reads, one.slow) == (other.reads, other.slow)


def test_a_hundred_thousand_simple_patterns_compile_in_seconds():
    texts = [
        Warning_(id=f"indicator--{n}", pattern=f"[domain-name:value = 'x{n}.example']")
        for n in range(100_000)
    ]
    began = time.process_time()
    assert compile_plan(texts, WarningTally()).warnings.num_rows == 100_000
    assert time.process_time() - began < 60


def test_what_an_object_is_goes_into_the_slow_lane_however_it_is_written():
    assert plan("[network-traffic:dst_ref.type = 'ipv4-addr']").slow == (0,)
    assert plan("([network-traffic:dst_ref.type = 'ipv4-addr'])").slow == (0,)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("url:value", "HTTP://EVIL.example"),
        ("url:value", "https://evil.example:443/a"),
        ("url:value", "http://evil.example/Path"),
        ("directory:path", "/Tmp/"),
        ("process:cwd", "C:/Users"),
        ("file:name", "EVIL.exe"),
        ("file:name", "\u039f\u0394\u039f\u03a3"),
        ("windows-registry-key:key", "HKLM"),
        ("windows-registry-key:key", "HKCU"),
        ("domain-name:value", "Evil.Example."),
        ("ipv4-addr:value", " 10.0.0.1:80"),
        ("ipv4-addr:value", "10.0.0.0/8"),
        ("network-traffic:dst_ref.value", "Evil.example"),
    ],
)
def test_a_simple_pattern_is_looked_up_as_the_parser_would_have_it(path, value):
    # One comparison of a plain path is compiled without the parser; IN takes the long way.
    assert groups(f"[{path} = '{value}']") == groups(f"[{path} IN ('{value}')]")


def test_names_are_looked_up_folded_and_the_pattern_keeps_them_as_they_are():
    found = plan("[file:name = 'EVIL.exe' AND file:size = 5]")
    assert [row["value"] for group in found.groups for row in group.rows.to_pylist()] == ["evil.exe"]
    (bracket,) = brackets_of(found.expression(0))
    assert bracket.expression.operands[0].value == "EVIL.exe"
