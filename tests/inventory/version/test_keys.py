"""Keys: bytes that compare as the versions do by their scheme's own rule."""

from __future__ import annotations

import functools
import time

import pytest
from hypothesis import given, settings, strategies as st

from inventory.version.texts import COMPARED, FORMS
from reference import versions as naive
from strategies import examples
from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.version import SCHEMES, Order, compare, extent, key
from tocsin.limits import MAX_VERSION_CHARS

SIGNS = {-1: Order.LESS, 0: Order.EQUAL, 1: Order.GREATER}


def is_version(scheme, version):
    return SCHEMES[scheme].encode(version) is not None


def drawn(scheme):
    return FORMS[scheme].filter(functools.partial(is_version, scheme))


def test_each_scheme_has_texts_to_be_tried_with():
    assert set(FORMS) == set(SCHEMES)
    assert set(COMPARED) <= set(SCHEMES)


@pytest.mark.parametrize("scheme", COMPARED)
def test_two_versions_stand_as_the_rule_written_out_says(scheme):
    rule = getattr(naive, scheme)

    @settings(max_examples=examples(300))
    @given(drawn(scheme), drawn(scheme))
    def holds(a, b):
        assert compare(scheme, a, b) is SIGNS[rule(a, b)]
        assert (key(scheme, a) < key(scheme, b)) is (rule(a, b) < 0)
        assert (key(scheme, a) == key(scheme, b)) is (rule(a, b) == 0)

    holds()


@pytest.mark.parametrize("scheme", ["npm", "cargo", "golang", "hex"])
def test_the_schemes_made_of_semver_stand_as_semver_does(scheme):
    @settings(max_examples=examples(100))
    @given(FORMS["semver"], FORMS["semver"])
    def holds(a, b):
        assert compare(scheme, a, b) is SIGNS[naive.semver(a, b)]

    holds()


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_no_key_begins_another(scheme):
    @settings(max_examples=examples(100))
    @given(drawn(scheme), drawn(scheme))
    def holds(a, b):
        one, two = key(scheme, a), key(scheme, b)
        assert one == two or not (one.startswith(two) or two.startswith(one))

    holds()


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_comparison_turned_round_is_the_comparison_of_the_two_turned_round(scheme):
    @settings(max_examples=examples(60))
    @given(st.one_of(FORMS[scheme], st.text(max_size=6)), FORMS[scheme])
    def holds(a, b):
        assert compare(scheme, a, b).turned() is compare(scheme, b, a)

    holds()


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_any_text_is_a_version_or_is_refused_with_what_to_do(scheme):
    @settings(max_examples=examples(100))
    @given(st.one_of(st.text(max_size=12), st.text("0123456789.-+~^_:!abrcvp", max_size=20)))
    def holds(text):
        if is_version(scheme, text):
            assert key(scheme, text) == extent(scheme, text)[0]
            assert compare(scheme, text, text) is Order.EQUAL
            return
        with pytest.raises(NotAVersion) as raised:
            key(scheme, text)
        assert raised.value.hint
        assert compare(scheme, text, text) is Order.UNKNOWN

    holds()


LONG = "7" * 1_000


@pytest.mark.parametrize(
    "scheme", sorted(set(SCHEMES) - {"datetime", "openssl", "cargo", "hex", "pub", "composer"})
)
def test_numbers_of_a_thousand_digits_are_compared(scheme):
    longer = f"{LONG}8"
    assert compare(scheme, LONG, longer) is Order.LESS
    assert compare(scheme, f"{LONG[:-1]}8", LONG) is Order.GREATER


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_version_beyond_the_limit_is_refused_whatever_it_is(scheme):
    with pytest.raises(NotAVersion, match="longer than 1,024"):
        key(scheme, "1" * (MAX_VERSION_CHARS + 1))
    assert compare(scheme, "1" * (MAX_VERSION_CHARS + 1), "1") is Order.UNKNOWN


