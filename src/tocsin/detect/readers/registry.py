"""The readers, by the name of the format that they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tocsin.detect.readers.access import access_reader
from tocsin.detect.readers.csv import csv_reader, tsv_reader
from tocsin.detect.readers.evtx_records import evtx_reader
from tocsin.detect.readers.interface import ReaderFactory
from tocsin.detect.readers.json_objects import json_reader
from tocsin.detect.readers.ndjson import ndjson_reader
from tocsin.detect.readers.w3c import exchange_reader, w3c_reader
from tocsin.detect.readers.zeek import zeek_tsv_reader

__all__ = ["READERS"]

READERS: Mapping[str, ReaderFactory] = MappingProxyType(
    {
        "ndjson": ndjson_reader,
        "json": json_reader,
        "evtx": evtx_reader,
        "csv": csv_reader,
        "tsv": tsv_reader,
        "w3c": w3c_reader,
        "exchange": exchange_reader,
        "zeek-tsv": zeek_tsv_reader,
        "access": access_reader,
    }
)
"""Of the formats that :func:`tocsin.detect.readers.recognise.recognise_format` names, all but those that
``engine`` reads itself (Parquet, STIX) and those that nobody reads."""
