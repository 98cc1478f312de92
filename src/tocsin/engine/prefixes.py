"""Networks as the octet prefixes of the addresses in them, which joins and bitmaps find."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["IPV6_LEVEL", "octet_prefixes"]

IPV6_LEVEL = 6
"""Marks a network of IPv6, which has no prefix and is confirmed alone."""


def octet_prefixes(rows: pa.Table) -> pa.Table:
    """Return networks as the octet prefixes of the addresses in them, so that a hash join finds them.

    A /20 is sixteen prefixes of three octets, a /28 one, to be confirmed on the number (``sure`` is false).
    Level 1 to 3 is the number of octets, 4 a single address, 6 IPv6, which is confirmed alone.
    """
    columns: dict[str, list[object]] = {
        name: [] for name in ("level", "prefix", "sure", "low", "high", "warning", "exact")
    }

    def add(*row: object) -> None:
        for column, item in zip(columns.values(), row, strict=True):
            column.append(item)

    for row in rows.to_pylist():
        low, high, rest = row["low"], row["high"], (row["warning"], row["exact"])
        if len(low) == 32:
            add(IPV6_LEVEL, "", False, low, high, *rest)
            continue
        first, last = int(low, 16), int(high, 16)
        size = last - first + 1
        level = 4 if size == 1 else 3 if size < 1 << 16 else 2 if size < 1 << 24 else 1
        octets = 8 * (4 - level)
        for number in range(first >> octets, (last >> octets) + 1):
            address = number << octets
            parts = [str(address >> shift & 255) for shift in (24, 16, 8, 0)][:level]
            add(level, ".".join(parts), size >= 1 << octets, low, high, *rest)
    schema = pa.schema(
        [
            ("level", pa.int8()),
            ("prefix", pa.string()),
            ("sure", pa.bool_()),
            ("low", pa.string()),
            ("high", pa.string()),
            ("warning", pa.int32()),
            ("exact", pa.bool_()),
        ]
    )
    return pa.table(list(map(pa.array, columns.values(), schema.types)), schema=schema)
