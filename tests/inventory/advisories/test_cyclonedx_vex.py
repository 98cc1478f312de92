from __future__ import annotations

import pytest

from inventory.advisories.documents import cyclonedx, exact, one, read, why
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Remedy, Span, Status, Versions
from tocsin.inventory.component import Unread
from tocsin.inventory.identity import Identity

SERIAL = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
LINK = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1"
PUMP = {"name": "Pump 7", "version": "2.4", "bom-ref": "pump", "type": "firmware"}
CORE = {"name": "core", "version": "1.0", "bom-ref": "core", "type": "library", "purl": "pkg:pypi/core@1.0"}


def vulnerability(state="exploitable", *affects, **members):
    return {
        "id": "CVE-2024-1",
        "analysis": {"state": state},
        "affects": list(affects) or [{"ref": "pump"}],
        **members,
    }


def vex(*vulnerabilities, subject=PUMP, **document):
    metadata = {"timestamp": "2024-01-01T00:00:00Z", "supplier": {"name": "Pump Works"}}
    return cyclonedx(
        *vulnerabilities,
        metadata=metadata | ({"component": subject} if subject else {}),
        components=[CORE],
        **document,
    )


def test_a_statement_about_the_subject_is_about_its_version():
    advisory = one(
        vex(
            vulnerability(
                "not_affected",
                analysis={"state": "not_affected", "justification": "code_not_present", "detail": "Gone."},
            ),
            serialNumber=SERIAL,
        )
    )

    assert (advisory.form, advisory.id, advisory.publisher) == (
        Form.CYCLONEDX_VEX,
        f"{SERIAL}/1",
        "Pump Works",
    )
    (claim,) = advisory.claims
    assert claim.product == Identity("Pump 7", bom_refs=(f"{LINK}#pump",))
    assert claim.versions == Versions(spans=(exact("2.4"),))
    assert (claim.status, claim.why) == (Status.NOT_AFFECTED, "code_not_present; Gone.")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("exploitable", Status.AFFECTED),
        ("in_triage", Status.UNDER_INVESTIGATION),
        ("resolved", Status.FIXED),
        ("resolved_with_pedigree", Status.FIXED),
        ("not_affected", Status.NOT_AFFECTED),
        ("false_positive", Status.NOT_AFFECTED),
    ],
)
def test_each_state_is_known(state, status):
    assert one(vex(vulnerability(state))).claims[0].status is status


def test_without_an_analysis_what_is_named_is_affected():
    assert one(vex({"id": "CVE-2024-1", "affects": [{"ref": "pump"}]})).claims[0].status is Status.AFFECTED


def test_a_state_that_is_none_is_said():
    advisory = one(vex(vulnerability("fine")))

    assert not advisory.claims
    assert why(advisory) == {"$.vulnerabilities[0].analysis.state": "no state is called 'fine'"}


def test_a_good_word_for_a_part_is_one_for_the_subject_with_that_part():
    (claim,) = one(vex(vulnerability("not_affected", {"ref": "core"}))).claims

    assert claim.product.name == "Pump 7"
    assert claim.versions == Versions(spans=(exact("2.4"),))
    assert claim.subcomponents == (Identity("core", purls=("pkg:pypi/core@1.0",)),)


def test_a_good_word_in_a_bill_without_a_subject_has_to_be_judged():
    good, bad = one(
        vex(
            vulnerability("not_affected", {"ref": "core"}),
            vulnerability("exploitable", {"ref": "core"}),
            subject=None,
        )
    ).claims

    assert good.condition == "in the products of this bill of materials alone"
    assert (good.versions, bad.condition) == (Versions("pypi", (exact("1.0"),)), "")


def test_a_link_to_another_document_is_kept():
    (claim,) = one(vex(vulnerability("exploitable", {"ref": f"{LINK}#pump"}))).claims

    assert claim.product == Identity(bom_refs=(f"{LINK}#pump",))
    assert claim.versions == Versions(every=True)


def test_a_link_to_the_document_itself_is_resolved():
    subject, part = one(
        vex(
            vulnerability("exploitable", {"ref": f"{LINK}#pump"}, {"ref": f"{LINK}#core"}),
            serialNumber=SERIAL,
        )
    ).claims

    assert subject.product.name == part.product.name == "Pump 7"
    assert [held.name for held in part.subcomponents] == ["core"]


@pytest.mark.parametrize("ref", ["nothing", "", "urn:uuid:1"])
def test_a_ref_to_nothing_is_said(ref):
    advisory = one(vex(vulnerability("exploitable", {"ref": ref}, {"ref": "pump"})))

    assert len(advisory.claims) == 1
    assert why(advisory) == {
        "$.vulnerabilities[0].affects[0].ref": f"nothing in the document has the ref '{ref}'"
    }


