"""Which incidents belong together: what links them, how much it says, and what links nobody."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from incidents.naive_links import naive_links
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.incident import Incident, Payment, Ransom
from tocsin.incidents.links import (
    ENOUGH_OTHERS,
    Kind,
    common_runs,
    links,
    plain_wallet,
    techniques_in_order,
)
from tocsin.model.strength import Strength

ROW = ("T1", "T2", "T3")
OTHERS = [{"T9"}] * ENOUGH_OTHERS


def same(text):
    return text


def plain(text):
    return () if text == "common" else (text.lower(),)


def line(*techniques):
    nodes = tuple(Node(id=str(at), technique=name) for at, name in enumerate(techniques))
    return Flow(nodes=nodes, edges=tuple(Edge(a.id, b.id) for a, b in pairwise(nodes)))


def made(number, *techniques, **more):
    return Incident(id=f"incident--{number}", name=str(number), flow=line(*techniques), **more)


def named(text):
    return "" if text == "nobody" else text.upper()


ARMED = [{"SHELL"}] * ENOUGH_OTHERS


def found(*incidents, attempts=OTHERS, arms=ARMED):
    return links(
        incidents,
        values=plain,
        technique=same,
        attempts=attempts,
        actor=named,
        software=named,
        arms=arms,
    )


def said(*incidents, **more):
    return {
        (link.first, link.second, each.kind.value, each.value)
        for link in found(*incidents, **more)
        for each in link.evidence
    }


def paid(*transactions, wallets=()):
    return Ransom(wallets=wallets, payments=(Payment(transactions=transactions),))


@pytest.mark.parametrize(
    ("more", "kind", "strength"),
    [
        ({"ransom": paid("tx")}, Kind.TRANSACTION, Strength.STRONG),
        ({"ransom": paid(wallets=("3Abc",))}, Kind.WALLET, Strength.STRONG),
        ({"indicators": ("Bad.example",)}, Kind.INDICATOR, Strength.MEDIUM),
        ({"actors": ("Bear",)}, Kind.ACTOR, Strength.MEDIUM),
        ({"software": ("Worm", "door")}, Kind.SOFTWARE, Strength.MEDIUM),
        ({"vulnerabilities": ("CVE-2021-26855",)}, Kind.VULNERABILITY, Strength.WEAK),
    ],
    ids=lambda one: one.value if isinstance(one, (Kind, Strength)) else "",
)
def test_the_same_thing_links_with_what_it_is_and_how_much_it_says(more, kind, strength):
    [link] = found(made(2, **more), made(1, **more), made(3))
    assert (link.first, link.second, link.strength) == ("incident--1", "incident--2", strength)
    assert [each.kind for each in link.evidence] == [kind]


def test_weak_ones_do_not_add_up_and_the_strongest_stands_first():
    flaws = ("CVE-2021-26855", "CVE-2021-27065", "CVE-2021-1")
    [weak] = found(made(1, vulnerabilities=flaws), made(2, vulnerabilities=flaws))
    assert (weak.strength, len(weak.evidence)) == (Strength.WEAK, 3)
    both = {"vulnerabilities": flaws, "ransom": paid(wallets=("3Abc",))}
    [link] = found(made(1, **both), made(2, **both))
    assert [each.kind for each in link.evidence][:2] == [Kind.WALLET, Kind.VULNERABILITY]


def test_a_wallet_that_was_demanded_and_one_that_was_paid_are_one():
    wallet = Ransom(payments=(Payment(wallets=("3Abc",)),))
    assert said(made(1, ransom=wallet), made(2, ransom=paid(wallets=("3Abc",))))


def test_a_payment_is_the_same_whether_its_output_is_named_or_not():
    assert said(made(1, ransom=paid("tx")), made(2, ransom=paid("tx:3"))) == {
        ("incident--1", "incident--2", "transaction", "tx")
    }


def test_the_attackers_that_both_notes_name_link_as_others_do():
    bear, known = Ransom(note_names=("bear", "nobody")), {"actors": ("Bear",)}
    assert said(made(1, ransom=bear), made(2, **known)) == {("incident--1", "incident--2", "actor", "BEAR")}
    assert found(made(1, ransom=bear), made(2, ransom=Ransom(note_names=("nobody",)))) == []


def test_what_is_common_links_nobody():
    assert found(made(1, indicators=("common",)), made(2, indicators=("common",))) == []


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", True),
        (" 15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr", "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr", True),
        ("15jfh88fce4wl6qemlgx5veafcbrxjc9fr", "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr", False),
        ("0x" + "AB" * 20, "ab" * 20, True),
        ("AB" * 32, "ab" * 32, True),
    ],
)
def test_a_wallet_has_one_spelling_where_several_mean_the_same(one, other, are_same):
    assert (plain_wallet(one) == plain_wallet(other)) is are_same


def test_a_name_of_an_attacker_that_nobody_knows_links_nobody():
    assert found(made(1, actors=("nobody",)), made(2, actors=("nobody",))) == []
    assert found(made(1, software=("nobody", "x")), made(2, software=("nobody", "x"))) == []


BOTH = ("Worm", "Door", "shell")


class TestSoftware:
    def test_two_pieces_that_few_others_use_link_and_what_many_use_is_not_told(self):
        [link] = found(made(1, software=BOTH), made(2, software=BOTH))
        [evidence] = link.evidence
        assert (evidence.value, evidence.held, evidence.of) == ("DOOR, WORM", 0, ENOUGH_OTHERS)

    @pytest.mark.parametrize("other", [("worm",), ("worm", "shell"), ("shell",), ()])
    def test_one_piece_does_not(self, other):
        assert found(made(1, software=BOTH), made(2, software=other)) == []

    def test_what_one_in_a_hundred_others_uses_is_not_rare(self):
        pair = made(1, software=BOTH), made(2, software=BOTH)
        assert found(*pair, arms=[{"WORM"}, *ARMED[1:]]) == []
        assert found(*pair, arms=[{"WORM"}, *ARMED])[0].evidence[0].held == 1
        assert len(found(*pair, made(3, software=BOTH), arms=ARMED)) == 3
        assert found(*pair, made(3, software=BOTH), arms=ARMED[2:]) == []

    def test_of_few_others_nothing_is_called_rare(self):
        assert found(made(1, software=BOTH), made(2, software=BOTH), arms=ARMED[1:]) == []


def thing(type, name="", **properties):
    pairs = [list(pair) for pair in properties.items()]
    return Node(
        id=f"{type}{name}{pairs}",
        kind=NodeKind.THING,
        type=type,
        name=name,
        rest={"afb": {"properties": pairs}},
    )


DRAWN = (
    thing("ipv4_addr", value="198.51.100.7"),
    thing("url", value="http://bad.example/x"),
    thing("url", value="/the/flaw"),
    thing("file", hashes=[["1", [["hash_type", "md5"], ["hash_value", "abc"]]], ["2", "x"]]),
    thing("file", "rundll32.exe"),
    thing("threat_actor", "Bear"),
    thing("malware", "Worm"),
    thing("tool", "Door"),
    thing("infrastructure", "server"),
    thing("vulnerability", "CVE 2021-26855, and others"),
    thing("note", abstract=None),
)


def test_what_a_flow_draws_beside_its_steps_counts_as_what_a_form_says():
    drawn = Incident(id="incident--1", name="", flow=Flow(nodes=DRAWN))
    assert {
        (kind, value) for _, _, kind, value in said(drawn, msgspec.structs.replace(drawn, id="incident--2"))
    } == {
        ("indicator", "198.51.100.7"),
        ("indicator", "http://bad.example/x"),
        ("indicator", "abc"),
        ("actor", "BEAR"),
        ("software", "DOOR, WORM"),
        ("vulnerability", "CVE-2021-26855"),
    }
    form = made(2, actors=("bear",), software=("door", "worm"), indicators=("ABC",))
    assert {kind for *_, kind, _ in said(drawn, form)} == {"actor", "software", "indicator"}


class TestRows:
    def test_three_techniques_one_after_the_other_that_few_others_hold_link(self):
        [link] = found(made(1, "T0", *ROW), made(2, *ROW, "T7"))
        [evidence] = link.evidence
        assert (evidence.kind, evidence.value, evidence.held, evidence.of) == (
            Kind.SEQUENCE,
            "T1 > T2 > T3",
            0,
            ENOUGH_OTHERS,
        )

    @pytest.mark.parametrize(
        "other",
        [("T1", "T2"), ("T3", "T2", "T1"), ("T1", "T3", "T2"), ("T1", "T7", "T2", "T3"), ("T1", "T2", "T1")],
    )
    def test_two_another_order_or_a_gap_do_not(self, other):
        assert found(made(1, *ROW), made(2, *other)) == []

    def test_what_one_in_a_hundred_others_holds_is_not_rare(self):
        pair = made(1, *ROW), made(2, *ROW)
        assert found(*pair, attempts=[set(ROW), *OTHERS[1:]]) == []
        assert found(*pair, attempts=[set(ROW), *OTHERS]) != []

    def test_an_attempt_without_order_holds_a_row_if_it_holds_all_of_it(self):
        pair = made(1, *ROW), made(2, *ROW)
        assert found(*pair, attempts=[{"T1", "T2"}, *OTHERS[1:]]) != []

    def test_another_incident_holds_a_row_only_in_its_order(self):
        pair = made(1, *ROW), made(2, *ROW)
        assert len(said(*pair, made(3, "T3", "T2", "T1"), attempts=OTHERS[1:])) == 1
        assert said(*pair, made(3, *ROW), attempts=OTHERS[1:]) == set()

    def test_of_few_other_attempts_nothing_is_called_rare(self):
        assert found(made(1, *ROW), made(2, *ROW), attempts=OTHERS[1:]) == []

    def test_steps_without_order_make_no_row(self):
        loose = Incident(id="incident--2", name="", flow=Flow(nodes=line(*ROW).nodes))
        assert found(made(1, *ROW), loose) == []

    def test_the_order_is_that_of_the_edges_whatever_was_written_first_and_circles_end(self):
        nodes = (
            Node(id="b", technique="T2"),
            Node(id="and", kind=NodeKind.AND),
            Node(id="a", technique="T1"),
        )
        flow = Flow(nodes=nodes, edges=(Edge("a", "and"), Edge("and", "b"), Edge("b", "a", EdgeKind.ABOUT)))
        assert techniques_in_order(flow, same) == ("T1", "T2")
        circle = Flow(nodes=nodes, edges=(Edge("a", "b"), Edge("b", "a")))
        assert techniques_in_order(circle, same) == ("T2", "T1")

    def test_a_technique_that_follows_itself_counts_once(self):
        assert techniques_in_order(line("T1", "T1", "", "T1", "T2"), same) == ("T1", "T2")


_ROWS = st.lists(st.sampled_from(["T1", "T2", "T3", "T4", ""]), max_size=6)
_FEW = st.sampled_from([(), ("x",), ("X", "y"), ("common",)])


@st.composite
def sets(draw):
    return [
        made(
            at,
            *draw(_ROWS),
            indicators=draw(_FEW),
            actors=draw(st.sampled_from([(), ("Bear",), ("bear", "Fox"), ("nobody",)])),
            software=draw(st.sampled_from([(), ("worm", "door"), ("worm", "door", "nobody"), ("worm",)])),
            vulnerabilities=draw(st.sampled_from([(), ("CVE-1",), ("CVE-1", "CVE-2")])),
            ransom=draw(st.sampled_from([None, paid("t", wallets=("3A",)), paid("u", wallets=("3A", "3B"))])),
        )
        for at in range(draw(st.integers(0, 5)))
    ]


@st.composite
def attempts(draw):
    """About as many as it takes, of which a few hold a row."""
    few = st.integers(0, 2)
    some = [
        (set(), st.integers(97, 103)),
        (set(ROW), few),
        ({"T2", "T3", "T4"}, few),
        ({"T1", "T2", "T3", "T4"}, few),
    ]
    return [held for held, count in some for _ in range(draw(count))]


_ARMS = st.tuples(st.integers(97, 103), st.integers(0, 2), st.integers(0, 2))


@settings(max_examples=200)
@given(sets(), attempts(), _ARMS)
def test_the_links_are_those_that_trying_everything_finds(some, attempts, counts):
    arms = [
        held
        for held, count in zip(({"SHELL"}, {"WORM"}, {"DOOR", "WORM"}), counts, strict=True)
        for _ in range(count)
    ]
    wanted = naive_links(some, plain, same, attempts, named, named, arms)
    assert said(*some, attempts=attempts, arms=arms) == wanted


@settings(max_examples=60)
@given(sets(), st.randoms(use_true_random=False))
def test_the_order_of_the_incidents_makes_no_difference(some, random):
    before = found(*some)
    random.shuffle(some)
    assert found(*some) == before


@given(_ROWS, _ROWS)
def test_common_runs_are_held_by_both_without_a_gap(first, second):
    for row in map(list, common_runs(first, second)):
        for whole in (first, second):
            assert any(whole[at : at + len(row)] == row for at in range(len(whole)))


def test_of_a_run_its_parts_are_not_told_as_well():
    assert common_runs("ABC", "XABCB") == [("A", "B", "C"), ("B",)]


def test_of_several_rows_the_rarest_links():
    one, other = made(1, *ROW, "T7", "T4", "T5", "T6"), made(2, "T4", "T5", "T6", "T8", *ROW)
    assert [value for *_, value in said(one, other)] == ["T1 > T2 > T3"]
    assert [value for *_, value in said(one, other, attempts=[*OTHERS, set(ROW)])] == ["T4 > T5 > T6"]
