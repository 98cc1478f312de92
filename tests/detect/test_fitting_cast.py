"""A column of text is cast as what it feeds."""

from __future__ import annotations

import pytest

from tocsin.detect.fitting_cast import with_fitting_casts
from tocsin.detect.mapping import Binding, Cast, Column, Mapping, ObjectMap, Scope


def cast_of(*paths: tuple[str, str], cast: Cast = Cast.TEXT, joined: bool = False) -> Cast:
    """The cast of a column that feeds ``paths`` (object type and path)."""
    others = (Column("other", (), join=((Binding(constant="x"), Binding(column="a")),)),) if joined else ()
    objects = tuple(
        ObjectMap(f"o{number}", kind, ((path, Binding(column="a")),))
        for number, (kind, path) in enumerate(paths)
    )
    mapping = Mapping("m", "M", Scope.HOST, (Column("a", ("A",), cast), *others), objects)
    return with_fitting_casts(mapping).columns[0].cast


@pytest.mark.parametrize(
    ("kind", "path", "cast"),
    [
        ("domain-name", "value", Cast.DOMAIN),
        ("ip-addr", "value", Cast.IP),
        ("ipv6-addr", "value", Cast.IP),
        ("url", "value", Cast.URL),
        ("email-addr", "value", Cast.EMAIL),
        ("mac-addr", "value", Cast.LOWER),
        ("file", "hashes.'SHA-256'", Cast.HASH),
        ("x509-certificate", "hashes.'SHA-1'", Cast.HASH),
        ("file", "name", Cast.TEXT),
        ("process", "command_line", Cast.TEXT),
        ("x-own", "value", Cast.TEXT),
    ],
)
def test_text_is_cast_as_what_it_feeds(kind, path, cast):
    assert cast_of((kind, path)) is cast


def test_a_cast_that_was_chosen_stays():
    assert cast_of(("domain-name", "value"), cast=Cast.URL_HOST) is Cast.URL_HOST


def test_names_and_addresses_in_one_column_are_cast_as_names():
    assert cast_of(("ip-addr", "value"), ("domain-name", "value")) is Cast.DOMAIN


def test_a_url_that_is_a_request_too_is_cast_as_a_url():
    request = ("network-traffic", "extensions.'http-request-ext'.request_value")
    assert cast_of(("url", "value"), request) is Cast.URL


@pytest.mark.parametrize("other", [("file", "name"), ("email-addr", "value")])
def test_what_feeds_things_of_two_forms_stays_text(other):
    assert cast_of(("domain-name", "value"), other) is Cast.TEXT


def test_what_others_are_joined_from_stays_text():
    assert cast_of(("domain-name", "value"), joined=True) is Cast.TEXT
