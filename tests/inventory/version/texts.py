"""Versions for property tests: of each scheme texts of its form, drawn so that they often begin alike."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["COMPARED", "FORMS"]

_NUMBERS = st.sampled_from(["0", "1", "2", "9", "10", "11", "01", "00", "010", "100", "20230101"])
_PLAIN = st.sampled_from(["0", "1", "2", "9", "10", "11", "100", "20230101", "9" * 30])
_WORDS = st.sampled_from(["a", "b", "rc", "alpha", "beta", "pre", "git", "el", "B", "RC", "zz", "dev", "x"])


def _joined(separators, parts, most=5):
    """A number, then parts with separators before them."""
    more = st.lists(st.tuples(st.sampled_from(separators), parts), max_size=most)
    return st.tuples(_NUMBERS, more).map(lambda drawn: drawn[0] + "".join(a + b for a, b in drawn[1]))


def _dotted(parts, least=1, most=4):
    return st.lists(parts, min_size=least, max_size=most).map(".".join)


def _concat(*parts):
    return st.tuples(*parts).map("".join)


def _maybe(*texts):
    return st.sampled_from(["", *texts])


_EITHER = st.one_of(_NUMBERS, _WORDS)
_RELEASE = _joined([".", ""], _EITHER, 2)
_IDENTIFIERS = st.one_of(_PLAIN, st.sampled_from(["a", "B", "b", "rc", "x-y", "0a", "1-", "-"]))
_PRE = st.one_of(st.just(""), _dotted(_IDENTIFIERS, 1, 3).map("-{}".format))
_SEMVER = _concat(_dotted(_PLAIN, 3, 3), _PRE, _maybe("+1", "+build.7"))

FORMS = {
    "semver": _SEMVER,
    "npm": _concat(_maybe("v", "=", " "), _SEMVER),
    "cargo": _SEMVER,
    "golang": _concat(_maybe("v"), _SEMVER),
    "hex": _SEMVER,
    "pub": _SEMVER,
    "deb": _concat(_maybe("0:", "1:"), _joined([".", "", "~", "+", "~~", "-"], _EITHER)),
    "rpm": _concat(
        _maybe("0:", "1:"), _joined([".", "", "~", "^", "_", "..", "+"], _EITHER), st.just("-"), _RELEASE
    ),
    "apk": _concat(
        _joined([".", ".", "a", "b"], _NUMBERS),
        _maybe("a", "b"),
        _maybe(
            "_alpha", "_beta2", "_pre", "_rc1", "_rc1_p2", "_cvs", "_git20230101", "_p", "_p0", "_hg1_svn"
        ),
        _maybe("~12ab", "~12"),
        _maybe("-r0", "-r1", "-r10"),
    ),
    "alpm": _concat(
        _maybe("0:", "1:"), _joined([".", "", "..", "_", "+", "~"], _EITHER), st.just("-"), _RELEASE
    ),
    "gentoo": _concat(
        _dotted(_NUMBERS),
        _maybe("a", "b"),
        _maybe("_alpha", "_beta2", "_pre", "_rc1", "_rc1_p2", "_p", "_p0", "_rc1_alpha"),
        _maybe("-r0", "-r1", "-r10"),
    ),
    "pypi": _concat(
        _maybe("v", "1!", "0!"),
        _dotted(_NUMBERS),
        _maybe("a1", "-b2", ".rc.3", "alpha", "c1", "pre0"),
        _maybe(".post1", "-2", "rev3", ".post"),
        _maybe(".dev0", "dev", "-dev.3"),
        _maybe("+a.1", "+1.a", "+ab", "+1", "+1.0"),
    ),
    "maven": _joined(
        [".", "-", "", "-."],
        st.one_of(
            _NUMBERS,
            st.sampled_from(
                ["a", "b", "m", "alpha", "RC", "cr", "ga", "Final", "release", "sp", "snapshot", "foo", "_"]
            ),
        ),
    ),
    "gem": st.one_of(
        _concat(
            _dotted(st.one_of(_NUMBERS, _NUMBERS, _WORDS, st.sampled_from(["0", "0", "rc1", "1a"]))),
            _maybe("-1", "-a.0"),
        ).map("0.{}".format),
        _dotted(_NUMBERS),
    ),
    "nuget": _concat(
        _dotted(_NUMBERS),
        _maybe("-a", "-A", "-b.1", "-B.2", "-rc.10", "-rc.9", "-1", "-x-y", "-1.0"),
        _maybe("+x", "+1"),
    ),
    "composer": _concat(
        _maybe("v"),
        _dotted(st.sampled_from(["0", "1", "2", "10", "99"])),
        _maybe(
            "-alpha1",
            "alpha",
            "-beta",
            "b2",
            ".b.3",
            "-RC1",
            "rc10",
            "-dev",
            "-p1",
            "-patch",
            "-stable",
            "a1-dev",
        ),
    ),
    "cran": _joined([".", "-"], _NUMBERS),
    "hackage": _dotted(_NUMBERS),
    "nginx": _dotted(_NUMBERS),
    "intdot": _dotted(_NUMBERS),
    "conan": _concat(
        _joined(["."], st.sampled_from(["0", "1", "2", "10", "a", "b1", "rc", "1d", "*"]), 3),
        _maybe("-a", "-rc.1", "-", "-pre.2"),
        _maybe("+b1", "+2", "+2.0"),
    ),
    "openssl": _concat(
        st.sampled_from(["0.9.8", "1.0.1", "1.0.2", "1.1.1", "3.0.0", "3.10.2"]),
        _maybe("a", "z", "za", "zb"),
        _maybe("-alpha1", "-beta2", "-pre10"),
    ),
    "datetime": st.builds(
        "20{:02}-{:02}-{:02}T{:02}:59:{}{}".format,
        st.integers(0, 99),
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 23),
        st.sampled_from(["00", "30.5", "30.50", "60"]),
        st.sampled_from(["Z", "+02:00", "-05:30"]),
    ),
    "lexicographic": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5),
}
"""Scheme -> texts, nearly all of which are versions of it."""

COMPARED = ("semver", "deb", "rpm", "apk", "alpm", "gentoo", "maven", "gem", "nuget", "composer")
"""The schemes that tests/reference/versions.py has a comparison for."""
