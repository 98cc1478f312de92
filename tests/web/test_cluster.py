"""Who holds an address, on a page: the addresses, and the transactions that join any two of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from drawn_ledgers import txid
from tocsin.cli.main import main
from tocsin.limits import CLUSTER_PAGE_ADDRESSES
from tocsin.ransom.clusters.cluster import Merge
from tocsin.web import cluster as cluster_page
from web.browser import Browser
from web.payments import loaded, spend
from web.things import MARKUP


def page(ann, query, status=200):
    answer = ann.get("/cluster", query)
    assert answer.status == status
    return answer.body.decode()


def heading(body):
    return re.search(r"<h1>(.*?)</h1>", body)[1]


@pytest.fixture
def joined(hub):
    loaded(hub.node, spend(1, ["a", "b"]), spend(2, ["b", "c"]), spend(3, ["d"]))


def test_the_addresses_of_one_holder_are_listed_and_each_can_be_asked_why(ann, joined):
    body = page(ann, "address=a")
    assert heading(body) == "3 addresses are taken to have one holder"
    assert "That is a heuristic, not a fact" in body
    assert re.findall(r"<li><code>(\w)</code>", body) == ["a", "b", "c"]
    assert re.findall(r'href="(/cluster\?[^"]*prove=\w)"', body) == [
        "/cluster?address=a&amp;prove=b",
        "/cluster?address=a&amp;prove=c",
    ]
    assert '<a class="no-paper" href="/trace?seed=c"' in body
    assert "2 transactions joined them." in body


def test_a_proof_names_each_transaction_and_the_two_addresses_that_it_spends_from(ann, joined):
    body = page(ann, "address=a&prove=c")
    assert "Joined in 2 steps" in body
    proof = body[body.index('id="proof"') : body.index('id="all"')]
    assert re.findall(r"<li><code>(\w)</code> and <code>(\w)</code> .*?<code>(\w{64})</code>", proof) == [
        ("a", "b", txid(1)),
        ("b", "c", txid(2)),
    ]


def test_a_join_can_be_left_out_and_taken_back(ann, joined):
    body = page(ann, f"address=a&without={txid(2)}")
    assert heading(body) == "2 addresses are taken to have one holder"
    assert f"Left out as asked: <code>{txid(2)}</code>" in body
    assert 'href="/cluster?address=a">Leave out nothing' in body
    assert f'name="without" value="{txid(2)}"' in body


def test_what_is_not_joined_may_have_one_holder_all_the_same(ann, joined):
    body = page(ann, "address=a&prove=d")
    assert "These two are not joined" in body
    assert "They may have one holder all the same." in body
    assert heading(page(ann, "address=d")) == "It is joined to no other address"


def test_what_makes_a_cluster_doubtful_is_told_loudly(ann, hub, monkeypatch):
    found = cluster_page.cluster_of

    def doubtful(*asked, **more):
        return replace(found(*asked, **more), is_large=True, merges=[Merge(txid(3), 150, 2_000)])

    monkeypatch.setattr(cluster_page, "cluster_of", doubtful)
    loaded(hub.node, spend(1, ["a", "b"]))
    body = page(ann, "address=a")
    assert "This may be a service" in body
    assert "one transaction joined 150 addresses to 2,000 others" in body
    assert f"without={txid(3)}" in body


def test_of_many_addresses_the_first_are_listed_and_the_others_counted(ann, hub, monkeypatch):
    monkeypatch.setattr(cluster_page, "CLUSTER_PAGE_ADDRESSES", 2)
    assert CLUSTER_PAGE_ADDRESSES == 200
    loaded(hub.node, spend(1, list("abcde")))
    body = page(ann, "address=a")
    assert re.findall(r"<li><code>(\w)</code>", body) == ["a", "b"]
    assert "And 3 more, which the JSON has." in body
    assert len(ann.get("/cluster.json", "address=a").json["addresses"]) == 5


def test_the_json_is_what_the_verb_prints(ann, hub, joined, monkeypatch, capsys):
    monkeypatch.setenv("TOCSIN_DATA", str(hub.node.folder))
    for query, arguments in (
        ("address=a", ["a"]),
        ("address=a&prove=c", ["a", "--prove", "c"]),
        (f"address=a&prove=d&without={txid(2)}", ["a", "--prove", "d", "--without", txid(2)]),
    ):
        capsys.readouterr()
        assert main(["wallet", "cluster", *arguments, "--format", "json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        found = ann.get("/cluster.json", query).json
        assert found == {key: printed[key] for key in found}
        assert set(printed) - set(found) <= {"schema", "version", "tocsin"}


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("address=x", 404, "No transaction that is loaded pays to x"),
        ("address=a&prove=x", 404, "No transaction that is loaded pays to x"),
        ("address=a&without=x", 400, "is no id of a transaction"),
    ],
    ids=["address", "prove", "without"],
)
def test_what_cannot_be_told_is_refused_beside_the_box(ann, joined, query, status, words):
    body = page(ann, query, status)
    assert heading(body) == "This cannot be told"
    (place,) = re.findall(r'<p class="wrong" id="e-address">(.*?)</p>', body)
    assert words in place
    assert ann.get("/cluster.json", query).status == status


def test_where_nothing_is_asked_or_loaded_the_command_is_told(ann):
    assert "tocsin wallet load" in page(ann, "")
    assert "No transaction is loaded. Load some: tocsin wallet load FILE..." in page(ann, "address=a", 404)
    assert ann.get("/cluster.json").status == 400


def test_markup_in_an_address_is_text(ann, hub):
    loaded(hub.node, spend(1, ["a", MARKUP]))
    assert "<script>alert" not in page(ann, "address=a")


def test_nobody_but_this_nodes_people_sees_a_cluster_and_no_token_does(app, hub):
    for token in (hub.own, hub.member("Water works")[0], None):
        for path in ("/cluster", "/cluster.json"):
            assert Browser(app, token=token).get(path, "address=a").status == 401
