"""Distil what ships of MITRE ATT&CK: ``python scripts/distil_attack.py --version 18.1 BUNDLE...``.

Bundles are ``enterprise-attack.json`` and ``ics-attack.json``, packed with gzip or not. Writes
``src/tocsin/data/knowledge/attack.json`` and ``PROVENANCE.md`` (no descriptions, the same bytes each time).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
from pathlib import Path

from tocsin.measures.attack import AttackRead, read_attack
from tocsin.measures.knowledge import written

FOLDER = Path(__file__).parent.parent / "src/tocsin/data/knowledge"


def main() -> None:
    """Write the distilled knowledge and where it comes from."""
    words = argparse.ArgumentParser(description="Distil what ships of MITRE ATT&CK.")
    words.add_argument("--version", required=True)
    words.add_argument("bundles", nargs="+", type=Path)
    given = words.parse_args()
    bundles = [(path.name, _bytes(path)) for path in given.bundles]
    read = read_attack(bundles, given.version)
    for one in read.skipped:
        print(f"skipped: {one.where}: {one.why}")
    data = written(read.knowledge)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "attack.json").write_bytes(data)
    (FOLDER / "PROVENANCE.md").write_text(_provenance(read, bundles, data), encoding="utf-8")
    print(f"{read.objects:,} objects read, {len(read.skipped)} skipped; {len(data):,} bytes written")


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def _provenance(read: AttackRead, bundles: list[tuple[str, bytes]], data: bytes) -> str:
    held = read.knowledge
    pairs = sum(len(one.techniques) for one in held.mitigations)
    used = sum(len(one.techniques) for one in held.adversaries)
    tools = sum(len(one.software) for one in held.adversaries)
    return "\n".join(
        [
            "# Knowledge of attacks",
            "",
            f"`attack.json` is distilled from MITRE ATT&CK {held.version} (Enterprise and ICS):",
            f"{len(held.tactics)} tactics, {len(held.techniques)} techniques (old ones, too),",
            f"{len(held.mitigations)} mitigations with {pairs:,} pairs,",
            f"{len(held.adversaries)} campaigns and groups with {used:,} pairs,",
            f"{len(held.software)} malware and tools that they used, with {tools:,} pairs.",
            "Ids, names, days and pairs; no descriptions. `scripts/distil_attack.py` wrote it:",
            f"{len(data):,} bytes, SHA-256 `{hashlib.sha256(data).hexdigest()}`.",
            "",
            "Source: <https://github.com/mitre-attack/attack-stix-data>.",
            "",
            "| bundle | SHA-256 |",
            "|---|---|",
            *(f"| `{name}` | `{hashlib.sha256(text).hexdigest()}` |" for name, text in bundles),
            "",
            "ATT&CK's licence and MITRE's copyright designation are in `NOTICE.txt` beside this file.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
