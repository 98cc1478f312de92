"""What comes first of what is due on the same day, and by another table; and how an answer says why."""

from __future__ import annotations

import csv
import io
import json

import pytest

from inventory.made import advisory, claim, component
from inventory.results import EXCHANGE, KEV, answered, held
from real_data import shared
from tocsin.cli.formats import inventory_table
from tocsin.inventory.advisory import Form, Stakes
from tocsin.inventory.claim import Versions
from tocsin.inventory.epss import Chance
from tocsin.inventory.told import csv_rows, json_rows, sarif
from tocsin.inventory.told.advice import binds_words, chance_words
from tocsin.inventory.urgency import Priorities, decide
from tocsin.service.inventory.check import decision_table

EVERY = Versions(every=True)
BOD = decision_table()
COORDINATOR = decision_table("cisa-coordinator")
ALIKE = Stakes(automatable="no", impact="partial")


def said(number: int, stakes: Stakes = ALIKE, *, sectors: tuple[str, ...] = ()):
    name = f"CVE-2026-{number}"
    about = claim(EVERY, vulnerability=name, **EXCHANGE)
    return advisory(about, id=f"A-{number}", form=Form.CSAF, stakes=((name, stakes),), sectors=sectors)


def chances(**by_number: float):
    known = {
        f"CVE-2026-{name.removeprefix('n')}": Chance(value, 0.5, "2026-11-25")
        for name, value in by_number.items()
    }
    return known.get


def asked(*advisories, **more):
    more.setdefault("table", BOD)
    return answered([held(component(**EXCHANGE), exposed=True)], *advisories, priorities=Priorities(**more))


def order(result) -> list[int]:
    return [int(one.judgement.vulnerability.rpartition("-")[2]) for one in result.exposures]


def text(result, render=inventory_table.render) -> str:
    return "".join(render(result))


def test_of_what_is_due_on_the_same_day_the_likelier_comes_first_and_the_unknown_last():
    several = [said(1, Stakes("", "no", "partial", score=9.8)), said(2), said(3)]
    assert order(asked(*several)) == [1, 2, 3]
    assert order(asked(*several, chance=chances(n2=0.1, n3=0.5))) == [3, 2, 1]


def test_a_chance_changes_neither_verdict_nor_day_and_does_not_outrank_them():
    urgent = Stakes(automatable="yes", impact="total")
    several = [said(1), said(2, urgent), said(3, KEV)]
    without, likely = asked(*several), asked(*several, chance=chances(n1=1.0))
    assert order(likely) == [3, 2, 1]
    assert [(one.verdict, one.rule, one.due, one.decision) for one in likely.exposures] == [
        (one.verdict, one.rule, one.due, one.decision) for one in without.exposures
    ]


def test_an_advisory_that_names_the_own_sector_comes_first_of_the_same_day():
    several = [
        said(1, sectors=("Chemical", "Energy")),
        said(2, sectors=("Critical Manufacturing", "Water and Wastewater Systems")),
        said(3, Stakes(automatable="yes", impact="total")),
        said(4),
    ]
    water = frozenset({"water-and-wastewater"})
    assert order(asked(*several)) == [3, 1, 2, 4]
    found = asked(*several, sectors=water, chance=chances(n1=0.9))
    assert order(found) == [3, 2, 1, 4]
    assert [one.sectors for one in found.exposures] == [(), ("Water and Wastewater Systems",), (), ()]


def test_a_sector_is_heard_of_any_advisory_about_the_vulnerability():
    other = advisory(
        claim(EVERY, vulnerability="CVE-2026-2", **EXCHANGE), id="ICSA-1", form=Form.CSAF, sectors=("Energy",)
    )
    found = asked(said(1), said(2), other, sectors=frozenset({"energy"}))
    assert order(found) == [2, 1]


@pytest.mark.parametrize("words", [("Multiple",), ("Critical Infrastructure",), ("Energetic",), ()])
def test_words_that_name_no_one_sector_weigh_nothing(words):
    found = asked(said(1), said(2, sectors=words), sectors=frozenset({"energy"}))
    assert order(found) == [1, 2]
    assert not any(one.sectors for one in found.exposures)


