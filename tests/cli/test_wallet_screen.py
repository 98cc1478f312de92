"""``tocsin wallet``: what each verb prints and exits with."""

from __future__ import annotations

import json

import pytest
import pytest_socket

from ransom.sanctions.lists import advanced_xml
from real_data import shared
from service.exchange.world import World
from tocsin.cli.main import main

HIT = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
LINKED = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
OTHER = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
TORNADO = "0x8589427373D6D84E98730D7795D8f6f8731FDA16"
DAY_US = 86_400_000_000
MARCH_25_US = 1_742_860_800_000_000
"""The first moment of 25 March 2025."""


@pytest.fixture
def clock():
    return [MARCH_25_US]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, clock):
    """Runs a verb on a fresh node: exit code, stdout, stderr."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    monkeypatch.chdir(tmp_path)
    world = World(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(world.node("Riverton").folder))
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: clock[0])

    def verb(*arguments):
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    yield verb
    world.close()


@pytest.fixture
def listed(run, tmp_path):
    """Two small versions: of 4 March with two parties, of 21 March with the first alone."""
    one, two = ("7", "EXAMPLE Person", [("XBT", HIT)]), ("8", "OTHER Person", [("ETH", TORNADO)])
    folder = tmp_path / "ofac"
    folder.mkdir()
    (folder / "a.xml").write_bytes(advanced_xml((2025, 3, 4), [one, two]))
    (folder / "b.xml").write_bytes(advanced_xml((2025, 3, 21), [one]))
    code, out, err = run("sync", "ofac", "--mirror", folder)
    assert (code, err) == (0, "")
    assert "2025-03-21" in out
    return run


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        ([HIT], 1, "hit"),
        ([LINKED], 1, "linked"),
        ([OTHER], 0, "no_match_found"),
        (["hello"], 7, "not_screenable"),
        ([OTHER, "hello"], 7, "not_screenable"),
        ([OTHER, "hello", LINKED, HIT], 1, "hit"),
        ([TORNADO], 0, "no_match_found"),
        ([TORNADO, "--as-of", "2025-03-05"], 1, "hit"),
        ([TORNADO, "--as-of", "2025-03-21"], 0, "no_match_found"),
        ([OTHER, "--as-of", "2025-03-20"], 7, "no_match_found"),
        ([HIT, "--as-of", "2025-03-03"], 7, "not_screenable"),
        ([OTHER, "--payer", "public", "--where", "us-nc"], 1, "no_match_found"),
        ([OTHER, "--payer", "private", "--where", "US-NC"], 0, "no_match_found"),
        ([OTHER, HIT[:-1] + "J"], 3, "no_match_found"),
        ([HIT, HIT[:-1] + "J"], 1, "hit"),
    ],
    ids=str,
)
def test_the_exit_code_says_what_the_verdict_says(listed, arguments, code, verdict):
    found = listed("wallet", "screen", *arguments, "--format", "json")
    assert (found[0], json.loads(found[1])["verdict"]) == (code, verdict)


def test_a_match_says_of_which_list_and_day_and_by_what(listed):
    _, out, _ = listed("wallet", "screen", LINKED, "--format", "json")
    document = json.loads(out)
    (match,) = document["matches"]
    assert match["list"] == "OFAC SDN"
    assert (match["issued"], match["as_of"], len(match["sha256"])) == ("2025-03-21", "2025-03-25", 64)
    assert (match["class"], match["programmes"]) == ("same_holder", ["CYBER2"])
    assert match["listed"] == {"ticker": "XBT", "address": HIT}
    assert match["parties"][0]["name"] == "EXAMPLE Person"
    assert match["proof"].startswith("both pay to key 751e76e8")
    assert document["next_steps"]
    assert document["note"] == "A screening is not legal advice."


def test_the_answer_of_today_is_the_answer_as_of_today(listed):
    for address in (HIT, LINKED, OTHER, TORNADO):
        today = listed("wallet", "screen", address, "--format", "json")
        assert today == listed("wallet", "screen", address, "--as-of", "2025-03-25", "--format", "json")


def test_without_a_list_nothing_is_clean(run):
    code, out, err = run("wallet", "screen", OTHER)
    assert code == 7
    assert "NOT SCREENABLE" in out
    assert err.startswith("WARNING: no list of sanctioned parties is kept")


def test_a_list_that_grew_old_is_told_loudly_and_is_no_clean_answer(listed, clock):
    clock[0] = MARCH_25_US + 3 * DAY_US
    assert listed("wallet", "screen", OTHER)[0::2] == (0, "")
    clock[0] += DAY_US
    code, out, err = listed("wallet", "screen", OTHER)
    assert code == 7
    assert err.startswith("WARNING: the list of 2025-03-21 was 8 days old on 2025-03-29.")
    assert err.strip() in out


def test_may_you_pay_comes_first_and_it_is_no_legal_advice(listed):
    _, out, _ = listed("wallet", "screen", HIT, "--payer", "public", "--where", "US-NC")
    lines = out.splitlines()
    assert lines[0] == "May you pay at all? NO, it is forbidden"
    assert "G.S. 143-800" in out
    assert f"{HIT}: HIT: a sanctioned party is listed with this address" in lines
    assert lines[-1] == "A screening is not legal advice."
    assert listed("wallet", "screen", HIT)[1].startswith("May you pay at all? unknown\n")


def test_the_answers_come_before_the_reasons_and_each_rule_says_where_it_holds(listed):
    _, out, _ = listed("wallet", "screen", HIT, "--payer", "public", "--where", "US-NC")
    told = [
        "May you pay at all?",
        f"{HIT}: HIT",
        "  the listed address",
        "What to do:",
        "What the rules say:",
        "What was compared:",
        "A screening is not",
    ]
    starts = [next(n for n, line in enumerate(out.splitlines()) if line.startswith(one)) for one in told]
    assert starts == sorted(starts)
    assert "  Public bodies of North Carolina pay no ransom (North Carolina, United States) [in force" in out
    assert "  Nobody pays who is sanctioned, knowing it or not (United States): Whoever" in out
    assert "  An insurer is asked first (everywhere): " in out
    _, out, _ = listed("wallet", "screen", HIT, "--payer", "public", "--where", "US-NC", "--format", "md")
    heads = [line for line in out.splitlines() if line.startswith("## ")]
    assert heads == [
        "## May you pay at all?", "## Whom would you pay?", "## What to do", "## What the rules say", "## What was compared",
    ]  # fmt: skip


def test_at_a_terminal_lines_are_broken_and_the_warning_stands_once(listed, clock, monkeypatch):
    clock[0] += 8 * DAY_US
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, out, err = listed("wallet", "screen", OTHER, "--payer", "private", "--where", "US")
    assert err == ""
    assert out.count("WARNING: ") == 1
    assert max(map(len, out.splitlines())) <= 60
    assert f"{OTHER}: no match" in out
    monkeypatch.undo()


def test_machine_output_has_the_warning_beside_it(listed, clock, monkeypatch):
    clock[0] += 8 * DAY_US
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, out, err = listed("wallet", "screen", OTHER, "--format", "json")
    assert err.startswith("WARNING: ")
    assert json.loads(out)["warning"] == err.strip()


@pytest.mark.parametrize(
    ("payer", "where", "code"),
    [("public", "US-NC", 1), ("public", "US-TX", 7), ("private", "US-NC", 0), ("private", None, 7)],
)
def test_whether_one_may_pay_is_told_without_an_address_and_without_a_list(run, payer, where, code):
    found = run("wallet", "screen", "--payer", payer, *(["--where", where] if where else []))
    assert (found[0], found[2]) == (code, "")
    assert "No address was given, so whom you would pay is not known." in found[1].splitlines()
    assert "compared" not in found[1]


def test_what_an_older_list_had_is_told_and_is_no_match(listed):
    code, out, _ = listed("wallet", "screen", TORNADO)
    assert code == 0
    assert (
        "  Listed until 2025-03-21 by OFAC SDN of 2025-03-04, for OTHER Person. That is no match as of this day."
        in out.splitlines()
    )
    assert "Listed until" not in listed("wallet", "screen", TORNADO, "--as-of", "2025-03-05")[1]


def test_the_very_name_of_a_listed_party_is_linked(listed):
    code, out, _ = listed("wallet", "screen", "--actor", "example person")
    assert code == 1
    assert "  the name of a listed party: a listed party has this very name" in out


def test_what_is_no_place_is_an_error_with_the_nearest(listed):
    code, out, err = listed("wallet", "screen", OTHER, "--payer", "public", "--where", "NC")
    assert (code, out) == (2, "")
    assert "NC is New Caledonia" in err
    assert "Did you mean US-NC (North Carolina)?" in err
    _, out, _ = listed("wallet", "screen", OTHER, "--payer", "public", "--where", "us")
    assert "  Say the state: North Carolina and Florida forbid it to public payers." in out.splitlines()


def test_a_typing_error_is_named_by_its_place(listed):
    code, _, err = listed("wallet", "screen", LINKED.replace("508d", "5q8d"))
    assert code == 3
    assert err.startswith("tocsin: column 7: bc1qw5q8d6")


def test_as_markdown_it_can_be_filed(listed):
    _, out, _ = listed("wallet", "screen", HIT, "hel`lo", "--format", "md")
    assert out.startswith("# Screening before a payment\n")
    assert f"### `{HIT}`" in out
    assert "### `hel'lo`" in out
    assert "EXAMPLE Person (party 7, CYBER2, listed since 2018-11-28)" in out


def test_a_day_to_come_and_what_is_no_day_are_errors(listed):
    assert listed("wallet", "screen", HIT, "--as-of", "2030-01-01")[0] == 3
    assert listed("wallet", "screen", HIT, "--as-of", "soon")[0] == 2


def test_versions_are_listed_and_compared(listed):
    code, out, _ = listed("wallet", "lists")
    assert code == 0
    assert [line.split()[2] for line in out.splitlines()[1:]] == ["2025-03-21", "2025-03-04"]
    _, out, _ = listed("wallet", "lists", "--diff", "2025-03-04", "2025-03-21")
    assert out.splitlines() == [
        "From 2025-03-04 to 2025-03-21: 0 addresses came, 1 left.",
        f"- ETH {TORNADO}  OTHER Person",
    ]
    assert listed("wallet", "lists", "--diff", "2025-03-01", "2025-03-21")[0] == 6


def test_a_bomb_and_a_list_that_is_cut_off_exit_with_3_and_what_was_kept_stays(listed, tmp_path):
    before = listed("wallet", "lists", "--format", "json")
    bomb = tmp_path / "bomb.xml"
    bomb.write_bytes(
        b'<?xml version="1.0"?>\n<!DOCTYPE Sanctions [<!ENTITY a "b">]>\n<Sanctions>&a;</Sanctions>'
    )
    code, _, err = listed("sync", "ofac", "--mirror", bomb)
    assert code == 3
    assert "bomb.xml:2:21" in err
    cut = tmp_path / "cut.xml"
    cut.write_bytes(advanced_xml((2025, 3, 24))[:-30])
    code, _, err = listed("sync", "ofac", "--mirror", cut)
    assert code == 3
    assert "cut.xml:7" in err
    assert listed("wallet", "lists", "--format", "json") == before


def test_the_tornado_cash_address_is_listed_on_4_march_2025_and_not_on_21_march(run, clock):
    clock[0] = MARCH_25_US + 300 * DAY_US
    newer, older = (shared(f"intel/ofac/sdn_advanced-{day}.xml.bz2") for day in ("2025-03-21", "2025-03-04"))
    assert run("sync", "ofac", "--mirror", newer)[0] == 0
    code, _, err = run("sync", "ofac", "--mirror", older)
    assert code == 3
    assert "ofac: the list of 2025-03-04 is older than that of 2025-03-21, with which answers of today" in err
    assert run("wallet", "screen", TORNADO, "--as-of", "2025-03-04")[0] == 1
    assert run("wallet", "screen", TORNADO, "--as-of", "2025-03-21")[0] == 0
    _, out, _ = run("wallet", "lists", "--diff", "2025-03-04", "2025-03-21", "--format", "json")
    left = [one["ticker"] for one in json.loads(out)["removed"]]
    assert (len(left), set(left)) == (90, {"ETH"})


# -- through labels, the ledger and names ---------------------------------------------------------

RYUK = "1HssDyDTZj1hVdwhdpF49wLKLPQoCRJB9T"
PAID = "1AjZPMsnmpdK2Rv9KQNfMurTXinscVro9V"
PACK = (
    "title: A\ncreator: B\nsource: https://example.org/p\ncurrency: BTC\nabuse: ransomware\nlastmod: 2021-11-14\ntags:\n"
    f"- address: {RYUK}\n  label: RYUK\n- address: {OTHER}\n  label: Locky\n"
)


@pytest.fixture
def deep(run, tmp_path):
    """A list with a member of Trickbot's gang, labels, and a payment from a listed address."""
    lists, packs = tmp_path / "ofac", tmp_path / "packs"
    for folder in (lists, packs):
        folder.mkdir()
    people = [("7", "EXAMPLE Person", [("XBT", HIT)]), ("40769", "Kovalev Vitaly Nikolayevich", [])]
    (lists / "a.xml").write_bytes(advanced_xml((2025, 3, 21), people))
    (packs / "p.yaml").write_text(PACK, encoding="utf-8")
    paying = {
        "txid": f"{1:064x}",
        "vin": [{"txid": f"{9:064x}", "vout": 0, "prevout": {"value": 500, "scriptpubkey_address": HIT}}],
        "vout": [{"value": 400, "scriptpubkey_address": PAID}],
    }
    (tmp_path / "ledger.json").write_text(json.dumps([paying]), encoding="utf-8")
    assert run("sync", "ofac", "--mirror", lists)[0] == 0
    assert run("sync", "tagpacks", "--mirror", packs)[0] == 0
    assert run("wallet", "load", tmp_path / "ledger.json")[0] == 0
    return run


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        ([RYUK], 1, "linked"),
        ([PAID], 1, "linked"),
        ([OTHER], 0, "no_match_found"),
        (["--family", "Ryuk"], 1, "linked"),
        (["--actor", "wizard spider"], 1, "linked"),
        (["--family", "CONTEI"], 0, "no_match_found"),
        (["--family", "REvil"], 0, "no_match_found"),
        (["--family", "CONTEI", "--actor", "Trickbot", OTHER], 1, "linked"),
        (["--family", "Ryuk", "--as-of", "2025-03-20"], 7, "not_screenable"),
    ],
    ids=str,
)
def test_labels_money_and_names_decide_too(deep, arguments, code, verdict):
    found = deep("wallet", "screen", *arguments, "--format", "json")
    assert (found[0], json.loads(found[1])["verdict"]) == (code, verdict)