def test_a_scheme_that_is_not_known_has_no_keys_and_answers_unknown():
    with pytest.raises(NoOrder, match="'nope'"):
        key("nope", "1")
    assert compare("nope", "1", "1") is Order.UNKNOWN
    assert compare("git", "a1b2", "a1b2") is Order.UNKNOWN


ASCENDING = {
    "semver": ["0.9.9-1", "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "v1.0.1", "1.0.1.1", "1.2"],
    "npm": ["1.0.0-0", "=1.0.0", "v1.0.1", "2"],
    "golang": ["v0.0.0-20170101000000-abcdefabcdef", "v0.0.0-20190101000000-000000000000", "v0.1.0", "go1.20", "1.21rc2", "go1.21rc10", "1.21.0", "v2.0.0+incompatible"],
    "pub": ["1.0.0-a", "1.0.0-a+1", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+a", "1.0.1"],
    "deb": ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1~bpo1", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg", "1.0-1-1", "1.0.1", "1.10", "0:2", "1:0.1"],
    "rpm": ["1.0~beta-1", "1.0~rc1-1", "1.0-1", "1.0-2", "1.0-10.el8", "1.0^git1-1", "1.0a-1", "1.0.1-1", "1.10-1", "1:0.1-1"],
    "alpm": ["1.0a-1", "1.0alpha-1", "1.0b-1", "1.0rc-1", "1.0-1", "1.0-2", "1.0.a-1", "1.0.1-1", "1:0.1-1"],
    "apk": ["1.0_alpha1", "1.0_beta", "1.0_pre2", "1.0_rc1", "1.0", "1.0-r1", "1.0-r10", "1.0_cvs1", "1.0_svn1", "1.0_git1", "1.0_hg1", "1.0_p1", "1.0a", "1.0a1", "1.0a10", "1.0.1", "1.01", "1.1", "1.10", "2"],
    "gentoo": ["1_alpha", "1_alpha1", "1_beta", "1_pre", "1_rc", "1", "1-r1", "1_p", "1_p1", "1a", "1.0", "1.00.1", "1.01", "1.1", "1.10", "2"],
    "pypi": ["1.dev0", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+abc", "1.0+5", "1.0.post1.dev2", "1.0.post1", "1.0.1", "1.10", "1!0.1"],
    "maven": ["1-alpha-1", "1-alpha2", "1-b1", "1-beta-2", "1-m3", "1-rc", "1-cr2", "1-SNAPSHOT", "1", "1-sp", "1-abc", "1-xyz", "1-1", "1-2", "1.1", "1.10"],
    "gem": ["1.a.b", "1.a.0.b", "1.a", "1.a.0.1", "1.a.1", "1.b", "1", "1.0.1", "1.1", "1.10.pre", "1.10"],
    "nuget": ["1.0.0-1", "1.0.0-alpha", "1.0.0-Beta.2", "1.0.0-beta.11", "1.0.0-rc", "1.0", "1.0.0.1", "1.1"],
    "composer": ["1.0-dev", "1.0-alpha1", "1.0-b1", "1.0-beta2", "1.0RC1", "1.0", "1.0-p1", "1.0.1", "1.x-dev", "2.0"],
    "cran": ["0.9", "0.9-1", "0.9.2", "0.10", "1.0", "1.0.0"],
    "hackage": ["1.0", "1.0.0", "1.0.1", "1.10"],
    "conan": ["1.0.0-", "1.0-alpha.3", "1.0-alpha.22", "1.0", "1.0+b1", "1.1", "1.1d", "1.1e", "1.2", "1.10", "1.a"],
    "openssl": ["0.9.8", "0.9.8y", "0.9.8z", "0.9.8za", "1.1.1-pre9", "1.1.1", "1.1.1w", "3.0.0-alpha17", "3.0.0-beta1", "3.0.0", "3.0.10"],
    "datetime": ["2023-12-31T23:59:60Z", "2024-01-01T02:00:00.5+02:00", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"],
    "lexicographic": ["A", "a", "aa", "ss", "\xdf", "\u20ac", "\U0001f600"],
}  # fmt: skip


@pytest.mark.parametrize("scheme", sorted(ASCENDING))
def test_versions_stand_in_the_order_that_the_scheme_s_document_gives(scheme):
    row = ASCENDING[scheme]
    keys = [key(scheme, version) for version in row]
    assert sorted(set(keys)) == keys
    assert compare(scheme, row[0], row[-1]) is Order.LESS


ALIKE = [
    ("semver", ["1.2.0", "v1.2", "1.2.0+build", "1.2.0.0", "01.02.00"]),
    ("npm", ["1.2.0", "v1.2.0", "= 1.2", "1.2.0+x"]),
    ("golang", ["v2.0.0", "2.0.0", "v2.0.0+incompatible", "go2", "go2.0"]),
    ("golang", ["go1.21rc2", "v1.21.0-rc.2"]),
    ("deb", ["1.0", "0:1.0", "1.0-0", "1.00-00"]),
    ("deb", ["a", "a0", "a-0"]),
    ("rpm", ["1.0-1", "0:1.0-1", "1_0-1", "01.00-1", "1..0-1."]),
    ("alpm", ["1.0-1", "0:1.0-1", "1_00-1"]),
    ("apk", ["1.0", "01.0"]),
    ("gentoo", ["1.0-r0", "1.0", "01.0"]),
    ("pypi", ["1.0rc1", "1c1", "1.0.0-RC.1", "v1.0.pre1", "1.0_preview_1"]),
    ("pypi", ["1.post0", "1.0.post", "1.0-0", "1r", "1.rev0", "1.post_"]),
    ("pypi", ["1a0", "1.0a", "1a.", "1-alpha-"]),
    ("maven", ["1", "1.0.0", "1-ga", "1.Final", "1-RELEASE", "1.0-0", "1-final-0", "1."]),
    ("maven", ["1-rc-1", "1.RC1", "1.0.0-cr1", "1rc1"]),
    ("maven", ["1-alpha-1", "1a1", "1.a1", "1.0.0-Alpha1"]),
    ("gem", ["1", "1.0", "1.0.0"]),
    ("gem", ["1.pre.1", "1-1", "1.0-1"]),
    ("nuget", ["1", "1.0", "1.0.0.0", "1.0.0+meta", "01.00"]),
    ("nuget", ["1.0-BETA.1", "1.0.0-beta.01"]),
    ("composer", ["1", "v1.0", "1.0.0.0", "1.0-stable", "1.0.0+meta"]),
    ("composer", ["1.0-b2", "1.0.0beta2", "1.0-beta.2"]),
    ("cran", ["1.0-1", "1.0.1", "1.00.01"]),
    ("conan", ["1", "1.0.0", "1.0.0.0"]),
    ("datetime", ["2024-01-01T00:00:00Z", "2023-12-31T19:00:00-05:00", "2024-01-01T00:00:00.000Z"]),
]


@pytest.mark.parametrize(("scheme", "alike"), ALIKE, ids=[f"{scheme}-{alike[0]}" for scheme, alike in ALIKE])
def test_one_version_written_differently_has_one_key(scheme, alike):
    assert len({key(scheme, version) for version in alike}) == 1


NONE = {
    "semver": ["", "x", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1..2", "-1", "1.2.3\n"],
    "npm": ["", "1.2.3.4", "1.2.3beta", "latest"],
    "cargo": ["1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3.4"],
    "golang": ["", "v1.2.3.4", "master", "v"],
    "pub": ["1.0.0+a..b", "1.0.0+"],
    "deb": ["", ":1", "a:1", "1:", "1 0", "1-", "-1", "1_0", "1:2:3 "],
    "rpm": ["", "1-2-3", "1-", "-1", "1/2", "1:"],
    "alpm": ["1.-1", "1-2-3", "", "1.", "\xe9-1"],
    "apk": ["", "a", "1.", "1_foo", "1-1", "1.0ab", "1.0a.1", "1-r"],
    "gentoo": ["", "1_git", "1.0ab", "1-r"],
    "pypi": ["", "1.0-foo", "2013-01-21", "trunk", "1.0.", "1.0+", "1.0a.b", "\u0661"],
    "maven": ["", "1 0", "\xe9", "1.0\n"],
    "gem": ["", "a", "1..0", "1a", "1.0_1"],
    "nuget": ["", "1.2.3.4.5", "1.0-", "1.0-a..b", "a"],
    "composer": ["", "dev-main", "master", "1.0-foo", "1.2.3.4.5"],
    "cran": ["", "1.", "1.0a", "1..0"],
    "hackage": ["1-0", "1.0a"],
    "conan": ["", "-1", "+1", "1 0"],
    "openssl": ["1.0", "1.0.2k-fips", "1.1.1-dev"],
    "datetime": ["2024-01-01", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01t00:00:00z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00+24:00", "2024-13-01T00:00:00Z"],
    "lexicographic": ["", "a\0", "\ud800"],
}  # fmt: skip


@pytest.mark.parametrize("scheme", sorted(NONE))
def test_what_is_no_version_of_a_scheme_is_refused(scheme):
    for text in NONE[scheme]:
        assert not is_version(scheme, text), text


SLOW = [
    ("deb", "1" + "~" * 1_000),
    ("rpm", "1" + "." * 1_000),
    ("alpm", "1" + "." * 900 + "a-1"),
    ("maven", "1" + ".0" * 500 + "-x"),
    ("gem", "1" + ".0" * 500 + ".a"),
    ("composer", "1" + "-1" * 500),
    ("pypi", "1." * 500),
    ("apk", "1" + "_p" * 500 + "!"),
    ("semver", "1-" + "a." * 500),
    ("nuget", "1-" + "a." * 500),
    ("conan", "1" + ".0" * 500),
    ("generic", "1 a" * 300),
]


@pytest.mark.parametrize(("scheme", "text"), SLOW, ids=[scheme for scheme, _ in SLOW])
def test_the_longest_texts_made_to_be_slow_take_less_than_ten_milliseconds(scheme, text):
    def took_s() -> float:
        start = time.process_time()
        for _ in range(10):
            compare(scheme, text, text)
        return (time.process_time() - start) / 10

    # The least of several: what else the process does (collecting what other tests left) is not meant.
    assert min(took_s() for _ in range(8)) < 0.01


def test_an_rpm_version_without_its_release_comes_before_those_with_one():
    assert compare("rpm", "1.2", "1.2-3") is Order.LESS
    assert compare("rpm", "1.2-3", "1.2") is Order.GREATER
    assert compare("rpm", "1.2", "1.2") is Order.EQUAL
    assert compare("rpm", "1.2", "1.3-1") is Order.LESS
    assert compare("rpm", "1.2", "1.1-9") is Order.GREATER
    assert compare("rpm", "1.2", "1.2^git1-1") is Order.LESS
    assert compare("rpm", "1.2", "1.2~rc1-1") is Order.GREATER


def test_pacman_takes_a_version_without_its_release_for_equal_to_those_with_one():
    assert compare("alpm", "1.2", "1.2-3") is Order.EQUAL
    assert compare("arch", "1.2-3", "1.2") is Order.EQUAL


@settings(max_examples=examples(200))
@given(FORMS["rpm"], FORMS["rpm"].map(lambda version: version.rpartition("-")[0]))
def test_a_version_without_its_release_stands_for_all_of_them(full, bare):
    low, above = extent("rpm", bare)
    assert (low <= key("rpm", full) < above) is (compare("rpm", full.rpartition("-")[0], bare) is Order.EQUAL)
