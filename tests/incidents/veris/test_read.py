"""Records of VERIS as incidents. Every record here is made up; none is from a database."""

from __future__ import annotations

import json
import random
import re

import msgspec
import pytest

from real_data import shared
from tocsin.incidents.form import form_text, read_form
from tocsin.incidents.incident import Determination, ImpactCategory, Incident
from tocsin.incidents.moment import moment_text
from tocsin.incidents.stix.read import read_incidents
from tocsin.incidents.stix.write import incident_objects
from tocsin.incidents.veris import words
from tocsin.incidents.veris.read import is_veris, read_veris
from tocsin.model.stix import read_objects

RANSOM = {
    "schema_version": "1.4.0",
    "incident_id": "0f2c1b9e-made-up",
    "source_id": "town",
    "security_incident": "Confirmed",
    "summary": "Billing was encrypted.",
    "reference": "https://news.example/a;b?c=1,2; http://www.other.example/x,https://third.example/ ; A letter",
    "action": {
        "hacking": {
            "variety": ["Use of stolen creds", "Exploit vuln"],
            "vector": ["VPN"],
            "result": ["Infiltrate"],
            "cve": "CVE-2021-44228; cve-2020-1472",
        },
        "malware": {
            "variety": ["Ransomware"],
            "vector": ["Direct install", "Unknown"],
            "result": ["Deploy payload"],
            "name": "Nightfall",
            "notes": "Over the weekend.",
        },
    },
    "actor": {"external": {"variety": ["Organized crime"], "motive": ["Financial"], "country": ["Unknown"]}},
    "asset": {
        "assets": [
            {"variety": "S - File", "amount": 3},
            {"variety": "N - PLC", "amount": 2},
            {"variety": "P - Finance"},
            {"variety": "Unknown"},
        ],
        "role": ["IT"],
    },
    "attribute": {
        "availability": {
            "variety": ["Obscuration"],
            "duration": {"unit": "Days", "value": 6},
            "notes": "Some for good.",
        },
        "confidentiality": {
            "data": [{"variety": "Personal", "amount": 10}, {"variety": "Medical", "amount": 4}],
            "data_total": 12,
            "data_disclosure": "Yes",
            "data_victim": ["Customer"],
        },
        "integrity": {"variety": ["Modify data", "Software installation"]},
    },
    "timeline": {
        "incident": {"year": 2021, "month": 5, "day": 6, "time": "05:45:00 PM"},
        "compromise": {"unit": "Minutes", "value": 5},
        "exfiltration": {"unit": "Days", "value": 1},
        "discovery": {"unit": "Days", "value": 2},
        "containment": {"unit": "Weeks", "value": 4},
    },
    "victim": {
        "victim_id": "Pipe Ltd",
        "country": ["US"],
        "state": "GA",
        "industry": "486910",
        "employee_count": "101 to 1000",
    },
    "impact": {"overall_rating": "Painful", "overall_amount": 4400000, "iso_currency_code": "USD"},
    "discovery_method": {"external": {"variety": ["Actor disclosure"]}},
    "control_failure": "No second factor.",
    "corrective_action": "A second factor for all.",
    "ioc": [{"indicator": "198.51.100.7", "comment": "seen"}],
    "targeted": "Opportunistic",
    "confidence": "High",
    "plus": {"created": "2021-12-30T10:00:00Z", "modified": "2022-01-02T10:00:00.5Z", "any": {"thing": 1}},
}


def changed(**members):
    return {**RANSOM, **members}


def alone(record):
    """The incident and the problems of one record."""
    read = read_veris(json.dumps(record).encode())
    (one,) = read.incidents
    return one, [(problem.where.path, problem.what) for problem in read.problems]


@pytest.fixture(scope="module")
def ransom():
    one, problems = alone(RANSOM)
    assert problems == []
    return one


def test_who_was_hit_and_by_what_is_its_name(ransom):
    assert (
        ransom.name
        == "Pipe Ltd, 2021: signing in with stolen or default credentials and using a vulnerability"
    )
    assert alone(changed(victim={}, action={}, timeline={}))[0].name == "Somebody: what was done is not known"
    assert alone(changed(victim={}, action={"error": {"variety": ["Loss"]}}))[0].name == (
        "Somebody, 2021: something lost"
    )


def test_the_victim_has_its_sectors_and_its_state_but_no_number_of_employees(ransom):
    victim = ransom.victim
    assert (victim.name, victim.sectors, victim.naics) == ("Pipe Ltd", ("energy",), "486910")
    assert (victim.country, victim.region, victim.employees) == ("US", "US-GA", None)


