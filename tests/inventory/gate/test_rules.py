"""Each rule answers pass, fail and unknown, and says why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from inventory.gate.making import (
    ARTIFACT,
    ED,
    NOW,
    OTHER,
    SBOM,
    believed,
    bom,
    digests,
    envelope,
    evidence,
    feed,
    part,
    rule,
    statement,
    verified,
)
from tocsin.inventory.gate.attestation import bare, read_attestations
from tocsin.inventory.gate.judge import judge
from tocsin.inventory.gate.policy import Policy
from tocsin.inventory.gate.questionnaire import read_questionnaire
from tocsin.inventory.gate.verdict import Answer, Ruling, Subject, Verdict, overall
from tocsin.inventory.lifecycle import read_lifecycles
from tocsin.service.inventory.gate import _held, _of_files

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
LEAST = {"supplier": 1.0, "name": 1.0, "version": 1.0, "identifier": 1.0, "relationship": 1.0}


def asked(one, held):
    """The answer of one rule, as verdict and fault; every answer has a reason, and a way out if it is not a pass."""
    [ruling] = judge(Policy(name="p", version="1", rules=(one,)), held)
    answer = ruling.answer
    assert answer.why.endswith((".", "!"))
    assert answer.verdict is PASS or answer.fault
    return answer.verdict, answer.fault


# -- sbom-complete ----------------------------------------------------------------------------


def sbom(data, **more):
    return asked(
        rule("sbom-complete", **{"least": LEAST, "oldest_days": 365} | more), evidence(sbom_data=data)
    )


def test_a_bill_with_all_elements_passes():
    assert sbom(SBOM) == (PASS, "")


@pytest.mark.parametrize("element", ["supplier", "version", "purl"])
def test_a_bill_that_lacks_an_element_fails(element):
    row = part("lib", "1.2.3")
    del row[element]

    assert sbom(bom([row, part("panel", "4.5")])) == (FAIL, "missing-elements")


def test_the_first_component_that_lacks_an_element_is_named():
    row = part("lib", "1.2.3")
    del row["supplier"]
    [ruling] = judge(
        Policy(name="p", version="1", rules=(rule("sbom-complete", least=LEAST),)),
        evidence(sbom_data=bom([part("panel", "4.5"), row])),
    )

    assert "a supplier for 1 of 2 components, first lib 1.2.3 ($.components[1])" in ruling.answer.why


def test_a_bill_without_dependencies_fails():
    assert sbom(bom(depends=False)) == (FAIL, "missing-elements")


def test_a_component_inside_another_has_its_place():
    inner = part("inner", "1")
    assert sbom(bom([part("lib", "1.2.3", components=[inner])])) == (PASS, "")


@pytest.mark.parametrize("missing", [{"made": ""}, {"author": ""}, {"components": []}])
def test_a_bill_without_author_timestamp_or_components_fails(missing):
    assert sbom(bom(**missing)) == (FAIL, "missing-elements")


def test_a_bill_that_does_not_say_of_what_it_is_fails():
    document = json.loads(SBOM)
    del document["metadata"]["component"]

    assert sbom(json.dumps(document).encode()) == (FAIL, "missing-elements")
    assert sbom(json.dumps(document).encode(), subject=False) == (PASS, "")


@pytest.mark.parametrize("made", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_all_days_is_no_time(made):
    assert sbom(bom(made=made)) == (UNKNOWN, "undated")


def test_a_share_that_the_policy_lowers_is_enough():
    row = part("lib", "1.2.3")
    del row["supplier"]

    assert sbom(bom([row, part("panel", "4.5")]), least=LEAST | {"supplier": 0.5}) == (PASS, "")


def test_hashes_and_licences_are_asked_where_the_policy_does():
    assert sbom(SBOM, least={"hash": 1.0}) == (FAIL, "missing-elements")
    assert sbom(SBOM, least={"licence": 1.0}) == (FAIL, "missing-elements")


def test_a_bill_of_the_future_fails():
    assert sbom(bom(made="2027-01-01T00:00:00Z")) == (FAIL, "made-in-future")


@pytest.mark.parametrize(
    ("made", "answer"), [("2025-11-27T00:00:00Z", (PASS, "")), ("2025-11-26T00:00:00Z", (UNKNOWN, "stale"))]
)
def test_a_bill_that_is_too_old_is_unknown(made, answer):
    assert sbom(bom(made=made)) == answer


def test_a_bill_without_a_time_is_unknown_where_only_its_age_is_asked():
    assert sbom(bom(made=""), timestamp=False) == (UNKNOWN, "undated")


def test_a_bill_of_which_a_part_cannot_be_read_is_unknown():
    assert sbom(bom([part("lib", "1.2.3"), {"type": "library", "bom-ref": "x"}])) == (UNKNOWN, "not-read")


def test_a_bill_that_says_that_it_is_not_complete_is_unknown():
    assert sbom(bom(compositions=[{"aggregate": "incomplete"}])) == (UNKNOWN, "incomplete")


# -- provenance -------------------------------------------------------------------------------

KINDS = ["https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"]
PAYLOAD = statement({"p.bin": ARTIFACT})


def provenance(attestations, **more):
    return asked(
        rule("provenance", **{"predicates": KINDS} | more), evidence(attestations=tuple(attestations))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_provenance_of_a_trusted_signer_passes(kind):
    assert provenance(verified(envelope(statement({"p.bin": ARTIFACT}, predicate=kind), ED))) == (PASS, "")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (envelope(PAYLOAD, ED, over=b"x"), "forged-signature"),
        (envelope(PAYLOAD, OTHER), "wrong-signer"),
        (envelope(b"{}", ED), "malformed"),
    ],
)
def test_a_proof_that_is_none_fails(data, fault):
    assert provenance(verified(data)) == (FAIL, fault)


@pytest.mark.parametrize("missing", ["fail", "unknown"])
def test_what_is_unsigned_or_not_there_is_what_the_policy_says(missing):
    unsigned = [bare(one) for one in read_attestations(PAYLOAD, "a.json")]

    assert provenance(unsigned, missing=missing) == (Verdict(missing), "unsigned")
    assert provenance(verified(envelope(PAYLOAD)), missing=missing) == (Verdict(missing), "unsigned")
    assert provenance([], missing=missing) == (Verdict(missing), "no-provenance")


def test_a_bad_proof_beside_a_good_one_fails():
    good, forged = envelope(PAYLOAD, ED), envelope(PAYLOAD, ED, over=b"x")

    assert provenance(verified(good) + verified(forged)) == (FAIL, "forged-signature")
    assert provenance(verified(forged) + verified(good)) == (FAIL, "forged-signature")


def test_a_statement_of_another_kind_is_no_provenance():
    assert provenance(verified(envelope(statement({"p.bin": ARTIFACT}, predicate="x"), ED))) == (
        FAIL,
        "no-provenance",
    )


def test_provenance_without_a_builder_fails():
    assert provenance([believed({"p.bin": ARTIFACT}, builder="")]) == (FAIL, "no-builder")


def test_a_builder_that_the_policy_does_not_name_fails():
    assert provenance([believed({"p.bin": ARTIFACT})], builders=["https://build.example"]) == (PASS, "")
    assert provenance([believed({"p.bin": ARTIFACT})], builders=["https://other.example"]) == (
        FAIL,
        "wrong-builder",
    )


@pytest.mark.parametrize(
    ("finished", "answer"),
    [
        ("2026-11-01T00:00:00Z", (PASS, "")),
        ("2026-01-01T00:00:00Z", (FAIL, "expired")),
        ("2027-01-01T00:00:00Z", (FAIL, "built-in-future")),
        ("", (UNKNOWN, "undated")),
        ("yesterday", (UNKNOWN, "undated")),
    ],
)
def test_a_build_is_as_late_as_the_policy_asks(finished, answer):
    assert provenance([believed({"p.bin": ARTIFACT}, finished=finished)], oldest_days=90) == answer


def test_provenance_of_another_product_is_unknown():
    assert provenance([believed({"q.bin": b"another product"})]) == (UNKNOWN, "other-subject")
    assert provenance([believed({"p.cdx.json": SBOM})]) == (PASS, "")


# -- artifact-hash ----------------------------------------------------------------------------


def hashes(held, **more):
    return asked(rule("artifact-hash", **more), held)


def test_what_is_in_hand_is_what_was_attested():
    assert hashes(evidence()) == (PASS, "")


def test_a_file_with_another_hash_fails():
    assert hashes(evidence(artifacts=(Subject("p.bin", digests(b"other")),))) == (FAIL, "wrong-hash")


def test_one_file_of_several_with_another_hash_fails():
    held = evidence()
    assert hashes(replace(held, artifacts=(*held.artifacts, Subject("q.bin", digests(b"q"))))) == (
        FAIL,
        "wrong-hash",
    )


def test_a_bill_that_was_changed_fails():
    attested = (believed({"p.bin": ARTIFACT, "p.cdx.json": b"another bill"}),)
    assert hashes(evidence(attestations=attested)) == (FAIL, "wrong-hash")


def test_a_file_that_is_not_what_the_bill_is_about_fails():
    subject = {
        "type": "firmware",
        "bom-ref": "product",
        "name": "C",
        "version": "1",
        "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
    }
    document = json.loads(SBOM)
    document["metadata"]["component"] = subject

    assert hashes(evidence(sbom_data=json.dumps(document).encode())) == (FAIL, "wrong-hash")


def test_without_a_file_it_is_unknown_unless_the_policy_asks_for_none():
    assert hashes(evidence(artifacts=())) == (UNKNOWN, "no-artifact")
    assert hashes(evidence(artifacts=()), artifact=False) == (PASS, "")


def test_a_bill_that_nobody_attested_is_unknown_unless_the_policy_allows_it():
    attested = (believed({"p.bin": ARTIFACT}),)
    assert hashes(evidence(attestations=attested)) == (UNKNOWN, "sbom-not-attested")
    assert hashes(evidence(attestations=attested), sbom=False) == (PASS, "")


def test_what_is_not_believed_attests_nothing():
    forged = verified(envelope(statement({"p.bin": ARTIFACT, "p.cdx.json": SBOM}), ED, over=b"x"))
    assert hashes(evidence(attestations=tuple(forged))) == (UNKNOWN, "not-attested")


def test_a_digest_that_agrees_beside_one_that_does_not_is_wrong():
    attested = believed({"p.cdx.json": SBOM})
    both = (("sha256", digests(ARTIFACT)[0][1]), ("sha512", "0" * 128))
    statement = replace(attested.statement, subjects=(*attested.statement.subjects, Subject("p.bin", both)))
    artifact = Subject("p.bin", (*digests(ARTIFACT), ("sha512", "1" * 128)))

    held = evidence(attestations=(replace(attested, statement=statement),), artifacts=(artifact,))

    assert hashes(held) == (FAIL, "wrong-hash")


# -- known-exploited and affected -------------------------------------------------------------


def kev(day="2026-11-26", vendor="Maker", product="lib", cve="CVE-1900-0001"):
    entry = {
        "cveID": cve,
        "vendorProject": vendor,
        "product": product,
        "dateAdded": "2026-01-01",
        "requiredAction": "Update.",
        "dueDate": "2026-02-01",
    }
    return {"catalogVersion": "1", "dateReleased": f"{day}T00:00:00Z", "vulnerabilities": [entry]}


def csaf(*claims, day="2026-11-25", score=None):
    """A document that claims of each (name, range, status, vulnerability)."""
    branches, vulnerabilities = [], []
    for number, (name, versions, status, cve) in enumerate(claims):
        id = f"p{number}"
        product = {
            "product_id": id,
            "name": name,
            "product_identification_helper": {"purl": f"pkg:generic/maker/{name}"},
        }
        branches.append(
            {
                "category": "product_name",
                "name": name,
                "branches": [
                    {
                        "category": "product_version_range",
                        "name": f"vers:generic/{versions}",
                        "product": product,
                    }
                ],
            }
        )
        one = {"cve": cve, "product_status": {status: [id]}}
        if score is not None:
            one["scores"] = [
                {
                    "products": [id],
                    "cvss_v3": {
                        "version": "3.1",
                        "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                        "baseScore": score,
                        "baseSeverity": "HIGH",
                    },
                }
            ]
        vulnerabilities.append(one)
    return {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "title": "t",
            "publisher": {"category": "vendor", "name": "Maker", "namespace": "https://maker.example"},
            "tracking": {
                "id": "M-1",
                "status": "final",
                "version": "1",
                "initial_release_date": f"{day}T00:00:00Z",
                "current_release_date": f"{day}T00:00:00Z",
            },
        },
        "product_tree": {"branches": [{"category": "vendor", "name": "Maker", "branches": branches}]},
        "vulnerabilities": vulnerabilities,
    }


FINE = ("panel", "<1", "known_affected", "CVE-1900-0009")
"""Something about the other component, which does not concern it, so that it is spoken of."""
MENDED = ("lib", "<1.2", "known_affected", "CVE-1900-0001")
"""Something about the first component, which it is past."""


@pytest.fixture
def against(tmp_path):
    def write(*documents, **more):
        for number, document in enumerate(documents):
            (tmp_path / f"{number}.json").write_text(json.dumps(document))
        held = evidence(**more)
        releases = _held(held.components, held.bill, NOW)
        data = _of_files([str(tmp_path)], releases, NOW, None)
        return replace(
            held,
            inventory=data.inventory,
            exploited=data.exploited,
            lifecycles=data.lifecycles,
            lifecycles_age=data.lifecycles_age,
        )

    return write


KNOWN, OTHERS = rule("known-exploited"), rule("affected", least_score=7.0)


def test_a_component_with_an_exploited_vulnerability_fails(against):
    held = against(kev(), csaf(("lib", "<2", "known_affected", "CVE-1900-0001"), FINE))

    assert asked(KNOWN, held) == (FAIL, "exploited")
    # It is told once, by the rule that weighs more.
    assert asked(OTHERS, held) == (PASS, "")


def test_a_component_that_is_mended_passes(against):
    held = against(kev(), csaf(("lib", "<1.2", "known_affected", "CVE-1900-0001"), FINE))

    assert asked(KNOWN, held) == (PASS, "")


def test_a_product_of_that_name_of_which_no_advisory_tells_the_versions_is_unknown(against):
    assert asked(KNOWN, against(kev(), csaf(FINE))) == (UNKNOWN, "cannot-tell")


def test_without_a_catalogue_it_is_unknown(against):
    assert asked(KNOWN, evidence()) == (UNKNOWN, "no-data")
    assert asked(KNOWN, against(csaf(FINE))) == (UNKNOWN, "no-data")


def test_a_catalogue_alone_tells_of_no_product_that_it_is_sound(against):
    assert asked(KNOWN, against(kev(product="other"))) == (UNKNOWN, "no-data")


def test_an_old_catalogue_is_never_clean(against):
    assert asked(KNOWN, against(kev(day="2026-11-01", product="other"), csaf(FINE))) == (
        UNKNOWN,
        "stale-data",
    )


def test_an_old_catalogue_that_names_it_still_fails_it(against):
    held = against(
        kev(day="2025-11-01"), csaf(("lib", "<2", "known_affected", "CVE-1900-0001"), FINE, day="2025-11-01")
    )

    assert asked(KNOWN, held) == (FAIL, "exploited")


@pytest.mark.parametrize(
    ("score", "answer"),
    [(9.8, (FAIL, "affected")), (7.0, (FAIL, "affected")), (6.9, (PASS, "")), (None, (FAIL, "affected"))],
)
def test_other_vulnerabilities_count_from_the_score_on_and_one_without_a_score_counts(against, score, answer):
    held = against(csaf(("lib", "<2", "known_affected", "CVE-1900-0002"), FINE, score=score))

    assert asked(OTHERS, held) == answer


def test_a_makers_word_that_it_is_not_affected_is_heard_and_said_whose_it_is(against):
    held = against(csaf(("lib", "<2", "known_not_affected", "CVE-1900-0002"), FINE))

    [ruling] = judge(Policy(name="p", version="1", rules=(OTHERS,)), held)

    assert ruling.answer.verdict is PASS
    assert "left out by a maker's word" in ruling.answer.why
    assert ruling.answer.details == ("Maker lib 1.2.3: CVE-1900-0002 not affected by the word of Maker",)


def openvex(status, day="2020-01-01"):
    product = {"@id": "pkg:generic/maker/lib@1.2.3", "identifiers": {"purl": "pkg:generic/maker/lib@1.2.3"}}
    one = {"vulnerability": {"name": "CVE-1900-0002"}, "products": [product], "status": status}
    if status == "not_affected":
        one["justification"] = "vulnerable_code_not_present"
    head = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://maker.example/vex",
        "author": "Maker",
    }
    return {**head, "timestamp": f"{day}T00:00:00Z", "version": 1, "statements": [one]}


def test_a_makers_statement_is_heard_however_old_it_is(against):
    affected = csaf(("lib", "<2", "known_affected", "CVE-1900-0002"), FINE)

    assert asked(OTHERS, against(affected)) == (FAIL, "affected")
    assert asked(OTHERS, against(affected, openvex("not_affected"))) == (PASS, "")


def test_statements_of_makers_alone_are_no_current_data(against):
    assert asked(OTHERS, against(openvex("not_affected"))) == (UNKNOWN, "no-data")


def test_a_makers_statement_about_one_product_tells_nothing_of_others_of_its_kind(against):
    other = {**part("x", "1"), "purl": "pkg:npm/x@1", "supplier": {"name": "Stranger"}}
    about = openvex("not_affected")
    about["statements"][0]["products"] = [{"@id": "pkg:npm/y@1", "identifiers": {"purl": "pkg:npm/y@1"}}]
    held = against(csaf(FINE), about, sbom_data=bom([part("panel", "4.5"), other]))

    assert asked(OTHERS, held) == (UNKNOWN, "no-data")


def test_what_the_maker_still_looks_into_is_unknown(against):
    assert asked(OTHERS, against(csaf(("lib", "<2", "under_investigation", "CVE-1900-0002")))) == (
        UNKNOWN,
        "cannot-tell",
    )


def test_old_advisories_are_never_clean(against):
    assert asked(OTHERS, against(csaf(FINE, day="2026-11-01"))) == (UNKNOWN, "stale-data")


@pytest.mark.parametrize(("days", "answer"), [(27, (PASS, "")), (25, (UNKNOWN, "stale-data"))])
@pytest.mark.parametrize("check", ["affected", "known-exploited"])
def test_a_policy_says_how_old_advisories_may_be(against, check, days, answer):
    held = against(kev(day="2026-11-01", product="other"), csaf(MENDED, FINE, day="2026-11-01"))

    assert asked(rule(check, oldest_days=days), held) == answer


def test_that_the_data_is_old_is_said_where_the_policy_takes_it(against):
    old = against(csaf(MENDED, FINE, day="2026-11-01"))
    [ruling] = judge(Policy(name="p", version="1", rules=(rule("affected", oldest_days=27),)), old)
    [fresh] = judge(Policy(name="p", version="1", rules=(OTHERS,)), against(csaf(MENDED, FINE)))

    assert "The data is old, as the policy allows: " in ruling.answer.why
    assert "is of 2026-11-01" in ruling.answer.why
    assert "old" not in fresh.answer.why


def test_data_of_an_unknown_day_is_too_old_whatever_the_policy_says(against):
    assert asked(rule("affected", oldest_days=36_500), against(csaf(MENDED, FINE, day=""))) == (
        UNKNOWN,
        "stale-data",
    )


def test_components_of_kinds_that_no_advisory_speaks_of_are_unknown(against):
    strange = {**part("x", "1"), "purl": "pkg:npm/x@1", "supplier": {"name": "Stranger"}}
    held = against(csaf(FINE), sbom_data=bom([part("panel", "4.5"), strange]))

    assert asked(OTHERS, held) == (UNKNOWN, "no-data")


def test_without_advisories_it_is_unknown(against):
    assert asked(OTHERS, evidence()) == (UNKNOWN, "no-data")


def test_a_part_of_the_advisories_that_cannot_be_read_makes_it_unknown(against):
    assert asked(
        OTHERS, against(csaf(FINE, ("lib", "<1", "known_affected", "CVE-1900-0009")), {"document": 7})
    ) == (UNKNOWN, "not-read")


# -- end-of-life ------------------------------------------------------------------------------


def ends(of="2027-01-01", **more):
    product = {
        "id": "lib",
        "title": "Lib",
        "identifiers": [{"purl": "pkg:generic/maker/lib"}],
        "releases": [{"releaseCycle": "1.2", "eol": of}],
    }
    lifecycles, _ = read_lifecycles(json.dumps([product]).encode(), "e.json")
    return evidence(lifecycles=lifecycles, lifecycles_age=feed(**more))


@pytest.mark.parametrize(
    ("of", "answer"),
    [
        ("2027-01-01", (PASS, "")),
        ("2026-11-27", (PASS, "")),
        ("2026-11-26", (FAIL, "end-of-life")),
        (True, (FAIL, "end-of-life")),
        (False, (PASS, "")),
        ("", (UNKNOWN, "cannot-tell")),
    ],
)
def test_a_component_past_its_end_of_life_fails(of, answer):
    assert asked(rule("end-of-life"), ends(of)) == answer


def test_a_component_that_soon_ends_fails_where_the_policy_looks_ahead():
    assert asked(rule("end-of-life", within_days=40), ends()) == (FAIL, "end-of-life")


def test_without_data_or_with_old_data_it_is_unknown():
    assert asked(rule("end-of-life"), evidence()) == (UNKNOWN, "no-data")
    assert asked(rule("end-of-life"), ends(days=30)) == (UNKNOWN, "stale-data")


def test_data_that_tells_of_too_few_is_unknown():
    assert asked(rule("end-of-life", least_known=0.5), ends()) == (PASS, "")
    assert asked(rule("end-of-life", least_known=0.6), ends()) == (UNKNOWN, "no-data")
    assert asked(rule("end-of-life"), replace(ends(), components=())) == (UNKNOWN, "no-data")


# -- vendor-fact ------------------------------------------------------------------------------


def vendor(answer="yes", answered="2026-10-01", product="Controller", **more):
    lines = [
        f'format = "tocsin-questionnaire"\nversion = 1\nvendor = "V"\nproduct = "{product}"\nanswered = {answered}'
    ]
    if answer:
        held = {"date": "2026-01-01", "evidence": '"https://v.example"'} | more
        lines += [
            "[answers.mfa]",
            f'answer = "{answer}"',
            *(f"{name} = {value}" for name, value in held.items()),
        ]
    return evidence(answers=read_questionnaire("\n".join(lines).encode(), "q.toml"))


def fact(held, **more):
    return asked(rule("vendor-fact", question="mfa", **more), held)


def test_a_yes_with_evidence_passes():
    assert fact(vendor()) == (PASS, "")


def test_what_is_not_answered_is_unknown():
    assert fact(evidence()) == (UNKNOWN, "unanswered")
    assert fact(vendor(answer="")) == (UNKNOWN, "unanswered")


@pytest.mark.parametrize("no", ["fail", "unknown", "pass"])
def test_a_no_is_what_the_policy_says(no):
    assert fact(vendor("no"), no=no) == (Verdict(no), "says-no")


def test_a_yes_that_is_not_shown_is_unknown():
    assert fact(vendor(evidence='""')) == (UNKNOWN, "no-evidence")
    assert fact(vendor(evidence='"trust us"')) == (UNKNOWN, "no-evidence")
    assert fact(vendor(evidence='""'), evidence=False) == (PASS, "")


def test_a_yes_of_long_ago_is_unknown():
    assert fact(vendor(answered="2025-10-01"), oldest_days=365) == (UNKNOWN, "stale")
    assert fact(vendor(answered="2025-10-01")) == (PASS, "")


@pytest.mark.parametrize("passed", ["fail", "unknown"])
def test_a_yes_whose_day_has_passed_is_what_the_policy_says(passed):
    assert fact(vendor(until="2026-11-26"), passed=passed) == (Verdict(passed), "expired")
    assert fact(vendor(until="2026-11-27"), passed=passed) == (PASS, "")


def test_a_yes_without_an_end_is_unknown_where_one_is_asked():
    assert fact(vendor(), until=True) == (UNKNOWN, "no-end")


def test_an_answer_of_the_future_is_unknown():
    assert fact(vendor(answered="2027-01-01")) == (UNKNOWN, "dated-in-future")
    assert fact(vendor(date="2027-01-01")) == (UNKNOWN, "dated-in-future")


def test_that_it_does_not_apply_passes_where_the_policy_allows_it_and_the_vendor_says_why():
    assert fact(vendor("not-applicable", note='"no accounts"'), not_applicable=True) == (PASS, "")
    assert fact(vendor("not-applicable"), not_applicable=True) == (UNKNOWN, "not-applicable")
    assert fact(vendor("not-applicable", note='"no accounts"')) == (UNKNOWN, "not-applicable")


def test_answers_about_another_product_answer_nothing():
    assert fact(vendor(product="Kettle")) == (UNKNOWN, "other-product")


# -- the verdict ------------------------------------------------------------------------------


def ruling(verdict, *, required=True):
    return Ruling("r", "?", required, "high", "us", "", Answer(verdict, "."))


@pytest.mark.parametrize(
    ("rulings", "verdict"),
    [
        ([], UNKNOWN),
        ([ruling(PASS)], PASS),
        ([ruling(PASS), ruling(UNKNOWN)], UNKNOWN),
        ([ruling(PASS), ruling(UNKNOWN, required=False)], PASS),
        ([ruling(UNKNOWN), ruling(FAIL)], FAIL),
        ([ruling(PASS), ruling(FAIL, required=False)], FAIL),
    ],
)
def test_one_fail_fails_and_one_unknown_that_is_required_makes_it_unknown(rulings, verdict):
    assert overall(rulings) is verdict
