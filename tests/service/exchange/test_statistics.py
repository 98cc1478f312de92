"""A warning's figures tell of sectors, never of a member, whoever asks and however often."""

from __future__ import annotations

import json

import pytest

from service.exchange.inventories import tell_advisory
from service.exchange.world import collection, enrol, id_of, indicator, send, sighting, tell
from taxii.client import AsgiClient
from tocsin.errors import NothingToCheck, NotPermitted
from tocsin.model.sectors import sectors
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.inbox import refuse
from tocsin.service.exchange.members import revoke_member
from tocsin.service.exchange.statistics import warning_statistics, warnings_called
from tocsin.service.exchange.tokens import create_token
from tocsin.store import statistics as store
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from web.browser import Browser

WARNING = id_of("indicator", 1)
WATER = "water-and-wastewater"


@pytest.fixture
def told(hub):
    """A hub that has published a warning."""
    tell(hub, indicator(1), indicator(2))
    return hub


def answer(hub, name, saw, number, *sector, **more):
    access, _ = enrol(hub, name, *sector)
    send(hub, access, sighting(number, count=3 if saw else 0), **more)
    return access


def figures(hub, access=None, warning=WARNING):
    found = warning_statistics(hub, access or access_of_person(hub, "ann"), warning)
    assert [one.sector for one in found] == [one.id for one in sectors()]
    return {one.sector: (one.answered, one.yes) for one in found if one.answered is not None}


def test_five_of_a_sector_who_differ_are_a_figure(told):
    for number in range(4):
        answer(told, f"m{number}", number < 2, number)
    assert figures(told) == {}
    access = answer(told, "m4", False, 4)
    assert figures(told) == {WATER: (5, 2)}
    assert figures(told, access) == {WATER: (5, 2)}


def test_who_saw_all_or_nothing_is_not_told(told):
    for number in range(6):
        answer(told, f"m{number}", True, number)
    assert figures(told) == {}


def test_one_more_is_not_told_apart_from_those_before(told):
    for number in range(5):
        answer(told, f"m{number}", number < 2, number)
    figures(told)
    for number in range(5, 9):
        answer(told, f"m{number}", True, number)
        assert figures(told) == {WATER: (5, 2)}
    for number in range(9, 11):
        answer(told, f"m{number}", False, number)
    assert figures(told) == {WATER: (11, 6)}


def test_a_figure_that_nobody_was_told_holds_nothing_back(told):
    """The history is of answers that were given, not of those that might have been."""
    for number in range(6):
        answer(told, f"m{number}", number < 2, number)
    assert figures(told) == {WATER: (6, 2)}


def test_two_sectors_of_one_warning_are_held_against_each_other(told):
    """Who is of both would be told by the difference."""
    for number in range(5):
        answer(told, f"m{number}", number < 2, number, "water", "energy")
    assert figures(told) == {WATER: (5, 2), "energy": (5, 2)}
    answer(told, "m9", True, 9, "water")
    assert figures(told)[WATER] == (5, 2)


def test_sectors_alike_but_for_a_few_are_not_both_told(told):
    for number in range(5):
        answer(told, f"m{number}", number < 2, number, "water", "energy")
    answer(told, "m5", True, 5, "water")
    assert len(figures(told)) == 1


def test_the_last_word_of_each_member_counts_and_it_counts_once(told):
    for number in range(5):
        access = answer(told, f"m{number}", number < 2, number)
    send(told, access, sighting(4, count=1, modified="2026-02-01T00:00:00.000Z"))
    send(told, access, sighting(40, count=1))
    assert figures(told) == {WATER: (5, 3)}


@pytest.mark.parametrize("how", ["refused", "taken back", "member no more", "of another warning"])
def test_what_does_not_count(told, how):
    for number in range(4):
        answer(told, f"m{number}", number < 2, number)
    access, _ = enrol(told, "m4")
    if how == "of another warning":
        send(told, access, sighting(4, of=id_of("indicator", 2)))
    else:
        send(told, access, sighting(4))
    if how == "refused":
        refuse(told, sighting(4)["id"], why="x", by="ann")
    if how == "taken back":
        send(told, access, sighting(4, revoked=True, modified="2026-02-01T00:00:00.000Z"))
    if how == "member no more":
        revoke_member(told, "m4", by="ann")
    assert figures(told) == {}


def test_what_was_sent_anonymously_counts(told):
    for number in range(5):
        answer(told, f"m{number}", number < 2, number, anonymous=True)
    assert figures(told) == {WATER: (5, 2)}


def test_who_may_not_see_the_warning_is_told_of_none(told):
    tell(told, indicator(3), audience=["sector:energy"])
    water, _ = enrol(told, "Riverton")
    for access in (water, access_of_person(told, "ann")):
        with pytest.raises(NothingToCheck):
            figures(told, access, id_of("indicator", 99))
    with pytest.raises(NothingToCheck):
        figures(told, water, id_of("indicator", 3))
    assert figures(told, access_of_person(told, "ann"), id_of("indicator", 3)) == {}


