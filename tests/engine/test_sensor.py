"""Rows that a sensor wrote: hits are on the machine that the row is about, and the sensor is the witness."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from engine.evidence import add_lines
from tocsin.detect.machine import machine_of
from tocsin.detect.mapping_file import read_mapping
from tocsin.detect.plan import compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.layout import layout_of
from tocsin.engine.run import Outcome, Run

MAPPING = """
name = "tap"
title = "Tap"
format = "ndjson"
scope = "network"
time = "time"
sensor = "sensor"
actor = "src"
responder = "dst"
[columns]
time = { field = "ts", cast = "time" }
sensor = ["sensor"]
src = "ip"
dst = "ip"
query = "domain"
answer = { field = "answer", cast = "ip" }
path = ["path"]
[objects]
"ip-addr:value" = ["src", "dst", "answer"]
"domain-name:value" = "query"
"url:value" = "path"
"""
CLIENT, OTHER, SERVER, EVIL = "10.1.2.3", "10.1.2.4", "10.1.9.9", "203.0.113.7"
NAME = "[domain-name:value = 'evil.example']"
ADDRESS = f"[ipv4-addr:value = '{EVIL}']"
BOTH = f"[ipv4-addr:value = '{EVIL}' AND ipv4-addr:value != '192.0.2.1']"


def row(second: int = 0, sensor: str | None = "sensor1", **fields) -> str:
    fields = {"ts": f"2021-03-02T00:00:{second:02d}Z", "sensor": sensor} | fields
    return json.dumps({name: value for name, value in fields.items() if value is not None})


@pytest.fixture
def outcome(tmp_path):
    def run(pattern: str, *lines: str, mapping: str = MAPPING) -> Outcome:
        tally = WarningTally()
        plan = compile_plan([Warning_(id="w", pattern=pattern)], tally)
        assert not tally.not_checked
        with Run(plan, threads=1, memory_bytes=256 << 20, temporary=tmp_path / "spill") as running:
            layout = layout_of(read_mapping(mapping, "tap.toml").mapping, plan.paths)
            add_lines(running, layout, lines)
            return running.finish()

    return run


@pytest.fixture
def found(outcome):
    def run(pattern: str, *lines: str, mapping: str = MAPPING):
        hits = outcome(pattern, *lines, mapping=mapping).hits
        return [(one.host, one.actor, one.sensors, one.count) for one in hits]

    return run


def test_a_hit_is_on_the_machine_that_asked_and_the_sensor_is_its_witness(found):
    assert found(NAME, row(src=CLIENT, dst=SERVER, query="evil.example")) == [
        (CLIENT, CLIENT, ("sensor1",), 1)
    ]


def test_two_machines_that_one_sensor_saw_are_two_findings(found):
    some = (
        row(src=CLIENT, dst=SERVER, query="evil.example"),
        row(src=OTHER, dst=SERVER, query="evil.example"),
    )
    assert [one[0] for one in found(NAME, *some)] == [CLIENT, OTHER]


def test_one_machine_that_two_sensors_saw_is_one_finding(found):
    some = (row(1, "s2", src=CLIENT, query="evil.example"), row(1, "s1", src=CLIENT, query="evil.example"))
    assert found(NAME, *some) == [(CLIENT, CLIENT, ("s1", "s2"), 2)]


def test_a_sensor_under_two_names_is_one(found):
    some = (
        row(1, "TAP1", src=CLIENT, query="evil.example"),
        row(2, "tap1.works.example", src=CLIENT, query="evil.example"),
    )
    assert found(NAME, *some)[0][2] == ("tap1.works.example",)


@pytest.mark.parametrize("pattern", [ADDRESS, BOTH])
def test_an_address_that_is_warned_of_is_not_the_machine_whichever_end_it_is(found, pattern):
    out, back = row(1, src=CLIENT, dst=EVIL), row(2, src=EVIL, dst=CLIENT)
    assert found(pattern, out, back) == [
        (CLIENT, CLIENT, ("sensor1",), 1),
        (CLIENT, EVIL, ("sensor1",), 1),
    ]


@pytest.mark.parametrize("pattern", [ADDRESS, BOTH])
def test_machines_that_one_address_called_are_findings_of_their_own(found, pattern):
    some = (row(1, src=EVIL, dst=CLIENT), row(2, src=EVIL, dst=OTHER))
    assert [one[:2] for one in found(pattern, *some)] == [(CLIENT, EVIL), (OTHER, EVIL)]


def test_an_address_that_was_answered_leaves_the_machine_that_asked(found):
    assert found(ADDRESS, row(src=CLIENT, dst=SERVER, answer=EVIL))[0][0] == CLIENT


def test_who_came_from_outside_is_not_the_machine_that_is_hit(found):
    pattern = "[url:value = '/shell.aspx']"
    assert found(pattern, row(src="198.51.100.9", dst=SERVER, path="/shell.aspx")) == [
        (SERVER, "198.51.100.9", ("sensor1",), 1)
    ]


def test_a_network_that_both_ends_are_in_leaves_the_one_that_asked(found):
    pattern = "[ipv4-addr:value ISSUBSET '10.1.0.0/16']"
    assert found(pattern, row(src=CLIENT, dst=SERVER))[0][0] == CLIENT


def test_a_row_with_no_address_but_what_is_warned_of_is_on_no_machine(found):
    assert found(ADDRESS, row(src=EVIL))[0] == ("", EVIL, ("sensor1",), 1)
    assert found(ADDRESS, row(answer=EVIL))[0] == ("", "", ("sensor1",), 1)
    assert found(NAME, row(query="evil.example"), row(1, "s2", query="evil.example")) == [
        ("", "", ("s2", "sensor1"), 2)
    ]


def test_a_sensor_that_does_not_name_itself_is_no_witness_by_name(found):
    assert found(NAME, row(sensor=None, src=CLIENT, query="evil.example")) == [(CLIENT, CLIENT, (), 1)]


def test_a_row_that_names_its_host_is_of_that_host(found):
    mapping = MAPPING.replace("[columns]", 'host = "host"\n[columns]\nhost = ["host"]')
    some = (row(src=CLIENT, query="evil.example", host="WS12"), row(src=CLIENT, query="evil.example"))
    assert found(NAME, *some, mapping=mapping) == [
        (CLIENT, CLIENT, ("sensor1",), 1),
        ("WS12", CLIENT, (), 1),
    ]


def test_who_came_to_a_server_is_not_the_machine_that_is_hit(found):
    mapping = MAPPING.replace('"network"', '"host"').replace('sensor = "sensor"\n', "")
    assert found(NAME, row(src=CLIENT, dst=SERVER, query="evil.example"), mapping=mapping)[0][0] == ""


def test_a_host_s_log_that_a_sensor_wrote_is_of_the_machine_it_is_about(found):
    mapping = MAPPING.replace('"network"', '"host"')
    assert found(NAME, row(src=CLIENT, query="evil.example"), mapping=mapping)[0][:3] == (
        CLIENT,
        CLIENT,
        ("sensor1",),
    )
    assert found(NAME, row(sensor=None, src=CLIENT, query="evil.example"), mapping=mapping)[0][0] == ""


def test_an_actor_that_is_no_address_is_never_the_machine(found):
    mapping = MAPPING.replace('actor = "src"', 'actor = "user"').replace(
        "[columns]", '[columns]\nuser = ["user"]'
    )
    some = row(src=CLIENT, query="evil.example", user="alice")
    assert found(NAME, some, mapping=mapping)[0][:2] == ("", "alice")
    named = mapping.replace("responder =", 'originator = "src"\nresponder =')
    assert found(NAME, some, mapping=named)[0][:2] == (CLIENT, "alice")


def test_an_address_in_another_spelling_is_still_what_is_warned_of(found):
    pattern = "[ipv6-addr:value = '2001:db8::bad']"
    some = row(src="2001:DB8:0:0::BAD", dst="fd00::0005")
    assert found(pattern, some)[0][:2] == ("fd00::5", "2001:db8::bad")


def test_a_sequence_is_on_the_machines_of_its_rows(found):
    pattern = f"{NAME} FOLLOWEDBY {ADDRESS} WITHIN 60 SECONDS"
    some = (
        row(1, src=CLIENT, dst=SERVER, query="evil.example"),
        row(2, "s2", src=EVIL, dst=OTHER),
    )
    assert found(pattern, *some) == [(f"{CLIENT}, {OTHER}", f"{CLIENT}, {EVIL}", ("s2", "sensor1"), 2)]


@pytest.mark.parametrize("query", ["", " AND url:value = '/x'", " OR url:value = '/x'"])
def test_the_machine_is_the_one_that_the_pure_rule_names_for_whichever_ends_a_row_has(found, query):
    ends = (None, CLIENT, OTHER, EVIL, "198.51.100.9", "2001:db8::1", "fd00::5")
    rows = [
        {"src": src, "dst": dst, "answer": answer}
        for src in ends
        for dst in ends
        for answer in (None, EVIL, OTHER)
    ]
    lines = [row(path="/x" if query else None, **fields) for fields in rows]
    pattern = f"[ipv4-addr:value IN ('{EVIL}', '{OTHER}'){query}]"
    expected = Counter()
    for fields in rows:
        named = {EVIL, OTHER} & {value for value in fields.values() if value}
        if named or query.startswith(" OR"):
            machine = machine_of((fields["src"] or "", fields["dst"] or ""), named)
            expected[machine, fields["src"] or ""] += 1
    assert {one[:2]: one[3] for one in found(pattern, *lines)} == expected


def test_examples_of_each_machine_are_kept(outcome):
    lines = [row(second, src=CLIENT, dst=EVIL) for second in range(9)] + [row(50, src=OTHER, dst=EVIL)]
    seen = outcome(BOTH, *lines)
    shown = {(sample.file, sample.row) for group in seen.hits for sample in group.samples}
    assert {one.host for one in seen.hits} == {CLIENT, OTHER}
    assert shown <= seen.observations.keys()


def test_what_a_sensor_saw_is_covered_by_it(outcome):
    seen = outcome(NAME, row(src=CLIENT, query="good.example"))
    assert seen.files[0].hosts == {"sensor1"}
    host = outcome(NAME, row(query="good.example"), mapping=MAPPING.replace('"network"', '"host"'))
    assert [one.host for one in host.seen] == ["sensor1"]