@pytest.mark.parametrize(
    ("country", "state", "region"),
    [
        (["US"], "US-MO", "US-MO"),
        (["US"], "MO", "US-MO"),
        (["CA"], "ON", "CA-ON"),
        (["ES"], "ES-AN", "ES-AN"),
        (["DE"], "BY", ""),
        (["US"], "Minnesota", ""),
        (["US", "CA"], "ON", ""),
    ],
)
def test_a_state_is_a_region_only_where_it_is_clear_which(country, state, region):
    one, problems = alone(changed(victim={"country": country, "state": state}))
    assert (one.victim.region, problems) == (region, [])


def test_a_step_is_what_was_done_in_no_order_and_with_a_technique_only_where_it_means_the_same(ransom):
    assert [(step.name, step.technique, step.rest["veris"]) for step in ransom.flow.nodes] == [
        (
            "Hacking: signing in with stolen or default credentials",
            "T1078",
            "action.hacking.variety.Use of stolen creds",
        ),
        ("Hacking: using a vulnerability", "", "action.hacking.variety.Exploit vuln"),
        ("Malware: ransomware", "T1486", "action.malware.variety.Ransomware"),
    ]
    assert ransom.flow.edges == ()
    assert ransom.flow.description == "VERIS says what was done, not in which order."
    assert ransom.flow.nodes[2].description == (
        "Malware: Nightfall. Through: installing it by hand. Result: set off what it came for. Over the weekend."
    )


def test_an_action_of_which_nothing_is_known_is_a_step_that_says_so():
    one, problems = alone(
        changed(action={"unknown": {"result": ["Infiltrate"]}, "hacking": {"variety": ["Unknown"]}})
    )
    assert [(step.name, step.description) for step in one.flow.nodes] == [
        ("Hacking: not known how", ""),
        ("Something that is not known", "Result: got in."),
    ]
    assert (one.causes[:-1], problems) == ((), [])


def test_every_technique_is_one_that_the_published_mapping_relates_to_the_word():
    import gzip

    path = shared("intel/mappings/veris-1.4.0_attack-16.1-enterprise.json.gz")
    related = {
        (str(one["capability_id"]).lower(), one["attack_object_id"])
        for one in json.loads(gzip.decompress(path.read_bytes()))["mapping_objects"]
    }
    for (category, word), technique in words.TECHNIQUES.items():
        assert (f"action.{category}.variety.{word}".lower(), technique) in related


def test_causes_are_the_actions_that_let_somebody_in_as_the_database_says(ransom):
    assert [(one.text, one.technique, one.step, one.weight, one.stated) for one in ransom.causes] == [
        (
            "Hacking: signing in with stolen or default credentials, as coded in VERIS",
            "T1078",
            "action--hacking-0",
            1,
            "2022-01-02",
        ),
        ("Hacking: using a vulnerability, as coded in VERIS", "", "action--hacking-1", 1, "2022-01-02"),
        ("No second factor.", "", "", 1, "2022-01-02"),
    ]
    assert {one.source.title for one in ransom.causes} == {"VERIS record 0f2c1b9e-made-up"}


def test_where_nobody_coded_what_let_them_in_every_action_is_stated_as_a_cause():
    one, _ = alone(
        {
            "schema_version": "1.3.6",
            "action": {"social": {"variety": ["Phishing"]}, "malware": {"variety": ["Ransomware"]}},
        }
    )
    assert [cause.text for cause in one.causes] == [
        "Malware: ransomware, as coded in VERIS",
        "Deceiving people: phishing, as coded in VERIS",
    ]


def test_the_moments_follow_from_the_day_and_what_each_took(ransom):
    moments = ransom.moments
    assert [moment_text(one) for one in (moments.began, moments.detected, moments.contained)] == [
        "2021-05-06",
        "2021-05-08",
        "2021-06",
    ]
    assert moment_text(ransom.impacts[0].start) == "2021-05-07"


