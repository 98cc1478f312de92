"""*Not seen* of an address is said only of logs that show with whom hosts spoke."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from e2e.checking import REPOSITORY, run

DNS = REPOSITORY / "src" / "tocsin" / "data" / "examples" / "evidence" / "sensor" / "dns.log"
CONN = DNS.with_name("conn.log")

OWN = """
name = "own"
title = "Own log"
format = "csv"
scope = "network"
time = "time"
columns = { time = "time", client = "ip", server = "ip", user = "text", port = "int" }
"""


def own(objects: str, *, whole: str = "whole = true\n") -> str:
    return f"{OWN}{whole}[objects]\n{objects}"


def answer(folder: Path, *logs: Path | str, looked_for: str = "45.77.99.1", **asked: object) -> str:
    """The one answer; a text is a log of that content."""
    warnings = folder / "addresses.txt"
    warnings.write_text(looked_for + "\n")
    paths = []
    for number, log in enumerate(logs):
        path = log
        if isinstance(log, str):
            path = folder / f"log{number}.{'csv' if ',' in log.split(chr(10))[0] else 'log'}"
            path.write_text(log)
        paths.append(path)
    result = run(paths, [warnings], **asked)
    (group,) = result.groups
    return group.answer


def zeek(kind: str, more: str = "", *, host: str = "10.0.0.1") -> str:
    names = [one for one in more.split() if one]
    head = "\t".join(["#fields", "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", *names])
    row = "\t".join(["1763632800.0", "C1", host, "1234", "93.184.216.34", "80", *(["x"] * len(names))])
    start = f"#separator \\x09\n#set_separator\t|\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{kind}\n"
    return f"{start}{head}\n{row}\n"


FALSE = {
    "clients and the names they asked for": "time,src_ip,domain\n2026-10-20T10:00:00Z,10.0.0.1,a.example\n",
    "clients and their users": "time,src_ip,user\n2026-10-20T10:00:00Z,10.0.0.1,bob\n",
    "a destination that is always empty": "time,src_ip,dst_ip,action\n2026-10-20T10:00:00Z,10.0.0.1,,allow\n",
    "a destination that is no address": "time,src_ip,dst_ip\n2026-10-20T10:00:00Z,10.0.0.1,unknown\n",
    "a name server's clients": "time,src_ip,dst_ip,qname\n2026-10-20T10:00:00Z,10.0.0.1,10.0.0.53,a.example\n",
    "a proxy": "time,src_ip,dst_ip,url\n2026-10-20T10:00:00Z,10.0.0.1,93.184.216.34,http://a.example/\n",
    "an address of which nothing is said": "time,ip,src_ip\n2026-10-20T10:00:00Z,10.0.0.1,10.0.0.1\n",
    "servers that were logged on to": "time,user,dst_ip\n2026-10-20T10:00:00Z,bob,10.0.0.2\n",
    "logons that name both machines": "time,user,src_ip,dst_ip,result\n2026-10-20T10:00:00Z,bob,10.0.0.1,10.0.0.2,ok\n",
    "two addresses, of what the columns do not say": "time,src_ip,dst_ip,action\n2026-10-20T10:00:00Z,10.0.0.1,10.0.0.9,x\n",
    "a host that names whom it spoke with, once or always": "time,device_name,remote_ip,remote_port,src_ip\n"
    "2026-10-20T10:00:00Z,PC1,93.184.216.34,443,10.0.0.1\n",
    "Zeek's web requests": zeek("http", "method host uri"),
    "Zeek's names": zeek("dns", "query"),
    "Zeek's certificates": zeek("ssl", "server_name"),
}
TRUE = {
    "a firewall": "time,client,server,user\n2026-10-20T10:00:00Z,10.0.0.1,93.184.216.34,\n",
    "a firewall that names some users": "time,client,server,user\n2026-10-20T10:00:00Z,10.0.0.1,93.184.216.34,bob\n",
    "Zeek's connections": zeek("conn", "proto"),
}


@pytest.mark.parametrize("log", FALSE.values(), ids=FALSE)
def test_an_address_cannot_be_told_from_a_log_that_never_shows_all_that_hosts_spoke_with(tmp_path, log):
    assert answer(tmp_path, log) == "cannot_tell"


@pytest.mark.parametrize("log", TRUE.values(), ids=TRUE)
def test_an_address_is_not_seen_in_a_log_of_connections(tmp_path, log):
    mapping = tmp_path / "own.toml"
    mapping.write_text(own('"ip-addr:value" = ["client", "server"]'))
    assert answer(tmp_path, log, mapping=None if log.startswith("#") else mapping) == "not_seen"


@pytest.mark.parametrize("log", FALSE.values(), ids=FALSE)
def test_what_such_a_log_does_show_is_a_hit_all_the_same(tmp_path, log):
    assert answer(tmp_path, log, looked_for="10.0.0.1" if "10.0.0.1" in log else "10.0.0.2") == "hit"


def test_rows_with_one_end_each_are_no_connection(tmp_path):
    log = "time,src_ip,dst_ip\n2026-10-20T10:00:00Z,10.0.0.1,\n2026-10-20T10:01:00Z,,93.184.216.34\n"
    assert answer(tmp_path, log) == "cannot_tell"


def test_names_stand_beside_connections_in_the_example(tmp_path):
    days = {"since": "2020-06-09T00:00:00Z", "until": "2020-06-13T00:00:00Z"}
    assert answer(tmp_path, DNS, **days) == "cannot_tell"
    assert answer(tmp_path, CONN, **days) == "not_seen"
    assert answer(tmp_path, DNS, CONN, **days) == "not_seen"


def test_connections_without_the_name_of_their_log_are_known_by_their_state(tmp_path):
    row = {"ts": 1763632800, "uid": "C1", "id.orig_h": "10.0.0.1", "id.resp_h": "93.184.216.34"}
    log = tmp_path / "conn.json"
    log.write_text(json.dumps(row | {"conn_state": "RSTOS0"}) + "\n")
    assert answer(tmp_path, log) == "not_seen"
    log.write_text(json.dumps(row | {"proto": "udp"}) + "\n")
    assert answer(tmp_path, log) == "cannot_tell"


BOTH = '"ip-addr:value" = ["client", "server"]'
FLOW = """
[objects.client]
type = "ip-addr"
value = "client"
[objects.server]
type = "ip-addr"
value = "server"
[objects.flow]
type = "network-traffic"
src_ref = "client"
dst_ref = "server"
dst_port = "port"
"""
ROW = "time,client,server,user,port\n2026-10-20T10:00:00Z,10.0.0.1,93.184.216.34,bob,443\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (own('"ip-addr:value" = "client"'), "cannot_tell"),
        (own(BOTH), "not_seen"),
        (own('"ipv4-addr:value" = ["client", "server"]'), "not_seen"),
        (own(BOTH, whole=""), "cannot_tell"),
        (own(BOTH, whole="whole = false\n"), "cannot_tell"),
        (own(FLOW, whole=""), "cannot_tell"),
        (own(FLOW), "not_seen"),
    ],
)
def test_a_mapping_of_ones_own_needs_both_ends_and_to_say_that_it_has_every_connection(
    tmp_path, text, expected
):
    mapping = tmp_path / "own.toml"
    mapping.write_text(text)
    assert answer(tmp_path, ROW, mapping=mapping) == expected


PORT = "time,client,server,user,port\n2026-10-20T10:00:00Z,,,bob,443\n"


@pytest.mark.parametrize(
    ("text", "log", "expected"),
    [
        (own(FLOW), ROW, "not_seen"),
        (own(FLOW), PORT, "cannot_tell"),
        (own(FLOW, whole=""), ROW, "cannot_tell"),
        (own('"network-traffic:dst_port" = "port"', whole=""), PORT, "cannot_tell"),
    ],
)
def test_a_port_is_not_seen_only_where_a_log_of_connections_has_it_beside_an_address(
    tmp_path, text, log, expected
):
    warnings = tmp_path / "port.json"
    warnings.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": [{
        "type": "indicator", "spec_version": "2.1", "id": "indicator--00000000-0000-4000-8000-000000000001",
        "created": "2026-10-20T00:00:00.000Z", "modified": "2026-10-20T00:00:00.000Z", "name": "port",
        "pattern": "[network-traffic:dst_port = 4444]", "pattern_type": "stix",
        "valid_from": "2026-10-20T00:00:00Z", "valid_until": "2026-10-20T23:00:00Z",
    }]}))  # fmt: skip
    (tmp_path / "own.toml").write_text(text)
    (tmp_path / "log.csv").write_text(log)
    (group,) = run([tmp_path / "log.csv"], [warnings], mapping=tmp_path / "own.toml").groups
    assert group.answer == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"category": ["network", "session"], "kind": "event"}, "not_seen"),
        ({"category": "network"}, "not_seen"),
        ({"category": ["network", "intrusion_detection"], "kind": "alert"}, "cannot_tell"),
        ({"category": ["authentication"]}, "cannot_tell"),
        ({}, "cannot_tell"),
    ],
)
def test_of_elastic_events_those_of_the_category_network_are_connections(tmp_path, event, expected):
    log = tmp_path / "events.json"
    held = {
        "@timestamp": "2026-10-20T10:00:00Z",
        "ecs": {"version": "8"},
        "host": {"name": "a"},
        "event": event,
    }
    ends = {"source": {"ip": "10.0.0.1"}, "destination": {"ip": "93.184.216.34"}}
    log.write_text(json.dumps(held | ends) + "\n")
    assert answer(tmp_path, log) == expected


def test_a_log_that_may_be_one_of_connections_is_named_with_what_to_say_of_it(tmp_path):
    warnings, mapping, log = tmp_path / "addresses.txt", tmp_path / "own.toml", tmp_path / "log.csv"
    warnings.write_text("45.77.99.1\n")
    mapping.write_text(own(BOTH, whole=""))
    log.write_text(ROW)
    (group,) = run([log], [warnings], mapping=mapping).groups
    (remedy,) = group.gaps[0].remedies
    assert remedy.startswith("Own log. It was read. If it holds every connection")
    assert remedy.endswith("whole = true.")


def test_the_gap_says_that_addresses_were_read_but_not_all(tmp_path):
    warnings = tmp_path / "addresses.txt"
    warnings.write_text("45.77.99.1\n")
    log = tmp_path / "log.csv"
    log.write_text(FALSE["clients and their users"])
    (group,) = run([log], [warnings]).groups
    assert group.gaps[0].what == "no log that was read holds all IP addresses that hosts spoke with"
