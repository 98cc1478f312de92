"""Ranges of versions: how they are read, what is in them, and the spans that a database compares."""

from __future__ import annotations

import functools
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from inventory.version.texts import FORMS
from reference import versions as naive
from strategies import examples
from tocsin.errors import NoOrder, NotARange, NotAVersion
from tocsin.inventory.version import SCHEMES, Constraint, Span, VersRange, key, parse_vers

BLANK = [
    ("vers:pypi/>=1|<2", [(">=", "1"), ("<", "2")]),
    ("vers:pypi/1", [("=", "1")]),
    ("vers:pypi/=1", [("=", "1")]),
    ("vers:PyPI/ >= 1 | < 2 ", [(">=", "1"), ("<", "2")]),
    (" vers:pypi/|1||2|", [("=", "1"), ("=", "2")]),
    ("vers:pypi/<2|>=1", [(">=", "1"), ("<", "2")]),
    ("vers:pypi/>=1|>=1|<2", [(">=", "1"), ("<", "2")]),
    ("vers:deb/1.0%2Bdfsg-1", [("=", "1.0+dfsg-1")]),
    ("vers:deb/1.0+dfsg-1", [("=", "1.0+dfsg-1")]),
    ("vers:npm/1.0%252F0", [("=", "1.0%2F0")]),
    ("vers:pypi/*", []),
    ("vers:pypi/ * ", []),
    ("vers:nope/b|a", [("=", "b"), ("=", "a")]),
    ("vers:pypi/b|1", [("=", "b"), ("=", "1")]),
]


@pytest.mark.parametrize(("text", "constraints"), BLANK, ids=[text for text, _ in BLANK])
def test_a_range_is_read_as_its_constraints_in_the_order_of_their_versions(text, constraints):
    found = parse_vers(text)
    assert [(one.comparator, one.version) for one in found.constraints] == constraints
    assert parse_vers(str(found)) == found


WRONG = [
    ("", 1, "begins with vers:SCHEME/"),
    ("pypi/>=1", 1, "begins with vers:SCHEME/"),
    ("  vers:pypi", 3, "begins with vers:SCHEME/"),
    ("vers:py pi/1", 6, "names no scheme"),
    ("vers:/1", 6, "names no scheme"),
    ("vers:pypi/", 11, "at least one version"),
    ("vers:pypi/|", 11, "at least one version"),
    ("vers:pypi/>=1|<", 16, "no version after the comparator"),
    ("vers:pypi/1|*", 13, "stands alone"),
    ("vers:pypi/>1>2", 13, "written %3E"),
    ("vers:pypi/==1", 12, "written %3D"),
    ("vers:pypi/1.0%2G", 14, "two hexadecimal digits"),
    ("vers:pypi/1.0%", 14, "two hexadecimal digits"),
    ("vers:pypi/%FF", 11, "no UTF-8"),
    ("vers:pypi/%20", 11, "no version after the comparator"),
    ("vers:pypi/>=1|<1", 15, "twice"),
    ("vers:pypi/1| !=1", 14, "twice"),
    ("vers:pypi/>=1|<1.0", 15, "twice, written differently"),
]


@pytest.mark.parametrize(("text", "column", "what"), WRONG, ids=[text or "empty" for text, _, _ in WRONG])
def test_a_text_that_is_no_range_is_refused_with_its_place(text, column, what):
    with pytest.raises(NotARange, match=what) as raised:
        parse_vers(text)
    assert raised.value.where.line == 1
    assert raised.value.where.column == column


def test_a_range_beyond_the_limit_is_refused():
    with pytest.raises(NotARange, match="longer than"):
        parse_vers("vers:pypi/" + "|".join(map(str, range(60_000))))


NOT_CANONICAL = [
    "vers:pypi/ 1",
    "VERS:pypi/1",
    "vers:PyPI/1",
    "vers:pypi/=1",
    "vers:pypi/1|",
    "vers:pypi/|1",
    "vers:pypi/1||2",
    "vers:pypi/2|1",
    "vers:pypi/1|1",
    "vers:pypi/%31",
    "vers:deb/1+1",
    "vers:deb/1%2b1",
]


@pytest.mark.parametrize("text", NOT_CANONICAL)
def test_what_is_read_leniently_is_refused_where_it_must_be_canonical(text):
    found = parse_vers(text)
    assert str(found) != text
    with pytest.raises(NotARange):
        parse_vers(text, canonical=True)
    assert parse_vers(str(found), canonical=True) == found


