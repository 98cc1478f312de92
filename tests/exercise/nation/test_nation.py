"""A nation is drawn by its seed: whom an attack concerns, who finds it first, and what everybody keeps."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.exercise.nation.facts import Organisation, Stricken, read_exercise
from tocsin.exercise.nation.nation import make_nation
from tocsin.model.sectors import sectors

EXERCISE = read_exercise("2021")
seeds = st.integers(0, 10_000)


@settings(max_examples=examples(10))
@given(seeds)
def test_the_same_seed_gives_the_same_nation_and_another_another(seed):
    one = make_nation(EXERCISE, 20, seed)
    assert make_nation(EXERCISE, 20, seed) == one
    assert make_nation(EXERCISE, 20, seed + 1).owners != one.owners


@settings(max_examples=examples(20))
@given(seeds, st.integers(4, 40))
def test_every_trace_lies_between_the_beginning_of_the_attack_and_its_first_report(seed, members):
    for owner in make_nation(EXERCISE, members, seed).owners:
        for attack in EXERCISE.attacks:
            for one in owner.parts[attack.id].planted:
                assert attack.began <= one.day <= attack.first_report.date()
                assert one.host == attack.host


@settings(max_examples=examples(20))
@given(seeds, st.integers(4, 40))
def test_who_finds_an_attack_first_keeps_the_logs_that_show_it_since_its_first_day(seed, members):
    nation = make_nation(EXERCISE, members, seed)
    by_id = {one.id: one for one in nation.owners}
    assert set(nation.victims) == {one.id for one in EXERCISE.attacks}
    for attack in EXERCISE.attacks:
        victim = by_id[nation.victims[attack.id]]
        part = victim.parts[attack.id]
        assert {one.trace.log for one in part.planted} <= victim.logs
        assert min(one.day for one in part.planted) == attack.began
        assert victim.keeps_from(attack.first_report.date(), EXERCISE.logs_from) <= attack.began
        assert not part.paying
        assert part.offline_s == 0


def test_64_owners_are_of_all_16_sectors_and_none_has_anothers_name_or_domain():
    owners = make_nation(EXERCISE, 64, 1).owners
    assert {one.sector for one in owners} == {one.id for one in sectors()}
    assert len({one.domain for one in owners}) == len({one.id for one in owners}) == 64
    assert all(one.domain.endswith(".example") for one in owners)


def test_no_two_of_a_thousand_owners_have_one_name():
    owners = make_nation(EXERCISE, 1024, 1).owners
    assert len({one.name for one in owners}) == len({one.domain for one in owners}) == 1024


def test_who_has_a_product_in_an_affected_version_may_be_about_to_pay_too():
    attacks = tuple(
        msgspec.structs.replace(one, wallet="15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr", paying_share=1.0)
        for one in EXERCISE.attacks[:1]
    )
    made = make_nation(msgspec.structs.replace(EXERCISE, attacks=attacks), 20, 1)
    parts = [one.parts["solarwinds"] for one in made.owners if one.id != made.victims["solarwinds"]]
    assert any(one.paying for one in parts)
    assert all(one.paying == one.exposed for one in parts)


def test_who_was_hit_without_an_attacked_product_has_the_machine_that_was_hit():
    attack = msgspec.structs.replace(
        EXERCISE.attack("exchange"), product=None, advisory=None, owners_share=1.0, hit_share=1.0
    )
    owners = make_nation(msgspec.structs.replace(EXERCISE, attacks=(attack,)), 20, 1).owners
    assert all("MAIL" in one.hosts for one in owners)
    assert any("web" in one.logs for one in owners)


@settings(max_examples=examples(20))
@given(seeds)
def test_what_an_owner_has_and_what_is_attacked_there_agree(seed):
    products = {one.id: one.product for one in EXERCISE.attacks}
    for owner in make_nation(EXERCISE, 16, seed).owners:
        for id, part in owner.parts.items():
            product = products[id]
            if product is None:
                assert not part.exposed
                continue
            listed = [one.version for one in owner.assets if one.product == product.name]
            assert listed == ([part.version if part.is_known else ""] if part.has_product else [])
            assert part.exposed == (part.version in product.affected)
            assert not part.planted or part.exposed


@pytest.mark.parametrize("hit", [True, False])
def test_an_organisation_that_the_file_names_is_as_the_file_has_it(hit):
    said = Organisation(
        "Our own works", "energy", ("dns",), 45, "alone",
        (Stricken("solarwinds", version="2020.2", is_known=False, hit=hit), Stricken("colonial", paying=True)),
    )  # fmt: skip
    nation = make_nation(msgspec.structs.replace(EXERCISE, organisations=(said,)), 8, 3)
    first = nation.owners[0]
    assert (first.name, first.sector, first.logs, first.keep_days, first.watch) == (
        "Our own works", "energy", {"dns"}, 45, "alone"
    )  # fmt: skip
    assert bool(first.parts["solarwinds"].planted) == hit
    assert first.parts["solarwinds"].exposed
    assert first.parts["colonial"].paying
    assert not first.parts["jbs"].affected
    assert [one.version for one in first.assets if one.product == "Orion Platform"] == [""]
    assert first.id not in nation.victims.values()
