"""The licence gate: all that runs on a member's machine is under a permissive licence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent

PERMISSIVE = re.compile(
    r"(The )?(Apache|MIT|BSD|ISC|0BSD|Zlib|Python Software Foundation|PSF|CC0|Unlicense|Public Domain)\b",
    re.IGNORECASE,
)
"""MPL-2.0 and the LGPL are not among them: they may serve in tests and in building, where nothing is shipped."""


def closure(name: str) -> set[str]:
    """Return the canonical names of all that ``name`` needs here to run, itself left out."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for text in metadata.requires(waiting.pop()) or []:
            requirement = Requirement(text)
            needed = canonicalize_name(requirement.name)
            if (
                requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            ) and needed not in found:
                found.add(needed)
                waiting.append(needed)
    return found


def licences() -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return {canonicalize_name(one["Name"]): one["License"] for one in json.loads(done.stdout)}


def is_permissive(licence: str) -> bool:
    """Every part of an AND must be permissive, one part of an OR is enough; a classifier list counts as AND."""
    parts = re.split(r"\s+AND\s+|;", licence.replace("(", "").replace(")", ""))
    return all(
        any(PERMISSIVE.match(choice.strip()) for choice in re.split(r"\s+OR\s+|/", part)) for part in parts
    )


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("The Unlicense (Unlicense)", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("MPL-2.0", False),
        ("LGPL-2.1-only", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_the_gate_tells_licences_apart(licence, permissive):
    assert is_permissive(licence) is permissive


def test_what_runs_is_under_permissive_licences():
    needed = closure("tocsin")
    assert {"click", "duckdb", "markupsafe"} <= needed
    known = licences()
    assert not {
        name: known.get(name, "not installed") for name in needed if not is_permissive(known.get(name, ""))
    }


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("pg8000", set()),
        # certifi is under the MPL-2.0 and comes with requests; sigstore-models is MIT, and says so in its LICENSE alone.
        ("sigstore", {"certifi", "sigstore-models"}),
    ],
)
def test_what_an_extra_brings_is_under_permissive_licences_but_for_what_the_page_names(name, others):
    known = licences()
    found = {one for one in closure(name) | {name} if not is_permissive(known.get(one, ""))}
    assert found == others
    page = (ROOT / "docs/decisions/dependencies.md").read_text()
    assert all(one in page for one in others)


def test_each_dependency_has_its_reason_on_the_page():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [line for group in project["dependency-groups"].values() for line in group]
    page = (ROOT / "docs/decisions/dependencies.md").read_text()
    names = {Requirement(line).name for line in [*project["project"]["dependencies"], *groups]}
    assert not {name for name in names if f"| {name} |" not in page}
