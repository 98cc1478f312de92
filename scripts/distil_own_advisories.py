"""Distil what is known of the packages that Tocsin runs on, for the gate over ourselves: ``supply-chain/advisories``.

Run from the checkout: ``python scripts/distil_own_advisories.py OSV-PYPI.jsonl.gz KEV.json``. The first file is the
Python Packaging Advisory Database, one OSV record a line; the second CISA's catalogue. Kept is what judging needs, of
the packages in ``requirements/run.txt``; of the catalogue every entry, since its silence is worth what the list is.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from own_bill import ADVISORIES, pins

OSV = ("id", "modified", "published", "withdrawn", "aliases", "severity")
AFFECTED = ("package", "ranges", "versions")
KEV = ("cveID", "vendorProject", "product", "dateAdded", "dueDate")


def records(lines: Any, names: set[str]) -> list[dict[str, Any]]:
    """The records about packages of ``names``, without texts, references and revisions in Git."""
    found = []
    for line in lines:
        record = json.loads(line)
        affected = [one for one in record.get("affected", []) if one["package"]["name"].lower() in names]
        if affected:
            kept = {key: record[key] for key in OSV if key in record}
            found.append(kept | {"affected": [_affected(one) for one in affected]})
    return sorted(found, key=lambda one: str(one["id"]))


def _affected(one: dict[str, Any]) -> dict[str, Any]:
    kept = {key: one[key] for key in AFFECTED if key in one}
    kept["ranges"] = [held for held in kept.get("ranges", []) if held["type"] != "GIT"]
    return kept


def catalogue(document: dict[str, Any]) -> str:
    """The whole catalogue, an entry a line, without what nobody judges by."""
    entries = [{key: one[key] for key in KEV} for one in document["vulnerabilities"]]
    head = {key: document[key] for key in ("title", "catalogVersion", "dateReleased", "count")}
    lines = ",\n".join(json.dumps(one) for one in entries)
    return f'{json.dumps(head)[:-1]}, "vulnerabilities": [\n{lines}\n]}}\n'


def main(arguments: list[str]) -> int:
    """Write both files anew."""
    osv, kev = map(Path, arguments)
    with gzip.open(osv, "rt", encoding="utf-8") as lines:
        found = records(lines, {one.name for one in pins()})
    (ADVISORIES / "pypi.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in found), encoding="utf-8")
    document = json.loads(kev.read_text(encoding="utf-8"))
    (ADVISORIES / "kev.json").write_text(catalogue(document), encoding="utf-8")
    print(
        f"{len(found)} records about what runs, {len(document['vulnerabilities'])} entries of the catalogue"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
