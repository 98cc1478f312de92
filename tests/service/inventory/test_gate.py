"""The gate with files: the examples that ship, a node's key and its advisories."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies as st

from inventory.gate.making import pem
from tocsin.errors import BadInput, Place, SourceUnavailable, UsageError
from tocsin.inventory.gate.dsse import IN_TOTO, pae, read_envelope
from tocsin.inventory.gate.statement import read_statement
from tocsin.inventory.gate.trusted_key import key_id
from tocsin.inventory.gate.verdict import Verdict
from tocsin.service.exchange.node import NODE_KEY
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.inventory.gate import GateQuestion, judge_product, unsigned
from tocsin.service.inventory.gate_node import attest, knowledge_of

EXAMPLES = Path(__file__).parents[3] / "src/tocsin/data/examples/gate"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def node(world):
    """A node without an inventory, on each database."""
    return world.node("Brookwater", database=world.database)


@pytest.fixture
def folder(tmp_path):
    """A copy of the examples that a test may spoil."""
    return shutil.copytree(EXAMPLES, tmp_path / "gate")


def question(folder, name, **more):
    return GateQuestion(
        **{
            "product": str(folder / f"{name}.cdx.json"),
            "attestations": (str(folder / f"{name}.intoto.json"),),
            "artifacts": (str(folder / f"{name}.bin"),),
            "questionnaire": str(folder / "vendor.toml"),
            "against": (str(folder / "advisories"),),
            "policy": str(folder / "policy.toml"),
        }
        | more
    )


def judged(folder, name="good", node=None, **more):
    kept = knowledge_of(node) if node is not None else None
    return judge_product(question(folder, name, **more), NOW.timestamp(), None, kept)


def faults(result):
    return {one.id: one.answer.fault for one in result.rulings if one.answer.verdict is not Verdict.PASS}


def test_a_good_a_stale_and_a_forged_product_have_three_different_answers():
    answers = {name: judged(EXAMPLES, name) for name in ("good", "stale", "forged")}

    assert {name: one.verdict.value for name, one in answers.items()} == {
        "good": "pass",
        "stale": "unknown",
        "forged": "fail",
    }
    assert faults(answers["good"]) == {}
    assert faults(answers["stale"]) == {"sbom-complete": "stale"}
    assert faults(answers["forged"]) == {"provenance": "forged-signature", "artifact-hash": "not-attested"}


def test_by_the_strict_policy_nobody_is_trusted():
    result = judged(EXAMPLES, policy="strict")

    assert result.verdict is Verdict.FAIL
    assert faults(result)["provenance"] == "wrong-signer"


def test_a_product_with_nothing_beside_it_fails_and_is_unknown_in_all_else():
    result = judged(EXAMPLES, attestations=(), artifacts=(), questionnaire="", against=())

    unknown = {one.id for one in result.rulings if one.answer.verdict is Verdict.UNKNOWN}
    assert faults(result)["provenance"] == "no-provenance"
    assert unknown == {one.id for one in result.rulings} - {"provenance", "sbom-complete"}
    assert result.data_age_s is None


def test_a_file_that_was_changed_fails_with_the_rule_named(folder):
    (folder / "good.bin").write_bytes(b"changed")

    assert faults(judged(folder)) == {"artifact-hash": "wrong-hash"}


def test_a_bill_that_was_changed_fails_with_the_rule_named(folder):
    bill = folder / "good.cdx.json"
    bill.write_bytes(bill.read_bytes().replace(b'"4.2.0"', b'"4.2.1"'))

    assert faults(judged(folder))["artifact-hash"] == "wrong-hash"


def test_a_component_that_attackers_use_fails(folder):
    bill = folder / "good.cdx.json"
    bill.write_bytes(bill.read_bytes().replace(b"3.0.5", b"3.0.3"))

    result = judged(folder)

    assert faults(result)["known-exploited"] == "exploited"
    [why] = [one.answer.why for one in result.rulings if one.id == "known-exploited"]
    assert "CVE-1900-0001 in Millrace Controls web-panel 3.0.3" in why


def test_a_component_past_its_end_of_life_fails(folder):
    bill = folder / "good.cdx.json"
    bill.write_bytes(bill.read_bytes().replace(b"6.1.2", b"5.4.99"))

    assert faults(judged(folder))["end-of-life"] == "end-of-life"


def test_the_same_advisories_half_a_year_later_are_never_clean():
    result = judge_product(
        question(EXAMPLES, "good"), NOW.timestamp(), None, None, datetime(2027, 5, 1, tzinfo=UTC)
    )

    assert result.verdict is Verdict.UNKNOWN
    assert faults(result) == {
        "known-exploited": "stale-data",
        "affected": "stale-data",
        "end-of-life": "stale-data",
    }
    assert result.data_age_s == 156 * 86_400
    assert (result.made, result.as_of) == ("2026-11-27T12:00:00.000Z", "2027-05-01T00:00:00.000Z")


def test_the_age_is_that_of_the_oldest_data():
    assert judged(EXAMPLES).data_age_s == 86_400 + 43_200


def test_what_it_stands_on_is_named_with_its_digest():
    result = judged(EXAMPLES)

    assert {(one.kind, one.name, one.sha256) for one in result.inputs} == {
        (kind, name, sha256((EXAMPLES / name).read_bytes()).hexdigest())
        for kind, name in [
            ("policy", "policy.toml"),
            ("attestation", "good.intoto.json"),
            ("questionnaire", "vendor.toml"),
        ]
    }
    for one in result.subjects:
        assert dict(one.digests)["sha256"] == sha256((EXAMPLES / one.name).read_bytes()).hexdigest()


def test_a_kev_catalogue_in_the_folder_of_other_advisories_has_its_own_age(folder):
    catalogue = folder / "advisories/exploited.json"
    catalogue.write_bytes(catalogue.read_bytes().replace(b"2026-11-26T", b"2026-01-26T"))

    assert faults(judged(folder))["known-exploited"] == "stale-data"


@settings(max_examples=40)
@given(st.sampled_from(["good.cdx.json", "good.bin"]), st.data())
def test_no_change_of_the_bill_or_the_file_passes(name, data):
    text = bytearray((EXAMPLES / name).read_bytes())
    text[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
    with TemporaryDirectory() as folder:
        changed = Path(folder) / name
        changed.write_bytes(text)
        more = {"product": str(changed)} if name.endswith(".json") else {"artifacts": (str(changed),)}
        try:
            result = judged(EXAMPLES, **more)
        except BadInput:
            return
    assert result.verdict is Verdict.FAIL
    assert faults(result)["artifact-hash"] == "wrong-hash"


# -- what cannot be read ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["good.cdx.json", "good.intoto.json", "vendor.toml", "policy.toml"])
@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[[[["])
def test_what_cannot_be_read_is_refused_with_its_file(folder, name, data):
    (folder / name).write_bytes(data)

    with pytest.raises(BadInput) as caught:
        judged(folder)

    assert name in str(caught.value.where)


@pytest.mark.parametrize(
    "name", ["good.cdx.json", "good.intoto.json", "vendor.toml", "policy.toml", "good.bin"]
)
def test_what_is_not_there_is_told(folder, name):
    (folder / name).unlink()

    with pytest.raises(SourceUnavailable) as caught:
        judged(folder)

    assert name in str(caught.value.where)


def test_a_folder_is_no_artifact():
    with pytest.raises(SourceUnavailable, match="no regular file"):
        judged(EXAMPLES, artifacts=(str(EXAMPLES),))


def test_a_policy_that_does_not_ship_is_a_slip_of_the_words():
    with pytest.raises(UsageError, match="no policy 'lax'"):
        judged(EXAMPLES, policy="lax")


# -- the attestation --------------------------------------------------------------------------


def test_without_a_node_the_verdict_is_not_signed_and_names_no_verifier():
    held = unsigned(judged(EXAMPLES))

    assert held.envelope is None
    assert held.statement["predicate"]["verifier"]["id"] == "urn:tocsin:gate:unsigned"


@pytest.mark.parametrize(("name", "result"), [("good", "PASSED"), ("stale", "FAILED"), ("forged", "FAILED")])
def test_the_verdict_is_a_summary_that_only_a_pass_makes_passed(node, name, result):
    held = attest(node, judged(EXAMPLES, name, node))

    statement = held.statement
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert statement["predicate"]["verificationResult"] == result
    assert (
        statement["subject"][0]["digest"]["sha256"]
        == sha256((EXAMPLES / f"{name}.cdx.json").read_bytes()).hexdigest()
    )
    assert (
        statement["subject"][1]["digest"]["sha256"]
        == sha256((EXAMPLES / f"{name}.bin").read_bytes()).hexdigest()
    )


def test_the_verdict_is_signed_with_the_nodes_key(node):
    held = attest(node, judged(EXAMPLES, node=node))
    key = Ed25519PrivateKey.from_private_bytes(node.key(NODE_KEY)).public_key()

    envelope = read_envelope(held.envelope, Place())

    [signature] = envelope.signatures
    assert signature.keyid == key_id(key)
    key.verify(signature.sig, pae(IN_TOTO, envelope.payload))
    assert json.loads(envelope.payload) == held.statement
    assert read_statement(envelope.payload).predicate_type == held.statement["predicateType"]


def test_a_gate_elsewhere_believes_a_verdict_whose_signer_it_trusts(node, tmp_path):
    held = attest(node, judged(EXAMPLES, node=node))
    (tmp_path / "v.json").write_bytes(held.envelope)
    key = Ed25519PrivateKey.from_private_bytes(node.key(NODE_KEY))
    (tmp_path / "p.toml").write_text(
        f'name = "p"\nversion = "1"\n[[trust.keys]]\nname = "Brookwater"\npem = """{pem(key)}"""\n'
        '[[rule]]\ncheck = "artifact-hash"\nid = "hash"\nasks = "?"\nsource = "us"\n'
    )

    result = judged(EXAMPLES, attestations=(str(tmp_path / "v.json"),), policy=str(tmp_path / "p.toml"))

    assert result.verdict is Verdict.PASS


# -- what a node knows ------------------------------------------------------------------------


def test_without_advisories_named_those_that_the_node_keeps_are_asked(node, folder):
    bill = folder / "good.cdx.json"
    bill.write_bytes(bill.read_bytes().replace(b"3.0.5", b"3.0.3"))
    for feed, name in (
        ("kev", "exploited.json"),
        ("csaf", "millrace-2026-007.json"),
        ("eol", "lifecycles.json"),
    ):
        [taken] = sync_feeds(node, [feed], FeedWishes(mirror=str(folder / "advisories" / name)), None)
        assert (taken.problems, taken.advisories) == ([], 1)

    named, kept = judged(folder), judged(folder, node=node, against=())

    assert faults(kept) == faults(named)
    assert kept.data_age_s == named.data_age_s
    assert faults(kept)["known-exploited"] == "exploited"
    assert {one.id: one.answer.verdict for one in kept.rulings} == {
        one.id: one.answer.verdict for one in named.rulings
    }


@pytest.mark.parametrize(("version", "fault"), [("6.1.2", None), ("5.4.99", "end-of-life")])
def test_ends_of_life_are_those_that_the_node_keeps(node, folder, version, fault):
    bill = folder / "good.cdx.json"
    bill.write_bytes(bill.read_bytes().replace(b"6.1.2", version.encode()))
    mirror = str(folder / "advisories/lifecycles.json")
    sync_feeds(node, ["eol"], FeedWishes(mirror=mirror), None)

    result = judged(folder, node=node, against=())

    assert faults(result).get("end-of-life") == fault
    assert [(one.name, one.advisories, one.stale) for one in result.feeds] == [("eol", 1, False)]
    assert [one.answer.age_s for one in result.rulings if one.id == "end-of-life"] == [result.data_age_s]
    assert faults(result)["affected"] == faults(result)["known-exploited"] == "no-data"


def test_ends_of_life_that_the_node_read_long_ago_are_no_pass(node, folder):
    mirror = folder / "advisories/lifecycles.json"
    sync_feeds(node, ["eol"], FeedWishes(mirror=str(mirror)), None)

    kept = judge_product(
        question(folder, "good", against=()),
        NOW.timestamp(),
        None,
        knowledge_of(node),
        datetime(2027, 5, 1, tzinfo=UTC),
    )

    assert faults(kept)["end-of-life"] == "stale-data"


def test_statements_of_makers_alone_tell_a_node_nothing_of_other_vulnerabilities(node, tmp_path):
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://millrace.example/vex",
        "author": "Millrace Controls",
        "timestamp": "2020-01-01T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": "CVE-1900-0002"},
                "products": [{"@id": "pkg:generic/millrace/modbus-stack@4.2.0"}],
                "status": "not_affected",
                "justification": "vulnerable_code_not_present",
            }
        ],
    }
    (tmp_path / "vex.json").write_text(json.dumps(vex))
    [taken] = sync_feeds(node, ["vex"], FeedWishes(mirror=str(tmp_path / "vex.json")), None)
    assert (taken.problems, taken.advisories) == ([], 1)

    assert faults(judged(EXAMPLES, node=node, against=()))["affected"] == "no-data"


def test_a_node_without_advisories_knows_nothing(node):
    result = judged(EXAMPLES, node=node, against=())

    assert faults(result)["known-exploited"] == "no-data"
    assert faults(result)["affected"] == "no-data"
    assert faults(result)["end-of-life"] == "no-data"
