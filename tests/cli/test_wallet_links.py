"""tocsin wallet links: what it prints and exits with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drawn_ledgers import txid

BTC = 100_000_000
RED = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
BLUE = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"
LAST = "That two lead to the same hands does not say that one actor was behind both. Only what is loaded counts.\n"


def esplora(number, inputs, outputs):
    return {
        "txid": txid(number),
        "vin": [
            {"txid": txid(of), "vout": n, "prevout": {"value": amount, "scriptpubkey_address": payer}}
            for of, n, amount, payer in inputs
        ],
        "vout": [{"value": amount, "scriptpubkey_address": address} for amount, address in outputs],
    }


PAID = (
    esplora(1, [(101, 0, BTC, "payer")], [(BTC, RED)]),
    esplora(2, [(102, 0, BTC, "other payer")], [(BTC, BLUE)]),
)
TILL = (
    esplora(3, [(1, 0, BTC, RED)], [(BTC, "till")]),
    esplora(4, [(2, 0, BTC, BLUE)], [(BTC, "till")]),
)


@pytest.fixture
def case(run):
    Path("case.json").write_text(json.dumps([*PAID, *TILL]), encoding="utf-8")
    assert run("wallet", "load", "case.json")[0] == 0
    return run


def noted(run, name, address, *more):
    settings = [one for text in more for one in ("--set", text)]
    assert run("incident", "new", name, "--set", f'ransom.wallets=["{address}"]', *settings)[0] == 0


def test_two_addresses_that_cash_out_at_one_are_told_with_the_money_of_each(case):
    code, out, err = case("wallet", "links", BLUE, RED)
    assert (code, err) == (0, "")
    assert out == (
        f"medium: {BLUE} and {RED}\n"
        "  the same cash-out address (medium): till\n"
        "    money of both came to this address by different outputs\n"
        f"    {BLUE}: 1.00000000 BTC by FIFO, at least 1.00000000 by any, in {txid(4)}:0, "
        "1 transaction from the payment\n"
        f"    {RED}: 1.00000000 BTC by FIFO, at least 1.00000000 by any, in {txid(3)}:0, "
        "1 transaction from the payment\n"
        "    it would say less if the address were that of a service that many pay to\n"
        "\n" + LAST
    )


def test_the_incidents_that_are_known_are_held_against_each_other(case):
    noted(case, "Red", RED)
    noted(case, "Blue", BLUE)
    noted(case, "No ransom", "")
    code, out, _ = case("wallet", "links", "--format", "json")
    assert code == 0
    told = json.loads(out)
    [link] = told["links"]
    names = {one["id"]: one["name"] for one in told["cases"]}
    assert {names[id].partition(" (")[0] for id in link["cases"]} == {"Red", "Blue"}
    assert (link["strength"], link["evidence"][0]["kind"], link["evidence"][0]["value"]) == (
        "medium",
        "cash-out",
        "till",
    )
    assert link["evidence"][0]["sides"][0]["amount_sat"] == BTC
    assert all(one["followed"] for one in told["cases"])
    assert "Red (" in case("wallet", "links", "--incidents")[1]


def test_incidents_a_file_and_an_output_can_be_named_together(case):
    noted(case, "Red", RED)
    Path("cases.toml").write_text(f'[[case]]\nid = "from a file"\naddresses = ["{BLUE}"]\n', encoding="utf-8")
    told = json.loads(
        case("wallet", "links", "--incidents", "cases.toml", f"{txid(2)}:0", "--format", "json")[1]
    )
    assert [one["name"].partition(" (")[0] for one in told["cases"]] == ["Red", "from a file", f"{txid(2)}:0"]
    assert len(told["links"]) == 3
    only = json.loads(case("wallet", "links", "cases.toml", RED, "--format", "json")[1])
    assert [one["name"] for one in only["cases"]] == ["from a file", RED]


def test_a_transaction_that_joins_two_is_named_as_the_proof(run):
    gather = esplora(3, [(1, 0, BTC, RED), (2, 0, BTC, BLUE)], [(2 * BTC, "vault")])
    Path("case.json").write_text(json.dumps([*PAID, gather]), encoding="utf-8")
    assert run("wallet", "load", "case.json")[0] == 0
    out = run("wallet", "links", RED, BLUE)[1]
    assert f"    {BLUE} and {RED} are spent together by {txid(3)}\n" in out
    assert f"  spent together (strong): {txid(3)}\n" in out
    assert ", the payment itself\n" in out


def test_a_split_that_both_have_is_weak_and_chance_is_told(run):
    rows = [
        esplora(3, [(1, 0, BTC, RED)], [(80_000_000, "a"), (20_000_000, "b")]),
        esplora(4, [(2, 0, BTC, BLUE)], [(20_000_000, "c"), (80_000_000, "d")]),
    ]
    Path("case.json").write_text(json.dumps([*PAID, *rows]), encoding="utf-8")
    assert run("wallet", "load", "case.json")[0] == 0
    out = run("wallet", "links", RED, BLUE)[1]
    assert out.startswith(f"weak: {BLUE} and {RED}\n  the same split (weak): 80/20\n")
    assert (
        "    0 of 0 other cases with a split in two have it; by chance about 0.0 would, as 1 of 100 such transactions "
        "has a given share\n"
    ) in out
    [link] = json.loads(run("wallet", "links", RED, BLUE, "--format", "json")[1])["links"]
    assert (link["strength"], link["evidence"][0]["tried_in_others"]) == ("weak", 0)


def test_without_transactions_addresses_alone_are_compared(run):
    code, out, err = run("wallet", "links", RED, BLUE)
    assert (code, err) == (0, "")
    assert out == (
        "Of 2 cases none leads to the same hands as another.\n"
        "\n"
        f"Nothing loaded knows a payment of {RED}, {BLUE}: addresses alone are compared.\n" + LAST
    )
    noted(run, "Red", RED)
    assert run("wallet", "links", "--incidents", RED)[1].startswith("strong: ")


def test_a_payment_whose_output_is_not_known_is_told(run):
    noted(run, "Red", RED, f'ransom.payments=[{{transactions=["{txid(1)}"]}}]')
    noted(run, "Blue", BLUE)
    code, _, err = run("wallet", "links")
    assert code == 0
    assert err.endswith(f": which output of {txid(1)} was paid is not known: note TXID:N\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 6, "there is none with an address or a payment"),
        ([RED], 6, "there is only one"),
        ([RED, RED], 6, "there is only one"),
        ([RED, BLUE[:-1] + "s"], 3, "typing error"),
        ([RED, txid(1)], 3, "no TXID:N"),
        ([RED, "bad.toml"], 3, "bad.toml"),
    ],
    ids=range(6),
)
def test_what_cannot_be_compared_is_told(run, arguments, code, told):
    Path("bad.toml").write_text("[[case]]\n", encoding="utf-8")
    got, _, err = run("wallet", "links", *arguments)
    assert (got, told in err) == (code, True), err


def test_of_many_links_the_strongest_are_shown(run, monkeypatch):
    monkeypatch.setattr("tocsin.cli.formats.links_table._LINKS_SHOWN", 1)
    same = "".join(f'[[case]]\nid = "{name}"\naddresses = ["{RED}"]\n' for name in "abc")
    Path("cases.toml").write_text(same, encoding="utf-8")
    code, out, _ = run("wallet", "links", "cases.toml")
    assert (code, out.count("strong: ")) == (0, 1)
    assert "\nand 2 more, none stronger; --format json lists all\n" in out


def test_more_cases_than_a_person_can_read_are_refused(run, monkeypatch):
    monkeypatch.setattr("tocsin.service.ransom.links.LINK_CASES", 1)
    code, _, err = run("wallet", "links", RED, BLUE)
    assert (code, "2 cases" in err) == (3, True)
