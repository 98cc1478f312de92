"""What an inventory's answer says in each format."""

from __future__ import annotations

import csv
import io
import json

import pytest

from inventory.made import advisory, below, claim, component, package
from inventory.results import EXCHANGE, FEED, KEV, OLD, TODAY, answered, held, hostile, nothing, usual
from sarif_rules import hold_to_specification
from tocsin.cli.formats import inventory_table
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Versions
from tocsin.inventory.component import Kind
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.told import csv_rows, json_rows, sarif, vex

RESULTS = pytest.mark.parametrize("result", [usual, hostile, nothing], ids=lambda one: one.__name__)


def text(result, render=inventory_table.render, **options):
    return "".join(render(result, **options))


def rows(result):
    return json.loads(text(result, json_rows.render))["rows"]


def test_json_has_a_row_for_each_exposure_with_its_reason():
    first = rows(usual())[0]
    assert first["release"] == "Microsoft Exchange Server 15.2.721"
    assert (first["site"], first["verdict"], first["rule"], first["advisory"]) == (
        "mill",
        "affected",
        "in-range",
        "ADV-1",
    )
    assert (first["due"], first["triage"], first["data_age_s"]) == ("2026-11-30", True, 3600)
    assert first["do"] == "the maker has a fix: Install KB5000871."
    assert first["exploited"]["ransomware"] is True


def test_json_says_what_it_stands_on():
    told = json.loads(text(usual(), json_rows.render))
    assert told["version"] == 1
    assert told["counts"]["releases"] == 6
    assert told["feeds"][0]["dated"] == "2026-11-26"
    assert told["not_read"] == [{"file": "bill.json", "place": "$.components[7]", "why": "it has no name"}]
    assert [one["kind"] for one in told["no_data"]] == ["npm packages"]


@RESULTS
def test_csv_has_as_many_rows_as_json_and_runs_nothing(result):
    found = list(csv.DictReader(io.StringIO(text(result(), csv_rows.render))))
    assert len(found) == len(rows(result()))
    assert not [cell for row in found for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@RESULTS
def test_sarif_is_what_its_specification_requires(result):
    hold_to_specification(json.loads(text(result(), sarif.render)))


def test_sarif_tells_what_is_affected_and_what_may_be_and_nothing_else():
    (run,) = json.loads(text(usual(), sarif.render))["runs"]
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("CVE-2021-26855", "error"),
        ("CVE-2021-26855", "error"),
        ("CVE-2020-1", "warning"),
    ]
    notes = [one["descriptor"]["id"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == ["no-data", "not-read"]


def test_sarif_links_to_nothing_but_the_web():
    (run,) = json.loads(text(hostile(), sarif.render))["runs"]
    assert "helpUri" not in run["tool"]["driver"]["rules"][0]
    (run,) = json.loads(text(usual(), sarif.render))["runs"]
    assert run["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/adv-1"


@RESULTS
def test_vex_has_what_openvex_requires_and_every_product(result):
    told = json.loads(text(result(), vex.render))
    assert told["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert {"@id", "author", "timestamp", "version", "statements"} <= told.keys()
    for statement in told["statements"]:
        assert statement["status"] in {"affected", "not_affected", "fixed", "under_investigation"}
        assert statement["products"]
        assert statement["status"] != "affected" or statement["action_statement"]
        assert statement["status"] != "not_affected" or statement["impact_statement"]
    told_of = {(one["vulnerability"]["name"], one["status"]) for one in told["statements"]}
    words = {"unknown": "under_investigation"}
    assert told_of == {
        (row["vulnerability"], words.get(row["verdict"], row["verdict"])) for row in rows(result())
    }


@RESULTS
@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_fits_and_steers_no_screen(result, width):
    shown = text(result(), width=width)
    assert all(len(line) <= width for line in shown.splitlines())
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_table_says_what_to_do_why_and_by_when():
    shown = text(usual(), width=200)
    assert "Affected: 1 product of 6. 1 vulnerability is known to be exploited." in shown
    assert "By 2026-11-30: Microsoft Exchange Server 15.2.721" in shown
    assert "mill, office, reachable from the internet" in shown
    assert "the maker has a fix: Install KB5000871." in shown
    assert "The inventory does not say which version is installed. (1 product)" in shown
    assert "npm packages (1): fresh 4.0" in shown
    assert "BOD 26-04" in shown


def test_only_what_was_compared_with_current_advisories_is_called_clean():
    assert text(nothing()).startswith(
        "Nothing affected among 1 product, all compared with current advisories."
    )
    said = advisory(claim(below("3.0", "pypi"), purls=("pkg:pypi/django",)))
    old = answered([held(package("pkg:pypi/django", "4.0"))], said, feed=OLD)
    assert text(old).startswith("Nothing is known to be affected, but")
    assert "OLD, get it anew" in text(old)


def test_a_product_is_one_entry_of_the_table_where_the_same_holds_and_is_counted_once():
    lodash = package("pkg:npm/lodash", "4.0")
    bills = [
        HeldBill(site, site == "web", "", name, None, TODAY)
        for site, name in (("office", "a"), ("office", "b"), ("pumps", "a"), ("web", "a"))
    ]
    said = advisory(
        claim(below("5.0", "npm"), purls=("pkg:npm/lodash",)),
        stakes=((claim().vulnerability, KEV),),
    )
    result = answered([HeldRelease(lodash, dict.fromkeys(bills, "$"))], said)
    shown = text(result)
    assert "Affected: 1 product of 1." in shown
    assert "TO DO (1 product at 3 sites, first things first)" in shown
    told = [line.split(None, 1)[1] for line in shown.splitlines() if line.startswith("  at ")]
    assert sorted(told) == ["office, pumps", "web, reachable from the internet"]
    assert shown.count("it is known to be exploited, also for ransom") == 2
    assert len(rows(result)) == 4, "a row for each site and bill"
    assert json.loads(text(result, json_rows.render))["states"]["open"] == 3, (
        "what is done is noted of a site"
    )


def test_what_cannot_be_told_says_where_it_is_and_what_would_settle_it():
    said = advisory(claim(Versions(), **EXCHANGE), form=Form.KEV, stakes=((claim().vulnerability, KEV),))
    shown = " ".join(text(answered([held(component("1", **EXCHANGE), "mill", "office")], said)).split())
    assert "Microsoft Exchange Server 1 at mill, office: CVE-2021-26855; known to be exploited: 1" in shown
    assert "if it is affected, it is due by 2026-11-30" in shown
    assert "ask the maker" in shown


@pytest.mark.parametrize(("feed", "told"), [(FEED, "give."), (OLD, "newer ones may name more.")])
def test_an_advisory_that_names_nothing_here_is_not_told_with_a_row_of_noughts(feed, told):
    shown = " ".join(text(answered([], advisory(claim()), feed=feed)).split())
    assert shown.startswith("No product here goes by a name")
    assert shown.split(" WHAT THIS")[0].endswith(told)
    assert "0 product" not in shown


def test_a_vulnerability_without_a_title_goes_by_that_of_its_advisory():
    bare = claim(below("15.3"), **EXCHANGE, more={"title": claim().vulnerability})
    result = answered([held(component("15.2", **EXCHANGE))], advisory(bare, title="Exchange is open"))
    assert rows(result)[0]["title"] == "Exchange is open"


def test_examples_of_what_nothing_is_known_of_are_told_apart():
    several = [held(package("pkg:npm/abbrev", "1.1", kind=one)) for one in (Kind.LIBRARY, Kind.OTHER)]
    (told,) = answered(several, advisory(claim())).no_data
    assert (told.releases, told.examples) == (2, ("abbrev 1.1",))
