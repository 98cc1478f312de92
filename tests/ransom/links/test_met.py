"""Which shared cases lead to the same hands: by equal hashes under one key, of kinds that mean the same."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from tocsin.model.strength import Strength
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import PUBLIC, Mark, mark_hash
from tocsin.ransom.links.met import SentCase, met
from tocsin.ransom.links.shared import SharedCase, SharedMark, Tell
from tocsin.ransom.links.told import Other, ToldLink, links_object, other_of, read_links


def case(id, member, *marks, key="k"):
    made = tuple(SharedMark(kind=kind, hash=hash, doubts=doubts) for kind, hash, doubts in marks)
    return SentCase(id, member, SharedCase(key, made))


def mark(kind, hash="h", doubts=0):
    return kind, hash, doubts


def found(*cases):
    return [(cases[one.one].id, cases[one.other].id, one.kind, one.strength) for one in met(cases)]


@pytest.mark.parametrize(
    ("mine", "theirs", "kind"),
    [
        ("address", "address", Kind.ADDRESS),
        ("address", "cluster", Kind.CLUSTER),
        ("cluster", "cluster", Kind.CLUSTER),
        ("consolidation", "consolidation", Kind.CONSOLIDATION),
        ("cash-out", "cash-out", Kind.CASH_OUT),
        ("address", "cash-out", Kind.CASH_OUT),
        ("cluster", "cash-out", None),
        ("address", "consolidation", None),
    ],
)
def test_the_kinds_of_two_equal_marks_say_what_they_have_in_common(mine, theirs, kind):
    said = found(case("a", "A", mark(mine)), case("b", "B", mark(theirs)))
    assert [one[2] for one in said] == ([kind, kind] if kind else [])
    assert [one[:2] for one in said] == ([("a", "b"), ("b", "a")] if kind else [])


def test_other_hashes_other_keys_and_cases_of_one_member_have_nothing_in_common():
    assert found(case("a", "A", mark("address", "x")), case("b", "B", mark("address", "y"))) == []
    assert found(case("a", "A", mark("address")), case("b", "B", mark("address"), key="l")) == []
    assert found(case("a", "A", mark("address")), case("b", "A", mark("address"))) == []


def test_doubts_of_either_make_it_weaker():
    said = found(case("a", "A", mark("consolidation", doubts=1)), case("b", "B", mark("consolidation")))
    assert {one[3] for one in said} == {Strength.MEDIUM}
    assert found(case("a", "A", mark("address")), case("b", "B", mark("address")))[0][3] is Strength.STRONG


def test_of_each_kind_the_mark_nearest_to_both_is_told_and_one_address_is_no_cluster_besides():
    one = case("a", "A", mark("cash-out", "far"), mark("cash-out", "near"), mark("cash-out", "x"))
    other = case("b", "B", mark("cash-out", "near"), mark("cash-out", "far"), mark("cash-out", "y"))
    assert [each.hash for each in met([one, other])] == ["far", "near"]
    both = [mark("address"), mark("cluster", "c")]
    assert {each[2] for each in found(case("a", "A", *both), case("b", "B", *both))} == {Kind.ADDRESS}


def test_what_is_told_in_full_under_a_key_is_compared_with_what_is_hashed_under_the_public_one():
    address = Mark(Kind.ADDRESS, "pay red")
    full = SharedMark(kind="address", hash="keyed", value="pay red")
    one = SentCase("a", "A", SharedCase("k", (full,)))
    other = case("b", "B", mark("address", mark_hash(address, PUBLIC)), key=PUBLIC.name)
    assert {each[2] for each in found(one, other)} == {Kind.ADDRESS}
    hashed = case("b", "B", mark("address", "keyed"))
    assert {each[2] for each in found(one, hashed)} == {Kind.ADDRESS}


def test_who_sends_many_cases_keeps_nobody_out(monkeypatch):
    monkeypatch.setattr("tocsin.ransom.links.met.LINK_HOLDERS", 3)
    many = [case(f"a{n}", "A", mark("address")) for n in range(9)]
    made = found(*many, case("b", "B", mark("address")), case("c", "C", mark("address")))
    assert {one[0] for one in made} == {"a0", "b", "c"}


kinds = st.sampled_from(["address", "cluster", "consolidation", "cash-out"])
drawn = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from("kl"),
        st.lists(st.tuples(kinds, st.sampled_from("xyz"), st.integers(0, 3)), max_size=4),
    ),
    min_size=2,
    max_size=5,
)


@given(drawn)
def test_every_pair_by_itself_gives_the_same_and_each_link_is_there_from_both_sides(held):
    cases = [case(f"{n}", member, *marks, key=key) for n, (member, key, marks) in enumerate(held)]
    made = {(one.one, one.other, one.kind) for one in met(cases)}
    naive = set()
    for (at, one), (to, other) in permutations(enumerate(cases), 2):
        if one.member == other.member or one.case.key != other.case.key:
            continue
        said = set()
        for mine in one.case.marks:
            for theirs in other.case.marks:
                if mine.hash == theirs.hash:
                    said |= {_kind({mine.kind, theirs.kind})}
        if Kind.ADDRESS in said:
            said.discard(Kind.CLUSTER)
        naive |= {(at, to, kind) for kind in said if kind}
    assert made == naive
    assert {(other, one, kind) for one, other, kind in made} == made


def _kind(kinds):
    if kinds in ({"address"}, {"consolidation"}, {"cash-out"}):
        return Kind(next(iter(kinds)))
    if kinds == {"address", "cash-out"}:
        return Kind.CASH_OUT
    return Kind.CLUSTER if kinds <= {"address", "cluster"} else None


@pytest.mark.parametrize(
    ("tell", "other", "words"),
    [
        (Tell.NOTHING, Other(), "another member"),
        (Tell.SECTOR, Other(sectors=("energy",)), "another member (Energy)"),
        (Tell.NAME, Other(sectors=("energy",), name="Riverton"), "Riverton (Energy)"),
        (
            Tell.CONTACT,
            Other(sectors=("energy",), name="Riverton", contact="Rita"),
            "Riverton (Energy; Rita)",
        ),
    ],
    ids=lambda one: one.value if isinstance(one, Tell) else "",
)
def test_of_another_is_told_what_it_allowed(tell, other, words):
    shared = SharedCase("k", (), tell, "Rita")
    assert other_of(shared, "Riverton", ["energy"]) == other
    assert other.words == words


def test_what_is_told_is_read_back():
    links = (
        ToldLink(case="c", kind=Kind.ADDRESS, strength=Strength.STRONG, hash="h", other=Other(name="R")),
    )
    body = links_object("ransom-links--1", "identity--1", links, ("then", "now"))
    assert read_links(body) == links
