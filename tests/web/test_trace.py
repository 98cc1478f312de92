"""Where a ransom went, on a page: a picture, the same in numbers, and nothing of it lost in silence."""

from __future__ import annotations

import json
import re

import pytest

from drawn_ledgers import tx, txid
from real_data import shared
from tocsin.cli.main import main
from tocsin.limits import TRACE_DRAWN_A_HOP
from tocsin.ransom.taint.trace import METHODS
from tocsin.service.ransom import flow as flow_service
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.ledger_files import read_files
from tocsin.service.ransom.load import load
from tocsin.taxii.app import taxii_app
from tocsin.web import routes
from tocsin.web.app import application
from web.browser import Browser
from web.payments import loaded
from web.things import MARKUP

SEED = "9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0"
START = f"{txid(99)}:0"
COIN = 100_000_000


def page(ann, seed=START, status=200, **query):
    answer = ann.get(
        "/trace", "&".join([f"seed={seed}", *(f"{key}={value}" for key, value in query.items())])
    )
    assert answer.status == status
    return answer.body.decode()


def heading(body):
    return re.search(r"<h1>(.*?)</h1>", body)[1]


def rows(body):
    """The table of the picture: hop, by the method, at least, at most, what then."""
    table = body[body.index('id="rows"') : body.index('id="totals"')]
    return [
        tuple(re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL))
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    ]


@pytest.fixture
def colonial(hub):
    load(hub.node, read_files([str(shared("ledger/colonial"))], None))


def test_the_payment_of_colonial_is_drawn_and_told_to_the_satoshi(ann, colonial):
    body = page(ann, SEED)
    assert heading(body) == "63.70000000 BTC followed through 4 transactions"
    assert "By FIFO 63.69997305 BTC are not spent, as far as is loaded, and 0.00002695 went to fees." in body
    told = rows(body)
    assert [row[0] for row in told] == ["start", "1", "2", "2", "3", "3", "3"]
    assert told[2][2:5] == ("61.46816619", "57.78585047", "63.69996546")
    assert body.count('<g class="box') == 7
    assert re.findall(r'class="hop".*?>(.*?)<', body) == [
        "Start",
        "Hop 1",
        "Hop 2",
        "Hop 3",
    ]
    for words in ("at least 57.78585047", "at most 63.69996546", ">not spent<"):
        assert words in body


@pytest.mark.parametrize("method", METHODS)
def test_it_is_drawn_by_the_convention_that_is_chosen_and_summed_by_each(ann, colonial, method):
    body = page(ann, SEED, method=method)
    shares = {"fifo": "61.46816619", "lifo": "60.03750526", "haircut": "58.28829111", "tiho": "63.69996546", "poison": "63.69996546"}  # fmt: skip
    assert rows(body)[2][2] == shares[method]
    assert f"By {method.upper()} " in body
    assert f'<option value="{method}" selected>' in body
    totals = body[body.index('id="totals"') :]
    assert [one.lower() for one in re.findall(r'<th scope="row">(\w+)</th>', totals)] == list(METHODS)
    assert (
        "poison counts all that was touched" in body
        if method == "poison"
        else "neither makes nor loses" in body
    )


