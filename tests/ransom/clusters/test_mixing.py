"""All transactions at once are judged as each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import txid
from tocsin.ransom.clusters.coinjoin import is_coinjoin, mixes
from tocsin.ransom.clusters.mixing import mixing
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction

AMOUNTS = st.lists(st.sampled_from([100, 6_000, 6_000, 7_000, 9_000, 50_000]), min_size=1, max_size=14)
PAYERS = st.lists(st.sampled_from(["", *"abcdefgh"]), max_size=8)


def ledger_of(spends):
    return Ledger.of(
        Transaction(
            txid(number),
            tuple(Input(OutPoint(txid(1000 + number), n), 10**6, payer) for n, payer in enumerate(payers)),
            tuple(Output(amount, None, f"to{n}") for n, amount in enumerate(amounts)),
        )
        for number, (payers, amounts) in enumerate(spends, 1)
    )


@pytest.mark.parametrize("compiled", [False, True])
@given(spends=st.lists(st.tuples(PAYERS, AMOUNTS), max_size=6), many=st.sampled_from([4, 20]))
def test_at_once_or_one_by_one_the_same_look_like_a_coinjoin(compiled, spends, many):
    pytest.importorskip("numba")
    with pytest.MonkeyPatch.context() as patch:
        for module in ("mixing", "coinjoin"):
            patch.setattr(f"tocsin.ransom.clusters.{module}.MANY", many)
        patch.setattr("tocsin.ransom.clusters.mixing._FEW", 5)
        patch.setattr("tocsin.ransom.clusters.mixing._COMPILED_FROM", -1 if compiled else 10**9)
        ledger = ledger_of(spends)
        found = mixing(ledger).tolist()
        assert found == [mixes(ledger, number) for number in range(len(ledger))]
        for (payers, amounts), answer in zip(spends, found, strict=True):
            count = len({*payers} - {""}) + payers.count("")
            assert answer == is_coinjoin(count, amounts)
