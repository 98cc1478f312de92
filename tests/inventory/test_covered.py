"""Of which kinds of products silence says something."""

from __future__ import annotations

import gzip

import pytest

from inventory.made import advisory, claim, component, package
from real_data import shared
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.claim import Versions
from tocsin.inventory.covered import covered_by, covered_by_documents, kinds_named, kinds_of
from tocsin.limits import ADVISORIES_OF_A_KIND, RECORDS_OF_THE_CVE_LIST

EVERY = Versions(every=True)
ECOSYSTEM = {"purls": ("pkg:pypi/django",)}
MAKER = {"vendor": "Siemens", "name": "S7"}


def one(form: Form, *several: dict, number: int = 1):
    return advisory(*(claim(EVERY, **names) for names in several), form=form, id=f"A-{number}")


@pytest.mark.parametrize(
    ("form", "names", "kinds"),
    [
        (Form.OSV, ECOSYSTEM, {"purl:pypi"}),
        (Form.OSV, {"purls": ("pkg:deb/debian/curl",)}, {"purl:deb/debian"}),
        (Form.CVE, MAKER, {"maker:siemens"}),
        (Form.CVE, {**MAKER, **ECOSYSTEM}, {"maker:siemens"}),
        (Form.CSAF, {**MAKER, **ECOSYSTEM}, {"maker:siemens"}),
        (Form.CSAF, {"purls": ("pkg:rpm/redhat/curl",)}, {"purl:rpm/redhat"}),
        (Form.KEV, MAKER, set()),
        (Form.OPENVEX, ECOSYSTEM, set()),
        (Form.CYCLONEDX_VEX, MAKER, set()),
    ],
)  # fmt: skip
def test_a_feed_covers_what_its_form_tells_whole(form, names, kinds):
    assert covered_by([one(form, names)]) == kinds


def test_a_record_of_two_ecosystems_makes_neither_of_them_covered():
    both = one(Form.OSV, ECOSYSTEM, {"purls": ("pkg:npm/django",)})
    assert covered_by([both]) == set()
    assert covered_by([both, one(Form.OSV, ECOSYSTEM)]) == {"purl:pypi"}
    assert kinds_named([both]) == {"purl:pypi", "purl:npm"}


def test_distributions_that_share_their_records_are_both_covered():
    both = one(Form.OSV, {"purls": ("pkg:apk/chainguard/curl",)}, {"purls": ("pkg:apk/wolfi/curl",)})
    assert covered_by([both]) == {"purl:apk/chainguard", "purl:apk/wolfi"}


def test_one_document_is_no_feed_of_its_kind_and_many_are():
    many = [one(Form.OSV, ECOSYSTEM, number=number) for number in range(ADVISORIES_OF_A_KIND)]
    assert covered_by_documents(many) == {"purl:pypi"}
    assert covered_by_documents(many[1:]) == set()
    assert covered_by_documents([*many[1:], one(Form.CSAF, MAKER)]) == set()


def test_the_whole_list_of_cve_covers_a_maker_that_it_names_once():
    rest = [one(Form.CVE, {"vendor": "Other", "name": "X"})] * (RECORDS_OF_THE_CVE_LIST - 1)
    siemens = one(Form.CVE, MAKER)
    assert covered_by_documents([*rest, siemens]) == {"maker:other", "maker:siemens"}
    assert covered_by_documents([*rest[1:], siemens]) == {"maker:other"}


@pytest.mark.parametrize(("name", "kind"), [("pypi", "purl:pypi"), ("go", "purl:golang")])
def test_a_part_of_osv_as_it_is_published_covers_its_own_ecosystem_and_none_beside(name, kind):
    read = [
        found
        for found in read_advisories(
            gzip.decompress(shared(f"intel/osv-{name}.jsonl.gz").read_bytes()), "osv.jsonl"
        )
        if isinstance(found, Advisory)
    ]
    for covered in (covered_by(read), covered_by_documents(read)):
        assert {one for one in covered if one.startswith("purl:")} == {kind}


def test_a_product_of_a_covered_kind_is_one_of_it():
    assert kinds_of(package("pkg:pypi/flask").identity) == ["purl:pypi"]
    assert kinds_of(component(vendor="Siemens AG", name="S7").identity) == ["maker:siemens"]
