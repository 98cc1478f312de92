"""Cases that lead to the same hands, on a page: how, how surely, who tells it, and what hubs know of one's own."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from drawn_ledgers import tx, txid
from tocsin.cli.main import main
from tocsin.ransom.links.marks import PUBLIC, key_of, key_text
from tocsin.ransom.links.shared import Tell
from tocsin.ransom.links.told import Other
from tocsin.service.exchange.share import queue
from tocsin.service.incidents.kept import short_id
from tocsin.service.incidents.record import record
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.share import share
from tocsin.store import hubs
from tocsin.taxii.app import taxii_app
from tocsin.web import links as links_page, routes
from tocsin.web.app import application
from web.browser import Browser
from web.payments import CASES, COIN, HIT, OTHER, TILL, loaded, spend, suffered, told_of
from web.things import MARKUP, joined


def page(ann, query="", status=200):
    answer = ann.get("/links", query)
    assert answer.status == status
    return answer.body.decode()


def heading(body):
    return unescape(re.search(r"<h1>(.*?)</h1>", body)[1])


def words(body):
    """What is read of a page: what stands in one line stays together."""
    inline = re.sub(r"</?(?:a|code|strong|span|b)\b.*?>", "", body)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", inline)))


@pytest.fixture
def cases(hub):
    loaded(hub.node, *CASES)
    return suffered(hub.node, "Billing is encrypted", HIT), suffered(hub.node, "Pumps are locked", OTHER)


def test_two_cases_that_cash_out_at_one_address_are_told_with_the_money_the_doubt_and_ways_to_look(
    ann, cases
):
    body = page(ann)
    assert heading(body) == "1 pair of cases leads to the same hands"
    text = words(body)
    assert "Pumps are locked and Billing is encrypted" in text
    assert 'class="tag strength medium">medium<' in body
    assert "Money of both came to this address by different outputs." in text
    assert (
        f"Pumps are locked 2.00000000 2.00000000 {txid(4)}:0 1 transaction on "
        f"Billing is encrypted 1.00000000 1.00000000 {txid(3)}:0 1 transaction on"
    ) in text
    assert "Doubt: it would say less if the address were that of a service that many pay to." in text
    assert "does not say that one actor was behind both" in text
    assert f'href="/cluster?address={TILL}"' in body
    assert f'href="/trace?seed={txid(3)}%3A0"' in body
    for one in cases:
        assert f'href="/incident/{one.id}"' in body


def test_an_address_that_is_labelled_as_a_services_says_less_and_why(ann, cases, monkeypatch):
    monkeypatch.setattr(links_page, "known_services", lambda node, ledger: {TILL: "an exchange"})
    body = page(ann)
    assert re.findall(r'class="tag strength (\w+)"', body) == ["weak"]
    assert "Doubt: it counts for less, since the address is labelled as an exchange;" in words(body)


def test_a_proof_names_its_transaction_and_leads_to_the_cluster(ann, hub):
    loaded(hub.node, spend(1, [HIT, OTHER]))
    suffered(hub.node, "Red", HIT)
    suffered(hub.node, "Blue", OTHER)
    body = page(ann)
    assert f"Proof: transaction {txid(1)} spends from {OTHER} and {HIT}." in words(body)
    assert f'href="/cluster?address={OTHER}&amp;prove={HIT}"' in body


def test_the_strongest_link_stands_first_and_what_is_left_out_is_counted(ann, hub, cases, monkeypatch):
    suffered(hub.node, "Third", HIT)
    body = page(ann)
    assert heading(body) == "3 pairs of cases lead to the same hands"
    assert re.findall(r'class="tag strength (\w+)"', body) == ["strong", "medium", "medium"]
    monkeypatch.setattr(links_page, "LINKS_PAGE", 1)
    body = page(ann)
    assert "And 2 more, none stronger, which the JSON has." in body
    assert re.findall(r'class="tag strength (\w+)"', body) == ["strong"]
    assert len(ann.get("/links.json").json["links"]) == 3


def test_one_case_can_be_asked_for(ann, hub, cases):
    third = suffered(hub.node, "Third", HIT)
    suffered(hub.node, "Fourth", "1Eq1WadiQw5PWr78waw8pt3rdU6KFMVqRc")
    body = page(ann, f"of={cases[1].id}")
    assert heading(body) == "2 cases lead where Pumps are locked does"
    assert "Third and Billing" not in words(body)
    assert heading(page(ann, f"of={third.id}")) == "2 cases lead where Third does"
    assert heading(page(ann, "of=nothing")) == "3 pairs of cases lead to the same hands"


def test_the_page_of_an_incident_leads_to_its_links(ann, hub, cases):
    body = ann.get(f"/incident/{cases[0].id}").body.decode()
    assert f'href="/links?of={cases[0].id}"' in body
    none = record(hub.node, "No ransom", by="ann")
    assert "/links?of=" not in ann.get(f"/incident/{none.id}").body.decode()


def test_the_json_is_what_the_verb_prints(ann, hub, cases, monkeypatch, capsys):
    told_of(hub, joined(hub), cases[0].id, TILL, Other(name="Riverton"))
    monkeypatch.setenv("TOCSIN_DATA", str(hub.node.folder))
    for query, more in (("", []), ("mine=1", ["--mine"])):
        capsys.readouterr()
        assert main(["wallet", "links", *more, "--format", "json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        assert ann.get("/links.json", query).json == printed
    assert [one["hub"] for one in printed["given"]] == ["Water ISAC"]


def test_cases_of_others_can_be_left_out(ann, hub, cases):
    of_others = suffered(hub.node, "Elsewhere", HIT, ("whose", "Riverton"))
    assert not of_others.is_own
    assert "Elsewhere" in page(ann)
    assert "Elsewhere" not in page(ann, "mine=1")


def test_without_a_case_it_is_told_how_one_is_noted(ann):
    body = page(ann)
    assert heading(body) == "No case of a ransom is noted yet"
    assert "tocsin incident edit ID --set" in body
    assert "What hubs know" not in body
    assert ann.get("/links.json").json["links"] == []


def test_one_case_alone_is_compared_with_none_and_can_be_shared(ann, hub):
    one = suffered(hub.node, "Billing is encrypted", HIT)
    body = page(ann)
    assert heading(body) == "One case alone: there is none to compare it with"
    assert "Nothing: this node has joined no hub." in body
    joined(hub, "Water 'n' Power")
    text = words(page(ann))
    assert "not shared" in text
    assert (
        f"tocsin wallet share {short_id(one)} --to 'Water '\"'\"'n'\"'\"' Power' --as hashed --key members.key --dry-run"
    ) in text
    assert "--take-back" not in text


def test_of_a_case_for_named_people_it_is_said_what_has_to_be_said_before_it_is_shared(ann, hub):
    joined(hub)
    suffered(hub.node, "Amber", HIT)
    said = "It is TLP:RED and goes to no hub"
    assert said not in words(page(ann))
    one = suffered(hub.node, "Red", OTHER, ("tlp", "red"))
    body = page(ann)
    assert body.count(said) == 1
    assert (
        f"tocsin incident edit {short_id(one)} --set tlp=amber+strict\ntocsin wallet share {short_id(one)}"
        in body
    )


def test_where_nothing_is_loaded_addresses_alone_are_compared_and_that_is_said(ann, hub):
    suffered(hub.node, "Red", HIT)
    suffered(hub.node, "Blue", HIT)
    body = page(ann)
    assert "No transaction is loaded: addresses alone are compared." in body
    assert heading(body) == "1 pair of cases leads to the same hands"


def test_that_none_is_found_says_little_and_what_was_not_followed_is_named(ann, hub):
    loaded(hub.node, CASES[0])
    suffered(hub.node, "Red", HIT, ("ransom.payments", f'[{{transactions=["{txid(77)}"]}}]'))
    suffered(hub.node, "Blue", OTHER)
    body = page(ann)
    assert heading(body) == "No two of 2 cases lead to the same hands"
    text = words(body)
    assert "That none is found says little" in text
    assert "Nothing loaded knows a payment of Blue: of it addresses alone are compared." in text
    assert f"Red: which output of {txid(77)} was paid is not known: note TXID:N." in text


def test_a_split_is_told_with_how_many_have_it_by_chance(ann, hub):
    splits = (
        tx(5, [(1, 0, COIN)], [(80_000_000, "a"), (20_000_000, "b")]),
        tx(6, [(2, 0, 2 * COIN)], [(40_000_000, "c"), (160_000_000, "d")]),
    )
    loaded(hub.node, *CASES[:2], *splits)
    suffered(hub.node, "Red", HIT)
    suffered(hub.node, "Blue", OTHER)
    text = words(page(ann))
    assert "The same split: 80/20" in text
    assert "0 of 0 other cases with a split in two have it; by chance about 0.0 would." in text


def test_what_a_hub_tells_stands_first_with_whose_case_it_is_as_far_as_that_one_allows(ann, hub, cases):
    name = joined(hub)
    told_of(hub, name, cases[0].id, TILL, Other(name="Riverton", contact=MARKUP[:60]))
    body = page(ann)
    assert body.index('id="given"') < body.index('id="links"')
    given = words(body[body.index('id="given"') : body.index('id="links"')])
    assert "Billing is encrypted leads to the same cash-out address as a case of Riverton" in given
    assert TILL in given
    assert "Told by Water ISAC, which has only what members say." in given
    assert "<script>alert" not in body


def test_a_hash_that_is_not_known_here_stays_one_and_the_command_that_reads_a_key_is_told(ann, hub):
    one = suffered(hub.node, "Billing is encrypted", HIT)
    told_of(hub, joined(hub), one.id, "not mine")
    body = page(ann)
    assert heading(body) == "1 link to other members' cases"
    assert "By what is known only as the hash" in body
    assert "tocsin wallet links --key members.key" in body


def shared(hub, which, **more):
    return queue(hub.node, share(hub.node, which, "Water ISAC", **more).offer)


def test_what_a_hub_is_told_of_a_case_stands_as_what_it_goes_with_the_way_to_take_it_back(ann, hub, cases):
    joined(hub)
    number = shared(hub, cases[0].name, full=True, tell=Tell.CONTACT, contact="ann@example.org")
    text = words(page(ann))
    assert (
        "Water ISAC will have, with the next sync, 1 address, 1 address that the money came to, in full. A member with a "
        "linked case is told your name, sectors and contact: ann@example.org."
    ) in text
    assert f"tocsin wallet share {short_id(cases[0])} --to 'Water ISAC' --take-back" in text
    assert f"{short_id(cases[1])} --to 'Water ISAC' --take-back" not in text
    hub.node.write(
        lambda connection: hubs.sent(connection, number, status=b"{}", receipt=None, now_us=hub.now_us)
    )
    assert "Water ISAC has 1 address, 1 address that the money came to, in full." in words(page(ann))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (PUBLIC, "hashed under a public key, which hides little."),
        (key_of(key_text(b"k" * 32)), "hashed under the key"),
    ],
    ids=["public", "members"],
)
def test_it_is_said_how_much_a_hash_hides(ann, hub, cases, key, told):
    joined(hub)
    shared(hub, cases[0].name, full=False, key=key)
    assert told in words(page(ann))


def test_what_was_taken_back_is_told_so_and_the_last_word_counts(ann, hub, cases):
    joined(hub)
    shared(hub, cases[0].name, full=True)
    hub.now_us += 1_000_000
    shared(hub, cases[0].name, full=True, take_back=True)
    text = words(page(ann))
    assert "Water ISAC will be told, with the next sync, that this case says nothing any more." in text
    assert "taken back" in text
    assert "--take-back" not in text


def test_more_cases_than_are_compared_are_refused_with_the_command(ann, hub, cases, monkeypatch):
    monkeypatch.setattr("tocsin.service.ransom.links.LINK_CASES", 1)
    body = page(ann, status=413)
    assert heading(body) == "This cannot be compared"
    assert "1 are held against each other at most" in body
    assert ann.get("/links.json").status == 413


def test_markup_in_a_case_is_text(ann, hub, cases):
    suffered(hub.node, MARKUP, HIT)
    body = page(ann)
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body


def test_who_comes_while_the_ledger_is_asked_sees_a_page_that_asks_again(hub, monkeypatch):
    desk = LedgerDesk()
    monkeypatch.setattr("tocsin.service.ransom.ledger_desk.LEDGER_PAGE_WAIT_S", 0.01)
    monkeypatch.setattr(routes, "LedgerDesk", lambda: desk)
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    ann = Browser(app).signed_in(hub.node, "Ann")
    with desk.ledger(hub.node):
        answer = ann.get("/links")
        assert (answer.status, answer.headers["refresh"]) == (200, "2")
        assert heading(answer.body.decode()) == "The links have to wait"
        assert ann.get("/links.json").status == 503
    assert ann.get("/links").headers.get("refresh") is None


def test_nobody_but_this_nodes_people_sees_a_link_and_no_token_does(app, hub, cases):
    for token in (hub.own, hub.member("Water works")[0], None):
        for path in ("/links", "/links.json"):
            assert Browser(app, token=token).get(path).status == 401