INSIDE = [
    ("vers:pypi/*", "9", True),
    ("vers:pypi/*", "trunk", True),
    ("vers:pypi/1.0", "1", True),
    ("vers:pypi/1.0", "1.1", False),
    ("vers:pypi/!=1.0", "1.1", True),
    ("vers:pypi/!=1.0", "1", False),
    ("vers:pypi/>=1|!=1.5|<2", "1.5.0", False),
    ("vers:pypi/>=1|!=1.5|<2", "1.5.1", True),
    ("vers:pypi/<1|>2", "1.5", False),
    ("vers:pypi/<1|>2", "0.1", True),
    ("vers:pypi/<1|>2", "2", False),
    ("vers:pypi/<1|<2", "1.5", True),
    ("vers:pypi/>1|>2", "1.5", True),
    ("vers:pypi/0.5|>=1|<2", "0.5", True),
    ("vers:pypi/>=1|<2", "trunk", None),
    ("vers:pypi/>=1|<trunk", "1.5", None),
    ("vers:pypi/1.0|trunk", "1", True),
    ("vers:pypi/1.0|trunk", "2", None),
    ("vers:nope/>=1|<2", "1.5", None),
    ("vers:git/abc", "abc", None),
    ("vers:all/*", "7", True),
    ("vers:none/*", "7", False),
    ("vers:all/>=1", "7", None),
    ("vers:all/*", "", None),
    ("vers:rpm/<1.2", "1.2-3", False),
    ("vers:rpm/<=1.2", "1.2-3", True),
    ("vers:rpm/>=1.2", "1.2-3", True),
    ("vers:rpm/>1.2", "1.2-3", False),
    ("vers:rpm/>1.2", "1.2.1-1", True),
    ("vers:rpm/1.2", "1.2-3", True),
    ("vers:rpm/!=1.2", "1.2-3", False),
    ("vers:rpm/<1.2-4", "1.2", None),
    ("vers:rpm/<1.3-4", "1.2", True),
    ("vers:rpm/>1.3-4", "1.2", False),
    ("vers:generic/<V2.4", "v2.3 SP1", True),
    ("vers:generic/<V2.3", "v2.3 SP1", False),
    ("vers:generic/<2.3a", "2.3", None),
    ("vers:generic/>=1.0|<2.3", "2.0", True),
    ("vers:generic/>=1.0|<2.3", "2.4", False),
    ("vers:generic/<1.0|>2.3", "2.4", None),
    ("vers:generic/>=1|<2|>=3|<4", "3.5", None),
    ("vers:generic/!=2.3", "2.4", True),
    ("vers:generic/!=2.3a", "2.3", None),
    ("vers:generic/2.3a|2.4", "2.4", True),
    ("vers:generic/2.3a|2.4", "2.3", None),
    ("vers:generic/!=2.3|<3", "2.3", False),
    ("vers:generic/!=2.3a|<3", "2.3", None),
    ("vers:generic/*", "", None),
]


@pytest.mark.parametrize(("text", "version", "answer"), INSIDE, ids=[f"{a} {b}" for a, b, _ in INSIDE])
def test_a_version_is_in_a_range_or_not_or_that_cannot_be_told(text, version, answer):
    assert parse_vers(text).contains(version) is answer


COMPARATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


@pytest.mark.parametrize("scheme", ["semver", "deb", "maven", "gem"])
def test_what_is_in_a_range_is_what_the_specification_walked_through_says(scheme):
    order = getattr(naive, scheme)
    versions = FORMS[scheme].filter(lambda version: SCHEMES[scheme].encode(version) is not None)

    @settings(max_examples=examples(150))
    @given(
        st.lists(
            st.tuples(COMPARATORS, versions),
            min_size=1,
            max_size=6,
            unique_by=lambda one: key(scheme, one[1]),
        ),
        versions,
    )
    def holds(drawn, version):
        ordered = sorted(drawn, key=functools.cmp_to_key(lambda a, b: order(a[1], b[1])))
        found = parse_vers(str(VersRange(scheme, tuple(Constraint(*one) for one in drawn))))
        assert [(one.comparator, one.version) for one in found.constraints] == ordered
        wanted = naive.in_range(ordered, version, order)
        assert found.contains(version) is wanted
        assert any(key(scheme, version) in span for span in found.spans()) is wanted

    holds()


@settings(max_examples=examples(100))
@given(
    st.lists(
        st.tuples(COMPARATORS, FORMS["deb"].filter(SCHEMES["deb"].encode)),
        min_size=1,
        max_size=8,
        unique_by=lambda one: key("deb", one[1]),
    )
)
def test_spans_are_sorted_and_do_not_touch(drawn):
    spans = parse_vers(str(VersRange("deb", tuple(Constraint(*one) for one in drawn)))).spans()
    for one, two in pairwise(spans):
        assert one.hi is not None
        assert two.lo is not None
        assert one.cuts[1] < two.cuts[0]
    assert all(span.cuts[0] < span.cuts[1] for span in spans)


def test_spans_are_what_a_database_compares():
    low, high = key("pypi", "1"), key("pypi", "2")
    assert parse_vers("vers:pypi/>=1|<2").spans() == [Span(low, True, high, False)]
    assert parse_vers("vers:pypi/*").spans() == [Span(None, False, None, False)]
    assert len(parse_vers("vers:pypi/>=1|!=1.5|<2").spans()) == 2


def test_a_range_put_together_in_any_order_has_the_same_spans():
    upside_down = VersRange("pypi", (Constraint("<", "2"), Constraint(">=", "1")))
    assert upside_down.spans() == parse_vers("vers:pypi/>=1|<2").spans()


def test_all_and_none_have_spans_without_an_order():
    assert parse_vers("vers:all/*").spans() == [Span(None, False, None, False)]
    assert parse_vers("vers:none/*").spans() == []


def test_spans_are_refused_where_they_cannot_be_told():
    with pytest.raises(NotAVersion):
        parse_vers("vers:pypi/<trunk").spans()
    with pytest.raises(NoOrder):
        parse_vers("vers:nope/<1").spans()
    with pytest.raises(NoOrder):
        parse_vers("vers:generic/*").spans()


@settings(max_examples=examples(200))
@given(st.text(max_size=30).map("vers:pypi/{}".format) | st.text("vers:pyi/<>=!*|%12. ", max_size=20))
def test_any_text_is_a_range_or_is_refused(text):
    try:
        found = parse_vers(text)
    except NotARange:
        return
    assert parse_vers(str(found)) == found
    found.contains("1.0")
