"""How a database is named: by nothing, or by a URL as PostgreSQL's own programs take it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from tocsin.errors import BadInput
from tocsin.store.database import Database, database_url


@pytest.mark.parametrize(
    ("given", "socket"),
    [
        ("postgresql://me@/tocsin?host=/run/postgresql", "/run/postgresql/.s.PGSQL.5432"),
        ("postgresql://me@/tocsin?host=/run/postgresql/&port=5433", "/run/postgresql/.s.PGSQL.5433"),
        ("postgresql://me@%2Frun%2Fpostgresql/tocsin", "/run/postgresql/.s.PGSQL.5432"),
        ("postgresql://me@%2Frun%2Fpostgresql:5433/tocsin", "/run/postgresql/.s.PGSQL.5433"),
        ("postgresql://me@/tocsin?unix_sock=/tmp/x", "/tmp/x"),
    ],
)
def test_a_folder_as_host_is_that_of_a_unix_socket(given, socket):
    url = database_url(given, Path())
    assert (url.host, url.port, dict(url.query)) == (None, None, {"unix_sock": socket})
    assert (url.username, url.database) == ("me", "tocsin")


@pytest.mark.parametrize(
    "given",
    ["postgresql://me:a%40b@db.example:5433/tocsin", "postgres://me:a%40b@/tocsin?host=db.example&port=5433"],
)
def test_another_host_is_a_name(given):
    url = database_url(given, Path())
    assert (url.host, url.port, url.password, dict(url.query)) == ("db.example", 5433, "a@b", {})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("tocsin", "is not named by a URL"),
        ("mysql://me@db/x", "mysql is no database"),
        ("postgresql://db.example/tocsin", "names no user"),
        ("postgresql://me@/tocsin?host=/run&port=many", "port"),
        ("postgresql://me@/tocsin?host=/a&host=/b", "one host"),
    ],
)
def test_what_names_no_database_is_told_without_its_password(given, why):
    with pytest.raises(BadInput, match=why):
        database_url(given, Path())


@pytest.mark.parametrize(
    "form", ["postgresql://postgres@/{name}?host={folder}", "postgresql://postgres@{quoted}/{name}"]
)
def test_a_server_is_reached_by_its_unix_socket(postgres_server, unix_sockets, form, tmp_path):
    made = postgres_server.new_database()
    folder = str(Path(postgres_server.socket).parent)
    url = database_url(
        form.format(name=made.database, folder=folder, quoted=quote(folder, safe="")), tmp_path
    )
    database = Database(url)
    with database.reading() as connection:
        assert connection.scalar(text("SELECT current_database()")) == made.database
    database.close()
    postgres_server.drop(made)