def test_a_screening_without_anything_to_screen_is_an_error(deep):
    code, _, err = deep("wallet", "screen")
    assert code == 2
    assert "name an address" in err


def test_a_match_by_a_label_says_whose_label_it_is_and_where_the_actor_is_told(deep):
    document = json.loads(deep("wallet", "screen", RYUK, "--family", "Ryuk", "--format", "json")[1])
    one, by_name = document["matches"]
    assert (one["address"], one["name"], one["class"], one["listed"]) == (RYUK, None, "actor", None)
    assert (by_name["address"], by_name["name"], by_name["class"]) == (None, "Ryuk", "actor")
    for match in (one, by_name):
        assert (match["list"], match["issued"], match["as_of"]) == ("OFAC SDN", "2025-03-21", "2025-03-25")
        assert (len(match["sha256"]), match["programmes"]) == (64, ["CYBER2"])
        assert match["parties"][0]["id"] == "40769"
        assert (match["alias"]["family"], match["alias"]["actor"]) == ("Ryuk", "Trickbot Group")
        assert {source["url"] for source in match["alias"]["sources"]} >= {
            "https://attack.mitre.org/groups/G0102"
        }
    assert (one["labels"][0]["pack"], one["labels"][0]["source"]) == ("p.yaml", "https://example.org/p")
    assert by_name["labels"] == []
    assert "labelled 'RYUK' by p.yaml" in one["proof"]


