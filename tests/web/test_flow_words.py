"""What stands in a box: what it is, what becomes of it, the amount and its range; never nothing for what is not known."""

from __future__ import annotations

from drawn_ledgers import tx, txid
from tocsin.ransom.flow.graph import graph_of
from tocsin.ransom.flow.layers import Sum, layers_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace
from tocsin.web.flow_words import BoxWords, amount_words, becomes_words, box_words

LONG = "bc1qqpx7vyv5tp7dm0g475ev527krg764t73dh77gls"


def boxes(*transactions, most=50):
    ledger = Ledger.of(transactions)
    graph = graph_of(trace(ledger, [OutPoint(txid(99), 0)], ["fifo"]), ledger)
    return layers_of(graph, "fifo", most=most, most_a_layer=most).boxes


def test_an_output_tells_its_address_its_amount_and_its_range():
    seed, one, other, last = boxes(
        tx(1, [(99, 0, 100)], [(60, LONG), 40]), tx(2, [(1, 0, 60), (98, 0, 60)], [120])
    )
    assert box_words(seed) == BoxWords("no address known", "", "0.00000100 BTC", ("followed from here",))
    assert box_words(one) == BoxWords(
        "bc1qqpx7…h77gls", "", "0.00000060 BTC", ("at least 0.00000060", "at most 0.00000060")
    )
    assert (box_words(other).side, becomes_words(other)) == ("not spent", "not spent, as far as is loaded")
    assert becomes_words(one) == "goes on"
    assert box_words(last).lead == "0.00000060 BTC"


def test_what_goes_to_fees_or_to_what_is_not_drawn_says_so():
    _, fees, _ = boxes(tx(1, [(99, 0, 100)], [60, 40]), tx(2, [(1, 0, 60)], [0]))
    assert (box_words(fees).side, becomes_words(fees)) == ("to fees", "spent, all of it on fees")
    _, hidden = boxes(tx(1, [(99, 0, 100)], [60]), tx(2, [(1, 0, 60)], [30, 30]), most=2)
    assert (box_words(hidden).side, becomes_words(hidden)) == (
        "goes on",
        "goes on to outputs that are not drawn",
    )


def test_a_chain_and_a_rest_tell_how_many_they_stand_for():
    chain = [
        tx(n, [(99 if n == 1 else n - 1, 0, 1_100 - 100 * n)], [1_000 - 100 * n, (100, f"a{n}")])
        for n in range(1, 4)
    ]
    found = box_words(boxes(*chain, tx(9, [(2, 1, 100)], [90]))[1])
    assert (found.title, found.side, found.lead) == ("Peel chain", "1 goes on", "3 transactions")
    assert found.lines == ("0.00000300 BTC", "to 3 addresses", "at least 0.00000300", "at most 0.00000300")
    rest = boxes(tx(1, [(99, 0, 100)], [60, 30, 10]), most=2)[-1]
    assert box_words(rest).title == "2 smaller outputs"


def test_what_is_not_known_is_never_taken_for_nothing():
    assert amount_words(Sum(2, 0, 2, 0, 9)) == "? BTC"
    assert amount_words(Sum(2, 5, 1, 0, 9)) == "0.00000005 BTC + ?"
    assert amount_words(Sum(2, 5, 0, 0, 9)) == "0.00000005 BTC"
