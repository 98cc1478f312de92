"""What a person said of a name decides from then on."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from inventory import naive_names
from inventory.made import advisory, below, claim, component, package
from tocsin.inventory.alias import Alias, Aliases, alias_words, held_key, means, product_name, spelled
from tocsin.inventory.claim_index import ClaimIndex, component_keys
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import judge
from tocsin.inventory.name_key import Level
from tocsin.inventory.rule import Verdict

PANEL = component("11.011", name="PanelView 800", vendor="Rockwell Automation")
ROCKWELL = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
NAMED = Identity(**ROCKWELL)
OF_ROCKWELL = advisory(claim(below("12"), **ROCKWELL))


def said(named=NAMED, *, of=PANEL, same=True):
    return Alias(product_name(of.identity), named, same, "2026-11-27", "ann")


def judgements(held, aliases, *advisories):
    return judge(held, ClaimIndex(advisories).matches(held, Aliases(aliases).of(held.identity)))


def rule(held, aliases, *advisories):
    found = judgements(held, aliases, *advisories)
    assert len(found) <= 1
    return found[0].rule.value if found else ""


def test_what_is_confirmed_is_judged_by_its_version():
    assert rule(PANEL, [], OF_ROCKWELL) == "family-only"
    assert rule(PANEL, [said()], OF_ROCKWELL) == "in-range"


def test_what_is_denied_is_not_affected_by_that_word_and_says_whose_it_is():
    (found,) = judgements(PANEL, [said(same=False)], OF_ROCKWELL)
    assert (found.rule.value, found.verdict) == ("another-product", Verdict.NOT_AFFECTED)
    assert found.match.alias == said(same=False)


@pytest.mark.parametrize(
    "written",
    [
        {"name": "panelview  800", "vendor": "ROCKWELL automation"},
        {"name": "PanelView 800", "vendor": "Rockwell Automation", "models": ("2711R-T7T",)},
    ],
    ids=["case and spaces", "a model number beside it"],
)
def test_it_is_about_the_name_whatever_the_version(written):
    assert rule(component("5.0", **written), [said()], OF_ROCKWELL) == "in-range"
    assert rule(component("13", **written), [said()], OF_ROCKWELL) == "mended"


def test_it_is_about_no_other_name():
    other = component("11", name="PanelView 800 Plus", vendor="Rockwell Automation")
    assert rule(other, [said()], OF_ROCKWELL) == ""


@pytest.mark.parametrize(
    ("named", "product"),
    [
        (Identity(purls=("pkg:pypi/django",)), {"purls": ("pkg:pypi/django",)}),
        (
            Identity(cpes=("cpe:2.3:h:siemens:s7-1200:-:*:*:*:*:*:*:*",)),
            {"cpes": ("cpe:2.3:h:siemens:s7-1200:*:*:*:*:*:*:*:*",)},
        ),
        (Identity(vendor="Siemens", name="S7-1200"), {"vendor": "Siemens AG", "name": "S7-1200 family"}),
        (Identity(models=("6ES7214",)), {"models": ("6ES72*",)}),
    ],
    ids=["purl", "cpe", "words", "model number"],
)
def test_what_no_advisory_names_by_its_words_is_met_by_the_name_that_a_person_gave(named, product):
    held = component("1.2", name="насос 3")
    assert rule(held, [], advisory(claim(below("2"), **product))) == ""
    assert rule(held, [said(named, of=held)], advisory(claim(below("2"), **product))) == "in-range"


def test_a_name_that_is_certain_outweighs_every_word():
    django = package("pkg:pypi/django", "1.2")
    certain = advisory(claim(below("2", "pypi"), purls=("pkg:pypi/django",)))
    denied = [said(Identity(purls=("pkg:pypi/django",)), of=django, same=False)]
    assert rule(django, denied, certain) == "in-range"
    numbered = component("1.2", name="Box", vendor="Acme", models=("B-1000",))
    of_number = advisory(claim(below("2"), vendor="Acme", name="Box", models=("B-1000",)))
    assert rule(
        numbered, [said(Identity(vendor="Acme", name="Box"), of=numbered, same=False)], of_number
    ) == ("in-range")
    mended = advisory(claim(below("1.1", "pypi"), purls=("pkg:pypi/django",)), id="ADV-2")
    other = [said(Identity(vendor="Acme", name="Shop"), of=django)]
    assert rule(django, other, mended, advisory(claim(below("9"), vendor="Acme", name="Shop"))) == "mended"


def test_order_numbers_that_differ_rule_out_what_a_person_confirmed_by_name():
    held = component("1", name="Panel", vendor="Acme", skus=("P-100",))
    other = advisory(claim(below("2"), vendor="Acme", name="Panel 800", skus=("P-200",)))
    assert rule(held, [said(Identity(vendor="Acme", name="Panel 800"), of=held)], other) == ""


def test_a_word_goes_before_what_programs_match():
    held = component("1.5", name="Panel", vendor="Acme", cpes=("cpe:2.3:a:acme:panel:1.5:*:*:*:*:*:*:*",))
    by_cpe = advisory(claim(below("2"), cpes=("cpe:2.3:a:acme:panel:*:*:*:*:*:*:*:*",)))
    by_word = advisory(claim(below("1.1"), vendor="Acme", name="Panel 800"), id="ADV-2")
    assert rule(held, [said(Identity(vendor="Acme", name="Panel 800"), of=held)], by_cpe, by_word) == "mended"
    assert (
        rule(held, [said(Identity(cpes=held.identity.cpes), of=held, same=False)], by_cpe)
        == "another-product"
    )


def test_a_denied_claim_leaves_the_others_to_decide():
    others = advisory(
        claim(below("12"), vendor="Rockwell Automation", name="PanelView 800 Series B"), id="ADV-2"
    )
    assert rule(PANEL, [said(same=False)], OF_ROCKWELL, others) == "family-only"


def test_who_says_of_one_product_both_is_believed_the_worse():
    by_cpe = Identity(cpes=("cpe:2.3:h:rockwell:panelview_800_2711r:*:*:*:*:*:*:*:*",))
    both = advisory(claim(below("12"), **ROCKWELL, cpes=by_cpe.cpes))
    assert rule(PANEL, [said(same=False), said(by_cpe)], both) == "in-range"


def test_a_claim_about_parts_is_denied_only_if_each_part_that_may_be_meant_is():
    parts = (NAMED, Identity(vendor="Rockwell Automation", name="PanelView 800 Series B"))
    shop = component(vendor="Acme", name="shop")
    vex = advisory(claim(below("12"), vendor="Acme", name="shop", more={"subcomponents": parts}))
    index = ClaimIndex([vex])
    one, both = [said(same=False)], [said(same=False), said(parts[1], same=False)]
    assert [match.is_denied for match in index.matches(PANEL, one)] == [False]
    assert [match.is_denied for match in index.matches(PANEL, both)] == [True]
    assert judge(PANEL, index.matches(PANEL, both), (shop,))[0].rule.value == "another-product"


def test_a_family_that_a_person_named_is_not_its_members():
    assert not means(Identity(vendor="Acme", name="Panel"), Identity(vendor="Acme", name="Panel 800"))
    assert means(Identity(name="Panel"), Identity(name="panel"))
    assert not means(Identity(name="Panel"), Identity(vendor="Acme", name="Panel"))


def test_a_word_says_who_when_and_why():
    one = Alias(product_name(PANEL.identity), NAMED, True, "2026-11-27", "ann", "type plate", "bob")
    assert alias_words(one) == (
        "ann, adopted by bob, said on 2026-11-27 that Rockwell Automation PanelView 800 is Rockwell Automation "
        "PanelView 800 2711R: type plate"
    )


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (Identity(name="x", purls=("pkg:deb/debian/openssl@3?arch=amd64",)), "pkg:deb/debian/openssl"),
        (Identity(name=" A  b", vendor="C"), "c\na b"),
        (Identity(models=("6ES7",)), "6es7"),
    ],
)
def test_a_name_is_spelled_alike_whatever_the_version(identity, name):
    assert spelled(identity) == spelled(product_name(identity)) == name


@given(st.integers(0, 2**32))
def test_each_product_of_a_name_has_the_key_by_which_its_aliases_find_it(seed):
    one = naive_names.component(random.Random(seed))
    alias = Alias(product_name(one.identity), NAMED, same=True, on="2026-11-27", by="ann")
    assert held_key(alias) in {key.text for key, _ in component_keys(one)}


@given(st.integers(0, 2**32))
def test_a_naive_reading_of_the_page_gives_the_same_answers(seed):
    chance = random.Random(seed)
    components = [naive_names.component(chance) for _ in range(4)]
    aliases = naive_names.aliases(chance, components, 3)
    issued = naive_names.advisories(chance, 5)
    for held in components:
        found = {one.vulnerability: one.rule.value for one in judgements(held, aliases, *issued)}
        assert found == naive_names.answers(held, aliases, issued)


def test_a_persons_word_lies_between_what_programs_match_and_what_is_certain():
    assert Level.CPE < Level.PERSON < Level.CERTAIN
