from __future__ import annotations

import pytest

from inventory.made import component
from inventory.stocked import bill, stocked


def names(browser, **query):
    return [one["release"] for one in browser.get("/inventory.json", query).json["products"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["curl 8.0-1", "openssl 3.0.11-1", "Pumps P-1 1.0", "Siemens S7-1500 V2.1", "zlib 1.0"]),
        ({"q": "SSL deb"}, ["openssl 3.0.11-1"]),
        ({"q": "6ES7515"}, ["Siemens S7-1500 V2.1"]),
        ({"site": "plant"}, ["Pumps P-1 1.0", "Siemens S7-1500 V2.1"]),
        ({"kind": "device", "q": "pump"}, ["Pumps P-1 1.0"]),
        ({"kind": "library"}, []),
    ],
)
def test_products_are_found_by_words_site_and_kind_on_the_page_and_in_its_twins(ann, hub, query, found):
    stocked(hub)
    assert names(ann, **query) == found
    page = ann.get("/inventory", query).body.decode()
    csv = ann.get("/inventory.csv", query).body.decode()
    for name in names(ann):
        assert (f"<td>{name}" in page) is (name in found), name
        assert (f"{name}," in csv) is (name in found), name


def test_sites_and_bills_are_told_with_who_sees_to_them(ann, hub):
    stocked(hub)
    answer = ann.get("/api/inventory").json
    assert [(one["name"], one["exposed"], one["owner"], one["products"], one["affected"]) for one in answer["sites"]] == [
        ("plant", False, "", 2, 2),
        ("server-1", True, "J. Doe", 3, 1),
    ]  # fmt: skip
    assert [(one["name"], one["not_read"]) for one in answer["bills"]] == [("plc.csv", 1), ("status", 0)]
    page = ann.get("/inventory").body.decode()
    assert "5 products at 2 sites" in page
    assert "nobody is named" in page


def test_the_worst_answer_about_a_product_is_told_and_silence_is_none(ann, hub):
    stocked(hub)
    verdicts = {one["release"]: one["verdict"] for one in ann.get("/inventory.json").json["products"]}
    assert verdicts["openssl 3.0.11-1"] == "affected"
    assert verdicts["curl 8.0-1"] == "fixed"
    assert verdicts["zlib 1.0"] == "not_named"
    assert "no advisory names it" in ann.get("/inventory").body.decode()


def test_parts_of_the_list_hold_each_product_once(ann, hub):
    bill(hub, "here", *(component("1", name=f"thing {number:03}", vendor="v") for number in range(120)))
    seen, after = [], ""
    while True:
        answer = ann.get("/inventory.json", {"after": after, "limit": "50"}).json
        seen += [one["release"] for one in answer["products"]]
        after = answer["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == answer["found"] == 120
    assert "thing 050" in ann.get("/inventory", {"after": "50"}).body.decode()


def test_an_empty_inventory_says_which_command_fills_it(ann):
    assert "tocsin inventory add /var/lib/dpkg/status --site server-1" in ann.get("/inventory").body.decode()
    assert ann.get("/inventory.json").json == {
        "sites": [],
        "bills": [],
        "found": 0,
        "products": [],
        "next": "",
    }
