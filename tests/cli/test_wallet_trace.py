"""tocsin wallet: what load and trace print, keep and exit with."""

from __future__ import annotations

import itertools
import json

import pytest

from drawn_ledgers import txid
from real_data import shared

KEY = bytes.fromhex("0102a3040506ff08")


def spending(number, inputs, outputs, **more):
    vin = []
    for of, n, amount in inputs:
        prevout = None if amount is None else {"value": amount, "scriptpubkey_address": f"of{of}"}
        vin.append({"txid": txid(of), "vout": n, "prevout": prevout})
    vout = [{"value": amount, "scriptpubkey_address": f"to{number}"} for amount in outputs]
    return {"txid": txid(number), "vin": vin, "vout": vout, **more}


def write(name, *rows):
    from pathlib import Path

    Path(name).write_text(json.dumps(rows), encoding="utf-8")
    return name


def test_what_is_loaded_is_counted_and_loaded_once(run):
    file = write("a.json", spending(1, [(9, 0, 10)], [6, 3]), spending(2, [(1, 0, None), (8, 0, None)], [5]))
    code, out, err = run("wallet", "load", file)
    assert (code, err) == (0, "")
    assert out == (
        "FILE    TRANSACTIONS  NOT READ\n"
        "a.json  2             0\n"
        "2 new, 0 better known now, 0 known before; 2 are loaded.\n"
        "Of inputs that spend from 1 transactions the amount is not known, as these are not loaded:\n"
        f"  {txid(8)}\n"
    )
    assert json.loads(run("wallet", "load", file, "--format", "json")[1]) == {
        "files": [{"name": "a.json", "transactions": 2, "faults": 0}],
        "new": 0,
        "better_known": 0,
        "known_before": 2,
        "held": 2,
        "missing": [txid(8)],
    }
    assert (
        "0 new, 1 better known now, 0 known before"
        in run("wallet", "load", write("b.json", spending(2, [(1, 0, 6), (8, 0, 4)], [5])))[1]
    )


def test_what_cannot_be_read_is_told_and_the_rest_is_loaded(run):
    file = write("a.json", spending(1, [(9, 0, 10)], [6]), spending(2, [(8, 0, 5)], [5.5]))
    code, out, err = run("wallet", "load", file, "none.json")
    assert (code, err.count("\n")) == (3, 2)
    assert "1 new" in out
    assert "tocsin: a.json at $[1]: is no transaction of Esplora" in err
    assert "tocsin: none.json: No such file" in err
    code, out, err = run("wallet", "load", "none.json", "--format", "json")
    assert (code, json.loads(out)["held"], json.loads(err)["code"]) == (4, 1, "source-unavailable")


def test_of_a_file_that_contradicts_what_is_known_nothing_is_taken(run):
    assert run("wallet", "load", write("a.json", spending(1, [(9, 0, 10)], [6])))[0] == 0
    bad = write("b.json", spending(3, [(7, 0, 5)], [5]), spending(2, [(9, 0, 10)], [6]))
    code, out, err = run("wallet", "load", write("c.json", spending(4, [(6, 0, 1)], [1])), bad)
    assert code == 3
    assert "1 new, 0 better known now, 0 known before; 2 are loaded." in out
    assert f"b.json: two inputs spend {txid(9)}:0" in err


def test_the_key_lies_beside_the_file_of_blocks(run, tmp_path):
    from gzip import decompress

    data = decompress(shared("ledger/regtest-blk00000.dat.gz").read_bytes())
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "xor.dat").write_bytes(KEY)
    plain = data[: len(data.rstrip(b"\0")) + 4]  # the last transaction ends with a lock time of 0
    locked = bytes(byte ^ key for byte, key in zip(plain, itertools.cycle(KEY), strict=False))
    (folder / "blk00000.dat").write_bytes(locked + bytes(1000))
    code, out, err = run("wallet", "load", str(folder))
    assert (code, err) == (0, "")
    assert "356 new" in out
    (folder / "xor.dat").write_bytes(KEY[::-1])
    code, out, err = run("wallet", "load", str(folder))
    assert code == 3
    assert "no block begins here after the key is applied" in err
    assert "356 are loaded" in out


