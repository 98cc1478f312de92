"""A hub and two members as processes over loopback: what hits one warns all, and what was wrong is taken back."""

from __future__ import annotations

import json
import re

import pytest

from e2e.checking import REPOSITORY
from e2e.nodes import NodeProcess, get

EXAMPLES = REPOSITORY / "src" / "tocsin" / "data" / "examples"
WARNINGS = EXAMPLES / "warnings-2021.json"
EVIDENCE = EXAMPLES / "evidence"
COUNT = 77
CVE = "CVE-2026-1111"
ADVISORY = {
    "id": "PUMP-1",
    "published": "2026-02-01T00:00:00Z",
    "modified": "2026-03-01T00:00:00Z",
    "aliases": [CVE],
    "summary": "Pumps stop when they are asked to",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "pumpd"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A hub that serves, and two members that have joined; the second is in another sector."""
    base = tmp_path_factory.mktemp("nodes")
    hub, one, two = (NodeProcess(base / name / "node") for name in ("hub", "one", "two"))
    hub.run("init", "--name", "Water ISAC", "--sector", "water")
    one.run("init", "--name", "Brookwater", "--sector", "water")
    two.run("init", "--name", "Riverton Power", "--sector", "energy")
    hub.run("publish", WARNINGS, "--tlp", "green")
    hub.serve()
    for member, name, sector in ((one, "Brookwater", "water"), (two, "Riverton Power", "energy")):
        invitation = hub.json("member", "add", name, "--sector", sector)["invitation"]
        member.run("join", hub.url, invitation)
    yield hub, one, two
    hub.stop()


@pytest.fixture(scope="module")
def synced(nodes):
    hub, one, two = nodes
    came = [member.json("sync")["synced"][0] for member in (one, two)]
    return hub, one, two, came


@pytest.fixture(scope="module")
def found(synced, tmp_path_factory):
    _, one, _, _ = synced
    file = tmp_path_factory.mktemp("found") / "findings.jsonl"
    one.run("check", EVIDENCE, "--format", "jsonl", "--output", file, code=1)
    return file


def test_a_member_gets_all_that_was_published_and_proves_each_against_the_log(synced):
    came = synced[3]
    assert [(one["new"], one["proven"], one["refused"], one["problems"]) for one in came] == [
        (COUNT, COUNT, 0, [])
    ] * 2


def test_a_second_sync_brings_nothing_twice(synced):
    _, one, _, _ = synced
    one.json("sync")
    again = one.json("sync")["synced"][0]
    assert (again["new"], again["known"]) == (0, 0)


def test_a_check_without_against_looks_for_what_the_node_knows(found):
    findings = [json.loads(line) for line in found.read_text().splitlines()]
    assert len(findings) == 30


def test_a_check_without_node_and_without_against_exits_2(tmp_path):
    NodeProcess(tmp_path / "none").run("check", EVIDENCE, code=2)


def test_a_finding_is_explained_by_its_id(synced, found):
    _, one, _, _ = synced
    id = json.loads(found.read_text().splitlines()[0])["id"]
    assert "avsvmcloud" in one.run("explain", id) or "SUNBURST" in one.run("explain", id)


def test_the_preview_shows_the_bytes_and_sends_nothing(synced, found):
    hub, one, _, _ = synced
    before = hub.json("inbox", "list")["inbox"]
    told = one.json("share", found, "--to", "Water ISAC", "--dry-run")
    assert not told["sent"]
    objects = json.loads(told["body"])["objects"]
    assert {held["type"] for held in objects} == {"sighting"}
    assert "brookwater.example" not in told["body"]
    assert hub.json("inbox", "list")["inbox"] == before


def test_what_is_shared_is_seen_at_the_hub_with_a_receipt_and_released_to_the_others(synced, found, tmp_path):
    hub, one, two, _ = synced
    first = tmp_path / "one.jsonl"
    first.write_text(found.read_text().splitlines()[0] + "\n")
    told = one.json("share", first, "--to", "Water ISAC", "--yes")
    assert told["sent"]
    sent = json.loads(told["body"])["objects"][0]["id"]
    held = {item["id"]: item for item in hub.json("inbox", "list")["inbox"]}[sent]
    assert (held["from"], held["state"], held["signed"]) == ("Brookwater", "new", True)
    two.json("sync")
    hub.run("inbox", "vet", sent)
    hub.run("inbox", "release", sent)
    assert {item["id"]: item["state"] for item in hub.json("inbox", "list")["inbox"]}[sent] == "released"
    # Its marking is TLP:AMBER: for the hub and its clients, and the other member is none.
    assert two.json("sync")["synced"][0]["new"] == 0
    assert one.json("sync")["synced"][0]["new"] == 1


def test_what_is_shared_anonymously_names_nobody(synced, found, tmp_path):
    hub, one, _, _ = synced
    last = tmp_path / "last.jsonl"
    last.write_text(found.read_text().splitlines()[-1] + "\n")
    told = one.json("share", last, "--to", "Water ISAC", "--yes", "--as", "anonymous")
    own = json.loads(one.run("log", "checkpoint", "--format", "json"))["checkpoint"]
    assert "created_by_ref" not in told["body"]
    assert own.split(".")[1] not in told["body"]
    sent = json.loads(told["body"])["objects"][0]["id"]
    assert {item["id"]: item["from"] for item in hub.json("inbox", "list")["inbox"]}[sent] == "anonymous"
    hub.run("inbox", "refuse", sent, "--why", "seen already")
    assert {item["id"]: item["why"] for item in hub.json("inbox", "list")["inbox"]}[sent] == "seen already"


def test_a_member_reads_what_became_of_what_it_sent(synced, found, tmp_path):
    hub, one, _, _ = synced
    second = tmp_path / "second.jsonl"
    second.write_text(found.read_text().splitlines()[1] + "\n")
    told = one.json("share", second, "--to", "Water ISAC", "--yes")
    sent = json.loads(told["body"])["objects"][0]["id"]
    hub.run("inbox", "refuse", sent, "--why", "a test of ours")
    [came] = one.json("sync")["synced"]
    assert came["decided"][-1] == {"id": sent, "state": "refused", "why": "a test of ours"}
    answers = [answer for held in one.json("inbox", "sent")["sent"] for answer in held["answers"]]
    assert (sent, "a test of ours") in {(answer["id"], answer["why"]) for answer in answers}


def test_what_is_withdrawn_hits_no_longer_after_the_next_sync(synced, found, tmp_path):
    hub, one, _, _ = synced
    findings = [json.loads(line) for line in found.read_text().splitlines()]
    # Not one of those that the other tests share: what was withdrawn is held back.
    shared = {findings[place]["warning"] for place in (0, 1, -1)}
    wrong = next(held["warning"] for held in findings if held["warning"] not in shared)
    one.json("sync")
    hub.run("withdraw", wrong, "--why", "a false alarm")
    came = one.json("sync")["synced"][0]
    assert (came["new"], came["withdrawn"]) == (0, 1)
    [ended] = came["withdrawn_with_findings"]
    assert (ended["id"], ended["why"], ended["findings"]) == (
        wrong,
        "a false alarm",
        sum(held["warning"] == wrong for held in findings),
    )
    assert "of a warning that was withdrawn" in one.run("status")
    file = tmp_path / "after.jsonl"
    one.run("check", EVIDENCE, "--format", "jsonl", "--output", file, code=1)
    after = [json.loads(line) for line in file.read_text().splitlines()]
    assert {held["warning"] for held in after} == {held["warning"] for held in findings} - {wrong}


def test_an_audience_binds_and_an_unmarked_object_is_amber(synced, tmp_path):
    hub, one, two, _ = synced
    file = tmp_path / "energy.json"
    file.write_text(json.dumps(indicator(1)))
    one.json("sync")
    hub.run("publish", file, "--tlp", "green", "--to", "sector:energy")
    assert one.json("sync")["synced"][0]["new"] == 0
    assert two.json("sync")["synced"][0]["new"] >= 1
    file.write_text(json.dumps(indicator(2)))
    hub.run("publish", file)
    clear = hub.json("token", "create", "--for", "Brookwater", "--scope", "read", "--ceiling", "green")[
        "token"
    ]
    amber = hub.json("token", "create", "--for", "Brookwater", "--scope", "read")["token"]
    path = f"{hub.url}taxii2/api/collections/warnings/objects/{indicator(2)['id']}/"
    assert get(path, clear)[0] == 404
    assert get(path, amber)[0] == 200


def test_an_advisory_goes_out_and_only_a_count_comes_back(synced, tmp_path):
    """The hub publishes ranges of versions; the member holds them against its own inventory, and answers as it chooses."""
    hub, one, two, _ = synced
    one.run("inventory", "add", packages(tmp_path, "pumpd==1.4", "valved==3.1"), "--site", "Old waterworks")
    for member in (one, two):
        member.json("sync")
    file = tmp_path / "advisory.json"
    file.write_text(json.dumps(ADVISORY, indent=2))
    published = hub.json("publish", file, "--tlp", "green")
    [vulnerability] = published["advisory"]["vulnerabilities"].values()

    told = one.run("sync", "Water ISAC")
    assert "Water ISAC: 1 product here is affected by what is new:" in told
    assert f"Tell Water ISAC: tocsin affected {CVE} --answer 'Water ISAC'" in told
    [row] = one.json("affected", CVE, code=1)["rows"]
    assert (row["release"], row["site"], row["verdict"], row["feed"]) == (
        "pumpd 1.4",
        "Old waterworks",
        "affected",
        "Water ISAC",
    )

    preview = one.json("affected", CVE, "--answer", "Water ISAC", "--dry-run")
    assert (preview["count"], preview["sent"]) == (1, False)
    assert not {"pumpd", "1.4", "Old waterworks"} & set(re.split(r"[^\w. ]+", preview["body"]))
    sent = one.json("affected", CVE, "--answer", "Water ISAC", "--yes")
    assert sent["sent"]
    [shown], [left] = (json.loads(held["body"])["objects"] for held in (preview, sent))
    times = ("created", "modified")
    assert {**shown, **dict.fromkeys(times)} == {**left, **dict.fromkeys(times)}
    [kept] = [held for held in hub.json("inbox", "list")["inbox"] if held["id"] == left["id"]]
    assert kept["object"] == left
    assert (left["count"], left["sighting_of_ref"]) == (1, vulnerability)

    one.run("inventory", "add", packages(tmp_path, "pumpd==2.0", "valved==3.1"), "--site", "Old waterworks")
    mended = json.loads(one.json("affected", CVE, "--answer", "Water ISAC", "--yes")["body"])["objects"][0]
    assert (mended["id"], mended["count"]) == (left["id"], 0)
    assert {
        held["object"]["count"] for held in hub.json("inbox", "list")["inbox"] if held["id"] == left["id"]
    } == {0, 1}
    # One member is no sector: its answer is told to nobody.
    assert hub.json("inbox", "answers", CVE)["answers"] == [{"warning": vulnerability, "sectors": []}]

    hub.run("withdraw", published["advisory"]["report"], "--why", "the wrong pump")
    assert one.json("sync")["feeds"][0]["gone"] == 1
    one.run("affected", CVE, code=6)
    assert f"no advisory here speaks of {CVE} any more: Water ISAC withdrew it: the wrong pump" in one.errors


def test_a_revoked_member_is_shut_out_at_once(nodes, tmp_path):
    hub, _, _ = nodes
    third = NodeProcess(tmp_path / "third")
    third.run("init", "--name", "Third", "--sector", "dams")
    invitation = hub.json("member", "add", "Third", "--sector", "dams")["invitation"]
    third.run("join", hub.url, invitation)
    third.run("sync")
    hub.run("member", "revoke", "Third")
    third.run("sync", code=5)
    assert "does not let this node in any more" in third.errors
    again = hub.json("member", "add", "Third", "--sector", "dams")["invitation"]
    third.run("join", hub.url, again)
    third.run("sync")


def test_an_invitation_is_good_once_and_for_the_hub_that_wrote_it(nodes, tmp_path):
    hub, _, _ = nodes
    fourth, fifth = NodeProcess(tmp_path / "a" / "n"), NodeProcess(tmp_path / "b" / "n")
    for node, name in ((fourth, "Fourth"), (fifth, "Fifth")):
        node.run("init", "--name", name, "--sector", "dams")
    invitation = hub.json("member", "add", "Fourth", "--sector", "dams")["invitation"]
    forged = invitation[:-4] + "0000"
    fourth.run("join", hub.url, forged, code=5)
    # A mistyped one is not shown to the hub, and does not use it up.
    fourth.run("join", hub.url, invitation)
    fifth.run("join", hub.url, invitation, code=5)


def test_the_logs_are_whole(synced):
    hub, one, _, _ = synced
    hub.run("log", "verify")
    one.run("log", "verify")
    one.run("log", "verify", "Water ISAC")


def test_members_compare_what_they_were_shown(synced, tmp_path):
    _, one, two, _ = synced
    one.run("sync")
    file = tmp_path / "checkpoint"
    file.write_text(two.run("log", "checkpoint", "Water ISAC"))
    one.run("log", "verify", "Water ISAC", "--with", file)


def test_a_node_comes_back_from_its_backup(synced, tmp_path):
    hub, _, _, _ = synced
    hub.run("backup", tmp_path / "hub.tocsin")
    back = NodeProcess(tmp_path / "back" / "node")
    back.run("restore", tmp_path / "hub.tocsin")
    assert {held["name"] for held in back.json("member", "list")["members"]} == {
        held["name"] for held in hub.json("member", "list")["members"]
    }
    back.run("log", "verify")


@pytest.mark.parametrize("form", ["stix", "csv", "misp", "blocklist"])
def test_what_a_member_knows_is_exported_and_checks_as_the_same(synced, tmp_path, form):
    _, one, _, _ = synced
    file = tmp_path / "out"
    one.run("export", "--format", form, "--output", file)
    assert file.stat().st_size > 100


def packages(folder, *named):
    """A bill of materials of packages of Python, ``name==version``; each time the same file."""
    file = folder / "works.cdx.json"
    parts = [one.split("==") for one in named]
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, version in parts
    ]
    file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))
    return file


def indicator(number):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2021-03-02T00:00:00.000Z",
        "modified": "2021-03-02T00:00:00.000Z",
        "name": f"Test {number}",
        "pattern": f"[domain-name:value = 'c{number}.bad.example']",
        "pattern_type": "stix",
        "valid_from": "2021-03-02T00:00:00Z",
    }


def test_a_link_to_the_pages_leads_to_where_the_node_is_served(synced):
    hub, one, _, _ = synced
    assert hub.json("signin")["url"].startswith(f"{hub.url}signin/")
    # A node that was never served has no address of its own yet.
    assert one.json("signin")["url"].startswith("http://127.0.0.1:8470/signin/")
