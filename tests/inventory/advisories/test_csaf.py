from __future__ import annotations

import pytest

from inventory.advisories.documents import below, branch, csaf, one, read, tree_of, why
from tocsin.inventory.advisory import Form, Revision
from tocsin.inventory.claim import Remedy, Status, Versions
from tocsin.inventory.component import Unread

NAMES = {"full_product_names": [{"product_id": id, "name": f"Pump {id}"} for id in "abc"]}


def vulnerability(*, cve="CVE-2024-1", **members):
    return {"cve": cve, "product_status": {"known_affected": ["a"]}, **members}


def test_a_document_says_who_published_it_when_and_for_whom():
    advisory = one(
        csaf(
            NAMES,
            notes=[
                {"category": "summary", "title": "Risk", "text": "It overflows."},
                {
                    "category": "other",
                    "title": "Critical infrastructure sectors",
                    "text": "Energy, Water and Wastewater Systems",
                },
            ],
            distribution={"tlp": {"label": "AMBER"}},
            aggregate_severity={"text": "Critical"},
            references=[
                {"category": "self", "url": "https://x/1.json"},
                {"category": "self", "url": "https://x/1"},
            ],
        )
    )

    assert (advisory.form, advisory.id, advisory.publisher, advisory.title) == (
        Form.CSAF,
        "PW-1",
        "Pump Works",
        "Pumps",
    )
    assert (advisory.published, advisory.modified) == ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z")
    assert (advisory.text, advisory.tlp, advisory.url) == ("It overflows.", "AMBER", "https://x/1")
    assert advisory.sectors == ("Energy", "Water and Wastewater Systems")
    assert not advisory.draft
    assert (advisory.revision, advisory.severity) == ("1", "Critical")


def test_what_else_the_head_of_a_document_has_to_say_is_read():
    document = csaf(NAMES)
    head = document["document"]
    head |= {"category": "csaf_vex", "csaf_version": "2.0"}
    head["publisher"] = {"category": "vendor", "name": "Pump Works", "namespace": "https://pumps.example"}
    head["tracking"]["status"] = "interim"
    head["tracking"]["revision_history"] = [
        {"number": "1", "date": "2024-01-01T00:00:00Z", "summary": "Initial release."},
        {"number": "2", "date": "2024-02-01T00:00:00Z", "summary": "Adds a fix."},
    ]
    advisory = one(document)

    assert (advisory.category, advisory.form_version, advisory.status) == ("csaf_vex", "2.0", "interim")
    assert (advisory.publisher_category, advisory.namespace) == ("vendor", "https://pumps.example")
    assert advisory.history == (
        Revision("1", "2024-01-01T00:00:00Z", "Initial release."),
        Revision("2", "2024-02-01T00:00:00Z", "Adds a fix."),
    )


def test_a_draft_is_known_as_one():
    document = csaf(NAMES)
    document["document"]["tracking"]["status"] = "draft"

    assert one(document).draft


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("first_affected", Status.AFFECTED),
        ("known_affected", Status.AFFECTED),
        ("last_affected", Status.AFFECTED),
        ("first_fixed", Status.FIXED),
        ("fixed", Status.FIXED),
        ("recommended", Status.FIXED),
        ("known_not_affected", Status.NOT_AFFECTED),
        ("under_investigation", Status.UNDER_INVESTIGATION),
        ("unknown", Status.UNDER_INVESTIGATION),
    ],
)
def test_each_status_is_a_claim_with_its_place(key, status):
    advisory = one(csaf(tree_of("< 2.1"), {"cve": "CVE-2024-1", "product_status": {key: ["P1"]}}))

    (claim,) = advisory.claims
    assert (claim.vulnerability, claim.status) == ("CVE-2024-1", status)
    assert claim.versions == Versions(spans=(below("2.1"),))
    assert claim.place == f"$.vulnerabilities[0].product_status.{key}[0]"
    assert not advisory.unread


def test_a_status_that_is_none_is_said():
    advisory = one(csaf(NAMES, vulnerability(product_status={"affected": ["a"]})))

    assert not advisory.claims
    assert why(advisory) == {"$.vulnerabilities[0].product_status.affected": "no status is called 'affected'"}


