"""The CSAF committee's own documents (``csaf_2.0/test/validator``), put to the reader of advisories.

A reader is no validator: what a rule forbids that does not change which product is affected is read all the same. So
that this is never by accident, :data:`READ_ALL_THE_SAME` says for each rule why.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory, Form

DOCUMENTS = Path(__file__).parents[2].parent / "shared" / "data" / "conformance" / "csaf-2.0.zip"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_file(), reason=f"the documents are not at {DOCUMENTS}")

HISTORY = "the history of revisions is not read"
PROFILE = "what a profile asks for beyond the form does not change what is said of products"
SCORE = "a score is passed on as it is written"

READ_ALL_THE_SAME = {
    "6.1.7": "of several scores of one version the highest stands first",
    "6.1.8": SCORE,
    "6.1.9": SCORE,
    "6.1.10": SCORE,
    "6.1.11": "of a weakness only its number is taken",
    "6.1.12": "the language is not read",
    **{f"6.1.{number}": HISTORY for number in (14, 16, 17, 18, 19, 20, 21, 22, 30)},
    "6.1.15": "the translator is not read",
    "6.1.23": "both vulnerabilities of one name count",
    "6.1.24": "involvements are not read",
    "6.1.25": "each hash counts, also of the same algorithm",
    "6.1.26": "the category of the document is not read",
    **{f"6.1.27.{number}": PROFILE for number in range(1, 12)},
    "6.1.28": "the language is not read",
    "6.1.29": "a remediation that names no product is told with all of its vulnerability",
    "6.1.31": "a range in the place of a version is read as what it says",
    "6.1.32": "a flag that names no product is told with all of its vulnerability",
    "6.1.33": "of several justifications each is told",
}
NOTED = {"6.1.1", "6.1.2", "6.1.3", "6.1.4", "6.1.5", "6.1.6", "6.1.13"}
"""Rules that a document breaks not without a note of what could not be read for it."""


def read_cases():
    """Each document's name, whether it is valid, and the rule that it is about."""
    if not DOCUMENTS.is_file():
        return []
    with zipfile.ZipFile(DOCUMENTS) as packed:
        tests = json.loads(packed.read("testcases.json"))["tests"]
    return [
        (held["name"], held["valid"], test["id"])
        for test in tests
        for kind in ("failures", "valid")
        for held in test.get(kind, [])
    ]


def document(name):
    with zipfile.ZipFile(DOCUMENTS) as packed:
        return packed.read(name)


def read(name):
    (advisory,) = read_advisories(document(name), name)
    assert isinstance(advisory, Advisory)
    assert advisory.form is Form.CSAF
    return advisory


def entries(name):
    """Place of each product id in a product status, by a walk of its own, but for what is only recommended besides."""
    found = set()
    for at, vulnerability in enumerate(json.loads(document(name)).get("vulnerabilities", [])):
        status = vulnerability.get("product_status", {})
        elsewhere = {id for key, ids in status.items() if key != "recommended" for id in ids}
        for key, ids in status.items():
            for index, id in enumerate(ids):
                if key != "recommended" or id not in elsewhere:
                    found.add(f"$.vulnerabilities[{at}].product_status.{key}[{index}]")
    return found


CASES = read_cases()
VALID = sorted({(name, rule) for name, valid, rule in CASES if valid})
INVALID = sorted({(name, rule) for name, valid, rule in CASES if not valid})


@pytest.mark.parametrize("name", [name for name, _ in VALID], ids=lambda name: Path(name).stem)
def test_a_valid_document_is_read_whole(name):
    advisory = read(name)

    assert advisory.unread == ()
    assert {claim.place for claim in advisory.claims} == entries(name)


@pytest.mark.parametrize(("name", "rule"), INVALID, ids=lambda part: Path(part).stem)
def test_an_invalid_document_is_read_with_a_note_or_for_a_reason(name, rule):
    advisory = read(name)

    assert {claim.place for claim in advisory.claims} | {
        held.place for held in advisory.unread if ".product_status." in held.place
    } == entries(name)
    if rule in NOTED:
        assert advisory.unread
    else:
        assert READ_ALL_THE_SAME[rule]
        assert advisory.unread == ()


def test_no_reason_is_given_for_a_rule_that_no_document_breaks():
    assert set(READ_ALL_THE_SAME) | NOTED == {rule for _, rule in INVALID}


def test_all_documents_are_there():
    with zipfile.ZipFile(DOCUMENTS) as packed:
        names = {name for name in packed.namelist() if name.endswith(".json") and name != "testcases.json"}

    assert (len(names), len(VALID), len(INVALID)) == (240, 152, 87)
    (template,) = names - {name for name, _ in VALID + INVALID}
    assert read(template).unread == ()
