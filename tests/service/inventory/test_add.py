"""inventory add: bills are kept whole, however many come at once and in however many transactions."""

from __future__ import annotations

import gc

import pytest

from tocsin.errors import BadInput
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.service.inventory.add import add, keep_bills
from tocsin.service.inventory.kept import held_releases
from tocsin.service.inventory.listing import list_bills
from tocsin.service.inventory.reading import ReadBill


@pytest.fixture
def empty(world):
    return world.node("Riverton", database=world.database)


def component(name, place="$"):
    return Component(Identity(name=name), "1", Kind.LIBRARY, place)


def bill(name, *names, subject=None):
    components = tuple(component(one, f"$.{at}") for at, one in enumerate(names))
    subject = None if subject is None else component(subject, "$.subject")
    return ReadBill(name, b"", BillOfMaterials("x", "1", components, subject=subject))


def keep(node, *bills, site="mill"):
    return list(keep_bills(node, bills, site=site, exposed=None, owner=None))


def held(node):
    """Of each product the places that have it."""
    with node.reading() as connection:
        return {
            one.component.identity.name: sorted(
                (bill.site, bill.name, place) for bill, place in one.held.items()
            )
            for one in held_releases(node, connection).values()
        }


@pytest.mark.parametrize(
    ("at_once", "remembered"), [(1_000, 1_000), (3, 1_000), (1, 1_000), (1, 1), (1_000, 1)]
)
def test_into_how_many_transactions_it_is_cut_changes_nothing(empty, monkeypatch, at_once, remembered):
    monkeypatch.setattr("tocsin.service.inventory.add.BILLS_AT_ONCE", at_once)
    monkeypatch.setattr("tocsin.service.inventory.add.RELEASES_REMEMBERED", remembered)
    keep(empty, bill("1", "gone"), site="mill")
    told = keep(empty, bill("1", "a", "b"), bill("2", "b", "c", "b"), bill("3"), bill("4", "c", "a"))
    assert [(one.name, one.components, one.releases) for one in told] == [
        ("1", 2, 2), ("2", 3, 2), ("3", 0, 0), ("4", 2, 2)
    ]  # fmt: skip
    assert held(empty) == {
        "a": [("mill", "1", "$.0"), ("mill", "4", "$.1")],
        "b": [("mill", "1", "$.1"), ("mill", "2", "$.0")],
        "c": [("mill", "2", "$.1"), ("mill", "4", "$.0")],
    }
    assert {one.name: one.products for one in list_bills(empty)} == {"1": 2, "2": 2, "3": 0, "4": 2}


def test_a_load_that_is_broken_off_leaves_whole_bills_alone(empty, monkeypatch):
    monkeypatch.setattr("tocsin.service.inventory.add.BILLS_AT_ONCE", 3)

    def broken():
        yield bill("1", "a", "b")
        yield bill("2", "b", "c")
        yield bill("3", "a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(keep_bills(empty, broken(), site="mill", exposed=None, owner=None))
    assert gc.isenabled()
    assert {one.name: one.products for one in list_bills(empty)} == {"1": 2, "2": 2}
    assert held(empty).keys() == {"a", "b", "c"}
    keep(empty, bill("1", "a", "b"), bill("2", "b", "c"), bill("3", "a"))
    assert {one.name: one.products for one in list_bills(empty)} == {"1": 2, "2": 2, "3": 1}
    assert held(empty)["a"] == [("mill", "1", "$.0"), ("mill", "3", "$.0")]


@pytest.mark.parametrize(("names", "place"), [(("a",), "$.subject"), (("a", "shop"), "$.1")])
def test_what_a_bill_is_a_bill_of_is_counted_once(empty, names, place):
    (told,) = keep(empty, bill("1", *names, subject="shop"))
    assert (told.components, told.releases) == (len(names), 2)
    assert held(empty)["shop"] == [("mill", "1", place)]


def test_bills_are_read_as_they_are_kept(empty, monkeypatch):
    monkeypatch.setattr("tocsin.service.inventory.add.BILLS_AT_ONCE", 2)
    kept = []

    def several():
        for number in range(3):
            kept.append(len(list_bills(empty)))
            yield bill(str(number), "a", "b")

    list(keep_bills(empty, several(), site="mill", exposed=None, owner=None))
    assert kept == [0, 1, 2]


def test_a_single_file_that_is_no_bill_is_an_error_and_one_of_several_is_told(empty, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "a"}]}')
    bad.write_text('{"bomFormat": "CycloneDX", "specVersion":')
    with pytest.raises(BadInput):
        add(empty, [str(bad)], None, site="mill", exposed=None, owner=None)
    assert list_bills(empty) == []
    added, not_read = add(empty, [str(bad), str(good)], None, site="mill", exposed=None, owner=None)
    assert [one.name for one in added] == [str(good)]
    assert [one.file for one in not_read] == [str(bad)]
