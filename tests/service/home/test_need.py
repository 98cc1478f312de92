from __future__ import annotations

from hypothesis import given, strategies as st

from tocsin.service.home.home import Item, Quiet, Unknown
from tocsin.service.home.need import BAD, CALM, OVER, arranged, need

items = st.lists(
    st.builds(Item, words=st.text(), link=st.just("/"), stands_for=st.integers(1, 9)), max_size=6
)
needs = st.lists(
    st.builds(
        lambda key, tone, told, more: need(
            str(key), "t", tone, told, sum(one.stands_for for one in told) + more, link="/", verb="v"
        ),
        st.integers(),
        st.sampled_from([BAD, OVER, CALM]),
        items,
        st.integers(0, 10_000),
    ),
    max_size=9,
)


def home(*several, quiet=(), unknown=(), empty=False):
    return arranged("2025-06-15T00:00:00Z", "Hub", several, quiet, unknown, empty=empty)


def some(tone, key="x", count=1):
    return need(key, "t", tone, [Item(words="w", link="/")][:count], count, link="/", verb="v")


@given(needs)
def test_counts_add_up_and_the_gravest_stand_first(several):
    found = home(*several)
    assert found.count == sum(one.count for one in found.needs)
    for one in found.needs:
        assert one.count == one.more + sum(each.stands_for for each in one.items)
    tones = [[BAD, OVER, CALM].index(one.tone) for one in found.needs]
    assert tones == sorted(tones)
    assert sorted(one.key for one in found.needs) == sorted(one.key for one in several if one.count)


def test_what_is_as_grave_stays_in_the_order_of_the_questions():
    found = home(some(OVER, "hits"), some(CALM, "gate"), some(OVER, "reports"), some(BAD, "feeds"))
    assert [one.key for one in found.needs] == ["feeds", "hits", "reports", "gate"]


def test_kinds_of_which_there_is_nothing_are_left_out():
    assert home(some(BAD, count=0)).needs == []


def test_what_needs_nobody_is_told_and_not_counted():
    some_of, none = (Quiet(key="withdrawn", words="w", count=count, link="/", verb="v") for count in (2, 0))
    found = home(some(OVER), quiet=[some_of, none])
    assert (found.count, found.quiet) == (1, [some_of])


def test_an_empty_node_is_told_with_what_to_begin_and_nothing_else():
    unknown = [Unknown(words="No inventory is kept here.")]
    begun = home(unknown=unknown, empty=True)
    assert begun.steps[0].do == "tocsin join URL INVITATION"
    assert begun.unknown == []
    assert home(unknown=unknown).steps == []
    assert home(unknown=unknown).unknown == unknown
    assert home(some(CALM), unknown=unknown, empty=True).steps == []
