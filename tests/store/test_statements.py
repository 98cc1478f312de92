from __future__ import annotations

from dataclasses import replace

from tocsin.store.statements import KeptStatement, keep_statement, statements, withdraw_statement

ONE = KeptStatement("a", 17, "ann", b"one")
TWO = KeptStatement("b", 18, "bob", b"two")


def test_what_is_withdrawn_stays_and_says_so(database):
    with database.writing() as connection:
        keep_statement(connection, TWO)
        keep_statement(connection, ONE)
        withdraw_statement(connection, "b", 19, "ann", "It was wrong")
    with database.reading() as connection:
        assert statements(connection) == [
            ONE,
            replace(TWO, withdrawn_us=19, withdrawn_by="ann", withdrawn_why="It was wrong"),
        ]
