"""The generator gives each owner what it has, tells everybody what all may know, and seals the truth."""

from __future__ import annotations

import json
from hashlib import sha256

import msgspec
import pytest
from cryptography.exceptions import InvalidTag

from tocsin.exercise.nation.facts import read_exercise
from tocsin.exercise.nation.generator import generate, open_truth
from tocsin.inventory.bom.asset_csv import read_asset_csv
from tocsin.inventory.release import shown as in_words

EXERCISE = read_exercise("2021")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, generate(EXERCISE, 6, 7, folder)


def truth(folder, sealed):
    open_truth(folder, sealed.key)
    found = json.loads((folder / "truth.json").read_bytes())
    (folder / "truth.json").unlink()
    return found


def test_the_truth_lies_sealed_and_its_digest_is_told(made):
    folder, sealed = made
    assert not (folder / "truth.json").exists()
    held = (folder / "truth.sealed").read_bytes()
    assert sealed.sha256 == sha256(held).hexdigest()
    assert b"planted" not in held
    assert b"hit" not in held


def test_no_other_key_opens_it_and_no_byte_may_change(made, tmp_path):
    folder, sealed = made
    with pytest.raises(InvalidTag):
        open_truth(folder, "00" * 32)
    held = bytearray((folder / "truth.sealed").read_bytes())
    held[20] ^= 1
    (tmp_path / "truth.sealed").write_bytes(held)
    with pytest.raises(InvalidTag):
        open_truth(tmp_path, sealed.key)


def test_nothing_that_lies_open_tells_who_was_hit(made):
    folder, sealed = made
    owners = truth(folder, sealed)["owners"]
    public = (folder / "nation.json").read_text()
    members = [json.loads(one.read_bytes()) for one in sorted((folder / "members").iterdir())]
    assert {one["id"] for one in members} == set(owners)
    for one in members:
        assert set(one) == {"id", "name", "sector", "watch", "demands", "offline_s"}
    planted = {
        part["pattern"]
        for owner in owners.values()
        for attack in owner["attacks"].values()
        for part in attack["hit"]
    }
    assert planted
    assert not [one for one in planted if json.dumps(one) in public]


def test_a_trace_counts_as_kept_only_if_a_log_of_its_kind_reaches_back_to_it(made):
    folder, sealed = made
    kept = []
    for id, owner in truth(folder, sealed)["owners"].items():
        for attack, part in owner["attacks"].items():
            evidence = folder / "evidence" / id / attack
            text = b"".join(one.read_bytes() for one in evidence.rglob("*") if one.is_file()).decode()
            for one in part["hit"]:
                day = one["at"][:10]
                seconds = one["at"][11:19]
                there = seconds in text and day in text if one["log"] in {"sysmon", "web"} else None
                if there is not None:
                    assert there or not one["kept"]
                kept.append(one["kept"])
    assert any(kept)


def test_the_list_of_assets_says_only_what_somebody_wrote_down(made):
    folder, sealed = made
    for id, owner in truth(folder, sealed)["owners"].items():
        listed = (folder / "evidence" / id / "assets.csv").read_text()
        for attack in owner["attacks"].values():
            for one in attack["exposed"]:
                product = one["product"].split(" ", 1)[1]
                line = next(line for line in listed.splitlines() if product in line)
                assert (f",{one['version']}," in line) == one["known"]


@pytest.mark.parametrize(
    ("vendor", "name", "shown"), [("Acme", "Widget", "Acme Widget"), ("Acme", "ACME Widget", "ACME Widget")]
)
def test_the_truth_names_a_product_as_an_inventory_shows_it(tmp_path, vendor, name, shown):
    product = msgspec.structs.replace(
        EXERCISE.attacks[0].product, vendor=vendor, name=name, affected=("1.0",), affected_share=1.0
    )
    attack = msgspec.structs.replace(EXERCISE.attacks[0], product=product)
    sealed = generate(msgspec.structs.replace(EXERCISE, attacks=(attack,)), 4, 1, tmp_path)
    exposed = [
        (id, one)
        for id, owner in truth(tmp_path, sealed)["owners"].items()
        for one in owner["attacks"][attack.id]["exposed"]
    ]
    assert exposed
    for id, one in exposed:
        assert one["product"] == shown
        bill = read_asset_csv((tmp_path / "evidence" / id / "assets.csv").read_bytes(), "assets.csv")
        assert shown in {in_words(each).removesuffix("1.0").strip() for each in bill.components}


def test_each_asset_has_a_serial_number_that_is_looked_for_in_what_leaves(made):
    folder, sealed = made
    listed = []
    for id, owner in truth(folder, sealed)["owners"].items():
        lines = (folder / "evidence" / id / "assets.csv").read_text().splitlines()[1:]
        serials = [line.rsplit(",", 1)[1] for line in lines]
        assert serials
        assert set(serials) <= set(owner["private"])
        listed += serials
    assert len(set(listed)) == len(listed)


def test_what_all_may_know_has_every_owner_and_the_first_victims(made):
    folder, _ = made
    public = json.loads((folder / "nation.json").read_bytes())
    assert (public["members"], public["seed"], len(public["owners"])) == (6, 7, 6)
    assert [one["id"] for one in public["attacks"]] == ["solarwinds", "exchange", "colonial", "jbs"]
    assert {one["first_victim"] for one in public["attacks"]} <= {one["id"] for one in public["owners"]}
    assert public["attacks"][0]["first_report"] == "2020-12-13T15:00:00Z"
    assert public["days"] == 168
