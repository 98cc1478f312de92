from __future__ import annotations

import json

import msgspec
import pytest

from inventory.advisories.documents import below, branch, exact, tree_of
from tocsin.inventory.advisories.csaf_product_tree import read_product_tree
from tocsin.inventory.advisories.decoding import Parts
from tocsin.inventory.claim import Versions
from tocsin.inventory.identity import Identity


def read(tree):
    parts = Parts()
    return read_product_tree(msgspec.Raw(json.dumps(tree).encode()), parts), {
        held.place: held.why for held in parts.unread
    }


def products(tree):
    found, unread = read(tree)
    assert not unread
    return found.products


def relation(category, product, first, second, name="both"):
    return {
        "category": category,
        "full_product_name": {"product_id": product, "name": name},
        "product_reference": first,
        "relates_to_product_reference": second,
    }


def named(*ids):
    return [{"product_id": id, "name": f"product {id}"} for id in ids]


def test_branches_become_a_vendor_a_family_a_name_and_versions():
    leaf = branch("product_version_range", "< V4.2", product="P1")
    tree = {
        "branches": [
            branch(
                "vendor",
                "Pump Works",
                branch("product_family", "Pumps", branch("product_name", "Pump 7", leaf)),
            )
        ]
    }

    product = products(tree)["P1"]

    assert product.identity == Identity("Pump 7", "Pump Works", "Pumps")
    assert product.versions == Versions(spans=(below("V4.2"),))
    assert product.text == "< V4.2 as P1"


def test_a_family_without_a_name_is_the_name():
    tree = {"branches": [branch("vendor", "Pump Works", branch("product_family", "Pumps", product="P1"))]}

    assert products(tree)["P1"].identity == Identity("Pumps", "Pump Works")
    assert products(tree)["P1"].versions == Versions()


def test_a_helper_gives_every_kind_of_identifier():
    helper = {
        "cpe": "cpe:2.3:h:pumpworks:pump_7:-:*:*:*:*:*:*:*",
        "purls": ["pkg:generic/pump-firmware"],
        "hashes": [{"filename": "a.bin", "file_hashes": [{"algorithm": "SHA-256", "value": "AB" * 32}]}],
        "model_numbers": ["PW-7?", "PW-8*"],
        "serial_numbers": ["123*"],
        "skus": ["A-1"],
        "x_generic_uris": [
            {"namespace": "https://cyclonedx.example", "uri": "urn:cdx:1/1#a"},
            {"namespace": "x", "uri": "urn:x"},
        ],
    }

    identity = products(tree_of("1.0", "product_version", **helper))["P1"].identity

    assert identity.cpes == ("cpe:2.3:h:pumpworks:pump_7:-:*:*:*:*:*:*:*",)
    assert identity.purls == ("pkg:generic/pump-firmware",)
    assert identity.hashes == ("sha256:" + "ab" * 32,)
    assert identity.models == ("PW-7?", "PW-8*")
    assert identity.serials == ("123*",)
    assert identity.skus == ("A-1",)
    assert identity.bom_refs == ("urn:cdx:1/1#a",)


def test_the_version_of_a_package_counts_in_the_order_of_its_ecosystem():
    tree = tree_of(
        "kernel-4.18.0-80.el8",
        "product_version",
        purl="pkg:rpm/redhat/kernel@4.18.0-80.el8?arch=x86_64&epoch=1",
    )

    assert products(tree)["P1"].versions == Versions("rpm", (exact("1:4.18.0-80.el8"),))


def test_a_range_beside_a_package_without_a_version_is_in_the_packages_order():
    assert products(tree_of("vers:npm/<2.0.0", purl="pkg:npm/pump"))["P1"].versions == Versions(
        "npm", (below("2.0.0"),)
    )
    assert products(tree_of("< 2.0.0", purl="pkg:npm/pump"))["P1"].versions == Versions(
        "npm", (below("2.0.0"),)
    )


def test_a_text_that_is_no_purl_is_not_one():
    found, unread = read(tree_of("1.0", "product_version", purl="pump"))

    assert found.products["P1"].identity.purls == ()
    assert len(unread) == 1


def test_a_service_pack_is_a_part_of_the_version():
    pack = branch("service_pack", "SP3", product="P1")
    tree = {"branches": [branch("product_name", "Pump 7", branch("product_version", "V2010", pack))]}

    assert products(tree)["P1"].versions == Versions(spans=(exact("V2010 SP3"),))


@pytest.mark.parametrize(("outer", "inner"), [("4", "< 4.2"), ("4.2", "and earlier"), ("4.2", "Update 1")])
def test_two_versions_in_one_chain_are_not_guessed_at(outer, inner):
    leaf = branch("product_version_range", inner, product="P1")
    tree = {"branches": [branch("product_name", "Pump 7", branch("product_version", outer, leaf))]}

    assert products(tree)["P1"].versions == Versions(unread=(f"{outer} {inner}",))


def test_an_architecture_is_a_condition_and_a_platform_narrows():
    leaf = branch("product_version", "1.0", product="P1")
    tree = {
        "branches": [
            branch(
                "product_name",
                "Pump 7",
                branch("architecture", "x86", branch("platform", "Windows 11", leaf)),
            )
        ]
    }

    assert products(tree)["P1"].condition == "architecture: x86"
    assert products(tree)["P1"].platform == Identity("Windows 11")