def test_a_match_by_money_says_how_much_by_each_convention_and_in_which_range(deep):
    document = json.loads(deep("wallet", "screen", PAID, "--format", "json")[1])
    (match,) = document["matches"]
    assert (match["class"], match["listed"]["address"], match["transactions"]) == ("exposure_in", HIT, [])
    exposure = match["exposure"]
    assert (exposure["seeded_sat"], exposure["min_sat"], exposure["max_sat"]) == (500, 400, 400)
    assert exposure["methods"] == dict.fromkeys(("fifo", "lifo", "haircut", "tiho", "poison"), 400)
    ledger = document["addresses"][0]["ledger"]
    assert ledger == {
        "cluster_addresses": 1, "cluster_is_large": False, "listed_addresses_known": 1, "doubts": [],
    }  # fmt: skip
    _, out, _ = deep("wallet", "screen", PAID)
    assert (
        f"  money of the listed address {HIT} (XBT): of 500 satoshi paid to it reached this one between 400 and 400"
        in out
    )
    assert (
        "  satoshi by convention: fifo 400, lifo 400, haircut 400, tiho 400, poison 400" in out.splitlines()
    )


def test_a_label_that_leads_nowhere_is_told_and_said_to_be_no_match(deep):
    _, out, _ = deep("wallet", "screen", OTHER)
    assert f"{OTHER}: no match found, which does not mean that it is clear" in out.splitlines()
    assert (
        "  Labelled Locky by p.yaml (ransomware, 2021-11-14; https://example.org/p). A label alone is no match."
        in out.splitlines()
    )
    document = json.loads(deep("wallet", "screen", OTHER, "--format", "json")[1])
    assert [one["label"] for one in document["addresses"][0]["labels"]] == ["Locky"]


