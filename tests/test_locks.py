"""The locked requirements: hashes for all, no place to load from, and what pyproject asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)( ; .+)? \\$", re.MULTILINE)


def pins(name: str) -> dict[tuple[str, str], str]:
    found = PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())
    return {(package, marker): version for package, version, marker in found}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_line_is_a_pin_or_its_hash(path):
    lines = path.read_text().splitlines()
    assert lines
    for place, line in enumerate(lines):
        if line.startswith("    --hash=sha256:"):
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
        else:
            assert PIN.match(line), f"{path.name}:{place + 1}: {line}"
            assert lines[place + 1].startswith("    --hash=sha256:")


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_place_to_load_from(path):
    assert not re.search(r"://|file:|--(extra-)?index|--find-links| @ ", path.read_text())


def test_what_pyproject_asks_for_is_pinned_within_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {"run": project["project"]["dependencies"] + project["dependency-groups"]["build"]}
    wanted |= {group: project["dependency-groups"][group] for group in ("test", "docs", "bench", "fuzz")}
    for lock, lines in wanted.items():
        have = pins(lock)
        for line in lines:
            requirement = Requirement(line)
            name = requirement.name.lower()
            versions = [version for (package, _), version in have.items() if package == name]
            assert versions, f"{lock}: {line}"
            assert any(requirement.specifier.contains(version) for version in versions), f"{lock}: {line}"


@pytest.mark.parametrize("name", ["test", "docs", "bench"])
def test_the_locks_agree_on_versions(name):
    run, other = pins("run"), pins(name)
    assert {key: other[key] for key in run.keys() & other.keys()} == {
        key: run[key] for key in run.keys() & other.keys()
    }
