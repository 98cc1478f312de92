from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.taxii.accept import is_taxii, negotiated


@pytest.mark.parametrize(
    "accept",
    [
        "",
        " , ",
        "*/*",
        "application/*",
        "application/taxii+json",
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        'application/taxii+json ; version="2.1"',
        "APPLICATION/TAXII+JSON;VERSION=2.1",
        "application/taxii+json;version=2.1;q=0.5",
        "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
        "application/taxii+json;version=2.1,application/stix+json;version=2.1",
        'text/plain;x="a,b", application/taxii+json;version=2.1',
        "application/taxii+json;version=2.0, application/taxii+json;version=2.1;q=0.1",
        "*/*;q=0, application/taxii+json;version=2.1",
        "garbage, application/taxii+json",
    ],
)
def test_what_names_taxii_of_any_or_of_this_version_is_satisfied(accept):
    assert negotiated([accept])


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/json",
        "application/stix+json;version=2.1",
        "application/taxii+json;version=2.0",
        "application/taxii+json;version=2.1;q=0",
        "application/taxii+json;version=2.1;q=0.000, */*",
        "application/taxii+json;version=2.1;q=2",
        "application/taxii+json;version=2.1 garbage",
        "*",
        "*/json",
    ],
)
def test_what_names_another_kind_or_refuses_this_one_is_not_satisfied(accept):
    assert not negotiated([accept])


def test_accept_fields_are_one_list():
    assert negotiated(["text/html", "application/taxii+json"])
    assert negotiated([])


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/taxii+json;version=2.1", True),
        ("application/taxii+json", True),
        ("Application/TAXII+JSON; Version=2.1; charset=utf-8", True),
        ("application/taxii+json;version=2.0", False),
        ("application/stix+json;version=2.1", False),
        ("application/json", False),
        ("application/taxii+json, application/taxii+json", False),
        ("", False),
        ("*/*", False),
    ],
)
def test_a_content_type_is_taxii_or_not(content_type, expected):
    assert is_taxii(content_type) is expected


@given(st.text(alphabet=' ,;="\\/*q0.1ax+', max_size=60))
def test_no_field_is_a_fault(text):
    assert negotiated([text]) in {True, False}
    assert is_taxii(text) in {True, False}