def test_a_product_that_is_not_defined_is_said_and_the_others_count():
    advisory = one(csaf(NAMES, vulnerability(product_status={"known_affected": ["a", "x", "b"]})))

    assert [claim.product.name for claim in advisory.claims] == ["Pump a", "Pump b"]
    assert why(advisory) == {
        "$.vulnerabilities[0].product_status.known_affected[1]": "the product 'x' is not known: no product has this id"
    }


def test_of_statuses_that_contradict_each_other_the_most_careful_counts():
    advisory = one(
        csaf(
            NAMES,
            vulnerability(
                product_status={
                    "known_not_affected": ["a"],
                    "fixed": ["a", "b"],
                    "under_investigation": ["b"],
                    "known_affected": ["a"],
                }
            ),
        )
    )

    assert [(claim.product.name, claim.status) for claim in advisory.claims] == [
        ("Pump a", Status.AFFECTED),
        ("Pump b", Status.UNDER_INVESTIGATION),
    ]
    assert len(advisory.unread) == 3


def test_what_is_recommended_may_be_affected_and_is_then_not_called_fixed():
    advisory = one(
        csaf(NAMES, vulnerability(product_status={"known_affected": ["a"], "recommended": ["a", "b"]}))
    )

    assert [(claim.product.name, claim.status) for claim in advisory.claims] == [
        ("Pump a", Status.AFFECTED),
        ("Pump b", Status.FIXED),
    ]
    assert not advisory.unread


def test_a_flag_and_an_impact_say_why_a_product_is_not_affected():
    advisory = one(
        csaf(
            NAMES | {"product_groups": [{"group_id": "G", "product_ids": ["a", "b"]}]},
            vulnerability(
                product_status={"known_not_affected": ["a", "b", "c"]},
                flags=[{"label": "vulnerable_code_not_present", "product_ids": ["a"]}],
                threats=[
                    {"category": "impact", "details": "It has no network.", "group_ids": ["G"]},
                    {"category": "exploit_status", "details": "none", "product_ids": ["c"]},
                ],
            ),
        )
    )

    assert [claim.why for claim in advisory.claims] == [
        "vulnerable_code_not_present; It has no network.",
        "It has no network.",
        "",
    ]


def test_remediations_reach_their_products_their_groups_or_all():
    advisory = one(
        csaf(
            NAMES | {"product_groups": [{"group_id": "G", "product_ids": ["b", "c"]}]},
            vulnerability(
                product_status={"known_affected": ["a", "b", "c"]},
                remediations=[
                    {
                        "category": "vendor_fix",
                        "details": "Update to 2.1",
                        "url": "https://x",
                        "product_ids": ["a"],
                        "restart_required": {"category": "machine"},
                    },
                    {"category": "no_fix_planned", "details": "None.", "group_ids": ["G"]},
                    {"category": "mitigation", "details": "Unplug it."},
                ],
            ),
        )
    )

    everyone = Remedy("mitigation", "Unplug it.")
    assert [claim.remedies for claim in advisory.claims] == [
        (Remedy("vendor_fix", "Update to 2.1", "https://x", "machine"), everyone),
        (Remedy("no_fix_planned", "None."), everyone),
        (Remedy("no_fix_planned", "None."), everyone),
    ]


def test_a_remediation_of_a_group_that_is_not_there_is_one_of_no_product():
    remediation = {"category": "vendor_fix", "details": "Update", "group_ids": ["G"]}
    advisory = one(csaf(NAMES, vulnerability(remediations=[remediation])))

    assert advisory.claims[0].remedies == ()
    assert why(advisory) == {
        "$.vulnerabilities[0].remediations[0].group_ids": "no group of products has the id 'G'"
    }


def test_a_reason_for_not_being_affected_is_not_told_of_what_is_affected():
    threat = {"category": "impact", "details": "All data may be lost."}

    assert one(csaf(NAMES, vulnerability(threats=[threat]))).claims[0].why == ""


