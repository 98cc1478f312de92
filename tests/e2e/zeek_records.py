"""Zeek records read in plain Python."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True)
class Record:
    """A Zeek record, and where it stands; a field is an attribute, None where it is absent."""

    file: str
    row: int
    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.fields.get(name)

    @property
    def stream(self) -> str:
        return self.fields["@stream"]

    @property
    def host(self) -> str:
        """The machine that it is about: who asked, or who received the file; never the sensor."""
        return self.actor

    @property
    def sensor(self) -> str:
        return self.fields["@system"]

    @property
    def actor(self) -> str:
        return (
            self.fields.get("id_orig_h")
            or self.fields.get("src")
            or next(iter(self.fields.get("rx_hosts", ())), "")
        )

    @property
    def time(self) -> datetime:
        microseconds = round(Decimal(str(self.fields["ts"])) * 1_000_000)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def read_records(path: Path) -> list[Record]:
    decode = msgspec.json.Decoder().decode
    with gzip.open(path) as lines:
        return [Record(path.name, row, decode(line)) for row, line in enumerate(lines, 1)]
