"""The public conformance sets: package-url's vers tests, and OSV-Scalibr's orders of real releases.

What is answered otherwise is named here, each with its reason; docs/reference/version-order.md tells the same.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from tocsin.errors import NotARange
from tocsin.inventory.version import Order, compare, from_native, key, parse_vers

SETS = Path(__file__).parents[3].parent / "shared" / "data" / "conformance"
pytestmark = pytest.mark.skipif(
    not SETS.is_dir(), reason="the conformance sets (shared/data/conformance) are not on this machine"
)

COMPARED = {
    "alpine_version_cmp_test": 716,
    "alpm_version_cmp_test": 42,
    "conan_version_cmp_test": 47,
    "datetime_version_cmp_test": 7,
    "gentoo_version_cmp_test": 48,
    "lexicographic-test": 8,
    "maven_version_cmp_test": 977,
    "nuget_version_cmp_test": 33,
    "openssl_version_cmp_test": 44,
}
# Maven 3.9's document: .qualifier = -qualifier, so that 2.0.a is 2-a, and a qualifier comes before -1.
OTHERWISE_COMPARED = {("2-1", "2.0.a"): 2, ("2-1", "2.0.0.a"): 2}

NATIVE = {
    "conan_range_from_native_basic_test": 20,
    "conan_range_from_native_test": 209,
    "gem_range_from_native_test": 1,
    "nginx_range_from_native_test": 4,
    "npm_range_from_native_test": 491,
    "nuget_range_from_native_test": 1,
    "openssl_range_from_native_test": 8,
    "pypi_range_from_native_test": 3,
}
TWICE = "the expected range names one version twice, which the VERS specification forbids"
SIMPLER = "the same versions, in the form that the specification's simplification gives"
PARTIAL = "node-semver fills a partial version up by its range: <=2.1 is <2.2.0, and 2.1 is 2.1.x"
BOTH = "constraints with a blank between hold together; the expected range is of either"
OTHERWISE_NATIVE = {
    "": ("vers:conan/>=0.0.0", "an empty range is any version to Conan; vers:conan/ is no range"),
    "<0.33.1||>0.33.1 <0.34.1": ("vers:conan/!=0.33.1|<0.34.1", TWICE),
    "1.5.0+, 1.4.1+": ("vers:nginx/>=1.4.1", TWICE),
    "<= 1.0": ("vers:npm/<1.1.0", PARTIAL),
    "<=2.1 >=1.1": ("vers:npm/>=1.1.0|<2.2.0", PARTIAL),
    "2.1 || 2.6": ("vers:npm/>=2.1.0|<2.2.0|>=2.6.0|<2.7.0", PARTIAL),
    ">= 2.2.x": ("vers:npm/>=2.2.0", "to node-semver, >=2.2.x has no upper bound"),
    ">= 1.x": ("vers:npm/>=1.0.0", "to node-semver, >=1.x has no upper bound"),
    ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre": ("vers:npm/>=0.2.0|<=0.9.6", TWICE),
    "2.0.x || 2.1.x": ("vers:npm/>=2.0.0|<2.2.0", TWICE),
    "^2.0.18 || ^3.0.16 || ^3.1.6 || ^4.0.8 || ^5.0.0-beta.5": (
        "vers:npm/>=2.0.18|<3.0.0|>=3.0.16|<4.0.0|>=4.0.8|<6.0.0",
        TWICE,
    ),
    "<2.0.18 || <3.0.16 || <3.1.6 || <4.0.8 || <5.0.0-beta.5": ("vers:npm/<5.0.0-beta.5", SIMPLER),
    "<2.0.1 || <1.1.7": ("vers:npm/<2.0.1", SIMPLER),
    ">=5.0.3 >=4.2.1": ("vers:npm/>=5.0.3", BOTH),
    ">= 5.2.1 <= 6.0.0 || >=6.0.0 <= 6.0.2": ("vers:npm/>=5.2.1|<=6.0.2", TWICE),
    "1.1.2 1.2.2": (None, BOTH),
}

ORDERS = {
    "semver-versions": ("semver", 86, 0),
    "debian-versions": ("deb", 30, 0),
    "debian-versions-generated": ("deb", 14_442, 0),
    "pypi-versions": ("pypi", 37, 11),
    "pypi-versions-generated": ("pypi", 12_375, 69),
}


def cases_of(name):
    return json.loads((SETS / "vers" / f"{name}.json").read_bytes())["tests"]


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_versions_compare_as_the_vers_set_says(name):
    tests = cases_of(name)
    assert len(tests) == COMPARED[name]
    otherwise = Counter()
    for test in tests:
        scheme, versions = test["input"]["input_scheme"], test["input"]["versions"]
        if test["test_type"] == "equality":
            assert compare(scheme, *versions) in set(Order) - {Order.UNKNOWN}
            right = (compare(scheme, *versions) is Order.EQUAL) is test["expected_output"]
        else:
            keys = sorted(key(scheme, version) for version in versions)
            right = keys == [key(scheme, version) for version in test["expected_output"]]
        if not right:
            otherwise[tuple(versions)] += 1
    assert otherwise == (OTHERWISE_COMPARED if name.startswith("maven") else {})


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_native_ranges_are_read_as_the_vers_set_says(name):
    tests = cases_of(name)
    assert len(tests) == NATIVE[name]
    for test in tests:
        text = test["input"]["native_range"]
        try:
            found = str(from_native(test["input"]["scheme"], text))
        except NotARange:
            found = None
        if found != test["expected_output"]:
            assert text in OTHERWISE_NATIVE, text
            assert found == OTHERWISE_NATIVE[text][0]


@pytest.mark.parametrize(
    ("name", "count"), [("npm_range_containment_test", 1), ("pypi_range_containment_test", 10)]
)
def test_versions_are_in_ranges_as_the_vers_set_says(name, count):
    tests = cases_of(name)
    assert len(tests) == count
    for test in tests:
        assert parse_vers(test["input"]["vers"]).contains(test["input"]["version"]) is test["expected_output"]


def test_ranges_have_the_canonical_text_that_the_vers_set_says():
    tests = cases_of("pypi_range_validate_test")
    otherwise = [test["input"] for test in tests if str(parse_vers(test["input"])) != test["expected_output"]]
    assert len(tests) == 19
    # It keeps >=0.0.1 twice; the specification wants each version once.
    assert [text.count(">=0.0.1|>=0.0.1") for text in otherwise] == [1]


def test_canonical_ranges_are_read_or_refused_as_the_vers_set_says():
    tests = cases_of("vers_canonical_parse_test")
    assert len(tests) == 12
    for test in tests:
        if test.get("expected_failure"):
            with pytest.raises(NotARange):
                parse_vers(test["input"], canonical=True)
            continue
        found = parse_vers(test["input"], canonical=True)
        constraints = [[one.comparator, one.version] for one in found.constraints]
        assert {"scheme": found.scheme, "version_constraints": constraints} == test["expected_output"]


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_real_releases_are_ordered_as_their_own_tools_ordered_them(name):
    """What is unknown is no version of PEP 440: its tools refuse it as well."""
    scheme, count, unknown = ORDERS[name]
    text = gzip.decompress((SETS / "semver-order" / f"{name}.txt.gz").read_bytes()).decode()
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("//")]
    answers = Counter(
        "unknown" if order is Order.UNKNOWN else "right" if order.value == sign else "wrong"
        for a, sign, b in (line[:3] for line in lines)
        for order in [compare(scheme, a, b)]
    )
    assert len(lines) == count
    assert answers == Counter(right=count - unknown, unknown=unknown)
