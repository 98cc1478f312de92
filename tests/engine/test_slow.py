from __future__ import annotations

import pytest

from engine.evidence import MAPPING
from tocsin.detect.pattern.evaluate import atoms_of
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.engine.database import connect
from tocsin.engine.layout import layout_of
from tocsin.engine.slow import slow_predicate


def predicate(text: str) -> str | None:
    expression = parse_pattern(text).expression
    paths = {str(atom.path) for bracket in brackets_of(expression) for atom in atoms_of(bracket.expression)}
    return slow_predicate(expression, layout_of(MAPPING, paths))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with connect(threads=1, memory_bytes=256 << 20, temporary=tmp_path_factory.mktemp("spill")) as held:
        held.execute(
            "CREATE TEMP TABLE block AS SELECT *, NULL::BIGINT AS \"c:ppid\" FROM (VALUES (1, 'evil', 5, true), (2, 'EVIL', 80, NULL), (3, NULL, NULL, false), (4, '\xe9vil', -1, NULL)) "
            'b(row, "c:command", "c:pid", "c:hidden")'
        )
        yield held


def admitted(database, text: str) -> list[int]:
    where = predicate(text)
    return (
        []
        if where is None
        else [
            row for (row,) in database.sql(f"SELECT row FROM block b WHERE {where} ORDER BY row").fetchall()
        ]
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[process:pid > 5]", [2]),
        ("[process:pid <= 5]", [1, 4]),
        ("[process:pid != 5]", [1, 2, 4]),
        ("[EXISTS file:is_hidden]", [1, 3]),
        ("[file:is_hidden = true]", [1, 3]),
        ("[process:command_line MATCHES '(?i)^evil$']", [1, 2, 4]),
        ("[process:command_line LIKE '%v%']", [1, 4]),
        ("[process:command_line NOT LIKE '%v%']", [1, 2, 4]),
        ("[process:command_line MATCHES 'it\\'s|e']", [1, 4]),
        ("[process:pid > 5 OR file:is_hidden = true]", [1, 2, 3]),
        ("[process:pid > 5 AND process:command_line != 'x']", [2]),
        ("[process:command_line > 'a']", [1, 2, 4]),
    ],
)
def test_every_row_that_may_match_is_let_through(database, text, rows):
    assert admitted(database, text) == rows


def test_what_a_log_lacks_lets_nothing_through():
    assert predicate("[x:a > 5]") is None
    assert predicate("[x:a > 5 AND process:pid > 5]") is None
    assert predicate("[x:a > 5 OR process:pid > 5]") is not None


def test_a_bracket_that_can_be_looked_up_is_left_to_the_lookup():
    assert predicate("[file:name = 'evil.exe']") is None
    both = predicate("[file:name = 'evil.exe'] AND [process:pid > 5]")
    assert both is not None
    assert "image" not in both


@pytest.mark.parametrize(
    "number",
    [
        "10000000000000000000000000000000",
        "-9223372036854775809",
        "1.5",
        "0.0000000000000000000000000000001",
        "123456789012345678901234567890.5",
    ],
)
def test_any_number_may_be_compared_with(database, number):
    admitted(database, f"[process:pid > {number}]")


@pytest.mark.parametrize(
    "text",
    [
        "(?s)a.b",
        "\\\\pL",
        "[[:alpha:]]",
        "a{2,3}",
        "(?P<n>a)",
        "\\\\x{e9}",
        "^$",
        "",
        "\\\\z",
        "a\x00b",
        "a\nb",
        "%",
        "''",
    ],
)
def test_any_regular_expression_that_compiles_runs_in_the_database_too(database, text):
    admitted(database, "[process:command_line MATCHES '" + text.replace("''", "\\'\\'") + "']")