@pytest.mark.parametrize(
    ("incident", "compromise", "discovery", "detected"),
    [
        ({"year": 2020, "month": 2, "day": 28}, {}, {"unit": "Days", "value": 2}, "2020-03-01"),
        ({"year": 2020, "month": 2, "day": 28}, {}, {"unit": "Hours", "value": 30}, None),
        ({"year": 2020, "month": 2}, {}, {"unit": "Days", "value": 2}, None),
        ({"year": 2020, "month": 2}, {}, {"unit": "Weeks", "value": 2}, None),
        ({"year": 2020, "month": 11}, {}, {"unit": "Months", "value": 3}, "2021-02"),
        ({"year": 2020, "month": 11, "day": 30}, {}, {"unit": "Months", "value": 3}, "2021-02"),
        ({"year": 2020}, {}, {"unit": "Months", "value": 3}, None),
        ({"year": 2020}, {}, {"unit": "Years", "value": 2}, "2022"),
        ({"year": 2020}, {}, {"unit": "Years"}, None),
        ({"year": 2020}, {}, {"unit": "Never"}, None),
        ({}, {}, {"unit": "Years", "value": 2}, None),
        (
            {"year": 2020, "month": 2, "day": 28},
            {"unit": "Days", "value": 2},
            {"unit": "Days", "value": 1},
            "2020-03-02",
        ),
        ({"year": 2020, "month": 2, "day": 28}, {"unit": "Days"}, {"unit": "Days", "value": 1}, None),
        (
            {"year": 2020, "month": 2, "day": 28},
            {"unit": "Hours", "value": 48},
            {"unit": "Days", "value": 1},
            None,
        ),
        (
            {"year": 2020, "month": 2, "day": 28},
            {"unit": "NA"},
            {"unit": "Days", "value": 1},
            "2020-02-29",
        ),
    ],
)
def test_a_moment_is_told_no_closer_than_it_follows(incident, compromise, discovery, detected):
    timeline = {"incident": incident, "compromise": compromise, "discovery": discovery}
    one, problems = alone(changed(timeline=timeline))
    found = one.moments.detected
    assert (moment_text(found) if found else None, problems) == (detected, [])


@pytest.mark.parametrize(
    ("timeline", "began", "place"),
    [
        ({"incident": {"year": 2021, "month": 2, "day": 30}}, "2021-02", "$.timeline.incident.day"),
        ({"incident": {"year": 2021, "month": 13, "day": 1}}, "2021", "$.timeline.incident.month"),
        ({"incident": {"year": 2021, "day": 1}}, "2021", "$.timeline.incident.day"),
        ({"incident": {"year": 20210}}, None, "$.timeline.incident.year"),
        ({"incident": {"year": "2021"}}, None, "$.timeline.incident.year"),
        ({"incident": []}, None, "$.timeline.incident"),
        (
            {"incident": {"year": 2021}, "discovery": {"unit": "Fortnights", "value": 1}},
            "2021",
            "$.timeline.discovery.unit",
        ),
        (
            {"incident": {"year": 2021}, "discovery": {"unit": "Days", "value": -3}},
            "2021",
            "$.timeline.discovery.value",
        ),
        (
            {"incident": {"year": 2021}, "discovery": {"unit": "Years", "value": 1e300}},
            "2021",
            "$.timeline.discovery.value",
        ),
    ],
)
def test_a_date_that_cannot_be_is_told_with_its_place_and_the_rest_counts(timeline, began, place):
    one, problems = alone(changed(timeline=timeline))
    found = one.moments.began
    assert (moment_text(found) if found else None, one.moments.detected) == (began, None)
    assert [path for path, _ in problems] == [place]
    assert len(one.flow.nodes) == 3


def test_what_suffered_is_told_with_its_counts(ransom):
    data, medical, integrity, availability, money = ransom.impacts
    assert (data.information, data.loss, data.records) == ("pii", "confirmed-loss", 10)
    assert data.description == "Data: personal, of: customer, 12 records in all"
    assert (medical.information, medical.records) == ("phi", 4)
    assert (integrity.loss, integrity.description) == (
        "partial-modification",
        "Data was changed, software was installed or changed",
    )
    assert (availability.hours, availability.description) == (
        144,
        "Encrypted or made unreadable. Some for good.",
    )
    assert (money.amount, money.currency, money.description) == (
        "4400000",
        "USD",
        "All in all, rated painful",
    )


def test_losses_that_have_amounts_are_not_counted_again_in_the_whole():
    impact = {
        "overall_amount": 12.5,
        "overall_rating": "Unknown",
        "iso_currency_code": "EUR",
        "loss": [
            {"variety": "Response and recovery", "amount": 10.25, "rating": "Major"},
            {"variety": "Brand damage"},
        ],
    }
    one, problems = alone(changed(attribute={}, impact=impact))
    assert [(each.kind, each.amount, each.currency, each.description) for each in one.impacts] == [
        ("response-and-recovery", "10.25", "EUR", "Response and recovery, rated major"),
        ("brand-damage", "", "", "Brand damage"),
        ("", "", "", "All in all, 12.5 EUR"),
    ]
    assert problems == []


