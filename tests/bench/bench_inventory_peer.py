"""``check --inventory`` beside cve-bin-tool: the same bills, the same ranges, whole processes, and whose answers are right.

``CVE_BIN_TOOL=/path/to/cve-bin-tool bench_inventory_peer.py [COMPONENTS ...]``. The peer is a program of its own, in an
environment of its own: nothing of it is loaded here. Its database is made by itself, by ``--import-json``, from the same
records that we read; so the network is not asked, and what it knows is what we know.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from inventory_facts import DATA, Facts, Row, read_facts
from inventory_labels import Labelled, bill, labelled
from measure import FOLDER, Figures, alternate, machine, tocsin

_SIZES: Final = (500, 20_000)
_LARGE: Final = 5_000
_PAD: Final = 20_000
"""Ranges of other products, of which a database of all CVE records has many more."""

_PLACE: Final = re.compile(r"\$\.components\[([0-9]+)\]")
_HERE: Final = FOLDER / "inventory-peer"
_ANSWERS: Final = ("affected", "unknown", "silent")


def main() -> None:
    """Print the figures, or why there are none."""
    peer = os.environ.get("CVE_BIN_TOOL") or shutil.which("cve-bin-tool")
    if not peer or not DATA.exists():
        missing = "CVE_BIN_TOOL names no cve-bin-tool" if not peer else f"the real records are not at {DATA}"
        print(f"Inventory beside a peer: skipped, {missing}")
        return
    facts = read_facts()
    version = subprocess.run([peer, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(
        f"Inventory beside cve-bin-tool {version}: {len(facts.records):,} CVE records of {len(facts.rows):,} ranges, "
        f"{len(facts.osv):,} OSV records of {len(facts.osv_rows):,}, {machine()}"
    )
    shutil.rmtree(_HERE, ignore_errors=True)
    _as_installed()
    _write_records(facts)
    sizes = tuple(map(int, sys.argv[1:])) or _SIZES
    # The peer reads its table for each component: the large bill beside more ranges would take it hours.
    for pad, some in ((0, sizes), (_PAD, sizes[:1])):
        _give_peer(peer, facts, pad)
        _give_node(pad)
        for size in some:
            _one_size(peer, facts, size, pad)


def _as_installed() -> None:
    """Have both programs keep their bytecode, as what is installed has it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(_HERE / "bytecode")


