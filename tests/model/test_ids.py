"""Deterministic ids: the specification's rules, and the same ids as the OASIS library gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tocsin.errors import BadInput
from tocsin.model.ids import ID_CONTRIBUTING, sco_id

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
port = st.integers(0, 65535)
hashes = st.fixed_dictionaries(
    {},
    optional={
        "MD5": st.just("d41d8cd98f00b204e9800998ecf8427e"),
        "SHA-1": st.just("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        "SHA-256": st.just("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        "SHA-512": st.just("cf83e1357eefb8bd" * 8),
        "SSDEEP": st.just("3::"),
    },
).filter(bool)
REF = "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
DIRECTORY = "directory--d1ad2a3b-1c0d-5f0e-9f0b-8d0e4d3c8b0e"
ADDRESS = "email-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
# The library writes timestamps anew before it takes the id; these are those that it writes as they are.
stamp = st.sampled_from(["2021-03-02T08:15:00Z", "2021-03-02T08:15:00.123456Z"])


def sco(type: str, *, needs: dict[str, Any] | None = None, **may: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(type), **(needs or {})}, optional=may)


objects = st.one_of(
    sco("domain-name", needs={"value": text}),
    sco("url", needs={"value": text}),
    sco("ipv4-addr", needs={"value": text}),
    sco("mutex", needs={"name": text}),
    sco("autonomous-system", needs={"number": st.integers(0, 2**32)}, name=text),
    sco("directory", needs={"path": text}),
    sco("file", needs={"name": text}, hashes=hashes, size=port, parent_directory_ref=st.just(DIRECTORY)),
    sco(
        "file",
        needs={"name": text},
        extensions=st.fixed_dictionaries(
            {"pdf-ext": st.fixed_dictionaries({"pdfid0": text, "is_optimized": st.booleans()})}
        ),
    ),
    sco("artifact", needs={"hashes": hashes, "url": text}),
    sco(
        "network-traffic",
        needs={
            "protocols": st.lists(st.sampled_from(["tcp", "ipv4", "http"]), min_size=1),
            "src_ref": st.just(REF),
        },
        src_port=port,
        dst_port=port,
        start=stamp,
        dst_ref=st.just(REF),
        src_byte_count=port,
    ),
    sco(
        "software",
        needs={"name": text},
        vendor=text,
        version=text,
        cpe=st.just("cpe:2.3:a:a:b:*:*:*:*:*:*:*:*"),
    ),
    sco("user-account", needs={"user_id": text}, account_login=text, account_type=text, display_name=text),
    sco(
        "windows-registry-key",
        needs={"key": text},
        values=st.lists(st.fixed_dictionaries({"name": text, "data": text}), min_size=1, max_size=3),
    ),
    sco("x509-certificate", needs={"serial_number": text}, hashes=hashes, issuer=text),
    sco(
        "email-message",
        needs={"is_multipart": st.just(False), "subject": text},
        body=text,
        from_ref=st.just(ADDRESS),
    ),
)


@settings(max_examples=400)
@given(objects)
def test_ids_are_those_of_the_oasis_library(value: dict[str, Any]) -> None:
    stix2 = pytest.importorskip("stix2")
    try:
        parsed = stix2.parse(value, version="2.1")
    except stix2.exceptions.STIXError:
        return
    assert sco_id(value) == parsed.id


def test_the_table_is_the_oasis_librarys() -> None:
    observables = pytest.importorskip("stix2.v21.observables")
    theirs = {
        each._type: tuple(each._id_contributing_properties)
        for each in vars(observables).values()
        if isinstance(each, type)
        and getattr(each, "_type", None)
        and hasattr(each, "_id_contributing_properties")
    }
    assert {name: keys for name, keys in theirs.items() if name in ID_CONTRIBUTING} == dict(ID_CONTRIBUTING)
    assert len(ID_CONTRIBUTING) == 18


def test_a_known_id() -> None:  # as stix2 3.0.2 gives it
    value = {"type": "domain-name", "value": "example.com"}
    assert sco_id(value) == "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("MD5", ["SHA-1", "SHA-256", "SHA-512", "AAA"]),
        ("SHA-1", ["SHA-256", "AAA"]),
        ("SHA-256", ["SHA-512"]),
        ("AAA", ["SSDEEP"]),
    ],
)
def test_only_the_first_hash_in_the_standards_order_counts(first: str, rest: list[str]) -> None:
    alone = sco_id({"type": "file", "hashes": {first: "x"}})
    assert sco_id({"type": "file", "hashes": {**dict.fromkeys(rest, "y"), first: "x"}}) == alone
    assert sco_id({"type": "file", "hashes": dict.fromkeys(rest, "y")}) != alone


@pytest.mark.parametrize(
    "value",
    [
        {"type": "process", "pid": 1},
        {"type": "x-own", "value": "a"},
        {"type": "file", "size": 1},
        {"type": "file", "hashes": {}},
        {},
    ],
)
def test_what_contributes_nothing_has_no_deterministic_id(value: dict[str, Any]) -> None:
    assert sco_id(value) is None


def test_key_order_and_number_spelling_do_not_matter() -> None:
    one = sco_id({"type": "autonomous-system", "number": 15139, "name": "a"})
    assert one == sco_id({"name": "b", "number": 15139.0, "type": "autonomous-system"})


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(BadInput):
        sco_id({"type": "url", "value": "\ud800"})