def test_a_full_product_name_may_hold_a_version_that_cannot_be_told_from_it():
    tree = {
        "full_product_names": [
            {"product_id": "P1", "name": "Pump 7 4.2"},
            {"product_id": "P2", "name": "Pump Suite"},
        ]
    }

    assert products(tree)["P1"].versions == Versions(unread=("Pump 7 4.2",))
    assert products(tree)["P2"].versions == Versions()


@pytest.mark.parametrize(
    ("cpe", "versions"),
    [
        ("cpe:/a:pumpworks:pump_suite:4.2", Versions(spans=(exact("4.2"),))),
        ("cpe:2.3:a:pumpworks:pump_suite:4.2:*:*:*:*:*:*:*", Versions(spans=(exact("4.2"),))),
        ("cpe:2.3:a:pumpworks:pump_suite:4.*:*:*:*:*:*:*:*", Versions(unread=("Pump Suite 4.2",))),
        ("cpe:2.3:a:pumpworks:pump_suite:4.2:sp1:*:*:*:*:*:*", Versions(unread=("Pump Suite 4.2",))),
        ("no cpe", Versions(unread=("Pump Suite 4.2",))),
    ],
    ids=range(5),
)
def test_without_branches_the_version_of_the_cpe_name_counts(cpe, versions):
    named = {"product_id": "P1", "name": "Pump Suite 4.2", "product_identification_helper": {"cpe": cpe}}

    assert products({"full_product_names": [named]})["P1"].versions == versions


@pytest.mark.parametrize(
    "category",
    [
        "installed_on",
        "installed_with",
        "default_component_of",
        "external_component_of",
        "optional_component_of",
    ],
)
def test_of_a_combination_the_first_is_meant_and_the_second_only_narrows(category):
    tree = {
        "full_product_names": named("app", "os"),
        "relationships": [relation(category, "P1", "app", "os")],
    }

    product = products(tree)["P1"]

    assert product.identity.name == "product app"
    assert product.platform == Identity("product os")
    assert product.text == "both"


def test_a_combination_of_combinations_keeps_each_platform():
    tree = {
        "full_product_names": named("app", "os", "box"),
        "relationships": [
            relation("installed_on", "all", "P1", "box"),
            relation("installed_on", "P1", "app", "os"),
        ],
    }

    product = products(tree)["all"]

    assert product.identity.name == "product app"
    assert product.platform == Identity("product os")
    assert product.condition == "on product box"


def test_product_paths_of_version_2_1_are_read():
    tree = {
        "full_product_names": named("app", "os"),
        "product_paths": [
            {
                "beginning_product_reference": "app",
                "full_product_name": {"product_id": "P1", "name": "both"},
                "subpaths": [{"category": "installed_on", "next_product_reference": "os"}],
            }
        ],
    }

    assert products(tree)["P1"].platform == Identity("product os")


@pytest.mark.parametrize(
    "relations",
    [
        [("a", "a", "os")],
        [("a", "b", "os"), ("b", "a", "os")],
        [("a", "b", "os"), ("b", "c", "os"), ("c", "a", "os")],
        [("a", "app", "b"), ("b", "app", "a")],
    ],
    ids=["itself", "two", "three", "platforms"],
)
def test_relationships_in_a_circle_stand_for_nothing(relations):
    tree = {
        "full_product_names": named("app", "os"),
        "relationships": [relation("installed_on", *each) for each in relations],
    }

    found, unread = read(tree)

    assert set(found.products) == {"app", "os"}
    assert set(found.why_not) == {id for id, _, _ in relations}
    assert any("back to itself" in each for each in unread.values())
    assert len(unread) == len(relations)


def test_a_long_chain_of_relationships_is_no_trouble():
    chain = [
        relation("installed_on", f"r{at}", f"r{at + 1}" if at < 4999 else "app", "os") for at in range(5000)
    ]

    found, unread = read({"full_product_names": named("app", "os"), "relationships": chain})

    assert len(found.products) == 5002
    assert not unread


def test_a_relationship_with_a_product_that_is_not_there_says_which():
    found, unread = read(
        {"full_product_names": named("app"), "relationships": [relation("installed_on", "P1", "app", "os")]}
    )

    assert "P1" not in found.products
    assert unread == {
        "$.product_tree.relationships[0]": "the product 'P1' stands for nothing: its relationship names 'os', and no product has this id"
    }


def test_an_id_defined_twice_differently_stands_for_nothing():
    found, unread = read({"full_product_names": [*named("P1"), {"product_id": "P1", "name": "another"}]})

    assert not found.products
    assert found.why_not == {"P1": "its product id is defined twice, differently"}
    assert list(unread) == ["$.product_tree.full_product_names[1]"]


def test_an_id_defined_twice_alike_is_no_trouble():
    assert list(products({"full_product_names": [*named("P1"), *named("P1")]})) == ["P1"]


def test_groups_name_their_products_and_what_is_not_there_is_said():
    found, unread = read(
        {
            "full_product_names": named("a", "b"),
            "product_groups": [{"group_id": "G", "product_ids": ["a", "b", "c"]}],
        }
    )

    assert found.groups == {"G": ("a", "b", "c")}
    assert list(unread.values()) == ["no product has the id 'c'"]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        "x",
        [],
        {"category": 5},
        {"category": "vendor", "name": []},
        {"branches": 5},
        {"product": 5},
        {"product": {"product_id": 5}},
    ],
    ids=range(9),
)
def test_a_broken_branch_costs_only_itself(broken):
    tree = tree_of("< 1.0")
    tree["branches"].insert(0, broken)

    found, unread = read(tree)

    assert set(found.products) == {"P1"}
    assert len(unread) == 1
    assert next(iter(unread)).startswith("$.product_tree.branches[0]")
