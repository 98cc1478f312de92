"""Keys a second of CPU for each scheme: ``python tests/bench/bench_versions.py``.

Versions are those of the conformance sets where they are on this machine, and of these few forms else. No key is remembered
between two versions, so that a store of distinct releases takes as long.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

from tocsin.inventory.version import SCHEMES, find_scheme, key

CONFORMANCE = Path(__file__).parents[2].parent / "shared" / "data" / "conformance"
FORMS = {
    "semver": ["1.2.{0}", "0.{0}.3-alpha.1", "v{0}.0.0+build.7"],
    "npm": ["1.2.{0}", "0.{0}.3-alpha.1", "4.17.{0}"],
    "cargo": ["1.2.{0}", "0.{0}.3", "1.0.0-rc.{0}"],
    "golang": ["v1.2.{0}", "v0.0.0-20191109021931-daa7c0413{0}", "v2.{0}.0+incompatible"],
    "rpm": ["1.{0}-3.el8", "0:2.17-{0}.el7_9", "1:1.1.1k-{0}.el8_6", "3.{0}~rc1-1.fc38"],
    "alpm": ["1.{0}-1", "1:2.{0}.3-2"],
    "gem": ["1.2.{0}", "3.0.{0}.rc1", "7.0.4.{0}"],
    "nuget": ["1.2.{0}", "4.0.{0}-beta.2", "1.0.0.{0}"],
    "composer": ["1.2.{0}", "v4.{0}.1", "2.0.{0}-beta1", "{0}.x-dev"],
    "cran": ["1.2.{0}", "0.9-{0}"],
    "gentoo": ["1.2.{0}", "1.{0}_rc2-r1"],
    "conan": ["1.2.{0}", "1.1.1{0}", "cci.{0}"],
    "openssl": ["1.1.{0}k", "3.0.{0}"],
    "datetime": ["2024-01-{1:02}T00:00:{1:02}Z"],
}


def _of_sets(name: str) -> list[str]:
    files = {"deb": "debian-versions-generated", "pypi": "pypi-versions-generated"}
    vers = {"apk": "alpine", "maven": "maven"}
    if name in files and CONFORMANCE.is_dir():
        text = gzip.decompress((CONFORMANCE / "semver-order" / f"{files[name]}.txt.gz").read_bytes()).decode()
        return [line.split()[0] for line in text.splitlines() if line and not line.startswith("//")]
    if name in vers and CONFORMANCE.is_dir():
        tests = json.loads((CONFORMANCE / "vers" / f"{vers[name]}_version_cmp_test.json").read_bytes())
        return [version for test in tests["tests"] for version in test["input"]["versions"]]
    return []


def versions(name: str, count: int) -> list[str]:
    """Return ``count`` versions of a scheme."""
    found = _of_sets(name)
    forms = FORMS.get(name, ["1.2.{0}", "{0}.4"])
    found = found or [form.format(number, number % 28 + 1) for number in range(2_000) for form in forms]
    scheme = find_scheme(name)
    assert scheme
    found = [version for version in found if scheme.encode(version) is not None]
    return (found * (count // len(found) + 1))[:count]


def main() -> None:
    """Print keys a second of each scheme, and of all of them in turn."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    whole = 0.0
    for name in SCHEMES:
        these = versions(name, count)
        best = min(_seconds(name, these) for _ in range(3))
        whole += best
        print(f"{name:<14} {count / best:>10,.0f} keys/s")
    print(f"{'all alike':<14} {count * len(SCHEMES) / whole:>10,.0f} keys/s")


def _seconds(name: str, these: list[str]) -> float:
    start = time.process_time()
    for version in these:
        key(name, version)
    return time.process_time() - start


if __name__ == "__main__":
    main()
