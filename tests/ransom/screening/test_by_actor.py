from __future__ import annotations

import pytest

from ransom.screening.test_alias_table import SMALL
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.labels.label import Label
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening.alias_table import read_alias_table
from tocsin.ransom.screening.by_actor import ActorScreening
from tocsin.ransom.screening.known_ransom import KnownRansom, Origin
from tocsin.ransom.screening.screening import MatchClass, Verdict

TABLE = read_alias_table(
    SMALL.replace('relation = "operator", since', 'relation = "operator", note = "it destroys", since')
)
PARTY = Party("7", "EXAMPLE Person", ("Ex",), ("CYBER2",))
OTHER = Party("8", "Lockers Limited")
LISTED = ActorScreening(TABLE, [PARTY, OTHER])
NOBODY = ActorScreening(TABLE, [OTHER])


def label(text, abuse="ransomware", **more):
    return Label("1a", text, "BTC", "https://example.org/p", "p.yaml", abuse=abuse, **more)


def of(*labels, by=LISTED):
    return by.of_labels("1a", {"1a": labels}, lambda one, other: ())


def test_a_label_of_a_family_leads_through_the_table_to_the_listed_party_and_says_by_what():
    (match,) = of(label("LOCKER"))
    assert (match.kind, match.kind.verdict, match.parties) == (MatchClass.ACTOR, Verdict.LINKED, (PARTY,))
    assert match.proof == (
        "labelled 'LOCKER' by p.yaml (https://example.org/p); Locker is operated by Gang (since 2019); listed: leader; "
        "it destroys"
    )
    assert (match.listed, match.named.family.name) == (None, "Locker")
    assert [source.id for source in match.named.sources] == ["s", "t"]


def test_labels_of_one_line_are_one_match():
    (match,) = of(label("Locker"), label("Some / lock-er"), label("Other"))
    assert [one.label for one in match.labels] == ["Locker", "Some / lock-er"]


@pytest.mark.parametrize(
    "one",
    [
        label("Locker", abuse=""),
        label("Locker", abuse="scam"),
        label("Lockers"),
        label("Locker", category="exchange"),
        label("Gang", category="exchange"),
        label("Gang", abuse="", concepts=("mixing_service",)),
    ],
    ids=str,
)
def test_a_label_that_is_of_no_ransomware_or_of_a_service_names_no_family(one):
    assert of(one) == ()


@pytest.mark.parametrize(
    "one",
    [
        label("The Spider", abuse=""),
        label("whatever", abuse="sanction", actor="gang"),
        label("x", concepts=("ransomware",), actor="GANG"),
    ],
    ids=str,
)
def test_a_label_may_name_the_actor_itself(one):
    (match,) = of(one)
    assert (match.named.family, match.parties) == (None, (PARTY,))
    assert "is Gang; listed: leader" in match.proof


def test_a_label_that_names_a_family_and_its_actor_is_one_match():
    (match,) = of(label("Locker / Gang", actor="gang"))
    assert match.named.family.name == "Locker"


def test_a_family_of_the_concepts_counts_like_one_of_the_abuse():
    (match,) = of(label("Locker", abuse="", concepts=("user", "ransomware")))
    assert match.named.family.name == "Locker"


def test_a_label_of_another_address_of_the_cluster_leads_there_by_the_transactions_that_join_them():
    step = Step("ab", "1a", "1b")
    (match,) = LISTED.of_labels(
        "1a", {"1b": (label("Locker"),)}, lambda one, other: (step,) if (one, other) == ("1a", "1b") else ()
    )
    assert match.steps == (step,)
    assert "of an address of its cluster (1b)" in match.proof
    (match,) = LISTED.of_labels("1a", {"1a": (label("Locker"),)}, lambda one, other: (step,))
    assert match.steps == ()


def test_who_is_not_on_the_list_of_that_day_is_no_match():
    assert of(label("Locker"), by=NOBODY) == ()
    found = NOBODY.of_name("Locker", "family")
    assert (found.verdict, found.matches, found.suggestions) == (Verdict.NO_MATCH_FOUND, (), ())
    assert found.why == "it leads to Gang, and the list of that day names nobody of it"