def test_names_suggest_and_are_said_to_be_no_match(deep):
    _, out, _ = deep("wallet", "screen", "--family", "CONTEI", "--actor", "x`y", "--format", "md")
    assert "- like it, and no match: Conti (family, 0.67)\n" in out
    assert "### actor x\\`y\n" in out
    document = json.loads(deep("wallet", "screen", "--family", "CONTEI", "--format", "json")[1])
    (name,) = document["names"]
    assert name["why"].startswith("no party is called exactly so")
    assert (name["kind"], name["verdict"], name["matches"]) == ("family", "no_match_found", [])
    assert name["suggestions"] == [{"name": "Conti", "is": "family", "party": None, "likeness": 0.67}]
    assert document["matches"] == []


def test_of_another_day_it_says_that_labels_and_ledger_are_of_now(deep, clock):
    clock[0] += 3 * DAY_US
    _, out, _ = deep("wallet", "screen", RYUK, "--as-of", "2025-03-25")
    assert "The list is that of 2025-03-25; labels and the ledger are those of 2025-03-28." in out
    assert "labels and the ledger" not in deep("wallet", "screen", RYUK)[1]
    assert (
        json.loads(deep("wallet", "screen", RYUK, "--format", "json")[1])["labels_and_ledger_of"]
        == "2025-03-28"
    )


def test_bad_tags_and_what_is_no_pack_are_told_and_exit_with_3(deep, tmp_path):
    before = deep("wallet", "screen", RYUK, "--format", "json")
    (tmp_path / "bad.yaml").write_text("a: &x [1]\ntags: [*x]\n", encoding="utf-8")
    code, _, err = deep("sync", "tagpacks", "--mirror", tmp_path / "bad.yaml")
    assert code == 3
    assert "bad.yaml:1:4" in err
    (tmp_path / "packs" / "q.yaml").write_text(PACK + "- address: a b\n", encoding="utf-8")
    code, out, err = deep("sync", "tagpacks", "--mirror", tmp_path / "packs")
    assert (code, "q.yaml line 12: 'a b' is no address" in err) == (0, True)
    assert out.splitlines()[1].split()[1:] == ["4", "2", "0", "0", "0", "1", "2021-11-14"]
    assert before[0] == deep("wallet", "screen", RYUK, "--format", "json")[0] == 1