def test_a_node_holds_no_more_than_the_limit(run, monkeypatch):
    monkeypatch.setattr("tocsin.service.ransom.load.LEDGER_TRANSACTIONS", 1)
    file = write("a.json", spending(1, [(9, 0, 10)], [6]), spending(2, [(8, 0, 5)], [5]))
    code, _, err = run("wallet", "load", file)
    assert code == 3
    assert "a node holds 1 transactions, and this would make 2" in err


def test_a_trace_shows_every_convention_beside_the_range(run):
    file = write("a.json", spending(1, [(9, 0, 10), (8, 0, 10)], [12, 7]))
    run("wallet", "load", file)
    code, out, err = run("wallet", "trace", f"{txid(9)}:0")
    assert (code, err) == (0, "")
    assert out == (
        f"Followed: 0.00000010 BTC in {txid(9)}:0, all of it taken as traced.\n"
        "Where it comes from is not loaded: the amount is what the transaction says that spends it.\n"
        "\n"
        "OUTPUT          ADDRESS  FIFO        LIFO        HAIRCUT     TIHO        POISON      BY ANY                    SPENT BY\n"
        "000000000000:0  to1      0.00000010  0.00000002  0.00000006  0.00000010  0.00000012  0.00000002 to 0.00000010  -\n"
        "000000000000:1  to1      0.00000000  0.00000007  0.00000004  0.00000000  0.00000007  0.00000000 to 0.00000007  -\n"
        "\n"
        "fifo: 0.00000010 not spent, 0.00000000 in fees\n"
        "lifo: 0.00000009 not spent, 0.00000001 in fees\n"
        "haircut: 0.00000010 not spent, 0.00000000 in fees\n"
        "tiho: 0.00000010 not spent, 0.00000000 in fees\n"
        "poison: 0.00000019 not spent, 0.00000001 in fees\n"
        "Amounts are BTC. Spent by -: by no transaction that is loaded.\n"
    )


def test_an_address_is_followed_from_all_that_was_paid_to_it_and_without_a_node(run):
    file = write("a.json", spending(1, [(9, 0, 10), (8, 0, 10)], [12, 7]))
    code, out, _ = run("wallet", "trace", "to1", "--method", "fifo", "--format", "json", "--from", file)
    assert code == 0
    assert json.loads(out) == {
        "seed": {
            "asked": "to1",
            "amount_sat": 19,
            "outpoints": [
                {"txid": txid(1), "n": 0, "amount_sat": 12, "loaded": True},
                {"txid": txid(1), "n": 1, "amount_sat": 7, "loaded": True},
            ],
        },
        "methods": {"fifo": []},
        "totals": {
            "fifo": {"seeded_sat": 19, "unspent_sat": 19, "fees_sat": 0, "stopped_sat": 0, "stops": []}
        },
        "left_out": 0,
    }
    assert "No transaction that is loaded spends it." in run("wallet", "trace", "to1", "--from", file)[1]


def test_where_an_amount_is_unknown_the_trace_says_what_it_cannot_tell(run):
    file = write("a.json", spending(1, [(9, 0, 10), (8, 0, None)], [12, 7]))
    code, out, _ = run("wallet", "trace", f"{txid(9)}:0", "--from", file)
    assert code == 0
    assert "0.00000010  ?     ?        0.00000010  0.00000012  0.00000000 to 0.00000010" in out
    assert (
        "haircut: 0.00000000 not spent, 0.00000000 in fees, 0.00000010 cannot be told any further (?)" in out
    )
    assert f"of {txid(1)}: load what they spend from" in out
    found = json.loads(run("wallet", "trace", f"{txid(9)}:0", "--from", file, "--format", "json")[1])
    assert found["methods"]["lifo"][0]["amount_sat"] is None
    assert found["totals"]["lifo"] == {
        "seeded_sat": 10,
        "unspent_sat": 0,
        "fees_sat": 0,
        "stopped_sat": 10,
        "stops": [txid(1)],
    }


