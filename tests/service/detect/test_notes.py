from __future__ import annotations

import pytest

from tocsin.service.detect.notes import known_good_notes, no_notes


@pytest.fixture(scope="module")
def notes():
    return known_good_notes()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ipv4-addr:value", "8.8.8.8"),
        ("network-traffic:dst_ref.value", "8.8.8.8"),
        ("ipv4-addr:value", "10.0.0.1"),
        ("domain-name:value", "google.com"),
        ("network-traffic:dst_ref.value", "google.com"),
        ("file:hashes.MD5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("process:image_ref.hashes.MD5", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)
def test_what_is_widely_known_is_noted_with_its_list(notes, path, value):
    found = notes(path, value)
    assert 1 <= len(found) <= 3
    assert all(note.kind in ("known-good", "sinkhole") and note.text and note.source for note in found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("domain-name:value", "kx7q.evil.example"),
        ("ipv4-addr:value", "203.0.113.77.5"),
        ("process:command_line", "8.8.8.8"),
        ("file:name", "google.com"),
        ("x:value", "google.com"),
        ("file:hashes.MD5", "0" * 31 + "7"),
        ("", ""),
        ("ipv4-addr:value", ""),
        ("network-traffic:dst_ref.value", ""),
        ("url:value", "no url"),
    ],
)
def test_other_values_are_not(notes, path, value):
    assert notes(path, value) == ()


def test_no_notes_knows_nothing():
    assert no_notes("ipv4-addr:value", "8.8.8.8") == ()
