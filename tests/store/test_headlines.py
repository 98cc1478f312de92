"""Advisories are sought, filtered and sorted as a naive reading of each would do it. On both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete

from inventory.made import advisory, below, claim
from strategies import examples
from tocsin.inventory.advisory import Form, Stakes
from tocsin.service.inventory.advisory_head import head_of
from tocsin.service.inventory.kept import anew
from tocsin.service.inventory.taking import kept_advisory
from tocsin.store.advisories import Feed, keep_advisories, keep_feed
from tocsin.store.headlines import FIELDS, SORTS, Sought, headlines, heads_named, mark_read
from tocsin.store.schema import advisory as advisory_table, advisory_head, advisory_name, claim_key, feed

NOW_US = 1_790_000_000_000_000


def made(id, *, product="pump", cve="CVE-2026-1", score=None, form=Form.CSAF, **more):
    held = claim(below("2"), name=product, vendor="Siemens", vulnerability=cve)
    stakes = () if score is None else ((cve, Stakes(score=score)),)
    return advisory(held, form=form, id=id, stakes=stakes, **more)


def kept(database, *advisories, name="csaf"):
    with database.writing() as connection:
        keep_feed(connection, Feed(name, "x", "", NOW_US, 0, 0))
        new = [kept_advisory(one) for one in advisories]
        keep_advisories(connection, name, new, now_us=NOW_US, anew=anew)


def ids(database, sought=None, **more):
    with database.reading() as connection:
        part = headlines(connection, sought or Sought(), limit=100, **more)
    assert part.found == len(part.rows)
    return [one.id for one in part.rows]


ADVISORIES = (
    made("A-1", title="Überlauf in Pumps", score=9.8, severity="Critical", modified="2026-03-01T01:00:00+02:00"),
    made("A-2", product="valve", title="Valves", score=5.0, severity="medium", modified="2026-02-28T23:30:00Z"),
    made("A-3", cve="CVE-2026-2", title="Other", status="final", tlp="WHITE", modified="2025-01-01"),
    made("CVE-2026-2", form=Form.CVE, cve="CVE-2026-2", title="a relay", severity="LOW", score=3.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(), ["A-2", "A-1", "A-3", "CVE-2026-2"]),
        (Sought(words=["pumps", "überlauf"]), ["A-1"]),
        (Sought(words=["siemens", "valve"]), ["A-2"]),
        (Sought(products=["pump"]), ["A-1", "A-3", "CVE-2026-2"]),
        (Sought(products=["valves"]), []),
        (Sought(words=["%"]), []),
        (Sought(name="cve-2026-2"), ["A-3", "CVE-2026-2"]),
        (Sought(name="A-3"), ["A-3"]),
        (Sought(holding={"title": "ÜBER"}), []),
        (Sought(holding={"title": "Über"}), ["A-1"]),
        (Sought(holding={"tlp": "white", "status": "FINAL"}), ["A-3"]),
        (Sought(forms=("cve", "osv")), ["CVE-2026-2"]),
        (Sought(feed="csaf", severity="critical"), ["A-1"]),
        (Sought(feed="osv"), []),
        (Sought(score_min=5.0), ["A-2", "A-1"]),
        (Sought(since="2026-02"), ["A-2", "A-1"]),
        (Sought(since="2026-03"), []),
        (Sought(ids={"A-2", "A-3", "none"}), ["A-2", "A-3"]),
        (Sought(ids=()), []),
    ],
)
def test_all_that_is_asked_has_to_fit(database, sought, found):
    kept(database, *ADVISORIES)
    if sought.holding.get("title") == "ÜBER" and database.engine.dialect.name != "sqlite":
        found = ["A-1"]
    assert ids(database, sought) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("current", ["A-2", "A-1", "A-3", "CVE-2026-2"]),
        ("cvss", ["A-1", "A-2", "CVE-2026-2", "A-3"]),
        ("severity", ["A-1", "A-2", "CVE-2026-2", "A-3"]),
        ("title", ["CVE-2026-2", "A-3", "A-2", "A-1"]),
        ("id", ["A-1", "A-2", "A-3", "CVE-2026-2"]),
        ("cve", ["A-1", "A-2", "A-3", "CVE-2026-2"]),
        ("product", ["A-1", "A-3", "CVE-2026-2", "A-2"]),
        ("status", ["A-3", "A-1", "A-2", "CVE-2026-2"]),
    ],
)
def test_they_are_sorted_alike_on_both_databases_what_says_nothing_last(database, sort, found):
    kept(database, *ADVISORIES)
    assert ids(database, sort=sort) == found


@pytest.mark.parametrize("sort", SORTS)
def test_parts_hold_each_once_in_every_order(database, sort):
    kept(database, *ADVISORIES)
    with database.reading() as connection:
        parts = [headlines(connection, Sought(), sort=sort, first=first, limit=1) for first in range(5)]
        assert [one.id for part in parts for one in part.rows] == ids(database, sort=sort)
    assert [part.found for part in parts] == [4] * 5


def test_marked_as_read_is_told_and_asked_for(database):
    kept(database, *ADVISORIES)
    with database.writing() as connection:
        (one,) = heads_named(connection, "a-1")
        assert mark_read(connection, [one.number], now_us=NOW_US + 1, by="ann") == 1
        assert mark_read(connection, [one.number], now_us=NOW_US + 2, by="bob") == 0
    assert ids(database, Sought(unread=True)) == ["A-2", "A-3", "CVE-2026-2"]
    assert ids(database, sort="read")[-1] == "A-1"
    with database.reading() as connection:
        (one,) = heads_named(connection, "A-1")
        assert (one.seen_us, one.seen_by) == (NOW_US + 1, "ann")
        assert headlines(connection, Sought(), limit=1).unread == 3
    with database.writing() as connection:
        assert mark_read(connection, None, now_us=NOW_US, by="bob") == 3


def test_it_stays_read_when_other_words_come_and_is_unread_when_it_claims_something_else(database):
    kept(database, ADVISORIES[0])
    with database.writing() as connection:
        mark_read(connection, None, now_us=NOW_US, by="ann")
    kept(database, replace(ADVISORIES[0], title="Pumps", revision="2"))
    assert ids(database, Sought(unread=True)) == []
    kept(database, made("A-1", product="valve", revision="3"))
    assert ids(database, Sought(unread=True)) == ["A-1"]


TEXTS = st.text(st.sampled_from("aBß %_\\'"), max_size=4)
ISSUED = st.builds(
    lambda number, title, publisher, product, score, severity: replace(
        made(f"A-{number}", product=product or "x", title=title, score=score, severity=severity),
        publisher=publisher,
    ),
    st.integers(0, 30), TEXTS, TEXTS, TEXTS, st.sampled_from([None, 1.0, 9.8]),
    st.sampled_from(["", "high", "Critical", "odd"]),
)  # fmt: skip
ASKED = st.builds(
    Sought,
    words=st.lists(TEXTS.filter(str.strip).map(str.casefold), max_size=2),
    products=st.lists(TEXTS.filter(str.strip).map(str.casefold), max_size=1),
    holding=st.dictionaries(st.sampled_from(["title", "publisher"]), st.text(st.sampled_from("aB %_\\'"), max_size=2)),
    severity=st.sampled_from(["", "HIGH", "critical"]),
    score_min=st.sampled_from([None, 1.0, 5.0]),
)  # fmt: skip


def fits(one, asked):
    """Whether an advisory is sought, read one by one."""
    head = head_of(one)
    return (
        all(word in head.words or word in head.products for word in asked.words)
        and all(word in head.products for word in asked.products)
        and all(text.lower() in getattr(head, name).lower() for name, text in asked.holding.items())
        and asked.severity.lower() in {"", head.severity.lower()}
        and (asked.score_min is None or (head.score is not None and head.score >= asked.score_min))
    )


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ISSUED, max_size=8, unique_by=lambda one: one.id), ASKED)
def test_what_is_found_is_what_fits(database, issued, asked):
    with database.writing() as connection:
        for table in (claim_key, advisory_name, advisory_head, advisory_table, feed):
            connection.execute(delete(table))
    kept(database, *issued)
    assert sorted(ids(database, asked)) == sorted(one.id for one in issued if fits(one, asked))


def test_each_field_of_the_head_can_be_asked_for(database):
    kept(database, replace(ADVISORIES[0], namespace="https://x", category="csaf_vex"))
    for name in FIELDS:
        assert ids(database, Sought(holding={name: ""})) == ["A-1"]
