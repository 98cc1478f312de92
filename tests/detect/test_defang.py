from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.defang import refang

PIECES = st.sampled_from([
    "[", "(", "{", "]", ")", "}", "\\", ".", "dot", "at", "@", ":", "/", "://", "hxxp", "h**p", "fxp", "s", " ", "\t",
    "\u200b", "\ufeff", '"', "'", "*", "h", "p", "a", "1",
])  # fmt: skip


@pytest.mark.parametrize(
    ("defanged", "whole"),
    [
        ("evil[.]com", "evil.com"),
        ("evil(.)com", "evil.com"),
        ("evil{.}com", "evil.com"),
        ("evil[dot]com", "evil.com"),
        ("evil(DOT)com", "evil.com"),
        ("evil [.] com", "evil.com"),
        ("evil[.com", "evil.com"),
        ("evil.]com", "evil.com"),
        ("evil\\.com", "evil.com"),
        ("1.2.3[[.]]4", "1.2.3.4"),
        ("hxxp://evil[.]com/a", "http://evil.com/a"),
        ("hXXps[:]//evil.com", "https://evil.com"),
        ("h**p://evil.com", "http://evil.com"),
        ("fxp://evil.com", "ftp://evil.com"),
        ("hxxps[://]evil[.]com[/]a", "https://evil.com/a"),
        ("me[@]evil[.]com", "me@evil.com"),
        ("me(at)evil[.]com", "me@evil.com"),
        ("1.2.3.4[:]443", "1.2.3.4:443"),
        ("\u200b172.19.2.9\u200b\u200b", "172.19.2.9"),
        ("\ufeffevil.com", "evil.com"),
        (' "evil.com" ', "evil.com"),
        ("\u201cevil.com\u201d", "evil.com"),
    ],
)
def test_what_is_defanged_is_made_whole(defanged, whole):
    assert refang(defanged) == whole


@pytest.mark.parametrize(
    "text",
    ["hxxp.com", "[2001:db8::1]:443", "dot at evil.com", "a (see below) b", "http://evil.com/a(b)?c=[d]"],
)
def test_what_is_not_defanged_stays(text):
    assert refang(text) == text


def test_a_whole_line_keeps_its_other_words():
    assert (
        refang("Beacon: hxxps://evil[.]com/x, from 1.2.3[.]4") == "Beacon: https://evil.com/x, from 1.2.3.4"
    )


@given(st.lists(PIECES, max_size=16).map("".join) | st.text(max_size=30))
def test_refanging_twice_changes_nothing_more(text):
    assert refang(refang(text)) == refang(text)


@pytest.mark.parametrize("piece", ["[", " ", "\\", "[.", "[:[/]", "hxxp", ".]", "(dot", "\u200b"])
def test_a_long_run_of_marks_takes_linear_time(piece):
    def seconds(length):
        start = time.process_time()
        refang(piece * length)
        return time.process_time() - start

    # A quadratic way would take hours for the longer one.
    assert seconds(200_000) < 5