def test_versions_and_ranges_have_a_status_of_their_own():
    versions = [
        {"version": "2.4", "status": "affected"},
        {"range": "vers:generic/>=2.9|<=4.1"},
        {"version": "2.5", "status": "unaffected"},
        {"version": "9", "status": "unknown"},
    ]
    found = {
        claim.status: claim.versions
        for claim in one(vex(vulnerability("exploitable", {"ref": "pump", "versions": versions}))).claims
    }

    assert found == {
        Status.AFFECTED: Versions(spans=(exact("2.4"), Span("2.9", "4.1", high_inclusive=True))),
        Status.NOT_AFFECTED: Versions(spans=(exact("2.5"),)),
        Status.UNDER_INVESTIGATION: Versions(spans=(exact("9"),)),
    }


def test_a_version_said_to_be_affected_is_so_though_the_rest_is_resolved():
    versions = [{"version": "2.4", "status": "affected"}, {"version": "2.5", "status": "unaffected"}]
    found = {
        claim.status: claim.versions.spans
        for claim in one(vex(vulnerability("resolved", {"ref": "pump", "versions": versions}))).claims
    }

    assert found == {Status.AFFECTED: (exact("2.4"),), Status.FIXED: (exact("2.5"),)}


def test_the_order_of_ranges_counts_for_the_versions_beside_them():
    versions = [{"range": "vers:semver/>=2.0.0|<3.0.0"}, {"version": "5.9.0"}]
    (claim,) = one(vex(vulnerability("exploitable", {"ref": "pump", "versions": versions}))).claims

    assert claim.versions == Versions("semver", (Span("2.0.0", "3.0.0"), exact("5.9.0")))


def test_versions_of_a_part_are_a_condition_on_the_subject():
    (claim,) = one(
        vex(vulnerability("exploitable", {"ref": "core", "versions": [{"version": "1.0"}]}))
    ).claims

    assert claim.condition == "core 1.0 1.0"
    assert claim.product.name == "Pump 7"


def test_without_affects_it_is_about_the_subject():
    assert (
        one(vex({"id": "CVE-2024-1", "analysis": {"state": "in_triage"}})).claims[0].product.name == "Pump 7"
    )
    assert list(why(one(vex({"id": "CVE-2024-1"}, subject=None)))) == ["$.vulnerabilities[0].affects"]


def test_what_to_do_and_what_is_at_stake_is_told():
    advisory = one(
        vex(
            vulnerability(
                analysis={"state": "exploitable", "response": ["will_not_fix"]},
                recommendation="Update.",
                workaround="Unplug it.",
                ratings=[
                    {"method": "CVSSv31", "score": 9.8, "vector": "AV:N"},
                    {"method": "other", "score": 1},
                ],
                cwes=[787],
            )
        )
    )

    assert advisory.claims[0].remedies == (
        Remedy("mitigation", "Update."),
        Remedy("workaround", "Unplug it."),
        Remedy("no_fix_planned", "will not fix"),
    )
    ((_, stakes),) = advisory.stakes
    assert (stakes.cvss, stakes.score, stakes.weaknesses) == (("AV:N",), 9.8, ("CWE-787",))


def test_a_rejected_vulnerability_claims_nothing():
    advisory = one(vex(vulnerability(rejected="2024-01-01T00:00:00Z")))

    assert not advisory.claims
    assert list(why(advisory)) == ["$.vulnerabilities[0]"]


def test_nested_components_and_services_can_be_meant():
    box = {"name": "box", "bom-ref": "box", "components": [{"name": "chip", "bom-ref": "chip"}]}
    document = vex(
        vulnerability("exploitable", {"ref": "chip"}, {"ref": "web"}),
        services=[{"name": "web", "bom-ref": "web"}],
    )
    document["components"].append(box)

    assert [claim.subcomponents[0].name for claim in one(document).claims] == ["chip", "web"]


def test_a_bill_without_vulnerabilities_is_no_advisory():
    (found,) = read({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [CORE]})

    assert found == Unread("$", "$.vulnerabilities: the bill of materials says nothing of vulnerabilities")


@pytest.mark.parametrize(
    "key", ["affects", "analysis", "ratings", "cwes", "id", "rejected", "recommendation"]
)
@pytest.mark.parametrize("value", [["a", None], {"a": 5}, 5.5], ids=repr)
def test_a_member_of_the_wrong_type_costs_only_itself(key, value):
    advisory = one(vex(vulnerability() | {key: value}, vulnerability(id="CVE-2024-2")))

    assert [claim for claim in advisory.claims if claim.vulnerability == "CVE-2024-2"]
    if not (key == "analysis" and isinstance(value, dict)):
        assert advisory.unread


@pytest.mark.parametrize(
    "broken", [None, 5, {"version": 5}, {}, {"version": "1", "status": "odd"}], ids=range(5)
)
def test_a_broken_version_leaves_the_others_in_doubt(broken):
    advisory = one(
        vex(vulnerability("not_affected", {"ref": "pump", "versions": [broken, {"version": "2.4"}]}))
    )

    found = {claim.status: claim.versions for claim in advisory.claims}
    assert found[Status.NOT_AFFECTED].spans == (exact("2.4"),)
    assert any(versions.unread for versions in found.values())
    assert advisory.unread
