"""Seeded inputs for the benchmarks: network events as Parquet, NDJSON and CSV, and warnings as STIX."""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb
from measure import FOLDER

__all__ = [
    "EVENTS",
    "bundle",
    "csv_events",
    "equality_patterns",
    "json_events",
    "parquet_events",
    "text_and_network_patterns",
]

EVENTS = 10_000_000
_SEED = 20210302
_HIT = 1_000
"""Indicators that are seen; each on about 100 of 10,000,000 events, 1% in all, on one host."""

# A hash of the row number stands for chance, so the rows are the same on every machine.
_ROWS = f"""
    SELECT make_timestamp(1609459200000000 + i * 300000) AS ts,
        'host' || (CASE WHEN hit THEN bad * 4 + kind ELSE i END % 500) AS host,
        CASE WHEN hit AND kind = 0 THEN '198.51.' || (bad // 250) || '.' || (bad % 250)
             ELSE (11 + hash(i) % 180) || '.' || (hash(i + 1) % 256) || '.' || (hash(i + 2) % 256)
                  || '.' || (hash(i + 3) % 254 + 1) END AS dst_ip,
        CASE WHEN hit AND kind = 1 THEN 'bad' || bad || '.example'
             ELSE 'h' || (hash(i * 7) % 3000000) || '.site' || (hash(i * 13) % 90000) || '.com' END AS domain,
        CASE WHEN hit AND kind = 2 THEN 'http://bad' || bad || '.example/p'
             ELSE 'https://h' || (hash(i * 7) % 3000000) || '.site' || (hash(i * 13) % 90000)
                  || '.com/path/' || to_hex(hash(i * 17)) || '/index.html' END AS url,
        CASE WHEN hit AND kind = 3 THEN sha256('bad' || bad) ELSE sha256(i::VARCHAR) END AS sha256
    FROM (SELECT i, hash(i * 31 + {_SEED}) % 100 = 0 AS hit, hash(i * 37) % 4 AS kind, hash(i * 41) % {_HIT // 4} AS bad
          FROM range({{rows}}) rows(i))
"""


def _made(name: str, rows: int, columns: str, options: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        duckdb.sql(f"COPY (SELECT {columns} FROM ({_ROWS.format(rows=rows)})) TO '{draft}' ({options})")
        draft.rename(path)
    return path


def parquet_events(rows: int = EVENTS) -> Path:
    """Return events with the columns dst_ip, domain, url and sha256."""
    return _made(f"events-{rows}.parquet", rows, "dst_ip, domain, url, sha256", "FORMAT parquet")


def json_events(rows: int) -> Path:
    """Return events as JSON lines, with time and host."""
    return _made(f"events-{rows}.jsonl", rows, "*", "FORMAT json")


def csv_events(rows: int) -> Path:
    """Return events as CSV, with time and host."""
    return _made(f"events-{rows}.csv", rows, "*", "FORMAT csv, HEADER")


def equality_patterns(count: int) -> Iterator[str]:
    """Yield patterns of the four kinds in turn; the first thousand are seen in the events."""
    for number in range(count // 4):
        if number < _HIT // 4:
            address = f"198.51.{number // 250}.{number % 250}"
        else:
            address = f"9.{number % 200}.{number // 200 % 256}.{number // 51200 % 256}"
        yield f"[ipv4-addr:value = '{address}']"
        yield f"[domain-name:value = 'bad{number}.example']"
        yield f"[url:value = 'http://bad{number}.example/p']"
        yield f"[file:hashes.'SHA-256' = '{hashlib.sha256(f'bad{number}'.encode()).hexdigest()}']"


def text_and_network_patterns(texts: int, networks: int) -> Iterator[str]:
    """Yield LIKE and MATCHES patterns on URLs and domains, and CIDR patterns; few are seen in the events."""
    chance = random.Random(_SEED)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    for number in range(texts):
        word = "".join(chance.choices(letters, k=chance.randint(8, 16)))
        shape = number % 4
        if shape == 0:
            yield f"[url:value LIKE '%/{word}/%']"
        elif shape == 1:
            yield f"[url:value MATCHES '/{word}/[0-9a-f]+\\\\.php$']"
        elif shape == 2:
            yield f"[domain-name:value LIKE '%.{word}.com']"
        else:
            yield f"[domain-name:value MATCHES '^[a-z0-9]+\\\\.{word}\\\\.']"
    for number in range(networks):
        first = chance.choice([4, 6, 7, 8, 202, 203]) if number % 100 else 11
        prefix = chance.choice([20, 22, 24, 24, 24, 26, 28])
        address = f"{first}.{chance.randrange(256)}.{chance.randrange(256)}.0"
        yield f"[ipv4-addr:value ISSUBSET '{address}/{prefix}']"


def bundle(name: str, patterns: Iterator[str]) -> Path:
    """Write ``patterns`` as a STIX 2.1 bundle of indicators; return its path."""
    path = FOLDER / f"{name}.json"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write('{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[')
        for number, pattern in enumerate(patterns):
            indicator = {
                "type": "indicator",
                "spec_version": "2.1",
                "id": f"indicator--{uuid.uuid5(uuid.NAMESPACE_URL, f'{name}/{number}')}",
                "created": "2021-03-02T00:00:00.000Z",
                "modified": "2021-03-02T00:00:00.000Z",
                "name": f"Indicator {number}",
                "indicator_types": ["malicious-activity"],
                "pattern": pattern,
                "pattern_type": "stix",
                "pattern_version": "2.1",
                "valid_from": "2021-01-01T00:00:00Z",
            }
            file.write(("," if number else "") + json.dumps(indicator))
        file.write("]}")
    draft.rename(path)
    return path
