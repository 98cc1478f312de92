"""The spans that the events of an OSV record tell of."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.errors import BadInput, NoOrder
from tocsin.inventory.version import SCHEMES, key, spans_of_events

ADVISORIES = Path(__file__).parents[3].parent / "shared" / "data" / "intel" / "osv-pypi.jsonl.gz"


def affected(events, version, scheme="semver"):
    found = spans_of_events(scheme, events)
    assert not found.unread
    return any(key(scheme, version) in span for span in found.spans)


def events(text):
    return [dict([one.split("=", 1)]) for one in text.split()]


CASES = [
    ("introduced=0", "0.0.0-0", True),
    ("introduced=0 fixed=1.2", "1.1.9", True),
    ("introduced=0 fixed=1.2", "1.2.0", False),
    ("fixed=1.2 introduced=0", "1.1.9", True),
    ("introduced=1.0 last_affected=1.2", "1.2.0", True),
    ("introduced=1.0 last_affected=1.2", "1.2.1", False),
    ("introduced=1.0 last_affected=1.0", "1.0.0", True),
    ("introduced=1.0 last_affected=1.0", "1.0.1", False),
    ("introduced=1.0 fixed=1.5 introduced=2.0", "1.7.0", False),
    ("introduced=1.0 fixed=1.5 introduced=2.0", "9.0.0", True),
    # PYSEC-2023-72: one span ends where another begins.
    ("introduced=1.0 fixed=3.1.1 introduced=3.1.1 fixed=4.0", "3.1.1", True),
    ("introduced=3.1.1 fixed=3.1.1", "3.1.1", True),
    ("introduced=1.0 introduced=1.5 fixed=2.0", "1.2.0", True),
    ("fixed=2.0", "1.0.0", False),
    ("introduced=0 limit=2.0", "1.9.0", True),
    ("introduced=0 limit=2.0", "2.0.0", False),
    ("introduced=0 limit=2.0 limit=3.0", "2.5.0", True),
    ("introduced=0 limit=*", "9.0.0", True),
    ("introduced=0 fixed=1.0 limit=2.0", "1.5.0", False),
]


@pytest.mark.parametrize(
    ("text", "version", "is_in"), CASES, ids=[f"{a} {b}".replace(" ", "_") for a, b, _ in CASES]
)
def test_a_version_is_affected_as_the_schema_evaluates_events(text, version, is_in):
    assert affected(events(text), version) is is_in


def test_of_rpm_a_last_affected_version_without_its_release_has_all_of_its_releases():
    assert affected(events("introduced=1.0 last_affected=1.2"), "1.2-9", "rpm")
    assert not affected(events("introduced=1.0 fixed=1.2"), "1.2-9", "rpm")


def test_versions_that_cannot_be_read_are_named():
    found = spans_of_events("pypi", events("introduced=0 fixed=trunk introduced=2 fixed=3 limit=head"))
    assert found.unread == ("trunk", "head")


def test_an_event_of_another_kind_is_refused():
    with pytest.raises(BadInput, match="'mended'"):
        spans_of_events("pypi", [{"mended": "1"}])


def test_events_of_a_scheme_without_keys_are_refused():
    with pytest.raises(NoOrder):
        spans_of_events("git", events("introduced=abc"))


def naive(drawn, version):
    """The schema's pseudo-code, read aloud: sorted events switch a state; limits are looked at first."""
    limits = [number for kind, number in drawn if kind == "limit"]
    if limits and not any(version < limit for limit in limits):
        return False
    is_affected = False
    rank = {"fixed": 0, "introduced": 1, "last_affected": 2}
    for kind, number in sorted(
        (one for one in drawn if one[0] != "limit"), key=lambda one: (one[1], rank[one[0]])
    ):
        if kind == "introduced" and version >= number:
            is_affected = True
        elif (kind == "fixed" and version >= number) or (kind == "last_affected" and version > number):
            is_affected = False
    return is_affected


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.tuples(st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), st.integers(1, 6)),
        max_size=7,
    ),
    st.integers(0, 7),
)
def test_spans_are_what_the_schema_s_evaluation_says(drawn, version):
    assert affected([{kind: str(number)} for kind, number in drawn], str(version)) is naive(drawn, version)


@pytest.mark.skipif(
    not ADVISORIES.is_file(), reason="the real advisories (shared/data/intel) are not on this machine"
)
def test_versions_that_real_advisories_list_are_in_the_spans_of_their_events():
    """The nine that are not contradict their own record: 23.9.0 is listed, and is where it was fixed."""
    answers: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    for line in gzip.decompress(ADVISORIES.read_bytes()).splitlines():
        for part in json.loads(line).get("affected", ()):
            ranges = [one for one in part.get("ranges", ()) if one["type"] == "ECOSYSTEM"]
            found = [spans_of_events("pypi", one["events"]) for one in ranges]
            unread.update(version for one in found for version in one.unread)
            spans = [span for one in found for span in one.spans]
            for version in part.get("versions", ()) if ranges else ():
                made = SCHEMES["pypi"].encode(version)
                is_in = made is not None and any(made in span for span in spans)
                answers["in" if is_in else "no version" if made is None else "out"] += 1
    assert set(unread) == {"0.2.0-n653", "2019-09-12"}  # no versions of PEP 440
    assert answers == {"in": 140_729, "no version": 108, "out": 9}
