from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.engine.database import connect


@pytest.fixture
def database(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with connect(threads=1, memory_bytes=200 << 20, temporary=tmp_path / "spill") as held:
        yield held


def test_no_file_can_be_read_or_written(database, tmp_path):
    for query in (
        f"SELECT a FROM read_parquet('{tmp_path / 'other.parquet'}')",
        f"SELECT a FROM '{tmp_path / 'other.parquet'}'",
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY (SELECT 1) TO '{tmp_path / 'written.csv'}'",
        f"ATTACH '{tmp_path / 'x.db'}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://example.com/a.parquet')",
    ):
        with pytest.raises(duckdb.Error):
            database.execute(query)


@pytest.mark.parametrize(
    "setting",
    [
        "enable_external_access = true",
        "memory_limit = '9GB'",
        "autoload_known_extensions = true",
        "TimeZone = 'CET'",
        "threads = 64",
    ],
)
def test_settings_are_locked(database, setting):
    with pytest.raises(duckdb.Error, match="lock"):
        database.execute(f"SET {setting}")


def test_time_is_utc_whatever_the_machine_says(database):
    assert database.sql("SELECT epoch_us('2021-03-02 08:15:00'::TIMESTAMPTZ)").fetchall() == [
        (1614672900000000,)
    ]


def test_addresses_are_read_by_the_same_functions_as_literals(database):
    table = pa.table({"x": ["2001:DB8::1", "::ffff:10.0.0.1", "nothing", None, "10.0.0.1"]})
    database.register("given", table)
    assert database.sql("SELECT address_of(x), address_digits(x) FROM given").fetchall() == [
        ("2001:db8::1", "20010db8000000000000000000000001"),
        ("10.0.0.1", "00000000000000000000ffff0a000001"),
        (None, None),
        (None, None),
        ("10.0.0.1", "0a000001"),
    ]


def test_python_variables_are_no_tables(database):
    hidden = pa.table({"a": [1]})
    with pytest.raises(duckdb.Error):
        database.execute("SELECT * FROM hidden")
    assert hidden.num_rows == 1
