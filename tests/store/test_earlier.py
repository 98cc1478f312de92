"""Earlier versions of advisories: of which they are kept, how many, and when they go. On both databases."""

from __future__ import annotations

from dataclasses import replace

from inventory.made import advisory, below, claim
from store.test_advisories import component, held, kept
from tocsin.inventory.advisory import Form
from tocsin.limits import ADVISORY_VERSIONS
from tocsin.service.inventory.kept import decode_advisory
from tocsin.store.advisories import keep_advisories, remove_advisories, remove_feed, withdraw
from tocsin.store.earlier import earlier_versions
from tocsin.store.headlines import heads_named

DJANGO = claim(below("3.0", "pypi"), purls=("pkg:pypi/django",))


def made(revision, *, form=Form.CSAF, **more):
    return advisory(DJANGO, form=form, id="A", revision=revision, modified=f"2026-01-{int(revision):02}", **more)  # fmt: skip


def names(connection, form="csaf", feed="csaf"):
    return [one.revision for one, _ in earlier_versions(connection, feed, form, "A")]


def test_the_last_few_versions_of_a_document_are_kept_as_they_were(database):
    count = ADVISORY_VERSIONS + 3
    for number in range(1, count):
        with database.writing() as connection:
            kept(connection, made(str(number), title=f"title {number}"), name="csaf")
    with database.reading() as connection:
        found = earlier_versions(connection, "csaf", "csaf", "A")
        assert [one.revision for one, _ in found] == [
            str(n) for n in range(count - 1 - ADVISORY_VERSIONS, count - 1)
        ]
        assert [decode_advisory(body).title for _, body in found] == [
            f"title {one.revision}" for one, _ in found
        ]


def test_what_is_read_otherwise_of_the_same_version_is_no_version(database):
    with database.writing() as connection:
        kept(connection, made("1"), name="csaf")
        kept(connection, replace(made("1"), text="read by a newer program"), name="csaf")
        assert names(connection) == []


def test_a_record_of_a_large_list_is_kept_where_it_names_something_here(database):
    with database.writing() as connection:
        kept(connection, made("1", form=Form.OSV))
        kept(connection, made("2", form=Form.OSV))
        assert names(connection, "osv", "osv") == []
        held(connection, component("9.9"))
        kept(connection, made("3", form=Form.OSV))
        assert names(connection, "osv", "osv") == ["2"]


def test_earlier_versions_go_with_their_advisory_and_with_their_feed(database):
    with database.writing() as connection:
        kept(connection, made("1"), name="csaf")
        (second,) = kept(connection, made("2"), name="csaf")
        withdraw(connection, [second.number])
        assert names(connection) == []
        kept(connection, made("1"), name="csaf")
        kept(connection, made("2"), name="csaf")
        assert names(connection) == ["1"]
        remove_feed(connection, "csaf")
        assert names(connection) == []


def test_what_was_removed_comes_back_with_another_version_and_not_before(database):
    with database.writing() as connection:
        kept(connection, made("1"), name="csaf")
        for _ in range(2):
            (one,) = kept(connection, made("2"), name="csaf") or heads_named(connection, "A")
        remove_advisories(connection, [one.number], now_us=7, by="ann")
        assert heads_named(connection, "A") == []
        assert kept(connection, replace(made("2"), text="other")) != []
        assert kept(connection, replace(made("2"), text="other"), name="csaf") == []
        (again,) = kept(connection, made("3"), name="csaf")
        assert (again.was, again.anew) == (None, True)
        remove_advisories(connection, [again.number], now_us=8, by="ann")
        assert kept(connection, made("3"), name="csaf") == []
        remove_feed(connection, "csaf")
        assert len(kept(connection, made("3"), name="csaf")) == 1


def test_whoever_keeps_is_asked_what_is_anew(database):
    with database.writing() as connection:
        kept(connection, made("1"), name="csaf")
        asked = []
        from tocsin.service.inventory.taking import kept_advisory

        (one,) = keep_advisories(
            connection, "csaf", [kept_advisory(made("2"))], now_us=1, anew=lambda *both: bool(asked.append(both))
        )  # fmt: skip
        assert not one.anew
        assert [[decode_advisory(body).revision for body in both] for both in asked] == [["1", "2"]]
