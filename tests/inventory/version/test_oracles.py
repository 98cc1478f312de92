"""Keys beside the tools whose order they are to have, where those are on this machine."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from packaging.version import InvalidVersion, Version

from inventory.version.node import asked, needs_node
from inventory.version.texts import FORMS
from strategies import examples
from tocsin.inventory.version import SCHEMES, Order, compare, key

SIGNS = {-1: Order.LESS, 0: Order.EQUAL, 1: Order.GREATER}


def order_of(a, b):
    return SIGNS[(a > b) - (a < b)]


@settings(max_examples=examples(400))
@given(FORMS["pypi"], FORMS["pypi"])
def test_python_versions_stand_as_packaging_says(a, b):
    assert compare("pypi", a, b) is order_of(Version(a), Version(b))


_PIECES = [
    "0",
    "1",
    "10",
    ".",
    "-",
    "_",
    "!",
    "+",
    "a",
    "b",
    "c",
    "rc",
    "r",
    "v",
    "post",
    "dev",
    "pre",
    "rev",
    " ",
]


@settings(max_examples=examples(1_000))
@given(st.lists(st.sampled_from(_PIECES), max_size=7).map("".join))
def test_what_is_a_python_version_is_so_to_packaging(text):
    try:
        Version(text)
    except InvalidVersion:
        assert SCHEMES["pypi"].encode(text) is None
    else:
        assert key("pypi", text)


needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg is not on this machine")


@needs_dpkg
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(
    FORMS["deb"] | st.text("0129abZ.+~-", min_size=1, max_size=8).map("1{}".format),
    FORMS["deb"] | st.text("0129abZ.+~-", min_size=1, max_size=8).map("1{}".format),
)
def test_debian_versions_stand_as_dpkg_says(a, b):
    if SCHEMES["deb"].encode(a) is None or SCHEMES["deb"].encode(b) is None:
        return
    sign = {Order.LESS: "lt", Order.EQUAL: "eq", Order.GREATER: "gt"}[compare("deb", a, b)]
    done = subprocess.run(["dpkg", "--compare-versions", a, sign, b], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b""), (a, sign, b)


@needs_node
@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(FORMS["npm"], FORMS["npm"]), min_size=40, max_size=60))
def test_npm_versions_stand_as_node_semver_says(pairs):
    answers = asked("semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : null", pairs)
    for (a, b), answer in zip(pairs, answers, strict=True):
        # Of numbers beyond 2^53 node-semver says nothing.
        assert answer is None or compare("npm", a, b) is SIGNS[answer]


PEERS = {"rpm": "RpmVersion", "gem": "RubygemsVersion", "nuget": "NugetVersion", "pypi": "PypiVersion"}


@pytest.mark.parametrize("scheme", sorted(PEERS))
def test_versions_stand_as_the_peer_univers_says(scheme):
    """Where it keeps to the scheme's document; where not is told in docs/reference/version-order.md."""
    versions = pytest.importorskip("univers.versions", reason="the peer univers is not installed")
    peer = getattr(versions, PEERS[scheme])

    @settings(max_examples=examples(200))
    @given(FORMS[scheme], FORMS[scheme])
    def holds(a, b):
        try:
            one, two = peer(a), peer(b)
        except versions.InvalidVersion:
            return
        assert compare(scheme, a, b) is (Order.EQUAL if one == two else order_of(one, two))

    holds()
