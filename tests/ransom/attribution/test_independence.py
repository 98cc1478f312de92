from __future__ import annotations

from hypothesis import given, settings, strategies as st

from ransom.attribution.making import drawn_evidence, evidence
from tocsin.ransom.attribution.independence import independent


def counted(*items):
    return len(independent(items))


def test_evidence_that_rests_on_one_source_counts_once():
    affidavit = evidence("Affidavit")
    assert counted(affidavit, evidence("Press", rests_on="Affidavit")) == 1
    assert counted(evidence("Press", rests_on="affidavit "), evidence("Radio", rests_on="Affidavit")) == 1
    assert counted(affidavit, evidence("Press"), evidence("Radio")) == 3


def test_a_source_that_itself_rests_on_another_is_no_origin():
    chain = [
        evidence("Radio", rests_on="Press"),
        evidence("Press", rests_on="Affidavit"),
        evidence("Affidavit"),
    ]
    assert counted(*chain) == 1


def test_what_a_source_says_of_its_own_is_apart_from_what_it_passes_on():
    assert counted(evidence("Press", rests_on="Affidavit"), evidence("Press", "It saw it itself")) == 2


def test_one_file_and_one_reference_are_one_source_whatever_it_is_called():
    assert counted(evidence("A", sha256="a" * 64), evidence("B", sha256="a" * 64)) == 1
    assert (
        counted(
            evidence("A", reference="https://one.example"), evidence("B", reference="https://one.example")
        )
        == 1
    )
    assert counted(evidence("A", sha256=""), evidence("B", sha256="")) == 2


def naive(items):
    """Merge any two groups that have a pair which rests on one source, until there are none."""

    def key(text):
        return " ".join(text.casefold().split())

    def together(one, other):
        origins = [key(each.rests_on or each.source) for each in (one, other)]
        return (
            origins[0] == origins[1]
            or (one.rests_on and key(one.rests_on) == key(other.source))
            or (other.rests_on and key(other.rests_on) == key(one.source))
            or (one.sha256 and one.sha256 == other.sha256)
            or (one.reference and one.reference == other.reference)
        )

    groups = [{one} for one in set(items)]
    while True:
        pair = next(
            (
                (a, b)
                for a in groups
                for b in groups
                if a is not b and any(together(x, y) for x in a for y in b)
            ),
            None,
        )
        if pair is None:
            return {frozenset(one) for one in groups}
        groups = [one for one in groups if one not in pair] + [pair[0] | pair[1]]


@settings(deadline=None)
@given(st.lists(drawn_evidence(), max_size=7))
def test_the_groups_are_those_of_a_naive_reading(items):
    assert {frozenset(one) for one in independent(items)} == naive(items)


@settings(deadline=None)
@given(st.lists(drawn_evidence(), max_size=6), st.randoms(use_true_random=False))
def test_neither_order_nor_repeating_changes_them(items, random):
    again = items + items[:2]
    random.shuffle(again)
    assert independent(again) == independent(items)
