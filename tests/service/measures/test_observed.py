"""The facts that a node holds of measures, on each database."""

from __future__ import annotations

from inventory.made import advisory, component
from inventory.stocked import OPENSSL, about, bill, exploited, feed
from tocsin.incidents.rules.profile import Answer
from tocsin.inventory.advisory import Form
from tocsin.measures.automatic import (
    OBSERVED,
    Facts,
    InventoryFacts,
    PatchingFacts,
    ReportingFacts,
    WarningFacts,
)
from tocsin.service.exchange.source import add_source
from tocsin.service.incidents.duties import keep_profile
from tocsin.service.incidents.record import record
from tocsin.service.incidents.rulebook import shipped_rulebook
from tocsin.service.inventory.treat import Wish, treat
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.observed import facts_of, observed_of

DAY_S = 86_400
TODAY, LATER = "2026-09-21", "2026-12-31"
QUESTIONS = len(shipped_rulebook().facts)


def stocked(here, *vulnerabilities, day=TODAY):
    """Openssl, and advisories about it that came today."""
    bill(here, "plant", OPENSSL)
    claims = [about(OPENSSL, name, "9") for name in vulnerabilities]
    feed(here, "osv", *[advisory(one, form=Form.OSV, id=f"DSA-{n}") for n, one in enumerate(claims)], day=day)
    feed(here, "kev", exploited(*vulnerabilities), day=day)


def patching(here):
    return facts_of(here.node).patching


def test_what_a_node_may_know_of_are_measures_of_the_catalogue():
    assert {one.id for one in catalogue_of().measures} >= OBSERVED


def test_an_empty_node_knows_only_that_no_question_was_answered(here):
    assert facts_of(here.node) == Facts(reporting=ReportingFacts(answered=0, of=QUESTIONS, overdue=0))
    assert observed_of(here.node) == ()


def test_only_what_is_asked_for_is_looked_up(here, monkeypatch):
    stocked(here, "CVE-2025-1")

    def fails(node):
        raise AssertionError("the inventory was judged")

    whole = facts_of(here.node)
    monkeypatch.setattr("tocsin.service.measures.observed.known", fails)
    assert facts_of(here.node, ()) == Facts()
    assert facts_of(here.node, {"asset-inventory"}) == Facts(inventory=whole.inventory)
    assert facts_of(here.node, {"reporting"}) == Facts(reporting=whole.reporting)
    monkeypatch.undo()
    assert facts_of(here.node, {"patching"}) == Facts(patching=whole.patching)


def test_bills_are_counted_with_their_sites_and_the_day_of_the_newest(here):
    bill(here, "plant", OPENSSL)
    bill(here, "office", OPENSSL, name="other.json")
    held = facts_of(here.node)
    assert held.inventory == InventoryFacts(bills=2, sites=2, newest=TODAY)
    # Without advisories nothing can be said of mending.
    assert held.patching is None


def test_what_is_exploited_is_overdue_once_its_day_is_past_and_until_it_is_treated(here):
    stocked(here, "CVE-2025-1")
    fresh = PatchingFacts(overdue=0, doubtful=0, accepted=0, unjudged=0, exploited_day=TODAY, versions=True)
    assert patching(here) == fresh
    here.world.wait(60 * DAY_S)
    assert (patching(here).overdue, patching(here).stale) == (1, ("kev", "osv"))
    treat(here.node, "openssl", "CVE-2025-1", "plant", Wish("accepted", LATER, why="off at night"), by="ann")
    assert (patching(here).overdue, patching(here).accepted) == (0, 1)


def test_a_product_on_two_bills_of_a_site_is_one_exposure(here):
    stocked(here, "CVE-2025-1")
    bill(here, "plant", OPENSSL, name="other.json")
    here.world.wait(60 * DAY_S)
    assert patching(here).overdue == 1


def test_what_nobody_exploits_is_not_counted_and_what_no_feed_speaks_of_is(here):
    bill(here, "plant", OPENSSL, component("1", name="left-pad", purls=("pkg:npm/left-pad@1",)), exposed=True)
    feed(here, "osv", advisory(about(OPENSSL, "CVE-2025-1", "9"), form=Form.OSV), day=TODAY)
    here.world.wait(400 * DAY_S)
    held = patching(here)
    assert (held.overdue, held.unjudged, held.exploited_day, held.versions) == (0, 1, "", True)


def test_sources_of_warnings_are_told_with_the_day_on_which_they_were_read(here):
    add_source(here.node, name="feed", location=str(here.world.folder), kind="", by="ann")
    assert facts_of(here.node).warnings == WarningFacts(read=(("feed", ""),))


def test_answers_about_the_organisation_are_counted_and_overdue_reports_with_them(here):
    profile = b'country = "US"\n[facts]\n' + b"".join(
        f'{fact} = "{Answer.YES.value}"\n'.encode() for fact in shipped_rulebook().facts
    )
    keep_profile(here.node, profile, "us.toml", by="ann")
    assert facts_of(here.node).reporting == ReportingFacts(answered=QUESTIONS, of=QUESTIONS, overdue=0)
    record(here.node, "Strange logins", by="ann")
    assert facts_of(here.node).reporting.overdue == 0
    moments = [
        (f"moments.{name}", '"2026-01-05 12:00Z"') for name in ("detected", "determined", "aware", "material")
    ]
    record(here.node, "Billing is encrypted", settings=moments, by="ann")
    assert facts_of(here.node).reporting.overdue > 0