def _one_size(peer: str, facts: Facts, size: int, pad: int) -> None:
    components = labelled(facts, each=size // 25 if size < _LARGE else 400)
    document = bill(components, size)
    path = _HERE / f"bill-{size}.cdx.json"
    path.write_text(json.dumps(document))
    affected = sum(bool(one.affected) for one in components)
    print(
        f"  a bill of {size:,} components, {affected:,} affected by construction"
        + (f"; {pad:,} ranges of other products beside" if pad else "")
    )
    node = _HERE / f"node-{pad}"
    filled = _HERE / f"node-{pad}-{size}"
    shutil.rmtree(filled, ignore_errors=True)
    shutil.copytree(node, filled)
    added = _seconds(tocsin("inventory", "add", path, "--data", filled))
    commands: list[Sequence[str]] = [
        _peer_command(peer, path),
        tocsin("check", "--inventory", "--data", filled, "--format", "json", "--quiet"),
    ]
    if not pad:
        commands.append(_from_files(path))
    figures = alternate(*commands, runs=5 if size < _LARGE and not pad else 3)
    _tell(figures, added)
    if not pad:
        by_place = _labels_by_place(document, components)
        ours = _our_answers(commands[1], facts, by_place)
        assert ours == _our_answers(commands[2], facts, by_place)
        _compare(by_place, ours, _peer_answers(peer, path, by_place))


def _tell(figures: list[Figures], added: float) -> None:
    theirs, node, *files = figures
    print(f"    cve-bin-tool           {theirs}, {theirs.median_cpu_s:.2f} s of CPU")
    print(f"    ours, from a node      {_beside(node, theirs)}")
    both = added + node.median_s
    print(f"      and once adding it   {added:.2f} s, together {theirs.median_s / both:.1f} times as fast")
    for one in files:
        print(f"    ours, all from files   {_beside(one, theirs)}")


def _beside(ours: Figures, theirs: Figures) -> str:
    return (
        f"{ours}, {ours.median_cpu_s:.2f} s of CPU: {theirs.median_s / ours.median_s:.1f} times as fast, "
        f"{theirs.median_cpu_s / ours.median_cpu_s:.1f} by CPU"
    )


# -- the facts, given to each in its own way ---------------------------------------------------------------------------


def _write_records(facts: Facts) -> None:
    for folder, records in (("cve", facts.records), ("osv", facts.osv)):
        (_HERE / folder).mkdir(parents=True)
        for name, body in records.items():
            (_HERE / folder / name).write_bytes(body)


def _other_rows(count: int) -> Iterable[Row]:
    """Ranges of products that no bill lists."""
    for number in range(count):
        high = f"{number % 9 + 1}.{number % 30}.{number % 7}"
        yield Row(
            f"CVE-2030-{number + 10_000}",
            "a",
            f"maker{number % 9_000}",
            f"product{number % 40_000}",
            high=high,
        )


def _give_peer(peer: str, facts: Facts, pad: int) -> None:
    """Have the peer make its database of ``facts`` and ``pad`` other ranges."""
    folder = _HERE / "import"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(_HERE / "home", ignore_errors=True)
    rows = [
        *((row, "NVD") for row in facts.rows),
        *((row, "OSV") for row in facts.osv_rows),
        *((row, "NVD") for row in _other_rows(pad)),
    ]
    severities = {(row.vulnerability, source): None for row, source in rows}
    tables = {
        "cve_severity": [
            {
                "cve_number": name,
                "severity": "HIGH",
                "description": f"what {name} is",
                "score": facts.scores.get(name, 5.0),
                "cvss_version": 3,
                "cvss_vector": "unknown",
                "data_source": source,
                "last_modified": "2026-11-01T00:00:00Z",
            }
            for name, source in severities
        ],
        "cve_range": [
            {
                "cve_number": row.vulnerability,
                "vendor": row.vendor,
                "product": row.product,
                "version": row.exact or "*",
                "versionStartIncluding": row.low,
                "versionStartExcluding": "",
                "versionEndIncluding": row.high if row.high_inclusive else "",
                "versionEndExcluding": "" if row.high_inclusive else row.high,
                "data_source": source,
            }
            for row, source in rows
        ],
    }
    for name, held in tables.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "other.json").write_text(json.dumps(held))
    meta = {"timestamp": time.time(), "db": {name: ["other"] for name in tables}}
    (folder / "metadata.json").write_text(json.dumps(meta))
    cache = _HERE / "home" / ".cache" / "cve-bin-tool"
    cache.mkdir(parents=True)
    # It imports only where there is a database, which it then makes anew.
    (cache / "cve.db").touch()
    began = time.perf_counter()
    _run(["env", f"HOME={_HERE / 'home'}", peer, "--offline", "--import-json", str(folder)])
    print(f"  the peer's database of {len(rows):,} ranges: {time.perf_counter() - began:.0f} s")


def _give_node(pad: int) -> None:
    """A node that keeps the same advisories, and no bill yet."""
    node = _HERE / f"node-{pad}"
    _run(tocsin("init", "--name", "Estate", "--sector", "water", "--data", node))
    folder = _HERE / f"cve-{pad}"
    shutil.copytree(_HERE / "cve", folder)
    for number, row in enumerate(_other_rows(pad)):
        (folder / f"{number}.json").write_text(json.dumps(_record(row)))
    began = time.perf_counter()
    for name, mirror in (("cve", folder), ("osv", _HERE / "osv")):
        _run(tocsin("sync", name, "--mirror", mirror, "--offline", "--data", node))
    print(f"  keeping the advisories in a node: {time.perf_counter() - began:.0f} s")
    shutil.rmtree(folder)


def _record(row: Row) -> dict[str, Any]:
    entry = {
        "vendor": row.vendor,
        "product": row.product,
        "cpes": [f"cpe:2.3:{row.part}:{row.vendor}:{row.product}:*:*:*:*:*:*:*:*"],
        "defaultStatus": "unaffected",
        "versions": [{"version": "0", "lessThan": row.high, "status": "affected", "versionType": "custom"}],
    }
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": row.vulnerability, "state": "PUBLISHED", "dateUpdated": "2026-11-01T00:00:00Z"},
        "containers": {"cna": {"affected": [entry], "descriptions": [{"lang": "en", "value": "A bench's."}]}},
    }  # fmt: skip


# -- answers -----------------------------------------------------------------------------------------------------------


def _peer_command(peer: str, path: Path) -> list[str]:
    return [
        "env", f"--chdir={_HERE / 'home'}", f"HOME={_HERE / 'home'}", peer, "--offline", "--log", "error",
        "--sbom", "cyclonedx", "--sbom-file", str(path), "--format", "json",
    ]  # fmt: skip


