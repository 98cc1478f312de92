"""Verdicts that a node keeps are told again as they were told; on both databases."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

import tocsin.service.inventory.gate_kept as service
from inventory.gate.results import DAY_S, made
from tocsin.errors import LimitExceeded
from tocsin.inventory.gate.verdict import Verdict
from tocsin.inventory.told.gate_json import render
from tocsin.model.canonical_json import canonical_json
from tocsin.service.inventory.gate import unsigned
from tocsin.service.inventory.gate_kept import keep_verdict, kept_verdict, listed_verdicts
from tocsin.service.inventory.gate_node import attest
from tocsin.store import log


@pytest.fixture
def node(world):
    return world.node("Brookwater", database=world.database)


def keep(node, result, *, sign=True):
    return keep_verdict(node, result, attest(node, result) if sign else unsigned(result), by="ann")


def told(result, attestation):
    return json.loads("".join(render(result, attestation)))


@pytest.mark.parametrize("verdict", Verdict, ids=[one.value for one in Verdict])
def test_what_is_read_again_is_word_for_word_what_was_told(node, verdict):
    result = made(verdict, text=" <b>\u202e\0")
    attestation = attest(node, result)
    number, gone = keep_verdict(node, result, attestation, by="ann")
    found = kept_verdict(node, number)
    assert (number, gone) == (1, 0)
    assert found.result == result
    assert found.attestation == attestation
    assert told(found.result, found.attestation) == told(result, attestation)


def test_one_as_of_another_moment_is_kept_without_a_signature(node):
    result = made(Verdict.PASS, as_of="2026-10-01T23:59:59Z")
    keep(node, result, sign=False)
    found = kept_verdict(node, 1)
    assert found.attestation == unsigned(result)
    assert (found.listed.signed, found.listed.as_of) == (False, "2026-10-01T23:59:59Z")


def test_the_list_tells_the_newest_first_and_finds_by_name_and_verdict(node):
    keep(node, made(Verdict.PASS, "Acme Pump 1"))
    keep(node, made(Verdict.FAIL, "Acme Valve 2", age_s=None))
    keep(node, made(Verdict.FAIL, "Other Pump 3"))
    assert [(one.number, one.product, one.verdict, one.data_age_s) for one in listed_verdicts(node)] == [
        (3, "Other Pump 3", "fail", 3 * DAY_S),
        (2, "Acme Valve 2", "fail", None),
        (1, "Acme Pump 1", "pass", 3 * DAY_S),
    ]
    assert [one.number for one in listed_verdicts(node, "PUMP")] == [3, 1]
    assert [one.number for one in listed_verdicts(node, "pump acme")] == [1]
    assert [one.number for one in listed_verdicts(node, "pump", "fail")] == [3]
    (first, *_) = listed_verdicts(node)
    assert (first.policy, first.by, first.signed) == ("Brookwater 1", "ann", True)


def test_the_newest_stay_and_no_number_is_given_twice(node, monkeypatch):
    monkeypatch.setattr(service, "GATE_RESULTS", 3)
    told = [keep(node, made(Verdict.PASS, f"Pump {number}")) for number in range(5)]
    assert told == [(1, 0), (2, 0), (3, 0), (4, 1), (5, 1)]
    assert [one.number for one in listed_verdicts(node)] == [5, 4, 3]
    assert kept_verdict(node, 2) is None


def test_one_that_is_too_long_is_refused_and_nothing_of_it_stays(node, monkeypatch):
    monkeypatch.setattr(service, "GATE_RESULT_BYTES", 5_000)
    with pytest.raises(LimitExceeded, match="are kept at most"):
        keep(node, made(Verdict.FAIL, details=("x" * 6_000,)))
    assert listed_verdicts(node) == []


def test_the_log_holds_the_digest_of_what_was_signed_and_no_word_of_the_product(node):
    result = made(Verdict.FAIL)
    statement = attest(node, result).statement
    keep(node, result)
    with node.reading() as connection:
        entry = log.openings(connection, [log.size(connection) - 1])[0].entry
    assert entry.subject["statement_sha256"] == sha256(canonical_json(statement)).hexdigest()
    assert "Pump" not in str(entry)
    assert "ann" not in str(entry)
