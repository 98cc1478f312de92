from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings, strategies as st

from inventory.advisories.documents import SHARED, csaf, cve, cyclonedx, openvex, osv, package, read, tree_of
from tocsin import limits
from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.advisories.recognise import form_of, read_advisories
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.component import Unread
from tocsin.inventory.identity import Identity

KEV = {
    "catalogVersion": "1",
    "dateReleased": "2024-01-01",
    "vulnerabilities": [
        {"cveID": "CVE-2024-1", "dateAdded": "2024-01-01", "vendorProject": "Pump Works", "product": "Pump 7"}
    ],
}
CSAF = csaf(
    tree_of("< 2.1"),
    {
        "cve": "CVE-2024-1",
        "product_status": {"known_affected": ["P1"]},
        "remediations": [{"category": "vendor_fix", "details": "x", "product_ids": ["P1"]}],
    },
)
CVE = cve(
    {
        "vendor": "Pump Works",
        "product": "Pump 7",
        "versions": [
            {
                "version": "0",
                "lessThan": "2.1",
                "status": "affected",
                "changes": [{"at": "2.0", "status": "unaffected"}],
            }
        ],
    }
)
OSV = osv(package(events=[{"introduced": "0"}, {"fixed": "2.1"}], versions=["1.0"]))
OPENVEX = openvex(
    {
        "vulnerability": {"name": "CVE-2024-1"},
        "products": [{"@id": "pkg:pypi/pump@1.0"}],
        "status": "affected",
    }
)
CYCLONEDX = cyclonedx(
    {
        "id": "CVE-2024-1",
        "affects": [{"ref": "pump", "versions": [{"version": "1.0", "status": "affected"}]}],
    },
    metadata={"component": {"name": "Pump 7", "bom-ref": "pump"}},
)
DOCUMENTS = {
    Form.KEV: KEV,
    Form.CSAF: CSAF,
    Form.CVE: CVE,
    Form.OSV: OSV,
    Form.OPENVEX: OPENVEX,
    Form.CYCLONEDX_VEX: CYCLONEDX,
}
EVERY_FORM = pytest.mark.parametrize("form", DOCUMENTS, ids=lambda form: form.value)


def text(document):
    return json.dumps(document).encode()


def found_in(data):
    return list(read_advisories(data, "file.json"))


@EVERY_FORM
def test_each_form_is_known_by_its_members(form):
    assert form_of(text(DOCUMENTS[form])) is form

    (advisory,) = found_in(text(DOCUMENTS[form]))
    assert advisory.form is form
    assert len(advisory.claims) >= 1
    assert advisory.unread == ()


@EVERY_FORM
def test_each_form_is_read_as_a_list_as_lines_and_behind_a_byte_order_mark(form):
    document = DOCUMENTS[form]
    (alone,) = found_in(text(document))

    again = [
        *found_in(text([document, document])),
        *found_in(text(document) + b"\r\n\n" + text(document) + b"\n"),
        *found_in(b"\xef\xbb\xbf " + json.dumps(document, indent=2).encode()),
    ]

    assert len(again) == 5
    assert all(held.claims == alone.claims for held in again)


def test_lines_may_be_of_several_forms_and_one_that_is_none_costs_only_itself():
    data = b"\n\n" + b"\n".join([text(CVE), b"{broken", text({"a": 1}), b"5", text(OSV), b'"x"'])

    found = found_in(data)

    assert [type(held) for held in found] == [Advisory, Unread, Unread, Unread, Advisory, Unread]
    assert [held.place for held in found if isinstance(held, Unread)] == [
        "line 4",
        "line 5",
        "line 6",
        "line 8",
    ]


def test_an_element_of_a_list_that_is_none_costs_only_itself():
    found = found_in(text([CVE, {"a": 1}, None, OSV]))

    assert [type(held) for held in found] == [Advisory, Unread, Unread, Advisory]
    assert [held.place for held in found if isinstance(held, Unread)] == ["$[1]", "$[2]"]


