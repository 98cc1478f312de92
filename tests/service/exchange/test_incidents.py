"""An incident across the exchange: a member sends it, the hub releases it, another member learns from it."""

from __future__ import annotations

import json

import pytest

from real_data import shared
from service.exchange.inventories import stored
from service.exchange.world import tell
from tocsin.errors import NothingToCheck, NotPermitted, UsageError
from tocsin.incidents.form import read_whole_form
from tocsin.incidents.incident import Incident
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.inbox import items, preview, release
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.share import queue
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.incidents.causes import causes_of
from tocsin.service.incidents.received import known_incidents, received_incidents
from tocsin.service.incidents.record import edit, keep, new_incident
from tocsin.service.incidents.send import send
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.plan import against

FORM = """
name = "Brookwater billing is encrypted"
summary = "Brookwater's billing stood still."
kinds = ["ransomware"]
determination = "confirmed"
indicators = ["bad.example.net", "10.1.2.3", "mail.brookwater.example"]
vulnerabilities = ["CVE-2021-26855"]
actors = ["DarkSide"]
tlp = "green"
[victim]
name = "Brookwater"
sectors = ["energy"]
country = "US"
region = "US-NC"
identifiers = { ein = "12-3456789" }
[contact]
name = "Bea Brook"
email = "bea@brookwater.example"
[moments]
began = "2026-03-14 09:26 America/New_York"
detected = "2026-04-07 05:00 America/New_York"
determined = "2026-04-07 06:00 America/New_York"
[ransom]
amount = "75"
asset = "BTC"
wallets = ["15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"]
[[ransom.payments]]
amount = "75.5"
asset = "BTC"
at = "2026-04-08 17:12:57Z"
payer = "Brookwater"
transactions = ["6a798026d44af27dbacd28ea21462808df8deca51794cec80c1b59e07ef924a2"]
[[systems]]
name = "BILL-SRV-7"
[[steps]]
id = "login"
name = "Logged in to Brookwater's VPN"
technique = "T1078"
start = "2026-03-14 09:26 America/New_York"
[[steps]]
id = "encrypt"
name = "Encrypted BILL-SRV-7"
technique = "T1486"
[[measures]]
measure = "second-factor"
stood = "absent"
step = "login"
evidence = "Brookwater's VPN asked for a password alone"
[[causes]]
text = "Brookwater had no second factor"
measure = "second-factor"
step = "login"
weight = 2
[[impacts]]
category = "availability"
degree = 90
people = 5810
description = "BILL-SRV-7 was gone"
[[told]]
whom = "FBI Charlotte"
at = "2026-04-07"
[answers]
secret = "what only a rule asks"
"""
NEVER = [
    "brookwater", "bill-srv-7", "us-nc", "12-3456789", "bea", "10.1.2.3", "2026-03-14", "2026-04-07", "5810",
    "fbi charlotte", "what only a rule asks", "darkside",
]  # fmt: skip


@pytest.fixture
def member(world, hub):
    return world.joined(hub, "Brookwater", "energy")


@pytest.fixture
def other(world, hub):
    return world.joined(hub, "Riverton", "energy")


def noted(node, text=FORM) -> Incident:
    return keep(node, [read_whole_form(text, new_incident(node, ""))], by="bea")[0]


def sent(world, node, which, hub="Hub", **more):
    made = send(node, which, hub, **more)
    queue(node, made.offer)
    world.sync(node)
    return made


def released(world, hub, *members):
    for id in dict.fromkeys(one.submission for one in items(hub, states=["new"])):
        assert release(hub, id, by="ann").refused == []
    for one in members:
        world.sync(one)


def others(node):
    with node.reading() as connection:
        return received_incidents(node, connection)


def all_known(node, **more):
    with node.reading() as connection:
        return known_incidents(node, connection, **more)


