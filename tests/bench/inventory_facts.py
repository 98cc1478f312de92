"""The same facts for two programs: real CVE and OSV records, and what they say as rows of a product and a range.

Of each CVE record those entries of ``affected`` are kept that name products by CPE and whose versions a row can say, so
that whoever reads the records and whoever reads the rows knows the same. Beside them a naive order of versions, by
which answers are labelled: numbers between dots and whether it comes before a release, nothing else.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["DATA", "Facts", "Naive", "Row", "naive", "read_facts", "within"]

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "intel"
"""Where the real records are; this benchmark is skipped without them."""

_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_BOUND: Final = re.compile(r"(?=.*[0-9])[0-9A-Za-z._-]{1,40}")
_CPE: Final = re.compile(r"cpe:2\.3:([aoh]):([a-z0-9_.-]+):([a-z0-9_.-]+):([^:]+):.*")
_FIRST: Final = frozenset({"", "0", "0.0", "0.0.0", "n/a", "unspecified", "-"})


@dataclass(frozen=True, slots=True)
class Row:
    """That a vulnerability concerns a product: one ``exact`` version, or those from ``low`` to ``high``; "" is open."""

    vulnerability: str
    part: str
    vendor: str
    product: str
    exact: str = ""
    low: str = ""
    high: str = ""
    high_inclusive: bool = False
    words: tuple[str, str] = ("", "")
    """Maker and product as the record writes them."""

    @property
    def bounds(self) -> list[str]:
        """The versions that the row names."""
        return [text for text in (self.exact, self.low, self.high) if text]


@dataclass(frozen=True, slots=True)
class Facts:
    """The records by the name of their file, and the same as rows; rows of OSV have the package as their product."""

    records: dict[str, bytes]
    rows: list[Row]
    osv: dict[str, bytes]
    osv_rows: list[Row]
    scores: dict[str, float]


Naive = tuple[tuple[int, ...], int]


def naive(text: str) -> Naive | None:
    """The place of a version: its numbers, 1.2 as 1.2.0, and -1 for what comes before a release; None if not plain."""
    if not _PLAIN.fullmatch(text):
        return None
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers), 0


def within(row: Row, version: Naive) -> bool:
    """Whether a row of plain bounds holds ``version``."""
    exact, low, high = naive(row.exact), naive(row.low), naive(row.high)
    if row.exact:
        return version == exact
    if low is not None and version < low:
        return False
    return high is None or version < high or (row.high_inclusive and version == high)


def read_facts(folder: Path = DATA) -> Facts:
    """Read the records that both can read alike."""
    records: dict[str, bytes] = {}
    rows: list[Row] = []
    scores: dict[str, float] = {}
    for record in _lines(folder / "vulnrichment.jsonl.gz"):
        name = record["cveMetadata"]["cveId"]
        if record["cveMetadata"].get("state") == "REJECTED":
            continue
        kept = _reduced(record, name)
        if kept:
            records[f"{name}.json"] = json.dumps(record).encode()
            rows += dict.fromkeys(kept)
            scores[name] = _score(record)
    osv: dict[str, bytes] = {}
    osv_rows: list[Row] = []
    for record in _lines(folder / "osv-pypi.jsonl.gz"):
        of_package = _osv_rows(record)
        if of_package:
            osv[f"{record['id']}.json"] = json.dumps(record).encode()
            osv_rows += of_package
    return Facts(records, rows, osv, osv_rows, scores)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as lines:
        for line in lines:
            yield json.loads(line)


def _reduced(record: dict[str, Any], name: str) -> list[Row]:
    """Leave in ``record`` the entries that rows can say, and return those rows."""
    kept: list[Row] = []
    containers = record["containers"]
    for container in (containers["cna"], *containers.get("adp", ())):
        said = [(entry, _rows(entry, name)) for entry in container.pop("affected", ())]
        entries = [entry for entry, rows in said if rows]
        if entries:
            container["affected"] = entries
        kept += [row for _, rows in said for row in rows]
    return kept


def _rows(entry: dict[str, Any], name: str) -> list[Row]:
    """An entry as rows; none if one of its versions or CPEs cannot be said so."""
    products = [_CPE.fullmatch(text) for text in entry.get("cpes", ())]
    if (
        not products
        or entry.get("defaultStatus") == "affected"
        or len(products) > 3
        or entry.get("platforms")
    ):
        return []
    rows = []
    for version in entry.get("versions", ()):
        span = _span(version)
        if span is None:
            return []
        for product in products:
            if product is None or product[4] not in {"*", "-", version["version"]}:
                return []
            words = (entry.get("vendor", ""), entry.get("product", ""))
            rows.append(Row(name, product[1], product[2], product[3], *span, words=words))
    return rows


def _span(version: dict[str, Any]) -> tuple[str, str, str, bool] | None:
    if version["status"] != "affected" or version.get("changes") or version.get("versionType") == "git":
        return None
    low, high = version["version"], version.get("lessThan", version.get("lessThanOrEqual"))
    if any(text and not _BOUND.fullmatch(text) for text in (low, high) if text not in _FIRST):
        return None
    if high is None:
        return None if low in _FIRST else (low, "", "", False)
    if high in _FIRST:
        return None
    low = "" if low in _FIRST else low
    ends = naive(low), naive(high)
    if low and (None in ends or ends[0] > ends[1]):  # type: ignore[operator]  # neither is None
        return None
    return "", low, high, "lessThan" not in version


def _score(record: dict[str, Any]) -> float:
    containers = record["containers"]
    for container in (containers["cna"], *containers.get("adp", ())):
        for metric in container.get("metrics", ()):
            for rated in metric.values():
                if isinstance(rated, dict) and "baseScore" in rated:
                    return float(rated["baseScore"])
    return 5.0


def _osv_rows(record: dict[str, Any]) -> list[Row]:
    """A record of PyPI as rows; none if a range has no end, or what is listed lies outside of the ranges."""
    from packaging.version import InvalidVersion, Version

    if record.get("withdrawn"):
        return []
    names = [alias for alias in record.get("aliases", ()) if alias.startswith("CVE-")]
    name = names[0] if len(names) == 1 else record["id"]
    rows = []
    for affected in record.get("affected", ()):
        spans = []
        for held in affected.get("ranges", ()):
            if held["type"] == "ECOSYSTEM":
                events = [item for event in held["events"] for item in event.items()]
                if [kind for kind, _ in events] != ["introduced", "fixed"] * (len(events) // 2):
                    return []
                spans += list(zip(events[::2], events[1::2], strict=True))
        package = affected["package"]["name"].lower()
        of_package = [
            Row(name, "", "unknown", package, low="" if low == "0" else low, high=high)
            for (_, low), (_, high) in spans
        ]
        try:
            listed = [Version(text) for text in affected.get("versions", ())]
            if not of_package or not all(any(holds(row, one) for row in of_package) for one in listed):
                return []
        except InvalidVersion:
            return []
        rows += of_package
    return rows


def holds(row: Row, version: Any) -> bool:
    """Whether a row of a Python package holds a ``packaging.version.Version``."""
    from packaging.version import Version

    return (not row.low or version >= Version(row.low)) and version < Version(row.high)


def by_product(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Rows by maker and product."""
    held: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        held.setdefault((row.vendor, row.product), []).append(row)
    return held