def test_a_negative_count_or_amount_is_told_and_not_taken():
    one, problems = alone(
        changed(
            impact={"overall_amount": -1, "overall_rating": "Painful"},
            asset={"assets": [{"variety": "S - File", "amount": -2}]},
            attribute={
                "confidentiality": {"data": [{"variety": "Bank", "amount": -3}], "data_disclosure": "Yes"}
            },
        )
    )
    assert sorted(problems) == [
        ("$.asset.assets[0].amount", "is negative"),
        ("$.attribute.confidentiality.data[0].amount", "is negative"),
        ("$.impact.overall_amount", "is negative"),
    ]
    assert [one.systems[0].count, one.impacts[0].records, one.impacts[1].amount] == [None, None, ""]


def test_what_was_hit_is_of_operations_where_it_always_is(ransom):
    assert [(one.name, one.function, one.level, one.count) for one in ransom.systems] == [
        ("Server: file", "server", "it", 3),
        ("Network: controller (PLC)", "network", "ot", 2),
        ("People: finance", "people", "it", None),
        ("Something that is not known", "", "it", None),
    ]


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ({"external": {"variety": ["Actor disclosure"]}}, ("message-from-attacker", "the attacker said so")),
        ({"external": {"variety": ["Law enforcement"]}}, ("external-notification", "law enforcement")),
        ({"internal": {"variety": ["Nids"]}}, ("automated-tool", "intrusion detection on the network")),
        ({"internal": {"variety": ["Unknown"]}}, ()),
        ({"partner": {"variety": ["Unknown"]}}, ("external-notification",)),
        ({"unknown": True}, ()),
        ("Ext - law enforcement", ("Ext - law enforcement",)),
        ("Int - unknown", ()),
    ],
)
def test_how_it_was_found_is_said_in_the_words_of_the_extension_and_of_the_coder(method, found):
    one, problems = alone(changed(discovery_method=method))
    assert (one.detected_by, problems) == (found, [])


@pytest.mark.parametrize(
    ("actor", "action", "actors"),
    [
        ({"external": {"variety": ["Organized crime", "Unknown"]}}, "malware", ("organised crime",)),
        ({"external": {"variety": ["Organized crime"], "name": ["Night"]}}, "malware", ("Night",)),
        ({"internal": {"variety": ["System admin"]}}, "misuse", ("an insider (system admin)",)),
        ({"internal": {"variety": ["System admin"]}}, "error", ()),
        ({"unknown": {"notes": "nobody knows"}}, "malware", ()),
    ],
)
def test_an_attacker_has_a_name_or_a_kind_and_whoever_made_a_mistake_is_none(actor, action, actors):
    one, problems = alone(changed(actor=actor, action={action: {"variety": ["Other"]}}))
    assert (one.actors, problems) == (actors, [])


def test_the_rest_of_what_is_known_has_its_place(ransom):
    assert ransom.determination is Determination.CONFIRMED
    assert ransom.kinds == ("ransomware", "data-breach")
    assert ransom.vulnerabilities == ("CVE-2021-44228", "CVE-2020-1472")
    assert ransom.indicators == ("198.51.100.7",)
    assert ransom.actions_taken == ("Taken or advised: A second factor for all.",)
    assert [(one.title, one.url) for one in ransom.sources] == [
        ("VERIS record 0f2c1b9e-made-up", ""),
        ("news.example", "https://news.example/a;b?c=1,2"),
        ("other.example", "http://www.other.example/x"),
        ("third.example", "https://third.example/"),
        ("A letter", ""),
    ]


@pytest.mark.parametrize(
    ("word", "determination", "problems"),
    [
        ("Near miss", Determination.FAILED_ATTEMPT, 0),
        ("False positive", Determination.FALSE_POSITIVE, 0),
        ("Suspected", Determination.SUSPECTED, 0),
        ("Perhaps", Determination.SUSPECTED, 1),
    ],
)
def test_whether_it_was_one_is_said_in_our_words(word, determination, problems):
    one, told = alone(changed(security_incident=word))
    assert (one.determination, len(told)) == (determination, problems)


def test_the_record_stays_with_the_incident_as_it_is(ransom):
    assert ransom.rest == {"veris": RANSOM}


