from __future__ import annotations

from hypothesis import given, settings, strategies as st

from drawn_ledgers import tx, txid
from tocsin.limits import CLUSTER_ALARM_ADDRESSES
from tocsin.ransom.address.ripemd160 import hash160
from tocsin.ransom.clusters.coinjoin import is_coinjoin
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.script import Kind, script_paying
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.sanctions.party import ListedAddress, Party
from tocsin.ransom.screening import by_ledger
from tocsin.ransom.screening.by_ledger import LedgerScreening
from tocsin.ransom.screening.screening import ListedAddresses, MatchClass, Screened, Verdict

IN, OUT, SAME = MatchClass.EXPOSURE_IN, MatchClass.EXPOSURE_OUT, MatchClass.SAME_CLUSTER


def listed(*addresses, name="OFAC SDN"):
    party = Party("7", "Example", (), ("CYBER2",), "", tuple(ListedAddress("XBT", one) for one in addresses))
    return ListedAddresses([party], name)


def look(transactions, address, *addresses):
    return LedgerScreening(Ledger.of(transactions), [listed(*addresses)]).look(unmatched(address))


def unmatched(address):
    return Screened(address, None, Verdict.NO_MATCH_FOUND, ())


def kinds(found):
    return [(one.kind, one.listed.text) for one in found.matches]


# A (listed) and B are spent together by 1, B and C by 2; D is paid by 2, and pays E by 3.
CHAIN = [
    tx(10, [(90, 0, 5)], [(5, "A")]),
    tx(11, [(91, 0, 5)], [(3, "B"), (2, "B")]),
    tx(12, [(92, 0, 9)], [(9, "C")]),
    tx(1, [(10, 0, 5), (11, 0, 3)], [(8, "X")]),
    tx(2, [(11, 1, 2), (12, 0, 9)], [(11, "D")]),
    tx(3, [(2, 0, 11)], [(11, "E")]),
]


def test_a_listed_address_of_the_same_cluster_links_with_the_transactions_that_join_them():
    found = look(CHAIN, "C", "A")
    (match,) = found.matches
    assert (found.verdict, match.kind, match.list) == (Verdict.LINKED, SAME, "OFAC SDN")
    assert [(step.txid, step.one, step.other) for step in match.steps] == [
        (txid(2), "C", "B"), (txid(1), "B", "A"),
    ]  # fmt: skip
    assert "2 transactions join" in match.proof
    assert (found.ledger.addresses, found.ledger.listed, found.ledger.is_large) == (3, 1, False)


def test_money_that_came_from_a_listed_address_links_with_its_range_and_conventions():
    found = look([*CHAIN, tx(4, [(1, 0, 8), (93, 0, 4)], [(6, "F"), (6, "G")])], "F", "A")
    (match,) = found.matches
    assert (found.verdict, match.kind) == (Verdict.LINKED, IN)
    # 5 of the 8 that A and B brought are A's; with 4 others they went to F and G, 6 each.
    assert (match.exposure.seeded_sat, match.exposure.min_sat, match.exposure.max_sat) == (5, 0, 5)
    assert match.exposure.amounts_sat["fifo"] == 5
    assert match.exposure.amounts_sat["lifo"] == 0
    assert set(match.exposure.amounts_sat) == {"fifo", "lifo", "haircut", "tiho", "poison"}
    assert match.proof == "of 5 satoshi paid to it reached this one between 0 and 5 by any convention"


def test_money_that_went_to_a_listed_address_links_through_the_whole_cluster():
    # A, B and C are one holder: all that was paid to them is followed, and what went to D is B's and C's.
    found = look(CHAIN, "C", "D")
    (match,) = found.matches
    assert (match.kind, match.exposure.seeded_sat) == (OUT, 5 + 5 + 9)
    assert (match.exposure.min_sat, match.exposure.max_sat) == (11, 11)
    assert kinds(look(CHAIN, "D", "C")) == [(IN, "C")]


def test_what_is_not_joined_and_not_reached_is_no_match_and_says_what_the_ledger_knows():
    found = look(CHAIN, "X", "E")
    assert (found.verdict, found.matches) == (Verdict.NO_MATCH_FOUND, ())
    assert (found.ledger.addresses, found.ledger.listed, found.ledger.doubts) == (1, 1, ())
    assert look(CHAIN, "Z", "A").ledger is None


