"""Of an incident that is brokered its extensions stay by a list, and no id, time within the day or word of an author."""

from __future__ import annotations

import json

from sharing.test_anonymous import AUTHOR, brokered, id_of, made
from tocsin.sharing.anonymous import WITHHELD_TEXT

CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
FORM = "extension-definition--0f2f6a52-5c0e-4b38-9d0b-6a3c1a0f9e4d"
EVENT = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
GONE = id_of("event", 9)


def submission(**form):
    step = id_of("event", 2)
    return [
        AUTHOR,
        made(
            "incident",
            1,
            name="Ransomware at Acme Power",
            extensions={
                CORE: {"extension_type": "property-extension", "event_refs": [step, GONE], "x_ticket": "T-1"},
                FORM: {
                    "extension_type": "property-extension",
                    "form": {"id": id_of("incident", 1), "name": "At Acme Power", **form},
                },
                id_of("extension-definition", 7): {"who": "me"},
            },
        ),
        made("event", 2, name="Logged in", goal="ours", extensions={EVENT: {"extension_type": "new-sdo"}}),
    ]


def passed(**form):
    answer = brokered(*submission(**form))
    return answer, {one["type"]: one for one in answer.objects}


def test_links_are_those_of_the_new_ids_and_none_of_the_old_stays():
    flow = {"nodes": [{"id": id_of("event", 2), "technique": "T1078"}, {"id": GONE}]}
    answer, by_type = passed(flow=flow, causes=[{"text": "x", "step": id_of("event", 2)}])
    held, event = by_type["incident"]["extensions"], by_type["event"]["id"]
    there, later = held[CORE].pop("event_refs")
    assert held[CORE] == {"extension_type": "property-extension"}
    assert there == event
    form = held[FORM]["form"]
    assert form["id"] == by_type["incident"]["id"]
    assert [node["id"] for node in form["flow"]["nodes"]] == [event, later]
    [alone] = brokered(made("event", 9, name="Left")).objects
    assert alone["id"] == later, "passed on later it has the id that refers to it"
    assert form["causes"][0]["step"] == event
    text = json.dumps(answer.objects)
    assert not [one for one in (GONE, id_of("incident", 1), id_of("event", 2)) if one in text]


def test_what_is_not_on_the_list_goes_and_is_told():
    answer, by_type = passed(
        contact={"name": "Bea"}, victim={"name": "x", "sectors": ["energy"]}, answers={"a": "b"}
    )
    assert by_type["incident"]["extensions"][FORM]["form"]["victim"] == {"sectors": ["energy"]}
    assert "goal" not in by_type["event"]
    paths = {taken.path for taken in answer.taken}
    assert paths >= {
        f"extensions.{FORM}.form.contact",
        f"extensions.{FORM}.form.answers",
        f"extensions.{FORM}.form.victim.name",
        f"extensions.{CORE}.x_ticket",
        f"extensions.{id_of('extension-definition', 7)}",
        "goal",
    }


def test_a_list_holds_no_more_than_the_list_says():
    _, by_type = passed(indicators=["a", {"who": "me"}], kinds={"who": "me"})
    form = by_type["incident"]["extensions"][FORM]["form"]
    assert (form["indicators"], form["kinds"]) == (["a", {}], {})


def test_a_text_that_names_its_author_is_withheld_and_a_value_that_does_takes_the_incident_with_it():
    answer, by_type = passed()
    assert by_type["incident"]["name"] == WITHHELD_TEXT
    assert by_type["incident"]["extensions"][FORM]["form"]["name"] == WITHHELD_TEXT
    assert f"extensions.{FORM}.form.name" in {taken.path for taken in answer.taken}
    _, by_type = passed(indicators=["vpn.acme power.example"])
    assert "incident" not in by_type


def test_a_time_is_the_day_and_one_that_is_coarser_stays():
    us = 1_620_379_800_123_456
    day = us // 86_400_000_000 * 86_400_000_000
    began, detected = {"us": us}, {"us": us, "fidelity": "month"}
    _, by_type = passed(moments={"began": began, "detected": {**detected, "zone": "America/New_York"}})
    held = by_type["incident"]["extensions"][FORM]["form"]["moments"]
    assert held == {"began": {"us": day, "fidelity": "day"}, "detected": detected}
