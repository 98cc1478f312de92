from __future__ import annotations

from tocsin.store.aliases import KeptAlias, aliases, forget_alias, keep_alias
from tocsin.store.schema import alias_key

ONE = KeptAlias("acme\npanel", "pkg:npm/panel", 17, b"one")
TWO = KeptAlias("acme\npanel", "pkg:npm/valve", 18, b"two")


def keys(connection):
    return sorted((row.named, row.held) for row in connection.execute(alias_key.select()))


def test_what_is_said_of_two_names_is_kept_once_with_its_keys(database):
    newer = KeptAlias(ONE.held, ONE.named, 19, b"newer")
    with database.writing() as connection:
        keep_alias(connection, ONE, [("purl:npm/panel", "words:acme/panel")])
        keep_alias(connection, TWO, [("purl:npm/valve", "words:acme/panel")])
        keep_alias(connection, newer, [])
    with database.reading() as connection:
        assert aliases(connection) == [newer, TWO]
        assert keys(connection) == [("purl:npm/valve", "words:acme/panel")]


def test_what_is_forgotten_leaves_no_key_and_all_else(database):
    with database.writing() as connection:
        for one in (ONE, TWO):
            keep_alias(connection, one, [("purl:npm/panel", "words:acme/panel")] * 2)
        assert forget_alias(connection, ONE.held, ONE.named)
        assert not forget_alias(connection, ONE.held, ONE.named)
        assert aliases(connection) == [TWO]
        assert keys(connection) == [("purl:npm/panel", "words:acme/panel")]
