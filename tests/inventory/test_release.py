"""Releases: what several bills list, each once, told apart by all but where it stands."""

from __future__ import annotations

import msgspec
from hypothesis import given, strategies as st

from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.release import Listing, Releases, releases_of

TEXT = st.sampled_from(["", "a"])
COMPONENTS = st.builds(
    Component,
    identity=st.builds(Identity, name=TEXT, purls=st.sampled_from([(), ("a",), ("a", "b")])),
    version=st.sampled_from(["", "a"]),
    kind=st.sampled_from([Kind.LIBRARY, Kind.DEVICE]),
    place=st.sampled_from(["$.1", "$.2", "$.3"]),
    ref=TEXT,
    source=st.sampled_from(["", "a"]),
    source_version=st.sampled_from(["", "a"]),
)
BILLS = st.lists(st.lists(COMPONENTS, max_size=6), max_size=4)


def plain(components, numbers):
    """What a bill lists, by looking through all that there is for an equal one."""
    found = []
    for one in components:
        bare = msgspec.structs.replace(one, place="", ref="", parent="", supplier="", licences=())
        if bare not in numbers:
            numbers.append(bare)
        number = numbers.index(bare)
        for entry in found:
            if entry[0] == number:
                entry[1] += 1
                break
        else:
            found.append([number, 1, one.place])
    return Listing(*([entry[at] for entry in found] for at in range(3)))


@given(BILLS)
def test_each_bill_lists_what_looking_through_all_bills_before_it_tells(bills):
    several, numbers = Releases(), []
    for components in bills:
        assert several.listing(components) == plain(components, numbers)
    assert [one.component for one in several.fresh] == numbers
    assert len(several) == len(numbers)
    assert (
        len({one.digest for one in several.fresh}) == len({one.body for one in several.fresh}) == len(numbers)
    )
    assert [msgspec.json.decode(one.body, type=Component) for one in several.fresh] == numbers


@given(st.lists(COMPONENTS, max_size=6))
def test_of_one_bill_the_releases_themselves_are_told(components):
    numbers = []
    listing = plain(components, numbers)
    found = releases_of(iter(components))
    assert [(one.release.component, one.times, one.place) for one in found] == list(
        zip(numbers, listing.times, listing.places, strict=True)
    )


def test_its_place_is_where_a_bill_lists_it_first():
    again = [Component(Identity(name="a"), "1", Kind.LIBRARY, place) for place in ("$.1", "$.2", "$.3")]
    other = Component(Identity(name="b"), "1", Kind.LIBRARY, "$.4")
    assert Releases().listing([again[0], other, *again[1:]]) == Listing([0, 1], [3, 1], ["$.1", "$.4"])


def test_what_was_taken_keeps_its_number_and_what_was_forgotten_does_not():
    one, other = (Component(Identity(name=name), "1", Kind.LIBRARY, "$") for name in "ab")
    several = Releases()
    several.listing([one])
    several.fresh.clear()
    assert several.listing([other, one]).releases == [1, 0]
    assert [made.component.identity.name for made in several.fresh] == ["b"]
    several.forget()
    assert several.listing([other, one]).releases == [0, 1]
    assert len(several.fresh) == 2