def test_the_json_is_what_the_verb_prints(ann, hub, colonial, monkeypatch, capsys):
    found = ann.get("/trace.json", f"seed={SEED}")
    assert found.status == 200
    monkeypatch.setenv("TOCSIN_DATA", str(hub.node.folder))
    capsys.readouterr()
    assert main(["wallet", "trace", SEED, "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert found.json == {key: printed[key] for key in found.json}
    assert set(printed) - set(found.json) <= {"schema", "version", "tocsin"}


def test_the_csv_has_every_output_with_every_convention(ann, colonial):
    answer = ann.get("/trace.csv", f"seed={SEED}")
    lines = answer.body.decode().splitlines()
    assert lines[0] == "txid,n,address,value_sat,fifo,lifo,haircut,tiho,poison,min_sat,max_sat,spent_by"
    assert len(lines) == 7
    assert "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls,6369996546,6146816619,6003750526,5828829111,6369996546,6369996546,5778585047,6369996546," in lines[3]  # fmt: skip


CHAIN = [
    tx(number, [(99 if number == 1 else number - 1, 0, (51 - number) * COIN)], [(50 - number) * COIN, (COIN, f"a{number}")])
    for number in range(1, 13)
]  # fmt: skip


def test_a_peel_chain_is_one_box_that_can_be_unfolded_without_a_script(ann, hub):
    loaded(hub.node, *CHAIN)
    body = page(ann)
    assert [row[0] for row in rows(body)] == ["start", "1 to 12", "12"]
    assert rows(body)[1][1].startswith("Peel chain of 12 transactions, 12.00000000 BTC to 12 addresses")
    start = body.index("<details>")
    details = body[start : body.index("</details>", start)]
    assert [f"a{number}" for number in range(1, 13)] == re.findall(r"<code>(a\d+)</code>", details)
    link = re.search(r'href="(/trace\?[^"]*open=[^"]*)"', body)[1].replace("&amp;", "&")
    answer = ann.get(*link.split("?", 1))
    unfolded = answer.body.decode()
    assert [row[0] for row in rows(unfolded)][:5] == ["start", "1", "1", "2", "2"]
    assert "Fold all peel chains" in unfolded
    assert "Peel chain" not in unfolded[unfolded.index('id="rows"') :]


def test_of_many_outputs_the_largest_are_shown_and_the_others_counted_and_summed(ann, hub):
    outputs = [(number * COIN, f"to{number}") for number in range(1, 31)]
    loaded(hub.node, tx(1, [(99, 0, 500 * COIN)], outputs))
    told = rows(page(ann))
    assert len(told) == 1 + TRACE_DRAWN_A_HOP + 1
    assert [row[2] for row in told[1:-1]] == [f"{30 - n}.00000000" for n in range(TRACE_DRAWN_A_HOP)]
    assert told[-1][1].startswith("22 smaller outputs to 22 addresses, together")
    assert told[-1][2] == "253.00000000"


def test_what_is_not_drawn_at_all_is_counted_in_words(ann, hub, monkeypatch):
    monkeypatch.setattr(flow_service, "TRACE_DRAWN", 2)
    loaded(
        hub.node,
        tx(1, [(99, 0, 9 * COIN)], [5 * COIN, 4 * COIN]),
        tx(2, [(1, 0, 5 * COIN)], [3 * COIN, COIN]),
    )
    body = page(ann)
    assert "2 outputs at other hops, of which 2 go no further and hold 4.00000000 BTC" in body


def test_what_a_convention_cannot_tell_is_a_question_mark_and_what_to_load_is_named(ann, hub):
    loaded(hub.node, tx(1, [(98, 0, None), (99, 0, 9 * COIN)], [5 * COIN, 4 * COIN]))
    body = page(ann)
    assert [row[2] for row in rows(body)[1:]] == ["?", "?"]
    assert "9.00000000 BTC cannot be told any further by FIFO" in body
    assert f"<code>{txid(1)}</code>" in body


def test_a_trace_that_is_too_much_for_a_page_says_so_and_names_the_command(ann, hub, monkeypatch):
    for place in ("tocsin.service.ransom.flow", "tocsin.web.trace"):
        monkeypatch.setattr(f"{place}.TRACE_OUTPUTS", 1)
    loaded(hub.node, tx(1, [(99, 0, 9 * COIN)], [5 * COIN, 4 * COIN]))
    body = page(ann)
    assert heading(body) == "9.00000000 BTC followed to 2 outputs"
    assert "It is too much for a page" in body
    assert f"tocsin wallet trace {START} --format json --most 2" in body
    assert "<svg" not in body
    assert "By every convention" in body
    for path in ("/trace.json", "/trace.csv"):
        assert ann.get(path, f"seed={START}").status == 413


def test_an_output_that_is_not_spent_lies_where_it_was_paid(ann, hub):
    loaded(hub.node, tx(1, [(99, 0, 9 * COIN)], [(9 * COIN, "home")]))
    body = page(ann, f"{txid(1)}:0")
    assert heading(body) == "9.00000000 BTC lie where they were paid, as far as is loaded"
    assert "No transaction that is loaded spends it" in body


def test_an_address_is_followed_with_all_that_was_paid_to_it(ann, hub):
    loaded(
        hub.node,
        tx(1, [(98, 0, 9 * COIN)], [(4 * COIN, "home"), (5 * COIN, "home")]),
        tx(2, [(1, 0, 4 * COIN)], [COIN]),
    )
    body = page(ann, "home")
    assert heading(body) == "9.00000000 BTC followed through 1 transaction"


WRONG = [
    ("seed=abc", 404, "seed", "No transaction that is loaded pays to abc"),
    (f"seed={txid(1)}", 400, "seed", "names no output"),
    (f"seed={txid(1)}:x", 400, "seed", "is no TXID:N"),
    (f"seed={txid(7)}:0", 404, "seed", "no transaction that is loaded has or spends"),
    (f"seed={START}&method=all", 400, "method", "is no convention"),
]


@pytest.mark.parametrize(
    ("query", "status", "field", "words"), WRONG, ids=[f"{n} {one[2]}" for n, one in enumerate(WRONG)]
)
def test_what_cannot_be_followed_is_refused_beside_its_box(ann, hub, query, status, field, words):
    loaded(hub.node, tx(1, [(99, 0, 9)], [9]))
    answer = ann.get("/trace", query)
    assert answer.status == status
    body = answer.body.decode()
    (place,) = re.findall(r'<p class="wrong" id="e-(\w+)">(.*?)</p>', body)
    assert place[0] == field
    assert words.lower() in place[1].lower()
    assert heading(body) == "This cannot be followed"
    assert f'<a href="#f-{field}">' in body


def test_where_nothing_is_loaded_the_command_is_told(ann):
    assert "tocsin wallet load" in ann.get("/trace").body.decode()
    body = page(ann, "abc", status=404)
    assert "No transaction is loaded. Load some: tocsin wallet load FILE..." in body


def test_one_trace_is_made_at_a_time_and_the_page_asks_again_by_itself(hub, monkeypatch):
    desk = LedgerDesk()
    monkeypatch.setattr(routes, "LedgerDesk", lambda: desk)
    monkeypatch.setattr("tocsin.service.ransom.ledger_desk.LEDGER_PAGE_WAIT_S", 0.01)
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    ann = Browser(app).signed_in(hub.node, "Ann")
    loaded(hub.node, tx(1, [(99, 0, 9)], [(9, "home")]))
    with desk.ledger(hub.node):
        for path, query in (("/trace", f"seed={START}"), ("/cluster", "address=home")):
            answer = ann.get(path, query)
            assert (answer.status, answer.headers["refresh"]) == (200, "2")
            assert "is being made" in answer.body.decode()
            assert ann.get(f"{path}.json", query).status == 503
    for path, query in (("/trace", f"seed={START}"), ("/cluster", "address=home")):
        answer = ann.get(path, query)
        assert "refresh" not in answer.headers
        assert "is being made" not in answer.body.decode()


def test_markup_in_an_address_is_text(ann, hub):
    loaded(hub.node, tx(1, [(99, 0, 9)], [(9, MARKUP)]))
    body = page(ann)
    assert "<script>alert" not in body
    assert "style=" not in body


def test_nobody_but_this_nodes_people_sees_a_trace_and_no_token_does(app, hub):
    for token in (hub.own, hub.member("Water works")[0], None):
        for path in ("/trace", "/trace.json", "/trace.csv"):
            assert Browser(app, token=token).get(path, f"seed={START}").status == 401