def objects(made):
    return json.loads(made.offer.body)["objects"]


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_what_leaves_says_how_it_went_and_not_whose_it_was(member, as_whom):
    made = send(member, noted(member).id, "Hub", anonymous=as_whom)
    text = made.offer.body.decode().lower()
    assert [word for word in NEVER if word in text] == []
    for word in (
        "t1078",
        "t1486",
        "second-factor",
        "bad.example.net",
        "cve-2021-26855",
        "15jfh88fce4wl6qemlgx",
    ):
        assert word.lower() in text
    assert ("6a798026d44a" in text, '"75"' in text) == (not as_whom, not as_whom)
    assert (member.own.id in text) == (not as_whom)
    assert any("10.1.2.3" in why for why in made.left_out)


OF_INDICATORS = ["operators", "indicators"]


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_where_it_is_allowed_indicators_leave_as_objects_that_name_nobody_and_checks_find(
    world, hub, member, other, as_whom
):
    more = '"mail.brookwater.example", "8.8.8.8", "a run of words", "[domain-name:value = \'worse.example.net\']", "[x"'
    id = noted(member, FORM.replace('"mail.brookwater.example"', more)).id
    plain = send(member, id, "Hub", anonymous=as_whom)
    assert {one["type"] for one in objects(plain)} == {"incident", "event", "impact"}
    made = sent(world, member, id, parts=OF_INDICATORS, anonymous=as_whom)
    assert [word for word in NEVER if word in made.offer.body.decode().lower()] == []
    told = [one for one in objects(made) if one["type"] == "indicator"]
    assert [one["pattern"] for one in told] == [
        "[domain-name:value = 'bad.example.net']",
        "[domain-name:value = 'worse.example.net']",
    ]
    assert [
        (one["relationship_type"], one["target_ref"]) for one in objects(made) if "source_ref" in one
    ] == [("related-to", objects(made)[0]["id"])] * 2
    assert "2 indicators go as objects of their own: checks look for them." in made.notes
    for why in (
        "8.8.8.8: it is on a list of what many use",
        "a run of words: it is no value that a check can look for",
        "[x: its pattern does not compile",
    ):
        assert f"an object for the indicator {why}" in made.left_out
    assert any("created_by_ref" in one for one in told) != as_whom
    released(world, hub, other)
    given = json.dumps(stored(other, "hub:") or stored(other, ""))
    assert given.count('"type": "indicator"') == 2
    [held] = others(other)
    assert "bad.example.net" in held.incident.indicators


def test_objects_of_indicators_have_other_ids_at_each_sending_but_the_same_again(member):
    id = noted(member).id
    ways = [send(member, id, "Hub", parts=OF_INDICATORS, anonymous=each) for each in (False, True, True)]
    ids = [{one["id"] for one in objects(made)} for made in ways]
    assert ids[1] == ids[2]
    assert not ids[0] & ids[1]


def test_anonymously_no_time_is_finer_than_a_year_but_that_of_the_sending(member):
    made = send(member, noted(member).id, "Hub", anonymous=True)
    text = made.offer.body.decode().replace(member.now_text, "")
    assert "2026-03" not in text
    assert "2026-04" not in text
    assert "created_us" not in text
    assert {moment["fidelity"] for moment in _moments(objects(made))} == {"year"}


def _moments(held):
    if isinstance(held, dict):
        if "us" in held:
            yield held
        for one in held.values():
            yield from _moments(one)
    elif isinstance(held, list):
        for one in held:
            yield from _moments(one)


def test_two_sendings_have_no_id_in_common_unless_they_are_the_same(world, member):
    second = world.node("Second", "energy")
    url = world.serve(second, "second.example")
    invited = add_member(second, name="Brookwater", sector_names=("energy",), by="ann")
    with world.client(url) as http:
        join(member, http, url, invited.text, by="bea")
    id = noted(member).id
    ways = [("Hub", False), ("Hub", True), ("Second", True)]
    ids = [
        {one["id"] for one in objects(send(member, id, hub, anonymous=anonymous))} for hub, anonymous in ways
    ]
    assert not (ids[0] & ids[1] | ids[1] & ids[2] | ids[0] & ids[2])
    assert id not in set().union(*ids)
    again = {one["id"] for one in objects(send(member, id, "Hub", anonymous=True))}
    assert again == ids[1]
    assert {one["id"] for one in objects(send(member, id, "Second"))} == ids[0]


