from __future__ import annotations

import gzip
import json
from datetime import date

import pytest
from hypothesis import given, strategies as st

from real_data import shared
from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.lifecycle import (
    Cycle,
    Ended,
    Lifecycle,
    Lifecycles,
    are_lifecycles,
    read_lifecycles,
)
from tocsin.limits import ADVISORY_NESTING

DAY = date(2026, 11, 27)


def component(version, purl="pkg:generic/maker/lib", cpe=""):
    return Component(
        Identity(name="lib", purls=(purl,) if purl else (), cpes=(cpe,) if cpe else ()),
        version,
        Kind.LIBRARY,
        "$",
    )


def lives(*cycles, **more):
    identity = Identity(
        purls=("pkg:generic/maker/lib", "pkg:deb/debian/lib1"), cpes=("cpe:2.3:a:maker:lib:*:*:*:*:*:*:*:*",)
    )
    return Lifecycles(
        [Lifecycle("lib", "Lib", identity, tuple(Cycle(name, ends) for name, ends in cycles), **more)]
    )


def ended(held, version, **more):
    answer = held.end_of_life(component(version, **more), DAY)
    return answer and (answer.ended.value, answer.cycle)


@pytest.mark.parametrize(
    ("ends", "answer"),
    [
        (date(2026, 11, 26), "yes"),
        (date(2026, 11, 27), "no"),
        (True, "yes"),
        (False, "no"),
        (None, "unknown"),
    ],
)
def test_a_cycle_ends_after_its_last_day(ends, answer):
    assert ended(lives(("1.1", ends)), "1.1.4") == (answer, "1.1")


@pytest.mark.parametrize("version", ["1.1", "1.1.4", "v1.1.4", "1:1.1.4", "1.1-rc1", "1.1+build"])
def test_a_version_belongs_to_the_cycle_that_it_begins_with(version):
    assert ended(lives(("1.1", True), ("2", False)), version) == ("yes", "1.1")


@pytest.mark.parametrize("version", ["1.10", "1.10.2", "11.1", "1.2", "0.1.1"])
def test_numbers_are_compared_whole_and_not_as_texts(version):
    assert ended(lives(("1.1", True)), version) == ("unknown", "")


def test_the_longest_cycle_counts():
    held = lives(("2", False), ("2.12", True), ("2.3", True))

    assert ended(held, "2.12.4") == ("yes", "2.12")
    assert ended(held, "2.17.1") == ("no", "2")
    assert ended(held, "2.3.0") == ("yes", "2.3")


def test_a_version_that_says_less_than_the_cycles_is_told_only_where_they_agree():
    assert ended(lives(("3.0", True), ("3.1", True), ("4.0", False)), "3") == ("yes", "3.0")
    assert ended(lives(("3.0", True), ("3.1", False)), "3") == ("unknown", "")


def test_a_cycle_that_is_no_number_is_found_by_its_name_alone():
    held = lives(("11-24H2-e", True))

    assert ended(held, "11-24h2-e") == ("yes", "11-24H2-e")
    assert ended(held, "11") == ("unknown", "")


@pytest.mark.parametrize("version", ["", "unstable", "9.9"])
def test_a_version_that_is_of_no_cycle_is_unknown(version):
    assert ended(lives(("1.1", True)), version) == ("unknown", "")


def test_a_product_without_a_lifecycle_has_no_answer():
    assert ended(lives(("1.1", True)), "1.1", purl="pkg:npm/lib") is None


def test_a_product_is_found_by_its_cpe_too():
    assert ended(lives(("1.1", True)), "1.1", purl="", cpe="cpe:2.3:a:maker:lib:1.1:*:*:*:*:*:*:*") == (
        "yes",
        "1.1",
    )


def test_a_distributions_package_may_be_maintained_longer_than_its_maker_does():
    held = lives(("1.1", True), ("1.2", False))

    assert ended(held, "1.1.4-2+deb12u1", purl="pkg:deb/debian/lib1") == ("unknown", "1.1")
    assert ended(held, "1.2.4-2", purl="pkg:deb/debian/lib1") == ("no", "1.2")


def test_products_of_one_name_that_disagree_are_unknown():
    one, other = lives(("1", True)).all[0], lives(("1", False)).all[0]
    held = Lifecycles([one, Lifecycle("lib2", "Lib 2", other.identity, other.cycles)])

    assert ended(held, "1.1") == ("unknown", "")


