from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from tocsin.inventory.advisories.version_text import (
    VersionText,
    is_version,
    precedes,
    read_version_text,
    wildcard_span,
)
from tocsin.inventory.claim import Span

LABELLED = tomllib.loads((Path(__file__).parent / "version_texts.toml").read_text(encoding="utf-8"))["texts"]


def meant(label):
    """The spans and the condition of a label; None if it is unclear."""
    spans, _, condition = label.partition(" ? ")
    if spans == "unclear":
        return None
    if spans == "every":
        return "every", condition
    found = []
    at = 0
    while at < len(spans):
        end = next(
            i
            for i in range(at, len(spans) + 1)
            if i == len(spans) or (spans[i] == " " and spans[i - 1] in ")]" and spans[i + 1] in "([")
        )
        part = spans[at:end]
        low, comma, high = part[1:-1].partition(",")
        if comma:
            found.append(Span(low or None, high or None, part[0] == "[" or not low, part[-1] == "]"))
        else:
            found.append(Span(low, low, high_inclusive=True))
        at = end + 1
    return tuple(found), condition


def read(text):
    """What the program makes of it, in the same shape."""
    found = read_version_text(text)
    if found.versions.unread:
        assert found.versions.unread == (text.strip(),), "what is unread is kept as it stands"
        assert not found.versions.spans
        assert not found.versions.every
        return None
    return ("every" if found.versions.every else found.versions.spans), found.condition


@pytest.mark.parametrize(("text", "label"), LABELLED, ids=range(len(LABELLED)))
def test_no_text_is_read_to_mean_something_else_than_a_person_reads_in_it(text, label):
    assert read(text) in {None, meant(label)}


def test_all_but_four_of_the_texts_that_a_person_understands_are_understood():
    missed = [text for text, label in LABELLED if meant(label) is not None and read(text) is None]

    assert missed == [
        "< R02 (or Software Version 1.1.13166)",
        "<= 6.01.00/29.03.2007",
        "RoboDK_v5.5.4_(Windows_64_bit)",
        "<= 18.0.4PlusP1e",
    ]


def test_the_labelled_texts_are_two_hundred_different_ones():
    assert len({text for text, _ in LABELLED}) == len(LABELLED) == 200


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("All versions prior to 4.2", "(,4.2)"),
        ("versions prior to V3.6 Build 170215", "(,V3.6 Build 170215)"),
        ("V3.1 and earlier", "(,V3.1]"),
        ("V3.1 and prior versions", "(,V3.1]"),
        ("4.2 and later", "[4.2,)"),
        ("4.2 or newer", "[4.2,)"),
        ("from 1.0 to 2.3", "[1.0,2.3]"),
        ("1.0 through 1.4", "[1.0,1.4]"),
        ("1.0 - 1.4", "[1.0,1.4]"),
        ("12.1.0-12.4.0", "[12.1.0,12.4.0]"),
        ("before 2.3.1", "(,2.3.1)"),
        ("up to and including 2.3", "(,2.3]"),
        ("Versions below V2.2.1 (including V2.2.1)", "(,V2.2.1]"),
        ("All versions between V2.5 (including) and V2.7 (excluding)", "[V2.5,V2.7)"),
        ("1.0, 1.1 and 1.2", "[1.0] [1.1] [1.2]"),
        (">=1.0|<2.0", "[1.0,2.0)"),
        (">= 7.0.0, < 7.1.0", "[7.0.0,7.1.0)"),
        ("< 1.0 | >= 2.0 | < 2.3", "(,1.0) [2.0,2.3)"),
        ("> 2.1", "(2.1,)"),
        ("= 1.2.3", "[1.2.3]"),
        ("&lt; 2.1", "(,2.1)"),
        ("≤ 2.1", "(,2.1]"),
        ("< V4.0 (only with option X23)", "(,V4.0) ? only with option X23"),
        ("all versions", "every"),
        ("All firmware versions", "every"),
        ("*", "every"),
        ("vers:all/<=1.2", "(,1.2]"),
        ("vers:generic/>=2.9|<=4.1", "[2.9,4.1]"),
        ("vers:semver/<7.0.0|>=1.5.0", "[1.5.0,7.0.0)"),
        ("vers:npm/1.2.3|>=2.0.0|<5.0.0", "[1.2.3] [2.0.0,5.0.0)"),
        ("vers:intdot/*", "every"),
        ("V5.15.*", "[V5.15,V5.16)"),
    ],
)
def test_prose_of_many_kinds_is_understood(text, label):
    assert read(text) == meant(label)