def test_scores_of_2_0_and_metrics_of_2_1_are_stakes():
    v3 = {"version": "3.1", "vectorString": "CVSS:3.1/AV:N", "baseScore": 9.8}
    v4 = {"version": "4.0", "vectorString": "CVSS:4.0/AV:N", "baseScore": 9.3}
    selections = [
        {"namespace": "ssvc", "name": "Exploitation", "version": "1.1.0", "values": ["Active"]},
        {"name": "Automatable", "values": [{"key": "Y", "name": "Yes"}]},
    ]
    advisory = one(
        csaf(
            NAMES,
            vulnerability(scores=[{"products": ["a"], "cvss_v3": v3}], cwe={"id": "CWE-787", "name": "x"}),
            vulnerability(
                cve="CVE-2024-2",
                metrics=[
                    {
                        "products": ["a"],
                        "content": {
                            "cvss_v4": v4,
                            "cvss_v3": v3,
                            "epss": {"probability": "0.5", "percentile": "0.9"},
                            "ssvc_v1": {"selections": selections},
                        },
                    }
                ],
                cwes=[{"id": "CWE-20", "name": "x", "version": "4.0"}],
            ),
        )
    )

    old, new = (stakes for _, stakes in advisory.stakes)
    assert (old.cvss, old.score, old.weaknesses) == (("CVSS:3.1/AV:N",), 9.8, ("CWE-787",))
    assert (new.cvss, new.score, new.weaknesses) == (("CVSS:4.0/AV:N", "CVSS:3.1/AV:N"), 9.3, ("CWE-20",))
    assert (new.epss, new.exploitation, new.automatable) == (0.5, "active", "yes")


@pytest.mark.parametrize("probability", ["high", "1.5", "nan", -1, True, [], "inf"], ids=repr)
def test_a_probability_that_is_none_is_said(probability):
    metric = {"content": {"epss": {"probability": probability}}}
    advisory = one(csaf(NAMES, vulnerability(metrics=[metric])))

    assert advisory.stakes[0][1].epss is None
    assert len(advisory.unread) == 1


def test_a_known_exploitation_makes_it_active():
    advisory = one(
        csaf(
            NAMES,
            vulnerability(
                first_known_exploitation_dates=[
                    {"date": "2024-01-01T00:00:00Z", "exploitation_date": "2024-01-01T00:00:00Z"}
                ]
            ),
        )
    )

    assert advisory.stakes[0][1].exploitation == "active"


def test_a_vulnerability_without_a_cve_has_another_name():
    status = {"known_affected": ["a"]}
    advisory = one(
        csaf(
            NAMES,
            {"ids": [{"system_name": "x", "text": "BUG-1"}], "product_status": status},
            {"title": "Overflow", "product_status": status},
            {"product_status": status},
        )
    )

    assert [claim.vulnerability for claim in advisory.claims] == ["BUG-1", "Overflow", "PW-1 #3"]


def test_the_same_product_twice_in_a_list_counts_once():
    advisory = one(csaf(NAMES, vulnerability(product_status={"known_affected": ["a", "a"]})))

    assert len(advisory.claims) == 1
    assert len(advisory.unread) == 1


@pytest.mark.parametrize(
    "key", ["product_status", "remediations", "flags", "threats", "scores", "metrics", "ids", "cwes", "title"]
)
@pytest.mark.parametrize("value", [5, "x", [5], [None], {"known_affected": 5}], ids=repr)
def test_a_member_of_the_wrong_type_costs_only_itself(key, value):
    good = vulnerability(cve="CVE-2024-2")
    advisory = one(csaf(NAMES, vulnerability() | {key: value}, good))

    assert [claim for claim in advisory.claims if claim.vulnerability == "CVE-2024-2"]
    if not (key == "title" and value == "x"):
        assert any(f".{key}" in place for place in why(advisory))


@pytest.mark.parametrize(
    "document",
    [
        {"document": 5},
        {"document": {"csaf_version": "2.0"}},
        {"document": {"tracking": {"id": " "}}},
        {"document": {"tracking": []}},
    ],
    ids=range(4),
)
def test_a_document_without_an_id_is_unread(document):
    (found,) = read(document)

    assert isinstance(found, Unread)


def test_a_document_without_products_or_vulnerabilities_claims_nothing():
    document = csaf()
    del document["vulnerabilities"]

    assert one(document).claims == ()


def test_branches_as_deep_as_2_1_allows_are_read():
    leaf = branch("product_version", "1.0", product="P1")
    for at in range(29):
        leaf = branch("product_family", f"family {at}", leaf)

    advisory = one(csaf({"branches": [leaf]}, vulnerability(product_status={"known_affected": ["P1"]})))

    assert len(advisory.claims) == 1