def test_a_reader_is_not_told(told):
    tell(told, indicator(4, tlp=Tlp.CLEAR))
    made, _ = create_token(told, name="Press", scopes=("read",), ceiling=Tlp.CLEAR, lasts_s=60, by="ann")
    with pytest.raises(NotPermitted):
        figures(told, access_of_token(told, made.text), id_of("indicator", 4))


def test_each_answer_is_kept_before_it_is_given_and_once(told, monkeypatch):
    for number in range(5):
        answer(told, f"m{number}", number < 2, number)

    def fails(*_):
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr("tocsin.service.exchange.statistics.store.give", fails)
        with pytest.raises(OSError, match="no room"):
            figures(told)
    for _ in range(3):
        figures(told)
    with told.reading() as connection:
        assert len(store.given(connection, [WARNING])) == 1


class TestDoor:
    @pytest.fixture
    def client(self, world, told):
        made, _ = create_token(told, name="Hub", scopes=("read",), ceiling=Tlp.GREEN, lasts_s=60, by="ann")
        world.serve(told)
        return AsgiClient(world.apps["hub.example"], made.text)

    def get(self, client, warning=WARNING):
        return client.get(f"/api/warnings/{warning}/statistics", host="hub.example")

    def test_what_is_withheld_looks_alike_whatever_the_reason(self, client, told):
        before = self.get(client).json["sectors"]
        for number in range(6):
            answer(told, f"m{number}", True, number)
        assert self.get(client).json["sectors"] == before
        assert before[0] == {"sector": sectors()[0].id, "withheld": True}

    def test_a_figure_is_told_with_its_time(self, client, told):
        for number in range(5):
            answer(told, f"m{number}", number < 2, number)
        found = self.get(client)
        [figure] = [one for one in found.json["sectors"] if "answered" in one]
        assert figure == {"sector": WATER, "answered": 5, "saw": 2, "as_of": told.now_text}
        assert found.json["warning"] == WARNING

    def test_without_a_token_or_a_warning_there_is_nothing(self, client):
        assert self.get(client.as_(None)).status == 401
        assert self.get(client, id_of("indicator", 99)).status == 404
        assert self.get(client, "x").status == 404


def test_a_question_is_kept_in_either_database(world, postgres):
    made = world.node("Pg", database=postgres())
    tell(made, indicator(1))
    for number in range(5):
        answer(made, f"m{number}", number < 2, number)
    assert figures(made) == figures(made) == {WATER: (5, 2)}
    assert json.loads(send(made, enrol(made, "x")[0], sighting(77)).outcome)["success_count"] == 1
    assert collection(made, "inbox").last_seq == 6


class TestOfAVulnerability:
    """How many are affected: answered by members with a count, and told of sectors alone."""

    @pytest.fixture
    def asked(self, hub):
        done = tell_advisory(hub)
        [id] = done.advisory.vulnerabilities.values()
        return hub, id

    def counted(self, asked, name, count, number, *sector):
        hub, id = asked
        access, _ = enrol(hub, name, *sector)
        send(hub, access, sighting(number, of=id, count=count))
        return access

    def test_three_of_eleven_answered_affected(self, asked):
        hub, id = asked
        for number in range(4):
            self.counted(asked, f"m{number}", 1 if number < 3 else 0, number, "energy")
        assert figures(hub, warning=id) == {}
        for number in range(4, 11):
            self.counted(asked, f"m{number}", 0, number, "energy")
        assert figures(hub, warning=id) == {"energy": (11, 3)}

    def test_who_mended_and_answers_again_is_affected_no_longer(self, asked):
        hub, id = asked
        member = [self.counted(asked, f"m{number}", 1 if number < 3 else 0, number) for number in range(6)]
        later = "2026-03-01T00:00:00.000Z"
        send(hub, member[0], sighting(0, of=id, count=0, modified=later))
        assert figures(hub, warning=id) == {WATER: (6, 2)}

    def test_json_and_page_say_affected_and_not_saw(self, world, asked):
        hub, id = asked
        for number in range(6):
            self.counted(asked, f"m{number}", 1 if number < 2 else 0, number)
        made, _ = create_token(hub, name="Hub", scopes=("read",), ceiling=Tlp.AMBER, lasts_s=60, by="ann")
        world.serve(hub)
        client = AsgiClient(world.apps["hub.example"], made.text)
        told = client.get(f"/api/warnings/{id}/statistics", host="hub.example").json["sectors"]
        [figure] = [one for one in told if "answered" in one]
        assert figure == {"sector": WATER, "answered": 6, "affected": 2, "as_of": hub.now_text}

        app = application(hub, taxii_app(hub), hosts=["127.0.0.1"], secure=False)
        ann = Browser(app).signed_in(hub, "Ann")
        assert b"2 of 6 answered affected" in ann.get(f"/warnings/{id}/answers").body
        warning = ann.get(f"/warnings/{id}").body
        assert b"Affected at others" in warning
        assert f"/warnings/{id}/answers".encode() in warning
        assert b"Affected (1 product): CVE-2026-1111" in ann.get("/inbox").body

    def test_it_is_asked_by_the_name_that_everybody_knows(self, asked):
        hub, id = asked
        assert warnings_called(hub, "cve-2026-1111") == [id]
        assert warnings_called(hub, id) == [id]
        assert warnings_called(hub, "CVE-2026-9999") == []