def test_a_trace_ends_where_it_is_told_to_and_says_why(run):
    file = write(
        "a.json",
        spending(1, [(9, 0, 2_000)], [1_500, 500]),
        spending(2, [(1, 0, 1_500), (1, 1, 500)], [2_000]),
    )
    asked = ("wallet", "trace", f"{txid(9)}:0", "--method", "fifo", "--from", file)
    code, out, _ = run(*asked, "--stop-at", "dust", "--dust", "600")
    assert code == 0
    assert "ends: dust" in out
    assert (
        "What ends at a service, a CoinJoin or as dust was not followed on, and counts as not spent." in out
    )
    found = json.loads(run(*asked, "--stop-at", "dust", "--dust", "600", "--format", "json")[1])
    rows = {(one["txid"], one["n"]): (one["amount_sat"], one["ended"]) for one in found["methods"]["fifo"]}
    assert rows == {(txid(1), 0): (1_500, None), (txid(1), 1): (500, "dust"), (txid(2), 0): (1_500, None)}
    assert found["totals"]["fifo"]["unspent_sat"] == 2_000


def test_a_seed_that_goes_into_a_coinjoin_is_not_followed(run):
    mixed = spending(1, [(9, 0, 60_000), (8, 0, 60_000), (7, 0, 60_000)], [50_000] * 3)
    file = write("a.json", mixed)
    asked = ("wallet", "trace", f"{txid(9)}:0", "--from", file)
    assert (
        "It goes into a CoinJoin at once, and was not followed on."
        in run(*asked, "--stop-at", "coinjoins")[1]
    )
    out = run(*asked)[1]
    assert "0.00050000" in out
    assert "Careful: it goes on through 1 output that what looks like a CoinJoin spends" in out
    assert "Careful" not in run("wallet", "trace", f"{txid(1)}:0", "--from", file)[1]


def test_the_beginning_of_an_id_is_enough_where_one_alone_begins_so(run):
    file = write("a.json", spending(0xABCDEF << 232, [(0xABCDEE << 232, 0, 10)], [10]))
    whole = run("wallet", "trace", f"{txid(0xABCDEE << 232)}:0", "--from", file)
    assert run("wallet", "trace", "abcdee000:0", "--from", file) == whole
    code, out, _ = run("wallet", "trace", "ABCDEF00:0", "--from", file)
    assert (code, "No transaction that is loaded spends it." in out) == (0, True)
    assert run("wallet", "trace", "abcde:0", "--from", file)[0] == 6
    twins = write(
        "b.json",
        spending(0xABCDEF << 232, [(9, 0, 10)], [10]),
        spending((0xABCDEF << 232) + 1, [(8, 0, 10)], [10]),
    )
    code, _, err = run("wallet", "trace", "abcdef00:0", "--from", twins)
    assert code == 3
    assert "2 transactions begin with abcdef00" in err


def test_seeds_behind_each_other_are_seeded_once_and_each_method_says_how_much(run):
    def pays(to):
        return [{"value": amount, "scriptpubkey_address": name} for amount, name in to]

    first, second = spending(1, [(9, 0, 100)], [100]), spending(2, [(1, 0, 100), (8, 0, 100)], [100, 100])
    first["vout"], second["vout"] = pays([(100, "me")]), pays([(100, "me"), (100, "else")])
    file = write("a.json", first, second)
    found = json.loads(run("wallet", "trace", "me", "--from", file, "--format", "json")[1])
    for method, total in found["totals"].items():
        if method != "poison":
            assert total["seeded_sat"] == total["unspent_sat"] + total["fees_sat"] + total["stopped_sat"]
    assert {method: total["seeded_sat"] for method, total in found["totals"].items()}["lifo"] == 200
    assert (
        "lifo: of 0.00000200 that no seed has from another" in run("wallet", "trace", "me", "--from", file)[1]
    )


def test_anew_forgets_what_was_loaded_and_keeps_it_where_nothing_comes(run):
    run("wallet", "load", write("a.json", spending(1, [(9, 0, 10)], [10])))
    broken = write("c.json", {"txid": "x"})
    assert run("wallet", "load", "--anew", broken)[0] == 3
    assert run("wallet", "trace", f"{txid(1)}:0")[0] == 0
    code, out, _ = run("wallet", "load", "--anew", write("b.json", spending(2, [(8, 0, 10)], [10])))
    assert (code, "1 new, 0 better known now, 0 known before; 1 are loaded." in out) == (0, True)
    assert run("wallet", "trace", f"{txid(1)}:0")[0] == 6
    assert run("wallet", "trace", f"{txid(2)}:0")[0] == 0