def test_the_marking_is_that_of_the_form_and_red_is_not_sent_unless_another_is_said(member):
    id = noted(member, FORM.replace('tlp = "green"', 'tlp = "red"')).id
    with pytest.raises(NotPermitted, match="TLP:RED"):
        send(member, id, "Hub")
    with pytest.raises(NotPermitted, match="TLP:RED"):
        send(member, id, "Hub", tlp="red")
    made = send(member, id, "Hub", tlp="amber")
    assert {tuple(one["object_marking_refs"]) for one in objects(made)} == {(marking_id(Tlp.AMBER),)}
    assert "its other members do not" in made.notes[0]


@pytest.mark.parametrize("part", ["name", "victim", "contact", "systems", "times"])
def test_what_says_who_it_was_does_not_go_anonymously(member, part):
    id = noted(member).id
    with pytest.raises(UsageError, match="says who you are"):
        send(member, id, "Hub", parts=[part], anonymous=True)
    assert send(member, id, "Hub", parts=[part]).offer.body != send(member, id, "Hub").offer.body


def test_a_text_that_names_the_organisation_is_not_sent_anonymously(member):
    id = noted(member).id
    with pytest.raises(NotPermitted, match=r"summary holds 'Brookwater'"):
        send(member, id, "Hub", parts=["summary"], anonymous=True)
    edit(member, id, settings=[("summary", "Billing stood still.")], by="bea")
    assert b"Billing stood still." in send(member, id, "Hub", parts=["summary"], anonymous=True).offer.body


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_another_member_learns_causes_and_plans_from_what_the_hub_released(
    world, hub, member, other, as_whom
):
    id = noted(member).id
    sent(world, member, id, anonymous=as_whom)
    world.sync(other)
    assert (others(other), others(hub)) == ([], [])
    released(world, hub, other, member)
    for node, by in ((other, "Hub"), (hub, "")):
        [held] = others(node)
        assert (held.by, held.incident.name, held.incident.kinds) == (
            by,
            "Ransomware in Energy",
            ("ransomware",),
        )
        assert [(step.technique, step.name) for step in held.incident.flow.actions] == [
            ("T1078", "Valid Accounts"),
            ("T1486", "Data Encrypted for Impact"),
        ]
        assert [(edge.source, edge.target) for edge in held.incident.flow.edges] == [
            tuple(step.id for step in held.incident.flow.actions)
        ]
        assert held.incident.victim.sectors == ("energy",)
    [found] = all_known(other)
    ranked = causes_of([found], catalogue_of(), known()).causes
    assert (ranked[0].measure.id, ranked[0].said, ranked[0].because[0].steps) == (
        "second-factor",
        1,
        ("Valid Accounts",),
    )
    assert [one.kind for one in against([found], known(), sources=["incidents"]).attempts] == ["incident"]
    assert all_known(other, mine=True) == []
    assert [one.id for one in all_known(member)] == [id], "what came back is not counted twice"


def test_what_a_hub_brokers_names_nobody_and_keeps_no_id(world, hub, member, other):
    made = sent(world, member, noted(member).id, anonymous=True)
    released(world, hub, other)
    here = json.dumps(stored(other, "hub:") or stored(other, ""))
    assert [one["id"] for one in objects(made) if one["id"] in here] == []
    assert [word for word in NEVER if word in here.lower()] == []
    assert "T1486" in here


