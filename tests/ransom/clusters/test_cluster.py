"""Who spends together is one cluster, every join has its transaction, and a bad one can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import txid
from tocsin.ransom.clusters.cluster import Clusters, Merge, Step
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction

SHARE = 1_000_000


def spend(number, payers, outputs=(3 * SHARE // 2,), height=None):
    """Transaction ``number``, of one input from each payer, "" for one that is not known."""
    inputs = tuple(
        Input(OutPoint(txid(100_000 + number), n), 9 * SHARE, payer) for n, payer in enumerate(payers)
    )
    return Transaction(
        txid(number), inputs, tuple(Output(one, None, f"to{number}") for one in outputs), height
    )


def addresses(ledger):
    return [address for _, address in ledger.columns.table.addresses()]


PAYERS = st.lists(st.sampled_from(["", *"abcdefghijkl"]), min_size=1, max_size=4)


@st.composite
def drawn_spends(draw):
    drawn = draw(st.lists(st.tuples(PAYERS, st.sampled_from([1, 1, 1, 3])), max_size=12))
    return [spend(n, payers, [SHARE] * equal) for n, (payers, equal) in enumerate(drawn, 1)]


def joining(spends, without=()):
    """By id, the addresses that a transaction joins, by the words of the rule and not by its code."""
    found = {}
    for one in spends:
        payers = [input.address for input in one.inputs]
        mixed = len(one.outputs) == 3 and len({*payers} - {""}) + payers.count("") >= 3
        if one.txid not in without and not mixed:
            found[one.txid] = {*payers} - {""}
    return found


def naive(spends, start, without=()):
    found, edge = {start}, [start]
    while edge:
        now = edge.pop()
        for some in joining(spends, without).values():
            if now in some:
                edge += some - found
                found |= some
    return sorted(found)


def naive_forest(ledger, spends):
    """Each join as (transaction, address, address): of an address that was not yet with the first of its transaction."""
    edges, group, joins = [], {address: {address} for address in addresses(ledger)}, joining(spends)
    for number in range(len(ledger)):
        id = ledger.columns.name(number)
        payers = [
            input.address
            for input in ledger.transaction_at(number).inputs
            if input.address in joins.get(id, ())
        ]
        for payer in payers:
            if payer not in group[payers[0]]:
                edges.append((id, payers[0], payer))
                both = group[payers[0]] | group[payer]
                group.update(dict.fromkeys(both, both))
    return edges


def shortest(edges, start, end):
    """The transactions on the way with the fewest edges, found breadth first."""
    ways = [(start, [])]
    seen = {start}
    for now, way in ways:
        if now == end:
            return list(dict.fromkeys(way))
        for id, one, other in edges:
            for here, there in ((one, other), (other, one)):
                if here == now and there not in seen:
                    seen.add(there)
                    ways.append((there, [*way, id]))
    return None


@given(drawn_spends())
def test_clusters_are_those_of_a_walk_over_all_inputs(spends):
    ledger = Ledger.of(spends)
    clusters = Clusters(ledger)
    for address in addresses(ledger):
        assert clusters.cluster_of(address) == naive(spends, address)


@given(drawn_spends())
def test_each_step_of_a_proof_is_a_pair_of_inputs_and_no_transaction_comes_twice(spends):
    ledger, joins = Ledger.of(spends), joining(spends)
    clusters = Clusters(ledger)
    for one in addresses(ledger):
        for other in addresses(ledger):
            steps = clusters.proof(one, other)
            if one == other or other not in clusters.cluster_of(one):
                assert steps == []
                continue
            assert (steps[0].one, steps[-1].other) == (one, other)
            assert [step.other for step in steps[:-1]] == [step.one for step in steps[1:]]
            assert all({step.one, step.other} <= joins[step.txid] for step in steps)
            assert len({step.txid for step in steps}) == len(steps)
            assert [Step(*step) for step in clusters.proof(other, one)] == [
                Step(txid, there, here) for txid, here, there, _ in reversed(steps)
            ]


@given(drawn_spends())
def test_a_proof_is_the_shortest_way_through_the_joins_that_were_made(spends):
    ledger = Ledger.of(spends)
    clusters, forest = Clusters(ledger), naive_forest(ledger, spends)
    for one in addresses(ledger):
        assert set(clusters.joined_by(one)) == {id for id, here, _ in forest if here in naive(spends, one)}
        for other in clusters.cluster_of(one):
            assert [step.txid for step in clusters.proof(one, other)] == shortest(forest, one, other)


@given(drawn_spends(), st.randoms(use_true_random=False))
def test_the_order_of_loading_changes_neither_clusters_nor_proofs(spends, random):
    mixed = list(spends)
    random.shuffle(mixed)
    first, second = Clusters(Ledger.of(spends)), Clusters(Ledger.of(mixed))
    assert sorted(first.coinjoins) == sorted(second.coinjoins)
    for one in addresses(Ledger.of(spends)):
        assert first.cluster_of(one) == second.cluster_of(one)
        assert all(first.proof(one, other) == second.proof(one, other) for other in first.cluster_of(one))


@given(drawn_spends(), st.sets(st.integers(1, 12), max_size=3))
def test_what_is_left_out_is_undone_as_if_it_had_joined_nobody(spends, numbers):
    without = {txid(number) for number in numbers}
    clusters = Clusters(Ledger.of(spends), without)
    assert not without & set(clusters.coinjoins)
    for address in addresses(Ledger.of(spends)):
        assert clusters.cluster_of(address) == naive(spends, address, without)
        assert not without & set(clusters.joined_by(address))


def test_a_proof_names_the_transactions_and_a_mend_takes_them_away():
    spends = [spend(1, ["a", "b"]), spend(2, ["b", "c"]), spend(3, ["d", "e", "f"]), spend(4, ["g"])]
    ledger = Ledger.of(spends)
    clusters = Clusters(ledger)
    assert clusters.cluster_of("c") == ["a", "b", "c"]
    assert clusters.proof("a", "c") == [Step(txid(1), "a", "b"), Step(txid(2), "b", "c")]
    assert clusters.proof("e", "f") == [Step(txid(3), "e", "f")]
    assert clusters.proof("a", "d") == clusters.proof("a", "a") == []
    assert clusters.joined_by("a") == [txid(1), txid(2)]
    assert clusters.cluster_of("g") == ["g"]
    assert clusters.cluster_of("to4") == ["to4"]
    assert "nobody" not in clusters
    assert Clusters(ledger, {txid(2)}).cluster_of("a") == ["a", "b"]


def test_a_coinjoin_joins_nobody_and_is_named():
    whirlpool = spend(1, list("abcde"), [5_000_000] * 5)
    payment = spend(2, ["a", "f"], [2 * SHARE, 2 * SHARE, SHARE])
    clusters = Clusters(Ledger.of([whirlpool, payment]))
    assert clusters.coinjoins == [txid(1)]
    assert clusters.cluster_of("a") == ["a", "f"]
    assert clusters.cluster_of("b") == ["b"]


def test_inputs_of_unknown_address_join_nobody_but_count_as_payers():
    clusters = Clusters(Ledger.of([spend(1, ["a", "", "b"], [SHARE] * 3), spend(2, ["c", "", "d"])]))
    assert clusters.coinjoins == [txid(1)]
    assert clusters.cluster_of("c") == ["c", "d"]


def test_a_large_cluster_and_a_merge_of_two_large_ones_give_an_alarm(monkeypatch):
    monkeypatch.setattr("tocsin.ransom.clusters.cluster.CLUSTER_ALARM_ADDRESSES", 5)
    monkeypatch.setattr("tocsin.ransom.clusters.cluster.CLUSTER_ALARM_MERGED", 3)
    apart = [
        spend(1, list("abc"), height=1),
        spend(2, list("defg"), height=2),
        spend(3, list("xy"), height=3),
    ]
    bridge = spend(4, ["a", "d"], height=4)
    before, after = Clusters(Ledger.of(apart)), Clusters(Ledger.of([bridge, *apart]))
    assert (before.merges, before.is_alarming("a")) == ([], False)
    assert after.merges == after.merges_in("g") == [Merge(txid(4), 3, 4)]
    assert after.merges_in("x") == []
    assert (after.is_alarming("g"), after.is_alarming("x")) == (True, False)
    assert not Clusters(Ledger.of([bridge, *apart]), {txid(4)}).merges


@pytest.mark.parametrize("length", [2000])
def test_a_long_chain_is_proved_from_end_to_end(length):
    chain = [spend(n, [f"a{n}", f"a{n + 1}"]) for n in range(1, length)]
    steps = Clusters(Ledger.of(chain)).proof("a1", f"a{length}")
    assert [step.txid for step in steps] == [txid(n) for n in range(1, length)]
