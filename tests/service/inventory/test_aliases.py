"""What a person said of a name is kept, and every answer sees it: in memory and by what the store narrows."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from inventory import naive_names
from inventory.made import advisory, below, claim, component
from inventory.stocked import bill, feed
from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.advisory import Form
from tocsin.inventory.alias import Alias
from tocsin.inventory.identity import Identity
from tocsin.inventory.rule import Verdict
from tocsin.service.inventory.aliases import adopt, export, forget, keep, list_aliases, say
from tocsin.service.inventory.check_node import affected, check_node
from tocsin.service.inventory.exposure_list import known
from tocsin.service.inventory.gate_node import knowledge_of
from tocsin.service.inventory.kept import held_releases
from tocsin.service.inventory.news import news_for
from tocsin.service.inventory.review import answer_question, open_questions
from tocsin.store import log
from tocsin.store.advisories import advisories_named, concerned

PANEL = component("11.011", name="PanelView 800", vendor="Rockwell Automation")
NAMED = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
WORDS = "Rockwell Automation PanelView 800 2711R"
PUMP = component("1.5", name="насос")


@pytest.fixture
def here(world):
    node = world.node("Riverton", database=world.database)
    made = SimpleNamespace(node=node, now_us=node.now_us)
    bill(made, "pump house 3", PANEL, PUMP)
    feed(made, "csaf", advisory(claim(below("12"), **NAMED), form=Form.CSAF, id="ICSA-1"))
    return made


def rules(node):
    return [(one.site, one.rule.value) for one in check_node(node, (), None).exposures]


def same(here, *names, **more):
    return say(here.node, *names, same=True, by="ann", **more)


def different(here, *names, **more):
    return say(here.node, *names, same=False, by="ann", **more)


def test_what_is_confirmed_once_is_affected_from_then_on_and_asked_no_more(here):
    assert rules(here.node) == [("pump house 3", "family-only")]
    assert len(open_questions(here.node)) == 1
    said = same(here, "PanelView 800", WORDS)
    assert (said.versions, said.sites, said.before) == (1, ("pump house 3",), None)
    assert rules(here.node) == [("pump house 3", "in-range")]
    assert not open_questions(here.node)


def test_it_holds_for_bills_and_advisories_to_come(here):
    same(here, "PanelView 800", WORDS)
    bill(here, "pump house 4", component("10", name="panelview 800", vendor="ROCKWELL AUTOMATION"))
    feed(here, "cve", advisory(claim(below("12"), vulnerability="CVE-2", **NAMED), id="CVE-2"))
    assert sorted(rules(here.node)) == [
        (site, "in-range") for site in ("pump house 3",) * 2 + ("pump house 4",) * 2
    ]
    with here.node.reading() as connection:
        numbers = advisories_named(connection, ["CVE-2"])["CVE-2"]
    assert {one.site for one in news_for(here.node, numbers)} == {"pump house 3", "pump house 4"}
    assert {one.verdict for one in affected(here.node, "CVE-2", None).exposures} == {Verdict.AFFECTED}
    versions = {one.component.version for one in affected(here.node, "CVE-2", None).exposures}
    assert versions == {"11.011", "10"}


def test_what_no_advisory_names_by_its_words_is_met_by_the_next_that_names_it_as_a_person_did(here):
    same(here, "насос", "pkg:pypi/pump", why="The type plate says so.")
    feed(
        here,
        "osv",
        advisory(claim(below("2", "pypi"), vulnerability="CVE-3", purls=("pkg:pypi/pump",)), id="CVE-3"),
    )
    found = affected(here.node, "CVE-3", None)
    assert [(one.component.identity.name, one.rule.value) for one in found.exposures] == [
        ("насос", "in-range")
    ]
    assert found.exposures[0].judgement.match.alias.why == "The type plate says so."
    assert ("pump house 3", "in-range") in rules(here.node)
    assert check_node(here.node, (), None).counts.no_data == 0, (
        "and advisories about packages are about its kind"
    )


def test_advisories_in_a_file_and_the_gate_hear_it_too(here, tmp_path):
    same(here, "PanelView 800", "django", vendor="Django Foundation")
    path = tmp_path / "kev.json"
    entry = {
        "cveID": "CVE-2021-1",
        "vendorProject": "Django Foundation",
        "product": "django",
        "dateAdded": "2023-05-01",
    }
    path.write_text(
        json.dumps(
            {"catalogVersion": "1", "dateReleased": "2026-11-26T00:00:00Z", "vulnerabilities": [entry]}
        )
    )
    (found,) = check_node(here.node, [str(path)], None).exposures
    assert (found.rule.value, found.judgement.match.level.name) == ("no-versions-named", "PERSON")
    same(here, "PanelView 800", WORDS)
    with here.node.reading() as connection:
        (release,) = [
            one
            for one in held_releases(here.node, connection).values()
            if one.component.identity == PANEL.identity
        ]
    known = knowledge_of(here.node)([replace(release, aliases=())], datetime.now(UTC))
    assert [one.rule.value for one in known.inventory.exposures] == ["in-range"]


def test_what_is_denied_is_not_asked_again_and_forgetting_asks_again(here):
    different(here, "PanelView 800", WORDS)
    assert rules(here.node) == [("pump house 3", "another-product")]
    assert not open_questions(here.node)
    forget(here.node, "Rockwell Automation PanelView 800", by="ann")
    assert rules(here.node) == [("pump house 3", "family-only")]
    assert len(open_questions(here.node)) == 1
    assert list_aliases(here.node) == []


def test_forgetting_what_was_confirmed_leaves_no_key_behind(here):
    same(here, "насос", "pkg:pypi/pump")
    feed(here, "osv", advisory(claim(below("2", "pypi"), purls=("pkg:pypi/pump",))))
    with here.node.reading() as connection:
        assert len(concerned(connection)) == 2
    assert [one.named.purls for one in forget(here.node, "насос", "pkg:pypi/pump", by="ann")] == [
        ("pkg:pypi/pump",)
    ]
    with here.node.reading() as connection:
        assert len(concerned(connection)) == 1


def test_what_is_said_anew_takes_the_place_of_what_was(here):
    same(here, "PanelView 800", WORDS)
    assert different(here, "PanelView 800", WORDS).before.same
    assert [one.same for one in list_aliases(here.node)] == [False]
    assert rules(here.node) == [("pump house 3", "another-product")]


def test_the_last_answer_that_pages_show_is_made_anew(here):
    before = [several[0].rule.value for _, several in known(here.node).rows]
    same(here, "PanelView 800", WORDS)
    after = [several[0].rule.value for _, several in known(here.node).rows]
    assert (before, after) == (["family-only"], ["in-range"])


@pytest.mark.parametrize(
    "product",
    ["PanelView 800", "rockwell automation  panelview 800", "Rockwell Automation PanelView 800 11.011"],
)
@pytest.mark.parametrize(
    "named",
    [(WORDS,), ("PanelView 800 2711R",), ("panelview 800 2711r", "ROCKWELL AUTOMATION")],
    ids=["maker and name", "name", "name and maker apart"],
)
def test_both_may_be_named_as_they_are_shown(here, product, named):
    same(here, product, named[0], vendor="".join(named[1:]))
    assert rules(here.node) == [("pump house 3", "in-range")]


def test_what_cannot_be_said_is_refused_with_what_to_do(here):
    bill(
        here,
        "attic",
        component("1", name="PanelView 800", vendor="Birch"),
        component("1", name="django", purls=("pkg:pypi/django@1",)),
    )
    feed(here, "cve", advisory(claim(below("2"), vendor="Birch", name="PanelView 800 2711R"), id="CVE-9"))
    for error, words, product, named, said in (
        (NothingToCheck, "nothing here is called Valve", "Valve", WORDS, same),
        (BadInput, "2 products here are called PanelView 800", "PanelView 800", WORDS, same),
        (NothingToCheck, "no advisory here speaks of a product called Valve", "насос", "Valve", same),
        (
            BadInput,
            "2 makers have a product called",
            "Rockwell Automation PanelView 800",
            "PanelView 800 2711R",
            same,
        ),
        (BadInput, "purl", "насос", "pkg:", same),
        (BadInput, "leaves open", "насос", "cpe:2.3:a:*:*:*:*:*:*:*:*:*:*", same),
        (BadInput, "is called so already", "насос", "насос", lambda *names: same(*names, vendor=" ")),
        (BadInput, "which no word outweighs", "django", "pkg:pypi/django", different),
    ):
        with pytest.raises(error, match=words):
            said(here, product, named)
    assert list_aliases(here.node) == []
    with pytest.raises(NothingToCheck, match="nothing was said of Valve"):
        forget(here.node, "Valve", by="ann")


def test_an_answer_to_a_question_is_by_the_names_that_it_has(here):
    (asked,) = open_questions(here.node)
    answer_question(here.node, asked.id, same=True, by="ann")
    with pytest.raises(NothingToCheck, match="not asked any more"):
        answer_question(here.node, asked.id, same=True, by="ann")


def test_that_it_was_said_is_in_the_log_without_what_it_is_of(here):
    same(here, "PanelView 800", WORDS, why="A secret reason.")
    forget(here.node, "PanelView 800", by="bob")
    with here.node.reading() as connection:
        size = log.size(connection)
        openings = log.openings(connection, [size - 2, size - 1])
        persons = log.persons(connection, [size - 2, size - 1])
    assert [(one.entry.act, one.entry.subject["said"]) for one in openings] == [
        ("alias", "same"), ("alias", "forgotten"),
    ]  # fmt: skip
    assert [persons[one][1] for one in (size - 2, size - 1)] == ["ann", "bob"]
    told = str([one.entry.subject for one in openings])
    assert not [word for word in ("PanelView", "Rockwell", "secret") if word in told]


def test_anothers_list_is_adopted_as_its_word_and_ones_own_stands(here):
    different(here, "PanelView 800", WORDS)
    theirs = [
        Alias(
            Identity(name="PanelView 800", vendor="Rockwell Automation"),
            Identity(**NAMED),
            True,
            "2026-01-01",
            "ISAC",
        ),
        Alias(Identity(name="насос"), Identity(purls=("pkg:pypi/pump",)), True, "2026-01-02", "ISAC"),
        Alias(Identity(name="not here"), Identity(purls=("pkg:pypi/x",)), False, "2026-01-03", "ISAC"),
        Alias(Identity(purls=("pkg:pypi/x",)), Identity(purls=("pkg:pypi/x",)), False, "2026-01-03", "ISAC"),
    ]
    done = adopt(here.node, theirs, by="bob")
    assert [(one.alias.by, one.alias.via, one.versions) for one in done.taken] == [
        ("ISAC", "bob", 1),
        ("ISAC", "bob", 0),
    ]
    assert (done.known, done.otherwise, [why for _, why in done.refused]) == (
        0, theirs[:1], ["pkg:pypi/x goes by that very name, which no word outweighs"],
    )  # fmt: skip
    assert rules(here.node) == [("pump house 3", "another-product")]
    assert adopt(here.node, theirs, by="eve").known == 2
    told = {(one.held.name, one.by, one.via) for one in export(here.node)}
    assert told == {("PanelView 800", "Riverton", ""), ("насос", "ISAC", "bob"), ("not here", "ISAC", "bob")}


# -- all ways to an answer ---------------------------------------------------------------------


def filled(world, seed):
    chance = random.Random(seed)
    node = world.node("Riverton", database=world.database)
    made = SimpleNamespace(node=node, now_us=node.now_us)
    components = [naive_names.component(chance) for _ in range(8)]
    issued = naive_names.advisories(chance, 8)
    said = naive_names.aliases(chance, components, 5)
    # What is said lies before, between and after what it is about.
    bill(made, "mill", *components[:4])
    keep(node, said[:2], by="ann")
    feed(made, "csaf", *issued[:4])
    keep(node, said[2:], by="ann")
    bill(made, "office", *components[4:])
    feed(made, "cve", *issued[4:])
    return node, components, issued, said


def told(exposures):
    found = {}
    for one in exposures:
        found.setdefault(one.component.identity, {})[one.component.version, one.judgement.vulnerability] = (
            one.rule.value
        )
    return found


def expected(components, said, issued, wanted=("mended", "in-range", "family-only", "another-product")):
    found = {}
    for held in components:
        for name, rule in naive_names.answers(held, said, issued).items():
            if rule in wanted:
                found.setdefault(held.identity, {})[held.version, name] = rule
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_naive_reading_gives_what_every_way_answers(world, seed):
    node, components, issued, said = filled(world, seed)
    answers = expected(components, said, issued)
    assert told(check_node(node, (), None).exposures) == answers
    held_to = {}
    for name in ("CVE-1", "CVE-2", "CVE-3", "CVE-4"):
        try:
            held_to[name] = told(affected(node, name, None).exposures)
        except NothingToCheck:
            held_to[name] = {}
        of_name = {
            identity: {key: rule for key, rule in by.items() if key[1] == name}
            for identity, by in answers.items()
        }
        assert {
            identity: {key: rule for key, rule in by.items() if key[1] == name}
            for identity, by in held_to[name].items()
            if any(key[1] == name for key in by)
        } == {identity: by for identity, by in of_name.items() if by}
    to_do = expected(components, said, issued, ("in-range", "family-only"))
    with node.reading() as connection:
        numbers = [
            number
            for several in advisories_named(connection, [one.id for one in issued]).values()
            for number in several
        ]
        bodies = {number: one.component for number, one in held_releases(node, connection).items()}
        pairs = {(bodies[release].identity, bodies[release].version) for release, _ in concerned(connection)}
    assert told(news_for(node, numbers)) == to_do
    assert {(identity, version) for identity, by in to_do.items() for version, _ in by} <= pairs


@pytest.mark.parametrize("seed", range(4))
def test_what_is_forgotten_was_never_said(world, seed):
    node, components, issued, said = filled(world, seed)
    for one in said[::2]:
        if one in list_aliases(node):
            forget(node, (*one.held.purls, f"{one.held.vendor} {one.held.name}".strip())[0], by="ann")
    left = list_aliases(node)
    assert len(left) < len(said)
    assert told(check_node(node, (), None).exposures) == expected(components, left, issued)