def test_what_another_program_sends_anonymously_is_cut_down_to_the_same(world, hub, member, other):
    whole = noted(member)
    from tocsin.incidents.stix.write import incident_objects
    from tocsin.service.exchange.share import Offer

    told = [{**one, "object_marking_refs": [marking_id(Tlp.GREEN)]} for one in incident_objects(whole)]
    for one in told:
        one.pop("name", None) if one["type"] != "incident" else None
    text = (
        json.dumps({"objects": told})
        .replace("Brookwater", "Springfield")
        .replace("brookwater", "springfield")
    )
    queue(member, Offer("Hub", text.encode(), (), (), True))
    world.sync(member)
    submission = items(hub, states=["new"])[0].submission
    taken = {one.path for one in preview(hub, submission).taken}
    assert {"extensions." + FORM_PATH + name for name in ("contact", "told", "answers", "systems")} <= taken
    released(world, hub, other)
    here = json.dumps(stored(other, ""))
    for word in ("12-3456789", "US-NC", "FBI Charlotte", "what only a rule asks", "Bea", "09:26"):
        assert word not in here.replace("Beacon", "")
    [held] = others(other)
    assert held.incident.moments.began.fidelity.value == "day"


FORM_PATH = "extension-definition--0f2f6a52-5c0e-4b38-9d0b-6a3c1a0f9e4d.form."


def test_sent_again_it_is_a_later_version_and_counts_once(world, hub, member, other):
    id = noted(member).id
    sent(world, member, id)
    released(world, hub, other)
    world.wait(60)
    edit(member, id, settings=[("determination", "false-positive")], by="bea")
    sent(world, member, id)
    released(world, hub, other)
    [held] = others(other)
    assert held.incident.determination.value == "false-positive"


def test_what_two_hubs_give_counts_once(world, hub, member, other):
    second = world.node("Second", "energy")
    url = world.serve(second, "second.example")
    for node, name in ((member, "Brookwater"), (other, "Riverton")):
        invited = add_member(second, name=name, sector_names=("energy",), by="ann")
        with world.client(url) as http:
            join(node, http, url, invited.text, by="bea")
    id = noted(member).id
    sent(world, member, id)
    sent(world, member, id, "Second")
    released(world, hub)
    released(world, second, other)
    assert len(others(other)) == 1


def test_what_the_hub_withdraws_no_longer_counts(world, hub, member, other):
    sent(world, member, noted(member).id)
    released(world, hub, other)
    [held] = others(other)
    withdraw(hub, held.incident.id, why="It was a drill", by="ann")
    world.sync(other)
    assert (others(other), others(hub)) == ([], [])


def test_amber_stays_with_the_hub(world, hub, member, other):
    sent(world, member, noted(member).id, tlp="amber")
    released(world, hub, other)
    assert others(other) == []
    assert len(others(hub)) == 1


def test_of_what_is_not_there_nothing_is_sent(member):
    with pytest.raises(NothingToCheck):
        send(member, "nothing", "Hub")
    with pytest.raises(UsageError, match="no part 'everything'"):
        send(member, noted(member).id, "Hub", parts=["everything"])


def test_what_others_publish_by_the_standard_alone_counts(world, hub, other):
    examples = shared("intel/incident-extension/examples")
    objects = json.loads((examples / "incident_ransom.json").read_bytes())["objects"]
    wanted = {"incident", "event", "impact", "task", "sighting", "attack-pattern"}
    tell(hub, *(one for one in objects if one["type"] in wanted), tlp=Tlp.GREEN)
    world.sync(other)
    [held] = others(other)
    assert held.by == "Hub"
    assert len(held.incident.flow.actions) == 3


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_an_incident_that_is_released_without_its_steps_still_says_how_it_went(
    world, hub, member, other, as_whom
):
    made = sent(world, member, noted(member).id, anonymous=as_whom)
    assert release(hub, objects(made)[0]["id"], by="ann").refused == []
    world.sync(other)
    [held] = others(other)
    assert [step.technique for step in held.incident.flow.actions] == ["T1078", "T1486"]
    assert len(held.incident.flow.edges) == 1
    released(world, hub, other)
    [again] = others(other)
    assert again.incident.flow == held.incident.flow


def test_what_happened_to_others_is_not_sent_as_ones_own(member):
    id = noted(member, FORM.replace('tlp = "green"', 'tlp = "green"\nwhose = "Mill"')).id
    with pytest.raises(NotPermitted, match="is not yours"):
        send(member, id, "Hub")
