"""Which packages use which scheme, and what schemes are called."""

from __future__ import annotations

import pytest

from tocsin.inventory.version import (
    GENERIC,
    SCHEMES,
    Order,
    find_scheme,
    scheme_of_ecosystem,
    scheme_of_purl_type,
)
from tocsin.inventory.version.scheme import _ALIASES, _ECOSYSTEMS, _PURL_TYPES


@pytest.mark.parametrize("names", [_ALIASES, _ECOSYSTEMS, _PURL_TYPES], ids=["aliases", "ecosystems", "purl"])
def test_each_name_leads_to_a_scheme(names):
    assert set(names.values()) <= set(SCHEMES)
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize(
    ("ecosystem", "scheme"),
    [
        ("Debian:12", "deb"),
        ("Alpine:v3.18", "apk"),
        ("Red Hat:rhel_aus:8.4::appstream", "rpm"),
        ("PyPI", "pypi"),
        ("Go", "golang"),
        ("crates.io", "cargo"),
        ("Packagist:https://packages.drupal.org/8", "composer"),
        ("Android", None),
        ("GIT", None),
        ("", None),
    ],
)
def test_an_ecosystem_of_osv_has_its_scheme_whatever_its_release(ecosystem, scheme):
    assert scheme_of_ecosystem(ecosystem) == scheme


@pytest.mark.parametrize(
    ("purl_type", "scheme"),
    [
        ("deb", "deb"),
        ("PyPI", "pypi"),
        ("swift", "semver"),
        ("generic", None),
        ("github", None),
        ("semver", None),
    ],
)
def test_a_purl_type_has_its_scheme(purl_type, scheme):
    assert scheme_of_purl_type(purl_type) == scheme


@pytest.mark.parametrize(("name", "scheme"), [("Alpine", "apk"), ("rubygems", "gem"), ("RPM", "rpm")])
def test_a_scheme_is_found_by_its_aliases_in_any_case(name, scheme):
    assert find_scheme(name) is SCHEMES[scheme]


@pytest.mark.parametrize("name", [GENERIC, "git", "nope", ""])
def test_a_scheme_without_keys_is_not_found(name):
    assert find_scheme(name) is None


def test_each_scheme_names_its_document():
    assert all(scheme.source and scheme.name == name for name, scheme in SCHEMES.items())


def test_an_order_turned_twice_is_itself():
    assert [order.turned().turned() for order in Order] == list(Order)
    assert Order.LESS.turned() is Order.GREATER
