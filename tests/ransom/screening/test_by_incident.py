from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from drawn_ledgers import tx
from ransom.screening.test_by_ledger import naive_cluster
from strategies import examples
from tocsin.ransom.address.address import parse_address
from tocsin.ransom.address.ripemd160 import hash160
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.script import Kind, script_paying
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.screening.by_incident import IncidentScreening, ransom_words
from tocsin.ransom.screening.by_ledger import LedgerScreening
from tocsin.ransom.screening.known_ransom import KnownRansom, Origin
from tocsin.ransom.screening.screening import MatchClass, Screened, Verdict

OLD = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
NEW = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
CASH = "bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h"
ETHER = "0x8589427373D6D84E98730D7795D8f6f8731FDA16"


def ransom(id, *asked, paid=(), origin=Origin.GIVEN, by="Hub", **more):
    return KnownRansom(id, f"Case {id}", origin, by, asked=asked, paid=paid, **more)


def own(id, *asked, **more):
    return ransom(id, *asked, origin=Origin.OWN, by="", is_open=True, **more)


def asked(text, verdict=Verdict.NO_MATCH_FOUND):
    try:
        read = parse_address(text)
    except Exception:  # noqa: BLE001  a text that is none is compared as text
        read = None
    return Screened(text, read if hasattr(read, "payee") else None, verdict, ())


def by(*ransoms, ledger=()):
    return IncidentScreening(ransoms, LedgerScreening(Ledger.of(ledger), []))


def found(text, *ransoms, of="", ledger=()):
    return [(one.ransom.id, one.how.value) for one in by(*ransoms, ledger=ledger).matches(asked(text), of)]


@pytest.mark.parametrize(
    ("text", "named", "how"),
    [
        (OLD, OLD, "exact_address"),
        (NEW, NEW.upper(), "exact_address"),
        (f" {OLD}\n", f"bitcoin:{OLD}?amount=1", "exact_address"),
        (OLD, CASH, "other_spelling"),
        (OLD, NEW, "same_holder"),
        (ETHER, ETHER.lower(), "exact_address"),
        ("a Solana of tomorrow", "a Solana of tomorrow", "exact_address"),
        (f"{OLD[:-1]}J", f"{OLD[:-1]}J", "exact_address"),
        (OLD, ETHER, None),
        (OLD, f"{OLD[:-1]}J", None),
    ],
    ids=range(10),
)
def test_an_address_is_found_in_whichever_spelling_an_incident_names_it(text, named, how):
    assert found(text, ransom("1", named)) == ([("1", how)] if how else [])


def test_the_script_that_hides_a_key_and_the_key_itself_have_one_holder_either_way():
    key = parse_address(OLD).payload
    hidden = address_of(script_paying(Kind.SCRIPT_HASH, hash160(b"\x00\x14" + bytes.fromhex(key))))
    assert found(OLD, ransom("1", hidden)) == [("1", "same_holder")]
    assert found(hidden, ransom("1", OLD)) == [("1", "same_holder")]


def test_a_match_is_linked_and_never_a_hit_and_names_no_party():
    [match] = by(ransom("1", OLD)).matches(asked(OLD))
    one = asked(OLD).with_matches([match])
    assert (match.kind, match.kind.verdict, one.verdict) == (
        MatchClass.INCIDENT,
        Verdict.LINKED,
        Verdict.LINKED,
    )
    assert (match.parties, one.leads_to_party) == ((), False)


def test_a_link_outranks_that_no_list_is_kept_and_why_is_still_said():
    none = replace(asked(OLD, Verdict.NOT_SCREENABLE), why="no list is kept")
    one = none.with_matches(by(ransom("1", OLD)).matches(none))
    assert (one.verdict, one.why) == (Verdict.LINKED, "no list is kept")
    assert none.with_matches(by(ransom("1", ETHER)).matches(none)).verdict is Verdict.NOT_SCREENABLE


def test_words_say_which_incident_its_day_its_label_whose_word_it_is_and_whether_it_was_paid():
    told = ransom("1", OLD, paid=(NEW,), when="2026-04", tlp="green")
    words = [ransom_words(one) for text in (OLD, NEW) for one in by(told).matches(asked(text))]
    assert words == [
        f"that of Case 1 (2026-04, TLP:GREEN, given by Hub) was to be paid to {OLD}",
        f"that of Case 1 (2026-04, TLP:GREEN, given by Hub) was paid to {NEW}",
    ]
    whose = {
        origin: replace(told, origin=origin, by=by, when="", tlp="").told
        for origin, by in (("own", ""), ("noted", "Mill"), ("noted", ""), ("released", ""))
    }
    assert whose == {
        "own": "Case 1 (your own)",
        "noted": "Case 1 (noted here)",
        "released": "Case 1 (released by this node)",
    }
    assert replace(told, origin=Origin.NOTED, by="Mill").whose_word == "noted here, of Mill"


# -- one's own demand -----------------------------------------------------------------------------


def test_ones_own_open_demand_is_what_is_asked_about_and_no_match():
    assert found(OLD, own("mine", OLD)) == []
    assert found(OLD, own("mine", CASH)) == []
    assert found(OLD, own("mine", OLD), ransom("other", OLD)) == [("other", "exact_address")]