def test_a_ledger_that_knows_no_listed_address_is_not_traced(monkeypatch):
    monkeypatch.setattr(by_ledger, "trace", None)
    assert look(CHAIN, "C", "Q").ledger.listed == 0


def test_a_listed_address_is_found_in_the_ledger_however_the_list_writes_it():
    own = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    (match,) = look(
        [tx(1, [(90, 0, 5)], [(5, own)]), tx(2, [(1, 0, 5)], [(5, "B")])], "B", own.upper()
    ).matches
    assert (match.kind, match.listed.text) == (IN, own.upper())


def test_a_listed_address_is_not_linked_to_itself():
    assert look(CHAIN, "A", "A").matches == ()
    assert kinds(look(CHAIN, "B", "A", "B")) == [(SAME, "A")]


def test_a_coinjoin_joins_nobody():
    big = 5_000
    inputs = [tx(n, [(90 + n, 0, big)], [(big, name)]) for n, name in ((1, "A"), (2, "B"), (3, "C"))]
    outputs = [(big, "P"), (big, "Q"), (big, "R")]
    found = look([*inputs, tx(4, [(1, 0, big), (2, 0, big), (3, 0, big)], outputs)], "B", "A")
    assert (found.verdict, found.ledger.addresses) == (Verdict.NO_MATCH_FOUND, 1)


def test_in_a_cluster_that_is_an_alarm_only_the_address_itself_is_looked_at_and_that_is_said():
    count = CLUSTER_ALARM_ADDRESSES + 1
    paid = [tx(n, [(5_000 + n, 0, 9)], [(9, f"a{n}")]) for n in range(1, count)]
    paid.append(tx(count, [(4_999, 0, 9)], [(9, "A")]))
    spent = tx(9_000, [(n, 0, 9) for n in range(1, count + 1)], [(9 * count, "E")])
    found = look([*paid, spent], "a1", "A", "E")
    assert found.ledger.is_large
    assert kinds(found) == [(SAME, "A"), (OUT, "E")]
    assert f"the cluster has {count:,} addresses" in found.matches[0].proof
    # Of the money of the cluster only what was paid to the address was followed.
    assert found.matches[1].exposure.seeded_sat == 9


def test_what_cannot_be_followed_is_a_doubt_and_never_a_clean_answer():
    ledger = [
        tx(1, [(90, 0, None)], [(5, "A")]),
        tx(2, [(1, 0, 5), (91, 0, None)], [(7, "B")]),
        tx(3, [(2, 0, 7)], [(7, "C")]),
    ]
    found = look(ledger, "C", "A")
    (match,) = found.matches
    assert (match.exposure.amounts_sat["haircut"], match.exposure.min_sat, match.exposure.max_sat) == (
        None,
        0,
        5,
    )
    assert (
        "some conventions cannot tell what 2 transactions pay, and the range goes on"
        in found.ledger.doubts[0]
    )
    hidden = [tx(1, [(90, 0, None), (91, 0, 4)], [(4, "B")])]
    hidden[0] = type(hidden[0])(
        hidden[0].txid,
        tuple(
            type(one)(one.spent, one.amount, address)
            for one, address in zip(hidden[0].inputs, ("A", "Z"), strict=True)
        ),
        hidden[0].outputs,
        None,
        None,
    )
    found = look(hidden, "B", "A")
    assert found.ledger.doubts == ("1 outputs are of unknown amount, and were not followed",)


def test_of_many_listed_addresses_some_are_followed_and_that_is_said(monkeypatch):
    monkeypatch.setattr(by_ledger, "EXPOSURES_TRACED", 1)
    ledger = [
        tx(1, [(90, 0, 5)], [(5, "A")]),
        tx(2, [(91, 0, 5)], [(5, "B")]),
        tx(3, [(1, 0, 5)], [(5, "C")]),
        tx(4, [(2, 0, 5)], [(5, "C")]),
    ]
    found = look(ledger, "C", "A", "B")
    assert len(found.matches) == 1
    assert "only 1 of 2 listed addresses" in found.ledger.doubts[0]


def test_an_address_of_several_lists_is_a_match_of_each():
    both = LedgerScreening(Ledger.of(CHAIN), [listed("A"), listed("A", name="UK")])
    assert [one.list for one in both.look(unmatched("B")).matches] == ["OFAC SDN", "UK"]


