"""tocsin wallet cluster: what it prints and exits with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drawn_ledgers import txid
from real_data import shared

HEURISTIC = (
    "That who spends from two addresses in one transaction holds both is a heuristic, not a fact. "
    "Only what is loaded counts.\n"
)


def spending(number, payers, outputs=(9_000,)):
    """As Esplora gives it: 10,000 satoshi or more from each payer."""
    each = 10_000 + max(outputs)
    return {
        "txid": txid(number),
        "vin": [
            {
                "txid": txid(1000 + number),
                "vout": n,
                "prevout": {"value": each, "scriptpubkey_address": payer},
            }
            for n, payer in enumerate(payers)
        ],
        "vout": [{"value": amount, "scriptpubkey_address": f"to{number}"} for amount in outputs],
    }


CASE = (
    spending(1, ["ann", "bob"]),
    spending(0xAB, ["bob", "cat"]),
    spending(3, ["dan"]),
    spending(4, ["ann", "eve", "fay"], [5_000] * 3),
)


@pytest.fixture
def case(run):
    Path("case.json").write_text(json.dumps(CASE), encoding="utf-8")
    assert run("wallet", "load", "case.json")[0] == 0
    return run


def test_a_cluster_is_told_with_the_way_between_two_addresses(case):
    code, out, err = case("wallet", "cluster", "ann", "--prove", "cat")
    assert (code, err) == (0, "")
    assert out == (
        "ann is taken to have one holder with 2 other addresses:\n"
        "  bob\n"
        "  cat\n"
        "2 transactions joined them.\n"
        "\n"
        "From ann to cat in 2 steps:\n"
        f"  ann and bob: joined by transaction {txid(1)}, which spends from both\n"
        f"  bob and cat: joined by transaction {txid(0xAB)}, which spends from both\n"
        "\n"
        "Left out as CoinJoins, which join nobody: 1 of all that is loaded, 1 of them from these addresses: "
        f"{txid(4)}\n"
        "\n" + HEURISTIC
    )


def test_the_same_is_there_for_programs(case):
    code, out, _ = case("wallet", "cluster", "cat", "--prove", "ann", "--format", "json")
    assert code == 0
    assert json.loads(out) == {
        "address": "cat",
        "addresses": ["ann", "bob", "cat"],
        "joined_by": [txid(1), txid(0xAB)],
        "coinjoins": {"left_out": 1, "of_these_addresses": [txid(4)]},
        "without": [],
        "alarms": {"large": False, "merges": []},
        "proof": {
            "other": "ann",
            "joined": True,
            "steps": [
                {"txid": txid(0xAB), "one": "cat", "other": "bob", "by_change": False},
                {"txid": txid(1), "one": "bob", "other": "ann", "by_change": False},
            ],
        },
    }
    assert json.loads(case("wallet", "cluster", "dan", "--format", "json")[1])["proof"] is None


def test_an_address_alone_is_joined_to_no_other(case):
    code, out, _ = case("wallet", "cluster", "dan", "--prove", "ann")
    assert code == 0
    assert out == (
        "dan is joined to no other address.\n"
        "\n"
        "dan and ann are not joined.\n"
        "\n"
        "Left out as CoinJoins, which join nobody: 1 of all that is loaded, 0 of them from these addresses.\n"
        "\n" + HEURISTIC
    )
    assert "dan is the address itself." in case("wallet", "cluster", "dan", "--prove", "dan")[1]
    assert "to3 is joined to no other address." in case("wallet", "cluster", "to3")[1]


def test_a_bad_join_is_left_out_as_asked(case):
    code, out, _ = case("wallet", "cluster", "ann", "--without", txid(0xAB).upper(), "--without", txid(4))
    assert code == 0
    assert out == (
        "ann is taken to have one holder with 1 other address:\n"
        "  bob\n"
        "1 transaction joined them; --prove OTHER shows which.\n"
        "\n"
        f"Left out as asked: {txid(4)}, {txid(0xAB)}\n"
        "\n" + HEURISTIC
    )


def test_a_large_cluster_and_a_merge_are_told_with_care(case, monkeypatch):
    monkeypatch.setattr("tocsin.limits.CLUSTER_ALARM_ADDRESSES", 2)
    monkeypatch.setattr("tocsin.ransom.clusters.cluster.CLUSTER_ALARM_ADDRESSES", 2)
    monkeypatch.setattr("tocsin.ransom.clusters.cluster.CLUSTER_ALARM_MERGED", 1)
    out = case("wallet", "cluster", "ann")[1]
    assert "Careful: more than 2 addresses. This may be a service, or strangers joined by a CoinJoin" in out
    assert f"Careful: transaction {txid(0xAB)} joined 1 addresses to 2 others. Look at it; --without" in out
    alarms = json.loads(case("wallet", "cluster", "ann", "--format", "json")[1])["alarms"]
    assert alarms["large"] is True
    assert {"txid": txid(0xAB), "smaller": 1, "larger": 2} in alarms["merges"]


def test_of_many_addresses_the_first_are_shown(case, monkeypatch):
    monkeypatch.setattr("tocsin.cli.wallet_cluster._SHOWN", 1)
    assert "  bob\n  and 1 more: --format json gives all\n" in case("wallet", "cluster", "ann")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nobody"], 6, "no transaction that is loaded pays to nobody"),
        (["ann", "--prove", "nobody"], 6, "no transaction that is loaded pays to nobody"),
        (["ann", "--without", txid(9)], 6, "is not loaded, so it joins nobody"),
        (["ann", "--without", "x"], 3, "'x' is no id of a transaction"),
        ([], 2, "Missing argument"),
    ],
    ids=["address", "other", "not-loaded", "no-id", "none"],
)
def test_what_cannot_be_asked_is_said(case, arguments, code, said):
    found, out, err = case("wallet", "cluster", *arguments)
    assert (found, out) == (code, "")
    assert said in err


def test_without_transactions_there_is_nothing_to_join(run):
    code, _, err = run("wallet", "cluster", "ann")
    assert code == 6
    assert "Load some: tocsin wallet load FILE..." in err


def test_what_an_address_says_cannot_write_on_the_terminal(run):
    Path("case.json").write_text(json.dumps([spending(1, ["ann", "b\x1b[2Jb"])]), encoding="utf-8")
    run("wallet", "load", "case.json")
    code, out, _ = run("wallet", "cluster", "ann")
    assert code == 0
    assert "\x1b" not in out


def test_the_payment_of_colonial_came_from_two_addresses_of_one_holder(run):
    for name in ("fbi", "ransom", "anchor"):
        run("wallet", "load", str(shared(f"ledger/colonial/colonial_{name}_txs.json")))
    out = json.loads(
        run(
            "wallet", "cluster", "19jYgvt4XXtV6eHGhZxcUQnWNocMFD2DV5",
            "--prove", "BC1QT0975Q9P2LU3RPE985REE9DD82NL8HPC887FK0", "--format", "json",
        )[1]
    )  # fmt: skip
    (step,) = out["proof"]["steps"]
    assert step["txid"].startswith("61689f0c")
    assert out["addresses"] == [
        "19jYgvt4XXtV6eHGhZxcUQnWNocMFD2DV5",
        "bc1qt0975q9p2lu3rpe985ree9dd82nl8hpc887fk0",
    ]
    assert out["coinjoins"]["left_out"] == 0
