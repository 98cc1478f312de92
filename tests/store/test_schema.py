"""The tables that migrations make are those that the program knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import tocsin.store.migrations.versions as files
from stored import holdings
from tocsin.errors import BadInput
from tocsin.inventory.release import Listing
from tocsin.store.bills import bills, listed, times_held
from tocsin.store.database import Database
from tocsin.store.inbox import inbox
from tocsin.store.schema import metadata
from tocsin.store.tokens import tokens
from tocsin.store.upgrade import HEAD, revision, upgrade

RELEASED = [f"{number:04}" for number in range(1, 24)]


def differences(database):
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)


def test_a_migrated_database_is_what_the_program_knows(database):
    assert revision(database) == HEAD
    assert differences(database) == []


def test_a_table_that_is_off_would_be_seen(database):
    with database.writing() as connection:
        connection.execute(text("DROP TABLE finding"))
        connection.execute(text("ALTER TABLE hub ADD COLUMN more TEXT"))
    assert {one[0] for one in differences(database)} >= {"add_table", "remove_column"}


def test_the_head_is_the_newest_file():
    folder = Path(files.__file__).parent
    assert max(path.name.partition("_")[0] for path in folder.glob("0*.py")) == HEAD


@pytest.mark.parametrize("held", RELEASED)
def test_each_released_schema_comes_to_this_one(url, held):
    from tocsin.store.upgrade import upgrade_to

    database = Database(url)
    upgrade_to(database, held)
    assert revision(database) == held
    upgrade(database)
    assert revision(database) == HEAD
    assert differences(database) == []
    upgrade(database)
    database.close()


def test_what_was_given_to_who_joined_before_can_be_renewed_and_no_other(url):
    from tocsin.store.upgrade import upgrade_to

    database = Database(url)
    upgrade_to(database, "0002")
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO organisation (number, id, name, sectors, relation, is_client, created_us, joined_us) "
                "VALUES (1, 'identity--x', 'Mill', '', 'member', :false, 1, 7)"
            ),
            {"false": False},
        )
        for id, created in (("joined", 7), ("made", 8)):
            connection.execute(
                text(
                    "INSERT INTO token (id, secret_sha256, organisation, scopes, collections, ceiling, created_us, "
                    "expires_us) VALUES (:id, :secret, 1, 'read', '', 1, :created, 99)"
                ),
                {"id": id, "secret": b"", "created": created},
            )
    upgrade(database)
    with database.reading() as connection:
        assert {one.id: (one.renewable, one.renews) for one in tokens(connection)} == {
            "joined": (True, None),
            "made": (False, None),
        }
    database.close()


def test_a_database_of_a_newer_program_is_left_alone(database):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match="newer Tocsin"):
        upgrade(database)


def test_what_was_queued_before_its_versions_were_kept_is_found(url):
    from tocsin.store import hubs
    from tocsin.store.upgrade import upgrade_to

    said = '{"objects":[{"id":"marking"},{"id":"s","created":"1","modified":"%s"}]}'
    database = Database(url)
    upgrade_to(database, "0005")
    with database.writing() as connection:
        for statement in (
            "INSERT INTO organisation (number, id, name, sectors, relation, is_client, created_us) VALUES (1, 'identity--x', 'H', '', 'hub', :false, 1)",
            "INSERT INTO collection (number, id, alias, title, description, kind, last_seq, last_added_us) VALUES (1, 'c', 'c', 'c', '', 'received', 0, 0)",
            "INSERT INTO hub (name, url, organisation, collection, token, log_key, cursor) VALUES ('h', 'u', 1, 1, :none, 'k', '')",
        ):  # fmt: skip
            values = {"false": False, "none": b""}
            connection.execute(
                text(statement), {key: values[key] for key in values if f":{key}" in statement}
            )
        for body in (said % "1", said % "2", "no envelope", '{"objects":[7,{"id":8}]}', "[]"):
            connection.execute(
                text("INSERT INTO outgoing (hub, body, anonymous, made_us) VALUES ('h', :body, :false, 1)"),
                {"body": body.encode(), "false": False},
            )
    upgrade(database)
    with database.reading() as connection:
        assert hubs.last_queued(connection, ["s", "marking"]) == {"s": hubs.QueuedVersion("s", "1", "2")}
    database.close()


def test_a_release_that_was_kept_before_goes_by_its_name_in_another_script(url):
    from tocsin.store.upgrade import upgrade_to

    database = Database(url)
    upgrade_to(database, "0007")
    body = '{"identity": {"name": "%s", "vendor": "Acme"}}'
    with database.writing() as connection:
        for number, name in enumerate(("насос", "pump", "—"), 1):
            connection.execute(
                text(
                    "INSERT INTO release (number, digest, name, version, body) VALUES (:n, :d, :name, '1', :body)"
                ),
                {"n": number, "d": bytes([number]), "name": name, "body": (body % name).encode()},
            )
    upgrade(database)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT release, key FROM release_key ORDER BY key")).all()
    assert [tuple(row) for row in rows] == [
        (1, "family:acme/насос"),
        (1, "product:acme насос"),
        (1, "product:насос"),
        (1, "words:acme/насос"),
    ]
    database.close()


def test_what_bills_listed_before_they_were_kept_whole_is_found(url):
    from tocsin.store.upgrade import upgrade_to

    database = Database(url)
    upgrade_to(database, "0007")
    none = {"none": b"", "false": False}
    with database.writing() as connection:
        for statement in (
            "INSERT INTO site (number, name, exposed, owner) VALUES (1, 'mill', :false, '')",
            *(f"INSERT INTO release (number, digest, name, version, body) VALUES ({one}, :d{one}, 'x', '', :none)" for one in (1, 2, 3)),
            *(
                "INSERT INTO bill (number, site, name, form, sha256, made, added_us, replaced_us, components, subject, unread) "
                f"VALUES ({number}, 1, 'b', 'x', :none, '', 1, {replaced}, 4, NULL, :none)"
                for number, replaced in ((1, "5"), (2, "NULL"), (3, "NULL"))
            ),
            "INSERT INTO holding (bill, release, times, place) VALUES (1, 1, 1, '$'), (1, 2, 1, '$'), (2, 3, 1, 'é\"1'), (2, 2, 3, 'line 7')",
        ):  # fmt: skip
            values = {**none, **{f"d{one}": bytes([one]) for one in (1, 2, 3)}}
            connection.execute(
                text(statement), {key: values[key] for key in values if f":{key}" in statement}
            )
    upgrade(database)
    with database.reading() as connection:
        assert listed(connection, 1) == Listing([1, 2], [1, 1], ["$", "$"])
        assert listed(connection, 2) == Listing([2, 3], [3, 1], ["line 7", 'é"1'])
        assert listed(connection, 3) == Listing([], [], [])
        assert {one.number: one.releases for one in bills(connection, replaced=True)} == {1: 2, 2: 2, 3: 0}
        assert times_held(connection) == {2: 1, 3: 1}
        assert [(one.release, one.times) for one in holdings(connection)] == [(2, 3), (3, 1)]
    database.close()


def test_advisories_that_were_kept_before_are_listed_at_once(url):
    from inventory.made import advisory
    from tocsin.service.inventory.taking import kept_advisory
    from tocsin.store.headlines import Sought, headlines
    from tocsin.store.upgrade import upgrade_to

    kept = kept_advisory(advisory(id="ICSA-1", title="A 'Pump'", tlp="WHITE", modified="2026-01-01"))
    database = Database(url)
    upgrade_to(database, "0007")
    with database.writing() as connection:
        connection.execute(text("INSERT INTO feed VALUES ('csaf', 'x', '', 1, 1, 0, '')"))
        connection.execute(
            text(
                "INSERT INTO advisory (number, feed, id, form, digest, read_us, body) "
                "VALUES (1, 'csaf', 'ICSA-1', 'csaf', :digest, 7, :body)"
            ),
            {"digest": kept.digest, "body": kept.body},
        )
    upgrade(database)
    with database.reading() as connection:
        (one,) = headlines(connection, Sought(words=["pump"]), limit=9).rows
    assert (one.title, one.publisher, one.tlp, one.modified, one.kept_us, one.seen_us) == (
        "A 'Pump'", "somebody", "WHITE", "2026-01-01", 7, None,
    )  # fmt: skip
    database.close()


def test_what_was_vetted_before_the_time_was_kept_is_so_since_its_last_change(url):
    from tocsin.store.upgrade import upgrade_to

    database = Database(url)
    upgrade_to(database, "0022")
    none = {"none": b"", "false": False}
    with database.writing() as connection:
        for statement in (
            "INSERT INTO organisation (number, id, name, sectors, relation, is_client, created_us) VALUES (1, 'identity--x', 'M', '', 'member', :false, 1)",
            "INSERT INTO collection (number, id, alias, title, description, kind, last_seq, last_added_us) VALUES (1, 'c', 'c', 'c', '', 'inbox', 2, 2)",
            "INSERT INTO label (number, tlp, pap, audience, origin, channel) VALUES (1, 0, '', '', 'identity--x', 'submitted')",
            "INSERT INTO gate (number, spelling) VALUES (1, '1')",
            *(
                "INSERT INTO object (place, collection, seq, id, version, version_key, type, spec_version, added_us, label, gate, revoked, superseded, body) "
                f"VALUES ({place}, 1, {place}, 'tool--{place}', '', '', 'tool', '2.1', {place}, 1, 1, :false, :false, :none)"
                for place in (1, 2)
            ),
            "INSERT INTO submission (id, organisation, collection, asked_us, body_sha256, anonymous, signed, outcome) VALUES ('s', 1, 1, 1, :none, :false, :false, :none)",
            "INSERT INTO submitted (place, submission, state, why, changed_us, changed_by) VALUES (1, 's', 'vetted', '', 7, 'ann'), (2, 's', 'released', '', 8, 'ann')",
        ):  # fmt: skip
            connection.execute(
                text(statement), {key: value for key, value in none.items() if f":{key}" in statement}
            )
    upgrade(database)
    with database.reading() as connection:
        assert {one.id: one.vetted_us for one in inbox(connection)} == {"tool--1": 7, "tool--2": None}
    database.close()
