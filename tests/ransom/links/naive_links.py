"""Every pair, every output, every satoshi: slow, and nothing to get wrong."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import combinations

from naive_taint import satoshi_by_satoshi
from ransom.links.drawn_cases import points_of
from tocsin.ransom.ledger.transaction import OutPoint


def naive_links(drawn):
    """By pair of cases: the set of (kind, value)."""
    ledger = drawn.ledger()
    cases = {one.id: one for one in drawn.cases}
    held = {id: _held(drawn, ledger, one) for id, one in cases.items()}
    addresses = {
        id: ({*one.addresses, *(ledger.address_at(point) for point in one.points)} - {""})
        for id, one in cases.items()
    }
    wallets = _wallets(drawn, ledger)
    found = {}
    for pair in combinations(sorted(cases), 2):
        one, other = pair
        both = addresses[one] & addresses[other]
        said = {("address", address) for address in both}
        for wallet in wallets:
            mine, theirs = (sorted(addresses[id] & wallet) for id in pair)
            if mine and theirs and not both & wallet:
                said.add(("cluster", mine[0]))
        for transaction in drawn.transactions:
            txid = transaction.txid
            if txid in drawn.coinjoins:
                continue
            spent = {input.spent for input in transaction.inputs}
            mine, theirs = (
                {point for point in spent & held[id].keys() if ledger.address_at(point) not in drawn.services}
                for id in pair
            )
            if mine - held[other].keys() and theirs - held[one].keys():
                said.add(("consolidation", txid))
        for address in {ledger.address_at(point) for id in pair for point in held[id]} - {""} - both:
            mine, theirs = (
                {point for point in held[id] if ledger.address_at(point) == address} for id in pair
            )
            if mine - held[other].keys() and theirs - held[one].keys():
                said.add(("cash-out", address))
        for share in range(60, 100, 5):
            mine, theirs = (_split(drawn, ledger, held[id], share) for id in pair)
            if mine and theirs and mine != theirs:
                said.add(("split", f"{share}/{100 - share}"))
        if said:
            found[pair] = said
    return found


def _held(drawn, ledger, case):
    """The outputs that hold money of a case before any end, with the most satoshi and the fewest hops."""
    found = {}
    for seed in points_of(ledger, case):
        if ledger.amount_of(seed) is None:
            continue
        satoshi, _ = satoshi_by_satoshi(ledger, {seed: 1}, last=False, is_end=partial(_is_end, drawn, ledger))
        counts = {point: sum(1 for label in labels if label) for point, labels in satoshi.items()}
        for point, count in counts.items():
            hops = _hops(drawn, ledger, seed, counts, point)
            if hops is not None and (count or point == seed):
                before = found.get(point, (0, hops))
                found[point] = (max(before[0], count), min(before[1], hops))
    return found


def _hops(drawn, ledger, seed, counts, point):
    if point == seed:
        return 0
    if not counts[point] or ledger.transaction(point.txid) is None:
        return None
    spent = [input.spent for input in ledger.transaction(point.txid).inputs]
    traced = [one for one in spent if one == seed or counts.get(one)]
    if any(ledger.address_at(one) in drawn.services for one in traced):
        return None
    hops = [_hops(drawn, ledger, seed, counts, one) for one in traced if not _is_end(drawn, ledger, one)]
    return min(hops) + 1 if hops and None not in hops else None


def _is_end(drawn, ledger, point):
    spend = ledger.spend_of(point)
    return ledger.address_at(point) in drawn.services or (spend is not None and spend.txid in drawn.coinjoins)


def _wallets(drawn, ledger):
    named = {output.address for one in drawn.transactions for output in one.outputs} - {""}
    wallets = [{address} for address in sorted(named)]
    for one in drawn.transactions:
        payers = {ledger.address_at(input.spent) for input in one.inputs} - {""}
        if one.txid not in drawn.coinjoins and len(payers) > 1:
            joined = [wallet for wallet in wallets if wallet & payers]
            wallets = [wallet for wallet in wallets if not wallet & payers] + [set().union(*joined)]
    return wallets


def _split(drawn, ledger, held, share):
    """The first transaction that splits money of the case so, by hops and then id."""
    found = []
    for one in drawn.transactions:
        points = [OutPoint(one.txid, n) for n in range(len(one.outputs))]
        spent = [input.spent for input in one.inputs]
        if len(points) != 2 or not spent or not all(point in held for point in [*spent, *points]):
            continue
        # Whose way ends at a service is not split by its owner.
        hops = [held[point][1] for point in spent if ledger.address_at(point) not in drawn.services]
        if not hops or min(hops) > 2 or any(held[point][0] != ledger.amount_of(point) for point in spent):
            continue
        amounts = [output.amount for output in one.outputs]
        if not sum(amounts):
            continue
        if abs(Fraction(max(amounts), sum(amounts)) - Fraction(share, 100)) <= Fraction(25, 10_000):
            found.append((min(hops), one.txid))
    return min(found)[1] if found else ""