def test_a_name_of_the_note_that_is_in_the_table_is_linked():
    found = LISTED.of_name("locker", "family")
    assert (found.verdict, found.matches[0].parties, found.suggestions) == (Verdict.LINKED, (PARTY,), ())
    assert found.matches[0].proof == "Locker is operated by Gang (since 2019); listed: leader; it destroys"
    assert LISTED.of_name("the spider", "actor").verdict is Verdict.LINKED
    assert LISTED.of_name("the spider", "family").verdict is Verdict.NO_MATCH_FOUND
    assert LISTED.of_name("locker", "actor").verdict is Verdict.NO_MATCH_FOUND


def test_a_name_that_is_not_in_it_is_no_match_with_what_is_like_it():
    found = LISTED.of_name("Lockers", "family")
    assert (found.verdict, found.matches) == (Verdict.NO_MATCH_FOUND, ())
    assert [(one.name, one.kind, one.id) for one in found.suggestions] == [
        ("Locker", "family", ""),
        ("Lockers Limited", "party", "8"),
    ]
    assert "no match" in found.why
    assert found.why.startswith("no party is called exactly so")


@pytest.mark.parametrize("kind", ["actor", "family"])
@pytest.mark.parametrize("said", ["Lockers Limited", "LOCKERS-LIMITED", " lockers  limited"])
def test_the_very_name_of_a_listed_party_links_with_the_doubt_that_others_have_it_too(said, kind):
    found = LISTED.of_name(said, kind)
    (match,) = found.matches
    assert (found.verdict, match.kind, match.parties) == (Verdict.LINKED, MatchClass.LISTED_NAME, (OTHER,))
    assert match.proof == (
        "a listed party has this very name, as its own or as an alias; another may have the same name"
    )
    assert (match.named, found.suggestions) == (None, ())


def test_an_alias_of_the_list_is_a_name_too_and_all_who_have_it_are_told():
    twins = ActorScreening(TABLE, [PARTY, Party("9", "ex")])
    (match,) = twins.of_name("EX", "actor").matches
    assert [one.id for one in match.parties] == ["7", "9"]


def test_a_part_of_a_listed_name_and_a_party_that_the_table_gave_already_add_no_match():
    assert LISTED.of_name("Limited", "actor").matches == ()
    assert ActorScreening(TABLE, [Party("9", "-")]).of_name("...", "actor").matches == ()
    gang = ActorScreening(TABLE, [Party("7", "Gang")])
    assert [one.kind for one in gang.of_name("gang", "actor").matches] == [MatchClass.ACTOR]


# -- by what incidents say ------------------------------------------------------------------------


def ransom(id="1", **more):
    return KnownRansom(id, f"Case {id}", Origin.GIVEN, "Hub", asked=("1a",), **more)


def test_the_name_that_an_incident_gives_leads_as_a_name_does_and_says_by_whose_word():
    (match,) = LISTED.of_ransoms([ransom(names=("LOCKER",))])
    assert (match.kind, match.parties, match.ransom.id) == (MatchClass.ACTOR, (PARTY,), "1")
    assert match.proof == (
        "Case 1 (given by Hub) names 'LOCKER'; Locker is operated by Gang (since 2019); listed: leader; it destroys"
    )
    assert NOBODY.of_ransoms([ransom(names=("LOCKER",))]) == ()
    assert LISTED.of_ransoms([ransom(names=("Lockers",))]) == ()


def test_what_several_incidents_name_is_one_match_and_malware_is_a_family_alone():
    (match,) = LISTED.of_ransoms([ransom("1", names=("Gang",)), ransom("2", names=("Gang",))])
    assert match.proof.startswith("Case 1 (given by Hub) and 1 other incident name 'Gang'; ")
    assert LISTED.of_ransoms([ransom(families=("Gang",))]) == ()
    assert [one.parties for one in LISTED.of_ransoms([ransom(families=("Locker",))])] == [(PARTY,)]


def test_a_listed_party_of_the_very_name_is_found_and_a_name_of_either_kind_is_told_once():
    (match,) = LISTED.of_either("lockers limited")
    assert (match.kind, match.parties) == (MatchClass.LISTED_NAME, (OTHER,))
    assert [one.kind for one in LISTED.of_either("Locker / Gang")] == [MatchClass.ACTOR]