def test_every_format_says_the_chance_its_day_and_the_sector():
    found = asked(said(1, sectors=("Energy",)), sectors=frozenset({"energy"}), chance=chances(n1=0.012))
    words = "1.2 % chance of being used within 30 days, EPSS of 2026-11-25"
    assert words in text(found).replace("\n           ", " ")
    assert "an advisory names your sector: Energy" in text(found)
    (row,) = json.loads(text(found, json_rows.render))["rows"]
    assert (row["epss"], row["epss_percentile"], row["epss_dated"], row["sectors"]) == (
        0.012,
        0.5,
        "2026-11-25",
        ["Energy"],
    )
    (cells,) = csv.DictReader(io.StringIO(text(found, csv_rows.render)))
    assert (cells["epss"], cells["epss_dated"], cells["sectors"]) == ("0.012", "2026-11-25", "Energy")
    (result,) = json.loads(text(found, sarif.render))["runs"][0]["results"]
    assert words in result["message"]["text"]
    assert (result["properties"]["epss"], result["properties"]["sectors"]) == (0.012, ["Energy"])


def test_what_is_not_known_is_not_said():
    found = asked(said(1))
    assert "EPSS" not in text(found)
    assert json.loads(text(found, json_rows.render))["rows"][0]["epss"] is None
    assert next(csv.DictReader(io.StringIO(text(found, csv_rows.render))))["epss"] == ""


def test_of_what_is_known_to_be_exploited_no_chance_is_told():
    assert chance_words(asked(said(1, KEV), chance=chances(n1=0.5)).exposures[0]) == ""


def test_a_chance_that_an_advisory_itself_gives_is_told_without_a_day():
    assert (
        chance_words(asked(said(1, Stakes(epss=0.5))).exposures[0])
        == "50.0 % chance of being used within 30 days, EPSS"
    )
    assert chance_words(asked(said(1, Stakes(epss=0.0001))).exposures[0]).startswith("less than 0.1 %")


# -- the coordinator's table ------------------------------------------------------------------


def test_what_a_coordinator_does_is_what_the_published_table_says_in_every_row():
    lines = shared("intel/ssvc/csv/cisa_coordinator_2_0_3.csv").read_text(encoding="utf-8").splitlines()
    rows = [row[1:] for row in list(csv.reader(lines))[1:]]
    assert len(rows) == 36
    for exploitation, automatable, impact, mission, outcome in rows:
        stakes = Stakes(exploitation, automatable, impact)
        told = decide(Priorities(COORDINATOR, mission=mission), stakes, exposed=False)
        assert (told.outcome.name, told.assumed) == (outcome, ()), (
            exploitation,
            automatable,
            impact,
            mission,
        )


def test_what_nobody_knows_is_taken_as_the_worst_and_said():
    (one,) = asked(said(1, Stakes("none", "yes", "total")), table=COORDINATOR).exposures
    assert (one.decision.outcome.name, one.decision.assumed, one.due) == ("attend", ("mission",), "")
    assert binds_words(one) == (
        "Nobody says what it would mean for the mission here and the public (--mission); the worst is assumed."
    )
    (one,) = asked(said(1, Stakes()), table=COORDINATOR).exposures
    assert one.decision.outcome.name == "act"
    assert binds_words(one).startswith(
        "Nobody says whether it is exploited, whether it can be exploited automatically, "
    )


def test_by_the_coordinators_table_the_more_urgent_comes_first_whatever_is_exploited():
    several = [
        said(1, Stakes("none", "no", "partial")),
        said(2, Stakes("public poc", "yes", "total")),
        said(3, Stakes("active", "no", "partial")),
    ]
    found = asked(*several, table=COORDINATOR, mission="medium")
    assert [one.decision.outcome.name for one in found.exposures] == ["track*", "track", "track"]
    assert order(found) == [2, 1, 3]


def test_an_answer_says_by_which_table_it_was_decided_and_what_its_words_mean():
    found = asked(said(1, KEV), table=COORDINATOR)
    told = " ".join(text(found).split())
    assert "Act: Microsoft Exchange Server 1.2" in told
    assert "mend it as soon as possible" in told
    assert "CISA's coordinator table" in told
    assert "BOD 26-04" not in told
    assert json.loads(text(found, json_rows.render))["decided_by"] == COORDINATOR.told
    (result,) = json.loads(text(found, sarif.render))["runs"][0]["results"]
    assert "Act: mend it as soon as possible" in result["message"]["text"]
    assert "BOD 26-04" in " ".join(text(asked(said(1, KEV))).split())
