"""Ranges as package managers write them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from inventory.version.node import asked, needs_node
from strategies import examples
from tocsin.errors import NoOrder, NotARange
from tocsin.inventory.version import from_native, parse_vers

READ = [
    ("npm", "^1.2.3", ">=1.2.3|<2.0.0"),
    ("npm", "^0.2.3", ">=0.2.3|<0.3.0"),
    ("npm", "^0.0.3", ">=0.0.3|<0.0.4"),
    ("npm", "^0.0", ">=0.0.0|<0.1.0"),
    ("npm", "^0", ">=0.0.0|<1.0.0"),
    ("npm", "~1.2.3", ">=1.2.3|<1.3.0"),
    ("npm", "~>1", ">=1.0.0|<2.0.0"),
    ("npm", "1.x", ">=1.0.0|<2.0.0"),
    ("npm", ">1.2", ">=1.3.0"),
    ("npm", "<1.2", "<1.2.0"),
    ("npm", "<=1", "<2.0.0"),
    ("npm", "1.2 - 2.3", ">=1.2.0|<2.4.0"),
    ("npm", "1.2.3 - 2.3.4", ">=1.2.3|<=2.3.4"),
    ("npm", "", "*"),
    ("npm", "x || 1.0.0", "*"),
    ("npm", "<1.0.0 || >1.0.0", "!=1.0.0"),
    ("cargo", "1.2.3", ">=1.2.3|<2.0.0"),
    ("cargo", "=1.2.3", "1.2.3"),
    ("cargo", "1.*", ">=1.0.0|<2.0.0"),
    ("cargo", ">=1.2, <1.5", ">=1.2.0|<1.5.0"),
    ("cargo", "~1.2", ">=1.2.0|<1.3.0"),
    ("pypi", ">=1.0,!=1.5,<2", ">=1.0|!=1.5|<2"),
    ("pypi", "~=2.2", ">=2.2|<3.dev0"),
    ("pypi", "~=2.2.1", ">=2.2.1|<2.3.dev0"),
    ("pypi", "==1.1.*", ">=1.1.dev0|<1.2.dev0"),
    ("pypi", "!=1.1.*", "<1.1.dev0|>=1.2.dev0"),
    ("pypi", "===1.0", "1.0"),
    ("pypi", "", "*"),
    ("gem", "~> 2.0.8", ">=2.0.8|<2.1"),
    ("gem", "~> 2", ">=2|<3"),
    ("gem", "~> 2.1.rc1", ">=2.1.rc1|<3"),
    ("gem", ">= 1.0, < 2, != 1.5", ">=1.0|!=1.5|<2"),
    ("gem", "1.0", "1.0"),
    ("maven", "[1.0,2.0)", ">=1.0|<2.0"),
    ("maven", "(,1.0],[1.2,)", "<=1.0|>=1.2"),
    ("maven", "[1.0]", "1.0"),
    ("maven", "(,1.1),(1.1,)", "!=1.1"),
    ("maven", "(,)", "*"),
    ("nuget", "1.0", ">=1.0"),
    ("nuget", "(1.0,)", ">1.0"),
    ("nuget", "[1.0]", "1.0"),
    ("nuget", "[1.0, 2.0]", ">=1.0|<=2.0"),
    ("composer", "^1.2.3", ">=1.2.3|<2.0"),
    ("composer", "^0.3", ">=0.3|<0.4"),
    ("composer", "~1.2", ">=1.2|<2.0"),
    ("composer", "~1.2.3", ">=1.2.3|<1.3"),
    ("composer", "1.0.*", ">=1.0|<1.1"),
    ("composer", "1.0 - 2.0", ">=1.0|<2.1"),
    ("composer", "1.0.0 - 2.1.0", ">=1.0.0|<=2.1.0"),
    ("composer", ">=1.0,<1.1 || >=1.2@dev", ">=1.0|<1.1|>=1.2"),
    ("composer", "!=1.5", "!=1.5"),
    ("composer", "*", "*"),
    ("conan", "~2.5.1", ">=2.5.1|<2.6-"),
    ("conan", ">1 <2.0 || ^3.2", ">1|<2.0|>=3.2|<4-"),
    ("nginx", "1.5.0+", ">=1.5.0"),
    ("nginx", "0.8.40+", ">=0.8.40|<0.9.0"),
    ("nginx", "all", "*"),
    ("openssl", "1.1.1a, 1.0.2", "1.0.2|1.1.1a"),
]


@pytest.mark.parametrize(("scheme", "text", "wanted"), READ, ids=[f"{a}-{b}" for a, b, _ in READ])
def test_a_native_range_is_read_as_what_it_means(scheme, text, wanted):
    found = from_native(scheme, text)
    assert str(found) == f"vers:{scheme}/{wanted}"
    assert parse_vers(str(found), canonical=True) == found


WRONG = [
    ("npm", "1.2.3 1.2.4"),
    ("npm", ">*"),
    ("npm", "latest"),
    ("npm", ">="),
    ("npm", "9" * 5_000),
    ("cargo", "1 || 2"),
    ("pypi", "1.0"),
    ("pypi", ">=1.*"),
    ("pypi", "~=1"),
    ("pypi", ">=trunk"),
    ("pypi", "==" + "1" * 5_000 + ".*"),
    ("gem", "~> a"),
    ("gem", ""),
    ("maven", "1.0"),
    ("maven", "[1.0,2.0"),
    ("maven", "[1.0,2.0),"),
    ("maven", "[1.0)[2.0]"),
    ("maven", "[2.0,1.0]"),
    ("nuget", "1.*"),
    ("nuget", "[1.0],[2.0]"),
    ("composer", "dev-main"),
    ("composer", ">=1.*"),
    ("conan", ">=~1"),
    ("conan", "^x"),
    ("nginx", "none"),
    ("openssl", "1.0.2-1.0.3"),
    ("openssl", ""),
]


@pytest.mark.parametrize(("scheme", "text"), WRONG, ids=[f"{a}-{b[:12]}" for a, b in WRONG])
def test_what_is_no_range_or_holds_nothing_is_refused(scheme, text):
    with pytest.raises(NotARange) as raised:
        from_native(scheme, text)
    assert len(str(raised.value)) < 300


def test_of_a_scheme_whose_ranges_are_not_known_none_is_read():
    with pytest.raises(NoOrder, match="how 'deb' writes ranges"):
        from_native("deb", ">= 1")


def test_a_range_of_ten_thousand_parts_is_read_at_once():
    text = ",".join(f"!={number}" for number in range(10_000))
    assert len(from_native("pypi", text).constraints) == 10_000


@pytest.mark.parametrize(
    "scheme", ["npm", "cargo", "pypi", "gem", "maven", "nuget", "composer", "conan", "nginx", "openssl"]
)
def test_any_text_is_read_or_refused(scheme):
    @settings(max_examples=examples(100))
    @given(st.text("0123456789.*x-+~^<>=!|,()[] abv", max_size=16))
    def holds(text):
        try:
            found = from_native(scheme, text)
        except NotARange:
            return
        assert parse_vers(str(found)).spans() == found.spans()

    holds()


NUMBER = st.sampled_from(["0", "1", "2", "x"])
PARTIAL = st.lists(NUMBER, min_size=1, max_size=3).map(".".join)
ONE = st.tuples(st.sampled_from(["", "^", "~", ">", ">=", "<", "<=", "=", "> "]), PARTIAL).map("".join)
RANGES = st.lists(
    st.lists(ONE, min_size=1, max_size=2).map(" ".join) | st.tuples(PARTIAL, PARTIAL).map(" - ".join),
    min_size=1,
    max_size=3,
).map("||".join)
RELEASES = st.tuples(*[st.sampled_from("0123")] * 3).map(".".join)


@needs_node
@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(RANGES, RELEASES), min_size=40, max_size=60))
def test_releases_are_in_npm_s_ranges_as_node_semver_says(pairs):
    answers = asked("semver.validRange(a) === null ? null : semver.satisfies(b, a)", pairs)
    for (text, version), answer in zip(pairs, answers, strict=True):
        if answer is None:
            continue
        try:
            ours = from_native("npm", text).contains(version)
        except NotARange:
            ours = False
        assert ours is answer, (text, version)