# -- against plain rules --------------------------------------------------------------------------

_POOL = "ABCDEF"


@st.composite
def ledgers(draw):
    """Transactions whose outputs and outside inputs pay to few addresses."""
    free, made, outside = [], [], 1_000
    for number in range(1, draw(st.integers(1, 8)) + 1):
        inputs = []
        for _ in range(draw(st.integers(1, 3))):
            if free and draw(st.booleans()):
                inputs.append(free.pop(draw(st.integers(0, len(free) - 1))))
            else:
                outside += 1
                inputs.append((outside, 0, draw(st.integers(0, 9))))
        left = sum(amount for _, _, amount in inputs)
        outputs = []
        for _ in range(draw(st.integers(1, 3))):
            outputs.append((draw(st.integers(0, left)), draw(st.sampled_from(_POOL))))
            left -= outputs[-1][0]
        made.append(tx(number, inputs, outputs, height=number))
        free += [(number, n, amount) for n, (amount, _) in enumerate(outputs)]
    return made


def naive_cluster(made, ledger, address):
    found, grew = {address}, True
    while grew:
        grew = False
        for one in made:
            payers = [ledger.address_at(each.spent) for each in one.inputs]
            known = {payer for payer in payers if payer}
            if len(known) < 2 or is_coinjoin(
                len(known) + payers.count(""), [out.amount for out in one.outputs]
            ):
                continue
            if known & found and not known <= found:
                found |= known
                grew = True
    return found


def naive_reach(made, ledger, sources, targets):
    """Whether some satoshi paid to ``sources`` can have come to ``targets``, step by step through all transactions."""
    seeds = {point for source in sources for point in ledger.paid_to(source) if ledger.amount_of(point)}
    touched, reached = set(seeds), False
    for one in made:
        if not any(each.spent in touched for each in one.inputs):
            continue
        for n, out in enumerate(one.outputs):
            if out.amount:
                point = type(one.inputs[0].spent)(one.txid, n)
                touched.add(point)
                reached = reached or (out.address in targets and point not in seeds)
    return reached


@settings(max_examples=150)
@given(ledgers(), st.sampled_from(_POOL), st.sets(st.sampled_from(_POOL), max_size=3))
def test_the_links_are_those_of_plain_rules_and_each_convention_lies_in_the_range(made, address, names):
    ledger = Ledger.of(made)
    if not ledger.paid_to(address):
        return
    names -= {address}
    found = LedgerScreening(ledger, [listed(*sorted(names))]).look(unmatched(address))
    cluster = naive_cluster(made, ledger, address)
    known = {name for name in names if ledger.paid_to(name)}
    expected = {(SAME, name) for name in known & cluster}
    expected |= {(IN, name) for name in known - cluster if naive_reach(made, ledger, [name], cluster)}
    expected |= {(OUT, name) for name in known - cluster if naive_reach(made, ledger, cluster, [name])}
    assert set(kinds(found)) == expected
    assert len(found.matches) == len(expected)
    assert found.verdict is (Verdict.LINKED if expected else Verdict.NO_MATCH_FOUND)
    assert found.ledger.doubts == ()
    for match in found.matches:
        for name, amount in (match.exposure.amounts_sat if match.exposure else {}).items():
            assert amount is not None
            if name != "poison":
                assert match.exposure.min_sat <= amount <= match.exposure.max_sat


KEY = bytes(range(20))


def test_money_that_reached_another_address_of_a_listed_key_links():
    plain = address_of(script_paying(Kind.KEY_HASH, KEY))
    witness = address_of(script_paying(Kind.WITNESS, KEY))
    nested = address_of(script_paying(Kind.SCRIPT_HASH, hash160(b"\x00\x14" + KEY)))
    for other in (witness, nested):
        found = look([tx(1, [(90, 0, 5)], [(5, "mine")]), tx(2, [(1, 0, 5)], [(5, other)])], "mine", plain)
        (match,) = found.matches
        assert (found.verdict, match.kind, match.listed.text) == (Verdict.LINKED, OUT, plain)
        assert match.proof.endswith(f"by {other}, which the key of the listed one can spend from")
    (match,) = look(
        [tx(1, [(90, 0, 5)], [(5, "mine")]), tx(2, [(1, 0, 5)], [(5, plain)])], "mine", plain
    ).matches
    assert "which the key" not in match.proof