def _from_files(path: Path) -> list[str]:
    return tocsin(
        "check", path, "--inventory", "--format", "json", "--quiet", "--against", _HERE / "cve", _HERE / "osv"
    )


def _labels_by_place(document: dict[str, Any], components: Iterable[Labelled]) -> dict[int, Labelled]:
    """Each component of a bill that has a label, by its number in the bill."""
    named = {one.name: one for one in components}
    found = {}
    for number, listed in enumerate(document["components"]):
        one = named.get((listed["name"].lower(), listed["version"]))
        if one is not None:
            found[number] = one
    assert len(found) == len(named)
    return found


_Answers = dict[tuple[int, str], str]


def _peer_answers(peer: str, path: Path, by_place: dict[int, Labelled]) -> _Answers:
    """What the peer calls affected."""
    numbers = {one.name: number for number, one in by_place.items()}
    answers: _Answers = {}
    told = _HERE / "theirs.json"
    told.unlink(missing_ok=True)
    _run([*_peer_command(peer, path), "--output-file", str(told)])
    for row in json.loads(told.read_bytes()):
        number = numbers.get((row["product"].lower(), row["version"].replace("\\", "")))
        if number is not None:
            answers[number, row["cve_number"]] = "affected"
    return answers


def _our_answers(command: Sequence[str], facts: Facts, by_place: dict[int, Labelled]) -> _Answers:
    """What we say, by the name that a row has."""
    names = {}
    for file, body in facts.osv.items():
        aliases = [one for one in json.loads(body).get("aliases", ()) if one.startswith("CVE-")]
        names[file.removesuffix(".json")] = aliases[0] if len(aliases) == 1 else file.removesuffix(".json")
    answers: _Answers = {}
    for row in json.loads(_run(command))["rows"]:
        place = _PLACE.match(row["place"])
        number = int(place[1]) if place else -1
        if number in by_place and row["verdict"] in _ANSWERS:
            name = names.get(row["advisory"], names.get(row["vulnerability"], row["vulnerability"]))
            answers[number, name] = row["verdict"]
    return answers


def _compare(by_place: dict[int, Labelled], ours: _Answers, theirs: _Answers) -> None:
    """Print for each class whose answers are right, and for what is open what each said."""
    head = f"      {'':<38}{'true':>6} | {'ours: found':>11}{'unknown':>9}{'missed':>8}{'false':>7} | {'peer: found':>11}{'missed':>8}{'false':>7}"
    print(head)
    total_ours, total_theirs = Counter[str](), Counter[str]()
    for kind in dict.fromkeys(one.kind for one in by_place.values()):
        of_kind = {number: one for number, one in by_place.items() if one.kind == kind}
        ours_here, theirs_here = _score(of_kind, ours), _score(of_kind, theirs)
        total_ours += ours_here
        total_theirs += theirs_here
        _line(kind, ours_here, theirs_here)
    _line("all", total_ours, total_theirs)
    for who, held in (("ours", total_ours), ("peer", total_theirs)):
        told = held["found"] + held["false"]
        print(
            f"      {who}: precision {held['found'] / told:.3f}, recall {held['found'] / held['true']:.3f}; "
            f"of {held['open']:,} open: affected {held['open affected']:,}, unknown {held['open unknown']:,}, "
            f"silent {held['open silent']:,}; unknown where it is not affected {held['needless']:,}"
        )


def _line(kind: str, ours: Counter[str], theirs: Counter[str]) -> None:
    print(
        f"      {kind:<38}{ours['true']:>6} | {ours['found']:>11}{ours['unknown']:>9}{ours['missed']:>8}{ours['false']:>7}"
        f" | {theirs['found']:>11}{theirs['missed']:>8}{theirs['false']:>7}"
    )


def _score(labels: dict[int, Labelled], answers: _Answers) -> Counter[str]:
    score = Counter[str]()
    for (number, name), said in answers.items():
        if number in labels and name not in labels[number].affected | labels[number].open:
            score["false" if said == "affected" else "needless"] += 1
    for number, one in labels.items():
        for name in one.affected:
            said = answers.get((number, name), "silent")
            score["true"] += 1
            score[{"affected": "found", "unknown": "unknown", "silent": "missed"}[said]] += 1
        for name in one.open:
            score["open"] += 1
            score[f"open {answers.get((number, name), 'silent')}"] += 1
    return score


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1, 7}:
        raise SystemExit(f"{' '.join(command)} exited {done.returncode}:\n{done.stderr}")
    return done.stdout


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    _run(command)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
