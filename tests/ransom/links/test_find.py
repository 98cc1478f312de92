"""Which cases lead to the same hands: what links them, how much it says, what makes it weaker, and what links nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from drawn_ledgers import tx, txid
from ransom.links.drawn_cases import Drawn, drawn_cases, known_of
from ransom.links.naive_links import naive_links
from real_data import shared
from tocsin.model.strength import Strength
from tocsin.ransom.clusters.cluster import Clusters
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.read import transactions_in
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.links.case import Case, holder_of, plain_address
from tocsin.ransom.links.find import links
from tocsin.ransom.links.link import Kind

BTC = 100_000_000
RED, BLUE = Case("red", ("pay red",)), Case("blue", ("pay blue",))
PAID = (tx(1, [(101, 0, BTC)], [(BTC, "pay red")]), tx(2, [(102, 0, BTC)], [(BTC, "pay blue")]))


def evidence(*transactions, cases=(RED, BLUE), **more):
    made = Drawn((*PAID, *transactions), cases, **more).links()
    assert len(made) <= 1
    return [(one.kind, one.value, one.strength) for link in made for one in link.evidence]


def only(*transactions, cases=(RED, BLUE), **more):
    [link] = Drawn((*PAID, *transactions), cases, **more).links()
    [one] = link.evidence
    return one


def test_cases_with_nothing_in_common_are_not_linked():
    apart = (tx(3, [(1, 0, BTC)], [(BTC, "x")]), tx(4, [(2, 0, BTC)], [(BTC, "y")]))
    assert evidence(*apart) == []


def test_the_same_address_says_most_and_needs_no_ledger():
    found = Drawn((), (Case("a", ("x", "y")), Case("b", ("y",)))).links()
    [link] = found
    assert (link.first, link.second, link.strength) == ("a", "b", Strength.STRONG)
    assert [(one.kind, one.value) for one in link.evidence] == [(Kind.ADDRESS, "y")]


def test_one_key_in_two_spellings_is_one_holder():
    old = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    new = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert holder_of(old) == holder_of(new) == holder_of(new.upper())
    assert plain_address(new.upper()) == new
    [link] = Drawn((), (Case("a", (old,)), Case("b", (new,)))).links()
    assert [side.what for side in link.evidence[0].sides] == [old, new]


def test_money_of_both_that_one_transaction_spends_together_joins_their_addresses_too():
    found = evidence(tx(3, [(1, 0, BTC), (2, 0, BTC)], [(2 * BTC, "gathered")]))
    assert found == [
        (Kind.CLUSTER, "pay blue", Strength.STRONG),
        (Kind.CONSOLIDATION, txid(3), Strength.STRONG),
    ]


def test_a_cluster_is_told_with_the_transactions_that_join_the_two():
    joins = tx(3, [(1, 0, BTC), (5, 0, 9)], [(BTC, "x")]), tx(4, [(6, 0, 9), (2, 0, BTC)], [(BTC, "y")])
    own = tx(5, [(103, 0, 9)], [(9, "own")]), tx(6, [(104, 0, 9)], [(9, "own")])
    one = only(*joins, *own)
    assert (one.kind, one.strength) == (Kind.CLUSTER, Strength.STRONG)
    assert [step.txid for step in one.proof] == [txid(4), txid(3)]
    assert [side.what for side in one.sides] == ["pay blue", "pay red"]


def test_of_all_that_follows_the_meeting_nothing_is_told():
    steps = (
        tx(3, [(1, 0, BTC)], [(BTC, "a")]),
        tx(4, [(2, 0, BTC)], [(BTC, "b")]),
        tx(5, [(3, 0, BTC), (4, 0, BTC)], [(BTC // 2, "c"), (BTC + BTC // 2, "d")]),
        tx(6, [(5, 0, BTC // 2), (5, 1, BTC + BTC // 2)], [(2 * BTC, "e")]),
    )
    one = only(*steps)
    assert (one.kind, one.value) == (Kind.CONSOLIDATION, txid(5))
    assert [(side.what, side.amount_sat, side.min_sat, side.hops) for side in one.sides] == [
        (f"{txid(4)}:0", BTC, BTC, 1),
        (f"{txid(3)}:0", BTC, BTC, 1),
    ]


def test_a_coinjoin_links_nobody_and_nothing_behind_it_does():
    mixed = tx(3, [(1, 0, BTC), (2, 0, BTC)], [(BTC, "x"), (BTC, "y")])
    behind = tx(4, [(3, 0, BTC), (3, 1, BTC)], [(2 * BTC, "z")])
    assert evidence(mixed, behind, coinjoins=frozenset({txid(3)})) == []
    assert evidence(mixed, behind) != []


def test_what_comes_from_behind_an_end_is_a_strangers_where_it_meets_money_that_is_followed():
    """By FIFO the two go apart; by another convention nothing need be there, so the link is weak."""
    parts = tx(3, [(1, 0, BTC)], [(BTC // 2, "a"), (BTC // 2, "b")])
    mixed = tx(4, [(3, 0, BTC // 2)], [(BTC // 2, "c")])
    again = tx(5, [(4, 0, BTC // 2), (3, 1, BTC // 2)], [(BTC // 2, "d"), (BTC // 2, "till")])
    other = tx(6, [(2, 0, BTC)], [(BTC, "till")])
    assert [kind for kind, *_ in evidence(parts, mixed, again, other)] == [Kind.CASH_OUT]
    for ends in ({"coinjoins": frozenset({txid(4)})}, {"services": frozenset({"a"})}):
        found = evidence(parts, mixed, again, other, **ends)
        assert [(kind, strength) for kind, _, strength in found] == [(Kind.CASH_OUT, Strength.WEAK)]


def test_what_a_service_spends_with_money_of_a_case_is_not_followed():
    parts = tx(3, [(1, 0, BTC)], [(BTC // 2, "a"), (BTC // 2, "b")])
    spent = tx(4, [(3, 0, BTC // 2), (3, 1, BTC // 2)], [(BTC, "till")])
    other = tx(6, [(2, 0, BTC)], [(BTC, "till")])
    assert evidence(parts, spent, other) != []
    assert evidence(parts, spent, other, services=frozenset({"a"})) == []


def test_two_payments_of_a_case_are_never_counted_as_more_than_there_is():
    """The second comes from the first, so it is not more money."""
    on = tx(3, [(1, 0, BTC)], [(BTC // 4, "x"), (BTC - BTC // 4, "y")])
    red = Case("red", (), (OutPoint(txid(1), 0), OutPoint(txid(3), 0)))
    join = tx(4, [(3, 0, BTC // 4), (3, 1, BTC - BTC // 4), (2, 0, BTC)], [(2 * BTC, "z")])
    made = Drawn((*PAID, on, join), (red, BLUE)).links()[0].evidence
    [met] = [one for one in made if one.kind is Kind.CONSOLIDATION]
    assert (met.sides[1].what, met.sides[1].amount_sat) == (f"{txid(3)}:1", BTC - BTC // 4)
    assert [one.amount_sat for one in Drawn((*PAID, on), (red, BLUE)).known().ways["red"].held.values()] == [
        BTC,
        BTC // 4,
        BTC - BTC // 4,
    ]


def test_a_split_far_from_the_payment_is_none():
    def parted(start, first):
        path = [tx(first + n, [(start if not n else first + n - 1, 0, BTC)], [BTC]) for n in range(3)]
        return [*path, tx(first + 3, [(first + 2, 0, BTC)], [80_000_000, 20_000_000])]

    assert evidence(*parted(1, 10), *parted(2, 20)) == []
    cases = (Case("red", (), (OutPoint(txid(10), 0),)), Case("blue", (), (OutPoint(txid(20), 0),)))
    assert [kind for kind, *_ in evidence(*parted(1, 10), *parted(2, 20), cases=cases)] == [Kind.SPLIT]


def test_what_looks_like_a_coinjoin_is_one():
    payers = [(1, 0, BTC), (2, 0, BTC), (5, 0, BTC)]
    third = tx(5, [(105, 0, BTC)], [(BTC, "third")])
    mixed = tx(3, payers, [(BTC, "x"), (BTC, "y"), (BTC, "z")])
    assert evidence(third, mixed) == []


def test_money_that_comes_to_one_address_by_different_outputs_is_a_cash_out():
    one = only(tx(3, [(1, 0, BTC)], [(BTC, "till")]), tx(4, [(2, 0, BTC)], [(BTC, "till")]))
    assert (one.kind, one.value, one.strength) == (Kind.CASH_OUT, "till", Strength.MEDIUM)
    assert one.weakened_by == ()


def cashed(*more, **also):
    return only(tx(3, [(1, 0, BTC)], [(BTC, "till")]), tx(4, [(2, 0, BTC)], [(BTC, "till")]), *more, **also)


def test_the_address_of_a_service_says_less():
    one = cashed(services=frozenset({"till"}))
    assert (one.strength, one.weakened_by) == (
        Strength.WEAK,
        ("the address is labelled as an exchange",),
    )


def test_behind_the_address_of_a_service_nothing_is_followed():
    gathers = tx(5, [(3, 0, BTC), (4, 0, BTC)], [(2 * BTC, "vault")])
    assert cashed(gathers, services=frozenset({"till"})).kind is Kind.CASH_OUT
    assert [kind for kind, _, _ in evidence(*_cashed(), gathers)] == [Kind.CONSOLIDATION, Kind.CASH_OUT]


def _cashed():
    return tx(3, [(1, 0, BTC)], [(BTC, "till")]), tx(4, [(2, 0, BTC)], [(BTC, "till")])


def test_an_address_to_which_many_pay_says_less():
    others = [tx(1000 + n, [(2000 + n, 0, 5)], [(5, "till")]) for n in range(99)]
    assert cashed(*others[:98]).weakened_by == ()
    assert cashed(*others).weakened_by == ("101 outputs pay to the address",)


def test_dust_and_money_that_went_far_say_less():
    dust = only(
        tx(3, [(1, 0, BTC)], [(9_999, "till"), (BTC - 9_999, "x")]), tx(4, [(2, 0, BTC)], [(BTC, "till")])
    )
    assert dust.weakened_by == ("less than 10,000 satoshi of one are there",)
    path = [tx(10 + n, [(9 + n if n else 1, 0, BTC)], [(BTC, f"hop {n}")]) for n in range(5)]
    last = tx(20, [(14, 0, BTC)], [(BTC, "till")])
    far = only(*path, last, tx(4, [(2, 0, BTC)], [(BTC, "till")]))
    assert far.sides[1].hops == 6
    assert far.weakened_by == ("money of one went through more than 5 transactions before",)
    near = only(*path[:4], tx(20, [(13, 0, BTC)], [(BTC, "till")]), tx(4, [(2, 0, BTC)], [(BTC, "till")]))
    assert (near.sides[1].hops, near.weakened_by) == (5, ())


def test_what_another_convention_denies_says_less():
    mixed = tx(3, [(1, 0, BTC), (8, 0, BTC)], [(BTC, "till"), (BTC, "x")])
    foreign = tx(8, [(108, 0, BTC)], [(BTC, "")])
    one = only(foreign, mixed, tx(4, [(2, 0, BTC)], [(BTC, "till")]))
    assert (one.kind, one.strength, one.sides[1].amount_sat, one.sides[1].min_sat) == (
        Kind.CASH_OUT,
        Strength.WEAK,
        BTC,
        0,
    )


def test_a_service_that_gathers_says_less():
    payers = [(1, 0, BTC), (2, 0, BTC), *((300 + n, 0, 7) for n in range(19))]
    found = {one.kind: one for one in Drawn((*PAID, tx(3, payers, [BTC])), (RED, BLUE)).links()[0].evidence}
    assert found[Kind.CONSOLIDATION].weakened_by == ("the transaction spends 21 outputs",)
    assert found[Kind.CLUSTER].weakened_by == ("a transaction that joins them spends 21 outputs",)


def test_a_cluster_so_large_that_it_is_a_services_says_little(monkeypatch):
    monkeypatch.setattr(Clusters, "is_alarming", lambda *_: True)
    found = Drawn((*PAID, tx(3, [(1, 0, BTC), (2, 0, BTC)], [2 * BTC])), (RED, BLUE)).links()[0].evidence
    assert {one.kind: one.strength for one in found} == {
        Kind.CLUSTER: Strength.WEAK,
        Kind.CONSOLIDATION: Strength.MEDIUM,
    }


@pytest.mark.parametrize(
    ("amounts", "share"),
    [
        ((85_000_000, 15_000_000), "85/15"),
        ((20_000_000, 80_000_000), "80/20"),
        ((85_250_000, 14_750_000), "85/15"),
        ((85_260_000, 14_740_000), None),
        ((83_000_000, 17_000_000), None),
        ((50_000_000, 50_000_000), None),
    ],
    ids=str,
)
def test_the_same_round_share_is_weak_and_says_who_else_has_it(amounts, share):
    both = [tx(10 + n, [(n, 0, BTC)], [(one, f"{n} {one}") for one in amounts]) for n in (1, 2)]
    third = Case("third", ("pay third",))
    other = tx(5, [(105, 0, BTC)], [(BTC, "pay third")]), tx(6, [(5, 0, BTC)], [BTC // 3, 2 * BTC // 3])
    made = Drawn((*PAID, *both, *other), (RED, BLUE, third)).links()
    if share is None:
        assert made == []
        return
    [link] = made
    [one] = link.evidence
    assert (one.kind, one.value, one.strength) == (Kind.SPLIT, share, Strength.WEAK)
    assert (one.held, one.of, one.tried) == (0, 1, 1)
    assert [side.what for side in one.sides] == [txid(12), txid(11)]


def test_money_that_is_split_in_three_or_with_others_is_no_split():
    three = [tx(10 + n, [(n, 0, BTC)], [80_000_000, 15_000_000, 5_000_000]) for n in (1, 2)]
    assert evidence(*three) == []
    mixed = [tx(10 + n, [(n, 0, BTC), (200 + n, 0, BTC)], [160_000_000, 40_000_000]) for n in (1, 2)]
    assert evidence(*mixed) == []
    gathered = [tx(10 + n, [(n, 0, BTC), (200 + n, 0, BTC)], [2 * BTC]) for n in (1, 2)]
    parted = [tx(20 + n, [(10 + n, 0, 2 * BTC)], [40_000_000, 160_000_000]) for n in (1, 2)]
    assert evidence(*gathered, *parted) == []


def test_a_payment_that_is_named_is_followed_and_others_to_its_address_are_not():
    named = Case("red", ("pay red",), (OutPoint(txid(1), 0),))
    other = tx(7, [(107, 0, BTC)], [(BTC, "pay red")])
    into = tx(3, [(7, 0, BTC)], [(BTC, "till")]), tx(4, [(2, 0, BTC)], [(BTC, "till")])
    assert evidence(other, *into, cases=(named, BLUE)) == []
    assert evidence(other, *into) != []


def test_the_evidence_never_says_who_it_was():
    drawn = [*_cashed(), tx(5, [(3, 0, BTC), (4, 0, BTC)], [BTC])]
    for link in Drawn((*PAID, *drawn), (RED, BLUE)).links():
        for one in link.evidence:
            assert "actor" not in one.reason
            assert one.reason
            assert one.doubt.startswith("it would say")


@given(drawn_cases())
@settings(max_examples=300)
def test_every_pair_looked_at_by_itself_gives_the_same(drawn):
    made = {
        (link.first, link.second): {(one.kind.value, one.value) for one in link.evidence}
        for link in drawn.links()
    }
    assert made == naive_links(drawn)


@given(drawn_cases(), st.randoms(use_true_random=False))
def test_the_order_of_cases_and_transactions_makes_no_difference(drawn, random):
    before = drawn.links()
    cases, transactions = list(drawn.cases), list(drawn.transactions)
    random.shuffle(cases)
    random.shuffle(transactions)
    assert Drawn(tuple(transactions), tuple(cases), drawn.coinjoins, drawn.services).links() == before


@given(drawn_cases())
def test_whichever_of_two_cases_is_named_first_the_link_is_the_same(drawn):
    names = {one.id: f"case {9 - int(one.id[-1])}" for one in drawn.cases}
    turned = Drawn(
        drawn.transactions,
        tuple(Case(names[one.id], one.addresses, one.points) for one in drawn.cases),
        drawn.coinjoins,
        drawn.services,
    )

    def said(links):
        return {
            frozenset(
                (id, one.kind, side.amount_sat, side.hops, one.strength)
                for one in link.evidence
                for id, side in zip((link.first, link.second), one.sides, strict=True)
            )
            for link in links
        }

    named = {frozenset((names[id], *rest) for id, *rest in one) for one in said(drawn.links())}
    assert said(turned.links()) == named


@given(drawn_cases(), drawn_cases())
def test_transactions_that_have_nothing_to_do_with_it_change_nothing(drawn, other):
    apart = Drawn(tuple(_elsewhere(one) for one in other.transactions), ())
    more = Drawn((*drawn.transactions, *apart.transactions), drawn.cases, drawn.coinjoins, drawn.services)
    assert more.links() == drawn.links()


def _elsewhere(one):
    """The same transaction with ids and addresses that nothing else has."""
    import msgspec

    def moved(id):
        return f"{int(id, 16) + (1 << 64):064x}"

    return msgspec.structs.replace(
        one,
        txid=moved(one.txid),
        inputs=tuple(
            msgspec.structs.replace(input, spent=OutPoint(moved(input.spent.txid), input.spent.n))
            for input in one.inputs
        ),
        outputs=tuple(
            msgspec.structs.replace(output, address=f"other {n}") for n, output in enumerate(one.outputs)
        ),
    )


def test_the_payment_of_colonial_meets_other_money_of_the_wallet_in_the_transaction_before_the_seizure():
    """Had another victim paid what is the other input of daf38c7b..., it would lead to the same hands."""
    paths = [shared(f"ledger/colonial/colonial_{name}_txs.json") for name in ("anchor", "fbi", "ransom")]
    ledger = Ledger.of(one for path in paths for one in transactions_in(path.read_bytes(), path.name))
    joined = ledger.transaction("daf38c7b38eb0a587cf843f47000d5c294affb4f56017370ad48c5147f5e69d9")
    ransom = OutPoint("9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a", 0)
    others = [input.spent for input in joined.inputs if input.spent != ransom]
    cases = (Case("Colonial", (), (ransom,)), Case("other", (), (others[0],)))
    [link] = links(cases, known_of(ledger, cases))
    kinds = [one.kind for one in link.evidence]
    assert Kind.CONSOLIDATION in kinds
    [met] = [one for one in link.evidence if one.kind is Kind.CONSOLIDATION]
    assert met.value == joined.txid
    assert met.sides[0].amount_sat == 63_70000000