def test_it_goes_out_as_stix_with_its_record_and_comes_in_as_it_was(ransom):
    data = json.dumps({"type": "bundle", "id": "bundle--1", "objects": incident_objects(ransom)}).encode()
    read = read_incidents(read_objects(data).objects)
    assert (read.incidents, read.problems) == ((ransom,), ())


def test_the_same_record_is_the_same_incident_and_another_coders_is_another(ransom):
    assert alone(changed(summary="More is known.", schema_version="1.4.1"))[0].id == ransom.id
    assert alone(changed(source_id="county"))[0].id != ransom.id
    nameless = {"schema_version": "1.4.0", "victim": {"victim_id": "A"}, "action": {}}
    again = {"action": {}, "victim": {"victim_id": "A"}, "schema_version": "1.4.0"}
    assert alone(nameless)[0].id == alone(again)[0].id
    assert alone(nameless)[0].id != alone({**nameless, "victim": {"victim_id": "B"}})[0].id


def test_a_file_holds_a_record_a_list_or_one_on_each_line():
    two = [RANSOM, changed(incident_id="b")]
    forms = (json.dumps(two, indent=2), "\ufeff" + "\n\n".join(map(json.dumps, two)) + "\n")
    for form in forms:
        read = read_veris(form.encode())
        assert [one.rest["veris"]["incident_id"] for one in read.incidents] == ["0f2c1b9e-made-up", "b"]
        assert read.problems == ()


def test_what_is_broken_in_a_file_is_told_with_its_place_and_the_others_are_read():
    deep = changed(incident_id="deep", plus=json.loads('{"a":' * 70 + "1" + "}" * 70))
    lines = [json.dumps(RANSOM), "{", json.dumps(deep), json.dumps(changed(victim=[], incident_id="c")), "[]"]
    read = read_veris("\n".join(lines).encode())
    assert [one.rest["veris"]["incident_id"] for one in read.incidents] == ["0f2c1b9e-made-up", "c"]
    assert [(one.where.path, one.what[:24]) for one in read.problems] == [
        ("line 2", "is no JSON: Input data w"),
        ("line 3", "nests deeper than 64 lev"),
        ("line 4 at $.victim", "is no object"),
        ("line 5 at $", "is no record of VERIS"),
    ]
    again = read_veris(json.dumps([RANSOM, RANSOM, 7]).encode())
    assert len(again.incidents) == 1
    assert [(one.where.path, one.what) for one in again.problems] == [
        ("$[1]", "has the id of a record before it"),
        ("$[2]", "is no record of VERIS"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"{",
        b'{"type": "bundle", "objects": []}',
        b'{"schema_version": "1.3"}',
        b'{"name": "\\"schema_version\\" \\"action\\""}',
        b'{"x": {"schema_version": 1, "action": {}}}',
    ],
)
def test_what_is_no_veris_is_left_to_others(other):
    assert read_veris(other) is None


def test_a_record_says_its_version_and_something_of_an_incident():
    assert is_veris({"schema_version": "1.3.7", "security_incident": "Confirmed"})
    assert not is_veris({"action": {}, "victim": {}})
    assert not is_veris([])


CODES = ["Unknown", "Other", "NA", "a word of tomorrow"]