@pytest.mark.parametrize(
    "text",
    [
        "< 1.28.16 | < 1.24.69",
        ">= 1.0 | >= 2.4",
        "<= 2.0 | >= 1.0",
        "<= 3.14.25 | 3.15.18",
        "< 2018-05-01",
        "< 4.1 or january 20 2017",
        "between 1.0 and 2.0",
        "all versions except 2.0",
        "< V4.0 (V3.2 may also be affected)",
        "< V4.0 (when updated from V3.2, which may be affected too)",
        "< 1.0 |",
        "< 1.0 and",
        "2.1 (not affected if patched)",
        "prior to the May update",
        "serial numbers below 1234",
        ">= R1.02.00 | <= 4.02.00",
        "V4.7: < V4.7 HF27",
        "IPv4",
        "12345",
        "n/a",
        "unspecified",
        "vers:all/!=1.2",
        "vers:/<1",
        "vers:all/",
        "1.0|",
        "< ",
        "<= 1.2 beta or so",
        "x" * 1001,
    ],
)
def test_what_could_mean_two_things_or_nothing_stays_unread(text):
    assert read(text) is None


def test_an_empty_text_names_no_version_and_is_not_unread():
    assert read_version_text("  ").versions.unread == ()
    assert not read_version_text("  ").versions.spans


def test_the_scheme_of_a_range_is_kept_unless_it_is_no_scheme():
    assert read_version_text("vers:semver/<1.0.0").versions.scheme == "semver"
    assert read_version_text("vers:all/<1.0.0").versions.scheme == "generic"
    assert read_version_text("vers:all/<1.0.0", scheme="npm").versions.scheme == "npm"
    assert read_version_text("< 1.0.0", scheme="pypi").versions.scheme == "pypi"


@pytest.mark.parametrize("text", ["1.0", "V4.7 SP6 HF3", "2016 R2", "15.2(6)E0", "Version 2.1"])
def test_one_version_is_known_as_one(text):
    assert is_version(text)


@pytest.mark.parametrize(
    "text", ["", "1.0 2.0", "< 1.0", "1.x", "january 2020", "2020-01-31", "all", "1.0, 1.1"]
)
def test_what_is_more_or_less_than_one_version_is_not_one(text):
    assert not is_version(text)


@pytest.mark.parametrize(
    "digits", ["1" * 5000, "²", "١", "1." * 600 + "x"], ids=["many", "superscript", "arabic", "wild"]
)
def test_numbers_that_python_does_not_read_are_no_trouble(digits):
    assert not is_version(digits) or digits == "١"
    assert precedes(f"1.{digits}", "2.0")
    assert wildcard_span(f"{digits}.x") is None
    assert read_version_text(f">= {digits} < {digits}1") is not None


def test_of_two_numbers_the_longer_is_later_and_zeros_before_it_do_not_count():
    assert precedes("V9 SP9", "V10 SP1")
    assert precedes("V009a", "V10a")
    assert not precedes("V10a", "V009a")
    assert not precedes("R1.0", "2.0")


def test_a_wildcard_ends_before_the_next_number():
    assert wildcard_span("V5.15.*") == Span("V5.15", "V5.16")
    assert wildcard_span("9.x") == Span("9", "10")
    assert wildcard_span("5.15") is None


WORDS = st.sampled_from(
    [
        "<",
        "<=",
        ">",
        ">=",
        "=",
        "!=",
        "|",
        ",",
        ";",
        "and",
        "or",
        "to",
        "from",
        "through",
        "-",
        "all",
        "versions",
        "prior",
        "before",
        "earlier",
        "later",
        "and",
        "below",
        "up",
        "vers:all/",
        "vers:npm/",
        "1.0",
        "2.3.4",
        "V4.7",
        "SP1",
        "HF2",
        "Build",
        "123",
        "(",
        ")",
        "(if",
        "x)",
        "*",
        "x",
        "1.x",
        "n/a",
        "_",
        "%",
        "%3C",
        "\x00",
        "é",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
@example("vers:all/%")
@example("\u2028< 1.0")
def test_any_text_is_read_or_kept_whole_and_never_both(text):
    found = read_version_text(text)

    assert isinstance(found, VersionText)
    said = bool(found.versions.spans) + found.versions.every + bool(found.versions.unread)
    assert said == (1 if text.replace("&lt;", "<").strip(" ,;\t\n\r\x0b\x0c").strip() else said)
    assert all(span.low is not None or span.high is not None for span in found.versions.spans)
