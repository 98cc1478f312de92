"""tocsin wallet dossier: what it prints, keeps and exits with."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from cli.test_wallet_statement import ONE, said
from cli.test_wallet_trace import spending, write
from drawn_ledgers import txid
from ransom.attribution.making import ADDRESS
from ransom.sanctions.lists import advanced_xml
from real_data import shared

SEED = "9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0"
WALLET = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"


def document(run, *arguments):
    code, out, err = run("wallet", "dossier", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.fixture
def colonial(run):
    names = [str(shared(f"ledger/colonial/colonial_{name}_txs.json")) for name in ("fbi", "ransom", "anchor")]
    assert run("wallet", "load", *names)[0] == 0
    example = files("tocsin.data") / "examples" / "incidents" / "colonial-pipeline-2021.toml"
    Path("colonial.toml").write_bytes(example.read_bytes())
    assert run("incident", "import", "--own", "colonial.toml")[0] == 0
    return run


def test_an_address_of_which_nothing_is_known_is_told_as_such(run):
    found = document(run, ADDRESS)
    assert (found["about"]["kind"], found["verdict"], found["sections"]) == ("address", "not_screenable", [])
    assert [one.partition(":")[0] for one in found["not_known"]] == [
        f"Where the money of {ADDRESS} went",
        "Whether a sanctioned party is behind it",
        "Who is behind it",
    ]
    assert found["note"] == "A screening is not legal advice."


def test_the_colonial_seed_is_followed_to_the_seizure_with_its_range(colonial):
    found = document(colonial, ADDRESS, "--seed", SEED)
    (trace,) = [one["trace"] for one in found["sections"] if "trace" in one]
    seized = next(
        one for one in trace["outputs"] if one["address"] == "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls"
    )
    assert (seized["min_sat"], seized["max_sat"]) == (57_78585047, 63_69996546)
    assert seized["by_method_sat"] == {
        "fifo": 61_46816619, "lifo": 60_03750526, "haircut": 58_28829111, "tiho": 63_69996546, "poison": 63_69996546,
    }  # fmt: skip
    assert any(
        "The transactions before output 0 of 9436dbf0...212a" in one
        for part in found["would_change"]
        for one in part["what"]
    )


def test_an_incident_is_followed_from_the_payment_that_was_noted(colonial):
    found = document(colonial, "Colonial Pipeline 2021")
    assert found["about"]["addresses"] == [WALLET]
    paid = found["sections"][0]
    assert paid["title"] == "What was demanded and paid"
    assert paid["claims"][1]["words"].startswith(
        "75.0003 BTC paid by Colonial Pipeline Company on 2021-05-08 17:12:57Z"
    )
    (trace,) = [one["trace"] for one in found["sections"] if "trace" in one]
    assert trace["seeds"] == [
        {
            "txid": "6a798026d44af27dbacd28ea21462808df8deca51794cec80c1b59e07ef924a2",
            "n": 3,
            "amount_sat": 75_00030000,
        }
    ]


def test_what_persons_say_of_the_incident_is_told_with_an_address_of_it_and_why_it_may_not_be_about_it(
    colonial,
):
    text = ONE.replace(f'address = "{ADDRESS}"', 'incident = "Colonial Pipeline 2021"')
    assert colonial("wallet", "statement", "add", said(text))[0] == 0
    (one,) = document(colonial, WALLET)["statements"]
    assert one["apart"] == "It is about an incident that names the address, not about the address."
    (one,) = document(colonial, "Colonial Pipeline 2021")["statements"]
    assert one["apart"] is None


def test_what_is_said_of_another_address_of_the_cluster_is_told_with_a_doubt(run):
    file = write("a.json", spending(1, [(9, 0, 10), (8, 0, 10)], [12]))
    run("wallet", "load", file)
    run("wallet", "statement", "add", said(ONE.replace(ADDRESS, "of8")))
    found = document(run, "of9")
    assert (
        found["sections"][0]["claims"][0]["words"]
        == "of9 is taken to have one holder with 1 other address: of8."
    )
    assert found["sections"][0]["claims"][0]["evidence"][0]["reference"] == txid(1)
    assert found["statements"][0]["apart"].startswith("It names of8, which is only taken")


def test_the_list_is_named_with_its_day_and_hash(run, tmp_path):
    folder = tmp_path / "ofac"
    folder.mkdir()
    (folder / "a.xml").write_bytes(
        advanced_xml((2026, 11, 25), [("7", "EXAMPLE Person", [("XBT", ADDRESS)])])
    )
    assert run("sync", "ofac", "--mirror", str(folder))[0] == 0
    found = document(run, ADDRESS)
    claim = found["sections"][0]["claims"][0]
    assert (found["verdict"], claim["words"]) == (
        "hit",
        f"{ADDRESS}: a sanctioned party is listed with this address.",
    )
    assert re.fullmatch("[0-9a-f]{64}", claim["evidence"][0]["reference"])
    assert "EXAMPLE Person (party 7" in claim["evidence"][1]["what"]
    assert found["made_from"][0]["what"] == "OFAC SDN of 2026-11-25; SHA-256"
    assert document(run, ADDRESS, "--as-of", "2026-11-24")["verdict"] == "not_screenable"


@pytest.mark.parametrize("output_format", ["html", "stix", "misp", "csv", "md", "json"])
def test_equal_questions_are_answered_in_equal_bytes_to_a_file_or_not(colonial, output_format):
    asked = ("wallet", "dossier", "Colonial Pipeline 2021", "--format", output_format)
    code, out, _ = colonial(*asked)
    assert code == 0
    assert colonial(*asked, "--output", "dossier")[0:2] == (0, "")
    with Path("dossier").open(encoding="utf-8", newline="") as file:
        assert file.read() == out


def test_the_label_is_that_of_the_incident_or_red(colonial):
    assert colonial("incident", "edit", "Colonial Pipeline 2021", "--set", "tlp=green")[0] == 0
    assert document(colonial, "Colonial Pipeline 2021")["tlp"] == "green"
    assert document(colonial, WALLET)["tlp"] == "red"
    assert document(colonial, WALLET, "--tlp", "amber")["tlp"] == "amber"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["Nowhere"], 6, "Nowhere is no address that is known here, and no incident here is called so"),
        ([ADDRESS.replace("950k", "95bk")], 3, "'b' does not occur"),
        ([ADDRESS, "--seed", f"{txid(9)}:0"], 6, "no transaction"),
        ([ADDRESS, "--as-of", "2027-01-01"], 3, "a day to come"),
        ([ADDRESS, "--as-of", "May"], 2, "is no day"),
        ([ADDRESS, "--format", "pdf"], 2, "pdf"),
        ([ADDRESS, "--output", "none/x"], 2, "folder of the output is not there"),
    ],
    ids=["name", "typo", "seed", "day", "no-day", "format", "output"],
)
def test_what_cannot_be_made_is_said(run, arguments, code, told):
    found, out, err = run("wallet", "dossier", *arguments)
    assert (found, out) == (code, "")
    assert told in err


def test_an_incident_without_an_address_says_so(run):
    run("incident", "new", "Billing is encrypted")
    found = document(run, "Billing is encrypted")
    assert found["not_known"][0] == "To which address it was to be paid: the incident names none."


def test_more_than_a_receiver_can_look_through_is_counted(colonial, monkeypatch):
    monkeypatch.setattr("tocsin.service.ransom.dossier.DOSSIER_TRANSACTIONS", 1)
    out = colonial("wallet", "dossier", ADDRESS, "--seed", SEED, "--format", "stix")[1]
    objects = json.loads(out)["objects"]
    assert sum(one["type"] == "cryptocurrency-transaction" for one in objects) == 1
    assert "Left out here: 3 transactions." in objects[-1]["description"]


def test_an_address_and_its_cluster_are_one_subject(run):
    run("wallet", "load", write("a.json", spending(1, [(9, 0, 10), (8, 0, 10)], [12])))
    text = ONE.replace(ADDRESS, "of9") + ONE.replace(f'address = "{ADDRESS}"', 'cluster = "of8"').replace(
        "DarkSide", "Nobody"
    )
    assert run("wallet", "statement", "add", said(text))[0] == 0
    (found,) = [one for one in document(run, "of9")["sections"] if one["id"] == "said-operator"]
    assert found["matrix"]["names"] == ["DarkSide", "Nobody"]


def test_a_dossier_of_an_incident_tells_of_ones_own_cases_that_lead_to_the_same_hands(colonial):
    text = Path("colonial.toml").read_text(encoding="utf-8")
    assert all("links" not in one["id"] for one in document(colonial, "Colonial Pipeline 2021")["sections"])
    for owner, name in (("--own", "A second victim"), (None, "A stranger's case")):
        Path("other.toml").write_text(
            re.sub(r"^name = .*$", f'name = "{name}"', re.sub(r"^id = .*$", "", text, count=1, flags=re.MULTILINE), count=1, flags=re.MULTILINE),
            encoding="utf-8",
        )  # fmt: skip
        code, _, err = colonial("incident", "import", *((owner,) if owner else ()), "other.toml")
        assert code == 0, err
    (links,) = [
        one for one in document(colonial, "Colonial Pipeline 2021")["sections"] if one["id"] == "links"
    ]
    (claim,) = links["claims"]
    assert claim["words"].startswith("It leads to the same hands as A second victim: both were to pay")
    assert claim["evidence"]
    assert "does not say that one actor was behind both" in claim["doubts"][0]


def test_what_the_note_names_is_screened_with_the_addresses(colonial, tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(advanced_xml((2026, 11, 25), [("7", "EXAMPLE Person", [("XBT", WALLET)])]))
    assert colonial("sync", "ofac", "--mirror", str(path))[0] == 0
    text = Path("colonial.toml").read_text(encoding="utf-8")
    noted = text.replace("[ransom]\n", '[ransom]\nnote_names = ["Nobody Locker"]\n', 1)
    Path("noted.toml").write_text(
        re.sub(
            r"^id = .*$",
            "",
            re.sub(r"^name = .*$", 'name = "Noted"', noted, count=1, flags=re.MULTILINE),
            count=1,
            flags=re.MULTILINE,
        ),
        encoding="utf-8",
    )
    assert colonial("incident", "import", "--own", "noted.toml")[0] == 0
    claims = [
        claim["words"]
        for one in document(colonial, "Noted")["sections"]
        if one["id"] == "screening"
        for claim in one["claims"]
    ]
    assert any(one.startswith("Nobody Locker, which the ransom note names: no match found") for one in claims)