def test_without_the_compiler_a_large_ledger_is_said_to_take_long(run, monkeypatch):
    monkeypatch.setattr("tocsin.ransom.compiled.SLOW_FROM", 0)
    file = write("a.json", spending(1, [(9, 0, 10)], [10]))
    asked = ("wallet", "trace", f"{txid(9)}:0", "--from", file)
    assert run(*asked)[2] == ""
    monkeypatch.setattr("tocsin.ransom.compiled.can_compile", lambda: False)
    code, _, err = run(*asked)
    assert code == 0
    assert err == "tocsin: 1 transactions take long without numba: pip install 'tocsin[ransom]'\n"


def test_the_services_of_a_node_are_not_known_to_files(run):
    file = write("a.json", spending(1, [(9, 0, 10)], [10]))
    code, _, err = run("wallet", "trace", f"{txid(9)}:0", "--from", file, "--stop-at", "services")
    assert code == 2
    assert "asks for the labels of a node" in err


def test_of_many_outputs_those_with_most_are_told_and_the_others_counted(run):
    file = write("a.json", spending(1, [(9, 0, 60)], [10, 20, 30]))
    asked = ("wallet", "trace", f"{txid(9)}:0", "--method", "fifo", "--from", file, "--most", "2")
    assert "and 1 that can hold less" in run(*asked)[1]
    found = json.loads(run(*asked, "--format", "json")[1])
    assert [one["n"] for one in found["methods"]["fifo"]] == [1, 2]
    assert found["left_out"] == 1


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (f"{txid(7)}:0", 6, "no transaction that is loaded has or spends"),
        (f"{txid(1)}:9", 6, "no transaction that is loaded has or spends"),
        (f"{txid(8)}:0", 3, "is not known"),
        (txid(1), 3, "names no output"),
        (f"{txid(1)}:x", 3, "is no TXID:N"),
        ("bc1qnobody", 6, "no transaction that is loaded pays to bc1qnobody"),
    ],
    ids=["txid", "n", "amount", "no-n", "letter", "address"],
)
def test_what_cannot_be_followed_is_said(run, asked, code, said):
    file = write("a.json", spending(1, [(9, 0, 10), (8, 0, None)], [12, 7]))
    found, out, err = run("wallet", "trace", asked, "--from", file)
    assert (found, out) == (code, "")
    assert said in err


def test_without_transactions_there_is_nothing_to_follow(run):
    code, _, err = run("wallet", "trace", f"{txid(9)}:0")
    assert code == 6
    assert "Load some: tocsin wallet load FILE..." in err
    assert run("wallet", "trace", f"{txid(9)}:0", "a.json")[0] == 2
    assert run("wallet", "load", "*.none")[0] == 4


def test_the_colonial_ransom_is_followed_to_the_seizure(run):
    seed = "9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0"
    names = [str(shared(f"ledger/colonial/colonial_{name}_txs.json")) for name in ("fbi", "ransom", "anchor")]
    assert "10 new, 0 better known now, 0 known before" in run("wallet", "load", *names)[1]
    assert "0 new, 0 better known now, 10 known before" in run("wallet", "load", *names)[1]
    code, out, _ = run("wallet", "trace", seed, "--format", "json")
    assert code == 0
    found = json.loads(out)
    assert found["seed"]["amount_sat"] == 63_70000000
    seized = {
        name: next(one for one in rows if one["address"] == "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls")
        for name, rows in found["methods"].items()
    }
    assert {name: one["amount_sat"] for name, one in seized.items()} == {
        "fifo": 61_46816619,
        "lifo": 60_03750526,
        "haircut": 58_28829111,
        "tiho": 63_69996546,
        "poison": 63_69996546,
    }
    assert (seized["fifo"]["min_sat"], seized["fifo"]["max_sat"]) == (57_78585047, 63_69996546)