def test_another_incident_of_ones_own_is_a_match():
    second = replace(own("second", OLD), is_open=False)
    assert found(OLD, own("mine", OLD), second) == [("second", "exact_address")]
    assert found(OLD, replace(own("mine"), paid=(OLD,), is_open=False)) == [("mine", "exact_address")]


def test_of_two_own_open_demands_each_is_a_match_of_the_other():
    both = own("a", OLD), own("b", OLD)
    assert found(OLD, *both) == [("a", "exact_address"), ("b", "exact_address")]
    assert found(OLD, *both, of="a") == [("b", "exact_address")]


def test_an_own_demand_for_another_address_of_the_holder_is_a_match_unless_it_is_asked_about():
    assert found(NEW, own("mine", OLD)) == [("mine", "same_holder")]
    assert found(NEW, own("mine", OLD, NEW)) == []
    assert found(NEW, own("mine", OLD), of="mine") == []


# -- through the ledger ---------------------------------------------------------------------------

THIRD = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw"
FAR = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
LEDGER = [
    tx(10, [(90, 0, 5)], [(5, NEW)]),
    tx(11, [(91, 0, 5)], [(5, THIRD)]),
    tx(1, [(10, 0, 5), (11, 0, 5)], [(10, FAR)]),
]


@pytest.mark.parametrize("named", [NEW, OLD], ids=["itself", "by its key"])
def test_an_address_of_the_cluster_is_linked_with_the_transactions_that_join_them(named):
    [match] = by(ransom("1", named), ledger=LEDGER).matches(asked(THIRD))
    assert match.how is MatchClass.SAME_CLUSTER
    assert [(step.one, step.other) for step in match.steps] == [(THIRD, NEW)]
    assert "1 transaction joins them" in match.proof
    assert ("which the key of the named one can spend from" in match.proof) == (named == OLD)
    # Where its money went is nobody's that an incident names.
    assert found(FAR, ransom("1", named), ledger=LEDGER) == []


# -- against plain rules --------------------------------------------------------------------------


def _spellings(number):
    key = hash160(bytes([number]))
    hidden = hash160(b"\x00\x14" + key)
    kinds = ((Kind.KEY_HASH, key), (Kind.WITNESS, key), (Kind.SCRIPT_HASH, hidden))
    return [address_of(script_paying(kind, hashed)) for kind, hashed in kinds]


PLAIN = [text for number in range(4) for text in _spellings(number)]
POOL = [*PLAIN, *(text.upper() for text in PLAIN if text.startswith("bc1"))]


@st.composite
def ransoms(draw):
    made = []
    for number in range(draw(st.integers(0, 4))):
        is_own = draw(st.booleans())
        made.append(
            KnownRansom(
                str(number),
                draw(st.sampled_from("xy")),
                Origin.OWN if is_own else Origin.GIVEN,
                asked=tuple(draw(st.lists(st.sampled_from(POOL), max_size=2))),
                paid=() if is_own else tuple(draw(st.lists(st.sampled_from(POOL), max_size=1))),
                is_open=is_own and draw(st.booleans()),
            )
        )
    return made


@st.composite
def spends(draw):
    """Each address is paid once; some of these outputs are then spent together."""
    paid = draw(st.lists(st.sampled_from(PLAIN), unique=True, max_size=6))
    made = [tx(100 + n, [(900 + n, 0, 5)], [(5, text)]) for n, text in enumerate(paid)]
    free = list(range(len(paid)))
    while len(free) > 1 and draw(st.booleans()):
        some = [free.pop(draw(st.integers(0, len(free) - 1))) for _ in range(2)]
        made.append(tx(200 + len(made), [(100 + n, 0, 5) for n in some], [(10, "till")]))
    return made


def naive(text, told, of, made):
    """The nearest way from ``text`` to each incident, by going through all pairs."""
    order = ["exact_address", "other_spelling", "same_holder", "same_cluster"]
    ledger = Ledger.of(made)
    asked_for = parse_address(text)
    cluster = naive_cluster(made, ledger, asked_for.text) if ledger.paid_to(asked_for.text) else set()
    ways = {}
    for one in told:
        for named in (*one.paid, *one.asked):
            other = parse_address(named)
            if other.text == asked_for.text:
                way = "exact_address"
            elif set(asked_for.holders) & set(other.holders):
                way = "other_spelling" if asked_for.is_same(other) else "same_holder"
            elif any(
                set(parse_address(each).holders[:1]) & set(other.holders)
                for each in cluster - {asked_for.text}
                if each != "till"
            ):
                way = "same_cluster"
            else:
                continue
            if one.id != of:
                ways.setdefault(one.id, set()).add((order.index(way), one.is_open))
    nearest = {id: min(some) for id, some in ways.items()}
    demands = [id for id, (way, is_open) in nearest.items() if is_open and way < 2]
    if not of and len(demands) == 1:
        del nearest[demands[0]]
    return {(id, order[way]) for id, (way, _) in nearest.items()}


@settings(max_examples=examples(200))
@given(st.sampled_from(POOL), ransoms(), st.sampled_from(["", "0", "1"]), spends())
def test_the_incidents_are_those_of_plain_rules_each_once_by_its_nearest_way(text, told, of, made):
    got = found(text, *told, of=of, ledger=made)
    assert set(got) == naive(text, told, of, made)
    assert len(got) == len(set(got))
    assert found(text, *reversed(told), of=of, ledger=made) == got