def made_up(rng, broken):
    """Any record, of the words of the enumerations and some that are in none; with ``broken`` some parts are not."""

    def some(names):
        found = rng.sample([*names, *CODES], rng.randint(0, 3))
        return maybe(found)

    def maybe(one):
        if broken and rng.random() < 0.1:
            return rng.choice([None, [], {}, "x", -1, 1e300, 10**30, True, [None], [[1]], 0.5])
        return one

    def amount():
        return maybe(rng.choice([0, 1, 7, 10**9]))

    def span():
        units = ["Seconds", "Minutes", "Hours", "Days", "Weeks", "Months", "Years", "Never", "NA", "Unknown"]
        return maybe({"unit": maybe(rng.choice(units)), "value": maybe(rng.choice([0, 1, 2.5, 40]))})

    def kept(members):
        return maybe({name: one for name, one in members.items() if rng.random() < 0.7})

    kinds = [f"{group} - {name}" for group in words.ASSET_GROUPS for name in ("File", "Unknown", "PLC")]
    record = {
        "security_incident": maybe(rng.choice([*words.DETERMINATIONS])),
        "action": kept(
            {
                category: kept(
                    {
                        "variety": some(words.ACTIONS.get(category, {})),
                        "vector": some(words.VECTORS),
                        "result": some(words.RESULTS),
                        "cve": maybe("CVE-2021-44228"),
                        "notes": maybe("A note."),
                    }
                )
                for category in words.CATEGORIES
            }
        ),
        "actor": kept(
            {
                "external": kept({"variety": some(words.ACTORS), "name": some(["Night"])}),
                "internal": kept({"variety": some(["System admin"])}),
                "unknown": True,
            }
        ),
        "asset": kept(
            {
                "assets": maybe(
                    [
                        {"variety": maybe(rng.choice(kinds)), "amount": amount()}
                        for _ in range(rng.randint(0, 3))
                    ]
                ),
                "role": some(["IT", "OT"]),
            }
        ),
        "attribute": kept(
            {
                "confidentiality": kept(
                    {
                        "data": maybe(
                            [
                                kept({"variety": rng.choice([*words.DATA, "Unknown"]), "amount": amount()})
                                for _ in range(rng.randint(0, 3))
                            ]
                        ),
                        "data_total": amount(),
                        "data_disclosure": maybe(rng.choice([*words.DISCLOSURES, "Unknown"])),
                    }
                ),
                "integrity": kept({"variety": some(words.INTEGRITY)}),
                "availability": kept({"variety": some(words.AVAILABILITY), "duration": span()}),
            }
        ),
        "timeline": kept(
            {
                "incident": kept(
                    {
                        "year": maybe(rng.randint(1950, 2050)),
                        "month": maybe(rng.randint(1, 12)),
                        "day": maybe(rng.randint(1, 28)),
                    }
                ),
                "compromise": span(),
                "exfiltration": span(),
                "discovery": span(),
                "containment": span(),
            }
        ),
        "discovery_method": kept(
            {
                "external": {"variety": some(words.DISCOVERIES)},
                "internal": {"variety": some(words.METHODS)},
                "other": True,
            }
        ),
        "victim": kept(
            {
                "victim_id": maybe("Pipe Ltd"),
                "country": maybe(["US", rng.choice(["DE", "Unknown", "Other"])]),
                "industry": maybe("22"),
            }
        ),
        "impact": kept(
            {
                "overall_amount": amount(),
                "iso_currency_code": maybe("USD"),
                "loss": maybe([kept({"variety": "Brand damage", "amount": amount()})]),
            }
        ),
        "reference": maybe("https://a.example/;b"),
    }
    return {**record, "schema_version": "1.4.0"}


def naive_records(record):
    """How many records a record counts: those of its kinds of data, or the total if no kind is counted."""
    held = record["attribute"].get("confidentiality", {})
    counted = [one["amount"] for one in held.get("data", []) if "amount" in one]
    return sum(counted) if counted else held.get("data_total")


def naive_steps(record):
    """How many things were done: the words of each kind of action, at least one."""
    return sum(
        max(1, len({*one.get("variety", [])} - {"Unknown", "NA"})) for one in record["action"].values()
    )


def test_any_record_is_read_and_its_counts_add_up():
    rng = random.Random(20210507)
    for _ in range(400):
        record = made_up(rng, broken=False)
        one, problems = alone(record)
        assert [what for _, what in problems if what != "a day without a month"] == []
        assert len(one.flow.nodes) == naive_steps(record)
        assert len({step.id for step in one.flow.nodes}) == len(one.flow.nodes)
        records = [
            impact.records
            for impact in one.impacts
            if impact.category is ImpactCategory.CONFIDENTIALITY and impact.records is not None
        ]
        assert (sum(records) if records else None) == naive_records(record)
        systems = record["asset"].get("assets", [])
        assert [system.count for system in one.systems] == [system["amount"] for system in systems]


def test_any_record_is_read_whatever_is_broken_in_it_and_can_be_kept_and_shown():
    rng = random.Random(20210508)
    broken = 0
    for _ in range(400):
        record = made_up(rng, broken=True)
        read = read_veris(json.dumps(record).encode())
        (one,) = read.incidents
        broken += bool(read.problems)
        assert msgspec.json.decode(msgspec.json.encode(one), type=Incident) == one
        assert read_form(form_text(one), one) == one
        assert all(re.match(r"\$\.[a-z_]+", problem.where.path) for problem in read.problems)
    assert broken > 200


def test_each_of_a_folder_of_real_records_is_an_incident_that_can_be_kept_and_shown():
    for path in sorted(shared("intel/veris").rglob("*.[jJ][sS][oO][nN]")):
        (one,) = read_veris(path.read_bytes()).incidents
        assert read_form(form_text(one), one) == one, path