def test_a_form_that_is_asked_for_is_held_to():
    assert len(list(read_advisories(text(CVE), "x", form="cve"))) == 1
    with pytest.raises(BadInput, match="this is cve, not osv"):
        read_advisories(text(CVE), "x", form="osv")
    with pytest.raises(BadInput, match="there is no form 'xml'"):
        read_advisories(text(CVE), "x", form="xml")
    mixed = list(read_advisories(text([CVE, OSV]), "x", form="osv"))
    assert mixed[0] == Unread("$[0]", "it is cve, not osv")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "file.json: the file is empty"),
        (b" \n\xef\xbb\xbf", "file.json:1:1: this is no JSON object or list"),
        (b"<xml/>", "file.json:1:1: this is no JSON object or list"),
        (b"\xff\xfe{\x00}\x00", "file.json:1:1: this is no JSON object or list"),
        (b'{"a": 1}', "file.json: this is no advisory in a form that is known"),
        (b"[]", "file.json: this is no advisory in a form that is known"),
        (b'{\n  "document": {},\n  "x" 5\n}', "file.json:3:7: the JSON cannot be read: "),
        (b'\xef\xbb\xbf\n\n  {"x" 5}', "file.json:3:8: the JSON cannot be read: "),
        (b'{"document": ', "file.json: the JSON cannot be read: "),
        (b'{"id": "X", "modified": "\xff"', "file.json: the JSON cannot be read: "),
    ],
    ids=range(10),
)
def test_a_file_that_is_broken_as_a_whole_is_refused_at_once_with_its_place(data, message):
    with pytest.raises(BadInput) as caught:
        read_advisories(data, "file.json")

    assert str(caught.value).startswith(message)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "ADVISORY_BYTES", 10)

    with pytest.raises(LimitExceeded):
        read_advisories(text(CVE), "x")


def test_what_nests_too_deep_is_refused_or_unread():
    deep = b'{"id": "X", "modified": "1", "x": ' + b"[" * 200 + b"]" * 200 + b"}"
    deeper = b'{"id": "X", "modified": "1", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    assert found_in(deep) == [Unread("$", "it nests deeper than 128 levels")]
    assert isinstance(found_in(b"[" + deep + b"," + text(OSV) + b"]")[1], Advisory)
    with pytest.raises(BadInput):
        read_advisories(deeper, "x")


def test_a_nul_in_a_text_becomes_a_replacement_character():
    document = osv(
        package(name="pu\x00mp", events=[{"introduced": "0"}]), summary="a\\u0000b", details="c\\\x00d"
    )

    (advisory,) = read(document)

    assert advisory.claims[0].product.name == "pu\ufffdmp"
    assert (advisory.title, advisory.text) == ("a\\u0000b", "c\\\ufffdd")


def test_bytes_that_are_no_utf_8_cost_only_the_part_that_they_are_in():
    data = text(osv(package(name="QQ"), package(name="core", events=[{"introduced": "0"}]))).replace(
        b"QQ", b"\xff\xfe"
    )

    (advisory,) = found_in(data)

    assert [claim.product.name for claim in advisory.claims] == ["core"]
    assert advisory.unread


def test_of_members_given_twice_the_last_counts():
    data = b'{"id": "A", "id": "B", "modified": "1", "affected": []}'

    assert found_in(data)[0].id == "B"


def test_so_many_faults_that_nobody_reads_them_are_counted():
    (advisory,) = read(osv(*[5] * (limits.ADVISORY_FAULTS + 7)))

    assert len(advisory.unread) == limits.ADVISORY_FAULTS + 1
    assert advisory.unread[-1] == Unread("$", "and 7 parts more are not read")


# -- any input ----------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
ODD = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)


def places_in(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in items:
        yield from places_in(held, (*path, key))


def changed(value, path, new, how):
    """``value`` with the part at ``path`` replaced, taken out, or put in twice."""
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest or how == "replace":
        copy[key] = changed(value[key], rest, new, how)
    elif how == "remove":
        del copy[key]
    elif isinstance(copy, list):
        copy.insert(key, copy[key])
    return copy


@EVERY_FORM
@given(data=st.data())
@settings(max_examples=150)
def test_whatever_is_changed_in_a_document_it_is_read_or_said_why_not(form, data):
    document = DOCUMENTS[form]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places_in(document))))
        document = changed(
            document, path, data.draw(ODD), data.draw(st.sampled_from(["replace", "remove", "twice"]))
        )

    try:
        found = found_in(text([document, DOCUMENTS[form]]))
    except BadInput:
        return
    assert len(found) == 2 or form is Form.KEV
    assert isinstance(found[-1], Advisory), "one broken document spoils no other"
    for held in found:
        if isinstance(held, Advisory):
            assert all(unread.why and unread.place.startswith("$") for unread in held.unread)
            assert all(claim.product != Identity() for claim in held.claims)
            assert held.claims or held.unread or held.withdrawn or form is Form.CSAF
        else:
            assert held.place
            assert held.why


@EVERY_FORM
@given(data=st.data())
@settings(max_examples=100)
def test_any_damage_to_the_bytes_is_survived(form, data):
    whole = text(DOCUMENTS[form])
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 5))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + cut :]

    with suppress(BadInput):
        assert found_in(damaged) or form is Form.KEV


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ 0ae', max_size=60).map(str.encode))
def test_any_bytes_are_refused_or_read(data):
    with suppress(BadInput):
        assert found_in(data)


def test_the_folder_of_the_real_data_lies_beside_the_project():
    assert SHARED.parts[-2:] == ("shared", "data")