DATA = [
    {
        "id": "lib",
        "title": "Lib",
        "identifiers": [{"purl": "pkg:generic/maker/lib"}, {"repology": "lib"}, 7],
        "releases": [
            {"releaseCycle": "2", "eol": False, "latest": "2.1", "latestReleaseDate": "2026-11-20"},
            {"releaseCycle": "1", "eol": "2025-01-01"},
            {"releaseCycle": 0, "eol": True},
            {"releaseCycle": 1.5, "eol": True},
            {"eol": True},
            None,
        ],
    }
]
API = {
    "schema_version": "1.2.0",
    "last_modified": "2026-11-20T01:02:03+00:00",
    "result": [
        {
            "name": "lib",
            "label": "Lib",
            "identifiers": [{"id": "pkg:generic/maker/lib", "type": "purl"}],
            "releases": [
                {
                    "name": "2",
                    "isEol": False,
                    "eolFrom": None,
                    "latest": {"name": "2.1", "date": "2026-11-20"},
                },
                {"name": "1", "isEol": True, "eolFrom": "2025-01-01"},
                {"name": "0", "isEol": True},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    "document", [DATA, API, API | {"result": API["result"][0]}], ids=["data", "API", "one product"]
)
def test_both_forms_are_read_alike(document):
    data = json.dumps(document).encode()
    assert are_lifecycles(data)

    held, unread = read_lifecycles(data, "e.json")

    assert unread == ()
    assert held.dated == "2026-11-20"
    assert [(one.name, one.ends) for one in held.all[0].cycles] == [
        ("2", False),
        ("1", date(2025, 1, 1)),
        ("0", True),
    ]
    assert ended(held, "1.9") == ("yes", "1")
    assert held.all[0].cycles[0].latest == "2.1"


def test_a_product_that_cannot_be_read_is_named_and_the_rest_counts():
    held, unread = read_lifecycles(json.dumps([*DATA, {"id": "x"}, 7]).encode(), "e.json")

    assert len(held) == 1
    assert [one.place for one in unread] == ["$[1]", "$[2]"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff", b"7"])
def test_what_holds_no_lifecycle_is_refused(data):
    with pytest.raises(BadInput):
        read_lifecycles(data, "e.json")


def test_deep_json_is_refused():
    deep = ADVISORY_NESTING + 1
    with pytest.raises(LimitExceeded):
        read_lifecycles(b"[" * deep + b"]" * deep, "e.json")


def test_advisories_are_not_taken_for_lifecycles():
    assert not are_lifecycles(b'{"catalogVersion": "1", "vulnerabilities": []}')
    assert not are_lifecycles(b'{"id": "OSV-1", "affected": [], "summary": "all releases"}')


@given(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=4), st.booleans())
def test_any_version_and_any_cycles_have_an_answer(version, names, ends):
    answer = lives(*((name, ends) for name in names)).end_of_life(component(version), DAY)

    assert answer.ended in Ended
    assert answer.why.endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "name",
                    "releases",
                    "releaseCycle",
                    "eol",
                    "isEol",
                    "eolFrom",
                    "identifiers",
                    "purl",
                    "result",
                    "latest",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=100), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_lifecycles_or_bad_input(data):
    try:
        held, _ = read_lifecycles(data, "e.json")
    except BadInput:
        return
    held.end_of_life(component("1.2"), DAY)


def test_all_products_of_the_real_data_are_read_and_known_ends_are_told():
    data = gzip.decompress(shared("intel/endoflife.json.gz").read_bytes())
    assert are_lifecycles(data)

    held, unread = read_lifecycles(data, "e.json")

    assert (len(held), unread) == (464, ())
    # What anybody can look up at the makers' own pages.
    for purl, version, answer in [
        ("pkg:pypi/django", "3.2.25", ("yes", "3.2")),
        ("pkg:pypi/django", "5.2.1", ("no", "5.2")),
        ("pkg:maven/org.apache.logging.log4j/log4j-core", "2.12.4", ("yes", "2.12")),
        ("pkg:maven/org.apache.logging.log4j/log4j-core", "2.25.0", ("no", "2")),
        ("pkg:maven/org.springframework.boot/spring-boot", "2.7.18", ("yes", "2.7")),
        ("pkg:generic/python", "2.7.18", ("yes", "2.7")),
        ("pkg:generic/python", "3.14.1", ("no", "3.14")),
    ]:
        assert ended(held, version, purl=purl) == answer, (purl, version)
    openssl = "cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"
    assert ended(held, "1.1.1w", purl="", cpe=openssl) == ("yes", "1.1.1")
