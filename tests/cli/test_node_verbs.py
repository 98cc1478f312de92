"""The verbs of a node: what each prints, asks and exits with. A hub and a member in this process, without a network."""

from __future__ import annotations

import errno
import json
import re
import sys
from pathlib import Path

import msgspec
import pytest
import pytest_socket

from service.exchange.inventories import CVE, advisory, hold
from service.exchange.world import (
    Http,
    World,
    enrol,
    envelope,
    finding,
    id_of,
    indicator,
    send,
    sighting,
    tell,
)
from tocsin.cli.main import main
from tocsin.limits import INVITATION_S
from tocsin.service.exchange.finding_store import keep
from tocsin.service.exchange.node import open_node
from tocsin.service.inventory.warned import vulnerabilities_named
from tocsin.store.collections import find_collection


@pytest.fixture
def world(tmp_path, monkeypatch):
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    made = World(tmp_path)
    for name in ("join", "sync", "sending", "log"):
        module = sys.modules.get(f"tocsin.cli.{name}") or __import__(f"tocsin.cli.{name}", fromlist=[name])
        monkeypatch.setattr(module, "client_for", lambda url: Http(made))
    monkeypatch.setattr("tocsin.cli.node.acting", lambda: "ann")
    yield made
    made.close()


@pytest.fixture
def hub(world):
    return world.node("Water ISAC")


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a verb on the node in ``folder``: exit code, stdout, stderr."""

    def verb(node, *arguments):
        monkeypatch.setenv("TOCSIN_DATA", str(getattr(node, "folder", node)))
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return verb


def as_json(answer):
    code, out, err = answer
    assert code == 0, err
    return json.loads(out)


class TestInit:
    def test_it_says_what_was_made_and_what_comes_next(self, world, run):
        folder = world.place("new")
        code, out, _ = run(folder, "init", "--name", "Riverton", "--sector", "water")
        assert code == 0
        lines = out.splitlines()
        assert lines[0] == f"Riverton has a node in {folder}."
        assert lines[1].startswith("Its log is verified with riverton.")
        assert lines[3].startswith("Next: tocsin inventory add")
        assert any("tocsin publish" in line for line in lines[4:])

    def test_twice_is_refused(self, hub, run):
        code, out, err = run(hub, "init", "--name", "Other", "--sector", "water")
        assert (code, out) == (3, "")
        assert err == (
            f"tocsin: {hub.folder}: there is a node already\nWhat to do: Use it, or name another --data.\n"
        )

    def test_a_sector_that_is_none_is_3(self, tmp_path, run):
        code, _, err = run(tmp_path / "x", "init", "--name", "Other", "--sector", "wizards")
        assert code == 3
        assert "'wizards' is none of the 16 sectors" in err

    def test_a_password_is_told_neither_as_text_nor_as_json(self, tmp_path, run):
        for form in ("table", "json"):
            url = "mysql://me:hunter2@db/x"
            code, out, err = run(
                tmp_path / "x",
                "init",
                "--name",
                "A",
                "--sector",
                "water",
                "--database",
                url,
                "--format",
                form,
            )
            assert code == 3
            assert "hunter2" not in out + err


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "x.json"],
        ["inbox"],
        ["member", "list"],
        ["token", "list"],
        ["sync"],
        ["source", "list"],
        ["export"],
        ["log", "verify"],
        ["signin"],
        ["backup", "x"],
        ["withdraw", "x", "--why", "y"],
        ["serve"],
    ],
)
def test_without_a_node_it_is_6_and_says_how_to_make_one(tmp_path, run, arguments):
    code, out, err = run(tmp_path / "none", *arguments)
    assert (code, out) == (6, "")
    assert err == (
        f"tocsin: there is no node in {tmp_path / 'none'}\n"
        "What to do: Make one: tocsin init --name NAME --sector SECTOR\n"
    )


class TestPublish:
    def test_counts_and_reasons(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        file.write_bytes(envelope(indicator(1), indicator(2, value="google.com")))
        code, out, err = run(hub, "publish", file)
        assert (code, out) == (3, "1 published, 0 known before, 1 refused.\n")
        assert err.startswith(f"{indicator(2)['id']}: google.com is among the most used names")
        assert "--known-good inform publishes it" in err
        code, out, err = run(hub, "publish", file, "--known-good", "inform")
        assert (code, out) == (0, "1 published, 1 known before, 0 refused.\n")
        assert "google.com" in err

    def test_a_pattern_that_does_not_compile_is_refused_with_its_place_and_the_rest_goes_on(
        self, hub, run, tmp_path
    ):
        file = tmp_path / "w.json"
        broken = indicator(2, pattern="[domain-name:value = ]")
        file.write_bytes(envelope(indicator(1), broken))
        code, out, err = run(hub, "publish", file)
        assert (code, out) == (3, "1 published, 0 known before, 1 refused.\n")
        assert err.startswith(f"{broken['id']}: its pattern does not compile: ")
        assert "column 22" in err

    def test_a_pattern_in_another_language_is_published_and_told(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        file.write_bytes(envelope(indicator(1, pattern="rule a { condition: true }", pattern_type="yara")))
        code, out, err = run(hub, "publish", file)
        assert (code, out) == (0, "1 published, 0 known before, 0 refused.\n")
        assert err == "1 is in the language 'yara', which Tocsin does not check\n"

    def test_what_was_withdrawn_and_is_published_again_stays_so_and_that_is_said(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        file.write_bytes(envelope(indicator(1)))
        run(hub, "publish", file)
        run(hub, "withdraw", indicator(1)["id"], "--why", "a false alarm")
        code, out, err = run(hub, "publish", file)
        assert (code, out) == (3, "0 published, 0 known before, 1 refused.\n")
        assert err == f"{indicator(1)['id']}: it was withdrawn; it stays so\n"

    def test_what_is_known_to_be_harmless_is_left_out_of_a_blocklist_and_told(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        google = indicator(2, pattern="[ipv4-addr:value = '8.8.8.8']")
        file.write_bytes(envelope(indicator(1), google))
        run(hub, "publish", file, "--known-good", "inform")
        code, out, err = run(hub, "export", "--format", "blocklist")
        assert (code, "\n8.8.8.8\n" in out) == (0, False)
        assert f"(8.8.8.8 in {google['id']})" in err
        assert "8.8.8.8" in run(hub, "export", "--format", "csv")[1]

    def test_a_person_who_publishes_red_for_nobody_is_told(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        file.write_bytes(envelope(indicator(1)))
        code, _, err = run(hub, "publish", file, "--tlp", "red")
        assert code == 0
        assert "nobody sees it; name them with --to person:NAME" in err

    def test_json(self, hub, run, tmp_path):
        file = tmp_path / "w.json"
        file.write_bytes(envelope(indicator(1)))
        assert as_json(run(hub, "publish", file, "--format", "json")) == {
            "published": 1,
            "known": 0,
            "refused": [],
        }

    def test_a_file_that_is_not_there_is_4(self, hub, run):
        assert run(hub, "publish", "/nowhere.json")[0] == 4

    def test_an_observable_is_not_withdrawn(self, hub, run):
        tell(
            hub,
            {
                "type": "domain-name",
                "spec_version": "2.1",
                "id": "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5",
                "value": "bad-actor.net",
            },
        )
        code, _, err = run(hub, "withdraw", "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5", "--why", "x")
        assert code == 3
        assert "no versions and cannot be withdrawn" in err

    def test_withdraw_says_so(self, hub, run):
        tell(hub, indicator(1))
        code, out, _ = run(hub, "withdraw", indicator(1)["id"], "--why", "false alarm")
        assert (code, out) == (0, f"{indicator(1)['id']} is withdrawn; members learn so when they sync.\n")


class TestMembersAndTokens:
    def test_an_invitation_is_printed_once(self, hub, run):
        code, out, _ = run(hub, "member", "add", "Riverton", "--sector", "water")
        assert code == 0
        assert [line for line in out.splitlines() if line.startswith("tocsin-invitation_")]
        assert "void" not in out

    def test_the_list_says_until_when_somebody_can_join_and_that_the_time_is_over(
        self, world, hub, run, monkeypatch
    ):
        monkeypatch.setattr("tocsin.cli.node.surroundings", lambda: world.around)
        run(hub, "member", "add", "Riverton", "--sector", "water")
        [shown] = as_json(run(hub, "member", "list", "--format", "json"))["members"]
        assert shown["state"] == "invited"
        until = f"{shown['invited_until'][:16].replace('T', ' ')} UTC"
        assert run(hub, "member", "list")[1].splitlines()[1] == (
            f"Riverton  invited until {until}  water-and-wastewater"
        )
        world.wait(INVITATION_S)
        assert run(hub, "member", "list")[1] == (
            "NAME      STATE             SECTORS\nRiverton  invitation ended  water-and-wastewater\n"
        )
        [shown] = as_json(run(hub, "member", "list", "--format", "json"))["members"]
        assert (shown["state"], shown["invited_until"]) == ("invitation_ended", "")

    def test_a_second_invitation_says_that_the_first_is_void(self, hub, run):
        run(hub, "member", "add", "Riverton", "--sector", "water")
        out = run(hub, "member", "add", "Riverton", "--sector", "water")[1]
        assert out.endswith("\nThe invitation that was made for it before is void now.\n")
        made = as_json(run(hub, "member", "add", "Riverton", "--sector", "water", "--format", "json"))
        assert made["voided"] == 1

    def test_a_token_for_an_unknown_name_says_that_it_reads_what_anybody_may(self, hub, run):
        code, out, err = run(hub, "token", "create", "--for", "Press", "--scope", "read")
        assert code == 0
        assert "tocsin_" in out
        assert err == "Press is no member: its token reads what anybody may read (TLP:CLEAR).\n"

    @pytest.mark.parametrize(
        ("options", "code", "why"),
        [
            (["--ceiling", "red"], 2, "'red' is not one of"),
            (["--expires", "soon"], 2, "is no duration"),
            (["--expires", "0d"], 2, "is no duration"),
            (["--expires", "9y"], 3, "730 days at most"),
            (["--collection", "wrnings"], 3, "no collection 'wrnings'"),
            (["--scope", "admin"], 2, "'admin' is not one of"),
        ],
    )
    def test_what_is_no_token_is_told(self, hub, run, options, code, why):
        answer = run(hub, "token", "create", "--for", "Press", "--scope", "read", *options)
        assert answer[0] == code
        assert why in answer[2]
        assert as_json(run(hub, "token", "list", "--format", "json")) == {"tokens": []}

    def test_a_token_is_listed_and_revoked(self, hub, run):
        made = as_json(
            run(hub, "token", "create", "--for", "Water ISAC", "--scope", "read", "--format", "json")
        )
        [held] = as_json(run(hub, "token", "list", "--format", "json"))["tokens"]
        assert (held["state"], held["used"], held["ceiling"]) == ("in force", None, "amber")
        assert made["token"] not in str(held)
        assert run(hub, "token", "revoke", held["id"])[0] == 0
        assert as_json(run(hub, "token", "list", "--format", "json"))["tokens"][0]["state"] == "revoked"
        assert run(hub, "token", "revoke", held["id"])[0] == 3


class TestInbox:
    @pytest.fixture
    def sent(self, world, hub):
        from service.exchange.world import enrol, send, sighting

        tell(hub, indicator(1))
        access, _ = enrol(hub, "Riverton")
        send(hub, access, sighting(1), anonymous=True)
        return sighting(1)["id"]

    def test_it_is_listed_without_the_name(self, hub, run, sent):
        code, out, _ = run(hub, "inbox")
        assert code == 0
        assert out.splitlines()[0].split() == ["STATE", "FROM", "WAITS", "ID", "SAYS"]
        assert out.splitlines()[1].split()[:2] == ["new", "anonymous"]
        assert out.splitlines()[1].endswith(f"{sent}  Seen 3 times: Warning 1")
        assert "Riverton" not in run(hub, "inbox", "list", "--format", "json")[1]

    def test_what_would_be_published_is_shown_first(self, hub, run, sent):
        code, out, _ = run(hub, "inbox", "release", sent, "--dry-run")
        assert code == 0
        assert out.startswith("1 would be published:\n{")
        assert f"taken off: {sent} first_seen: the time within the day" in out
        assert out.endswith("Nothing was published (--dry-run).\n")
        shown = as_json(run(hub, "inbox", "release", sent, "--dry-run", "--format", "json"))
        assert [one["type"] for one in shown["would_publish"]] == ["sighting"]
        assert run(hub, "inbox", "release", sent)[1] == "1 released, 0 known before.\n"
        code, _, err = run(hub, "inbox", "release", sent)
        assert (code, "is released already" in err) == (3, True)

    def test_a_member_is_told_what_became_of_what_it_sent(self, world, hub, run):
        from tocsin.service.exchange.inbox import items, refuse

        tell(hub, indicator(1))
        member = world.joined(hub, "Mill")
        assert run(member, "inbox", "sent")[1] == "Nothing was sent yet: tocsin share.\n"
        keep(member, [finding(1, warning=id_of("indicator", 1))])
        assert run(member, "share", id_of("finding", 1), "--to", "Water ISAC", "--yes")[0] == 0
        [sent] = items(hub)
        refuse(hub, sent.id, why="a test\u202e of ours\n" + "x" * 500, by="ann")
        code, out, _ = run(member, "sync")
        assert code == 0
        line = out.splitlines()[-1]
        assert line.startswith(f"Water ISAC refused {sent.id}: a test<U+202E> of ours x")
        assert len(line) < 400
        assert "refused" not in run(member, "sync")[1]
        head, steps, outcome = run(member, "inbox", "sent")[1].splitlines()
        assert head == "refused: Seen 2 times: Warning 1, to Water ISAC"
        names = [step.split()[0] for step in steps.split(" > ")]
        assert names == ["Sent", "Received", "Vetted", "Refused"]
        assert "Vetted (not noted)" in steps
        assert "1 object was refused: a test<U+202E> of ours" in outcome
        [shown] = as_json(run(member, "inbox", "sent", "--format", "json"))["sent"]
        assert [(one["id"], one["state"]) for one in shown["answers"]] == [(sent.id, "refused")]
        assert "body" not in shown

    def test_sharing_tells_what_was_decided_meanwhile(self, world, hub, run):
        from tocsin.service.exchange.inbox import items, refuse

        tell(hub, indicator(1), indicator(2))
        member = world.joined(hub, "Mill")
        keep(member, [finding(number, warning=id_of("indicator", number)) for number in (1, 2)])
        run(member, "share", id_of("finding", 1), "--to", "Water ISAC", "--yes")
        [sent] = items(hub)
        refuse(hub, sent.id, why="a test of ours", by="ann")
        code, _, err = run(member, "share", id_of("finding", 2), "--to", "Water ISAC", "--yes")
        assert (code, err) == (0, f"Water ISAC refused {sent.id}: a test of ours\n")

    def test_what_went_without_a_name_is_not_asked_for_and_that_is_said(self, world, hub, run):
        tell(hub, indicator(1))
        member = world.joined(hub, "Mill")
        keep(member, [finding(1, warning=id_of("indicator", 1))])
        run(member, "share", id_of("finding", 1), "--to", "Water ISAC", "--yes", "--as", "anonymous")
        _, steps, outcome = run(member, "inbox", "sent")[1].splitlines()
        assert steps.endswith("> Vetted (not asked) > Decided (not asked)")
        assert outcome == "  It is not asked what came of it: the question would tell who sent it."

    def test_options_before_the_verb_would_act_on_another_node(self, hub, run, sent, tmp_path):
        code, _, err = run(tmp_path / "none", "inbox", "--data", hub.folder, "list")
        assert code == 2
        assert "give --data and --format after list" in err
        assert run(tmp_path / "none", "inbox", "list", "--data", hub.folder)[0] == 0
        assert run(tmp_path / "none", "inbox", "--data", hub.folder)[0] == 0

    @pytest.fixture
    def submission(self, world, hub):
        from service.exchange.world import enrol, send

        access, _ = enrol(hub, "Riverton")
        harmless = indicator(9, pattern="[ipv4-addr:value = '8.8.8.8']")
        return send(hub, access, *[indicator(number) for number in range(1, 4)], harmless).id

    def test_what_was_sent_together_is_a_line_and_decided_by_its_id(self, hub, run, submission):
        row = run(hub, "inbox")[1].splitlines()[1]
        assert row.startswith("4 new  Riverton")
        assert submission in row
        assert "(with 3 more)" in row
        code, out, _ = run(hub, "inbox", "vet", submission)
        assert (code, out) == (0, "4 vetted.\nOf the 4 that were sent together: 4 vetted.\n")
        code, out, _ = run(hub, "inbox", "release", submission)
        assert code == 3
        first, stays, now = out.splitlines()
        assert first == "3 released, 0 known before."
        assert stays.startswith(indicator(9)["id"])
        assert now == "Of the 4 that were sent together: 1 vetted, 3 released."
        code, out, _ = run(hub, "inbox", "refuse", submission, "--why", "harmless")
        assert out == "1 refused.\nOf the 4 that were sent together: 3 released, 1 refused.\n"
        assert run(hub, "inbox", "vet", submission)[0] == 3

    def test_the_same_as_json_adds_up(self, hub, run, submission):
        code, out, _ = run(hub, "inbox", "release", submission, "--format", "json")
        done = json.loads(out)
        assert code == 3
        assert (done["released"], len(done["refused"])) == (3, 1)
        assert done["now"] == {"new": 1, "vetted": 0, "released": 3, "refused": 0}
        [one] = as_json(run(hub, "inbox", "list", "--state", "new", "--format", "json"))["inbox"]
        assert one["says"] == "Warning 9: look for the address 8.8.8.8"
        assert (one["vetted"], one["received"]) == ("", one["changed"])

    def test_a_member_reads_each_step_and_what_came_of_it(self, world, hub, run):
        from tocsin.service.exchange.inbox import items, release, vet

        tell(hub, indicator(1))
        member = world.joined(hub, "Mill")
        keep(member, [finding(1, warning=id_of("indicator", 1))])
        run(member, "share", id_of("finding", 1), "--to", "Water ISAC", "--yes")
        vet(hub, items(hub)[0].id, by="ann")
        release(hub, items(hub)[0].id, by="ann")
        run(member, "sync")
        _, steps, outcome = run(member, "inbox", "sent")[1].splitlines()
        assert [step.split()[0] for step in steps.split(" > ")] == ["Sent", "Received", "Vetted", "Released"]
        assert "not" not in steps
        assert "1 object was published to the members whom the marking allows." in outcome
        [shown] = as_json(run(member, "inbox", "sent", "--format", "json"))["sent"]
        assert shown["steps"]["vetted"]
        assert shown["steps"]["released"] == 1
        assert shown["outcome"] == outcome.strip()

    def test_a_refusal_needs_a_reason(self, hub, run, sent):
        assert run(hub, "inbox", "refuse", sent)[0] == 2
        assert run(hub, "inbox", "refuse", sent, "--why", "x")[1] == "1 refused.\n"


@pytest.mark.parametrize("verb", ["init", "restore"])
def test_the_database_is_taken_from_the_environment_unless_a_flag_names_another(
    world, hub, run, tmp_path, monkeypatch, verb
):
    assert run(hub, "backup", tmp_path / "b")[0] == 0
    words = {"init": ("init", "--name", "A", "--sector", "water"), "restore": ("restore", tmp_path / "b")}[
        verb
    ]
    for number, flags in ((1, ()), (2, ("--database", f"sqlite:///{tmp_path}/2.db"))):
        monkeypatch.setenv("TOCSIN_DATABASE", f"sqlite:///{tmp_path}/1.db")
        assert run(tmp_path / f"node-{number}", *words, *flags)[0] == 0
        assert (tmp_path / f"{number}.db").exists()
        # What was said once is kept; another setting moves no node.
        monkeypatch.setenv("TOCSIN_DATABASE", f"sqlite:///{tmp_path}/other.db")
        assert run(tmp_path / f"node-{number}", "source", "list")[0] == 0
        assert not (tmp_path / "other.db").exists()


class TestMember:
    @pytest.fixture
    def one(self, world, hub):
        made = world.joined(hub, "Riverton")
        tell(hub, indicator(1))
        keep(made, [finding(1), finding(2)])
        made.close()
        return made.folder

    def test_sync_shows_a_table(self, one, run):
        code, out, err = run(one, "sync")
        assert (code, err) == (0, "")
        assert out == (
            "FROM        NEW  WITHDRAWN  KNOWN  NO LONGER LISTED  REFUSED  PROVEN  SENT\n"
            "Water ISAC  1    0          0      0                 0        1       0\n"
        )  # fmt: skip

    @pytest.fixture
    def withdrawn(self, hub, one, run):
        """A member that has a finding of a warning that the hub withdrew since, and has not synced."""
        tell(hub, indicator(2))
        run(one, "sync")
        assert run(hub, "withdraw", id_of("indicator", 1), "--why", "a false alarm\x1b[2J")[0] == 0
        return one

    def test_sync_tells_what_was_withdrawn_apart_and_names_what_was_found_of_it(self, withdrawn, run):
        code, out, err = run(withdrawn, "sync")
        assert (code, err) == (0, "")
        lines = out.splitlines()
        assert lines[1].split() == ["Water", "ISAC", "0", "1", "0", "0", "0", "1", "0"]
        named = f"A warning ({id_of('indicator', 1)})"
        assert lines[2:] == [
            f"Water ISAC: withdrawn: {named}. a false alarm<U+001B>[2J 2 findings of it are kept here.",
            "What you did because of that can be undone. To read them: tocsin explain --withdrawn yes",
        ]
        assert "withdrawn:" not in run(withdrawn, "sync")[1]

    def test_sync_says_so_as_json(self, withdrawn, run):
        [told] = as_json(run(withdrawn, "sync", "--format", "json"))["synced"]
        assert (told["new"], told["withdrawn"]) == (0, 1)
        assert told["withdrawn_with_findings"] == [
            {
                "id": id_of("indicator", 1),
                "name": "A warning",
                "why": "a false alarm\x1b[2J",
                "findings": 2,
            }
        ]

    def test_status_tells_it_quietly_after_the_sync(self, withdrawn, run):
        assert "2 hits in your own logs" in run(withdrawn, "status")[1]
        run(withdrawn, "sync")
        out = run(withdrawn, "status")[1]
        assert "in your own logs" not in out
        assert "  2 findings are of warnings that were withdrawn\n" in out

    def test_explain_says_so_first_and_is_asked_for_it(self, world, withdrawn, run):
        assert "withdrawn" not in run(withdrawn, "explain")[1]
        assert run(withdrawn, "explain", "--withdrawn", "yes")[1] == "this node holds no such finding.\n"
        other = open_node(withdrawn, world.around)
        keep(other, [finding(3, warning=id_of("indicator", 2), title="One that stands")])
        other.close()
        run(withdrawn, "sync")
        out = run(withdrawn, "explain", "--withdrawn", "yes")[1]
        assert out.count("(withdrawn, was high)\nIts warning was withdrawn on 2026-") == 2
        assert ": a false alarm<U+001B>[2J. Do not act on it any more, and undo what you did" in out
        assert "One that stands" not in out
        others = run(withdrawn, "explain", "--withdrawn", "no")[1]
        assert others.startswith("One that stands (high)\n")
        assert "withdrawn" not in others
        assert "withdrawn, was" in run(withdrawn, "explain", finding(1).id)[1]
        assert run(withdrawn, "explain", "--withdrawn", "yes", finding(3).id)[0] == 2

    def test_explain_of_a_file_knows_nothing_of_what_was_withdrawn(self, one, run, tmp_path):
        file = tmp_path / "a.jsonl"
        file.write_text("")
        code, _, err = run(one, "explain", file, "--withdrawn", "yes")
        assert (code, "not known of findings in a file" in err) == (2, True)

    def test_what_was_withdrawn_is_not_shared(self, world, withdrawn, run, tmp_path):
        run(withdrawn, "sync")
        file = tmp_path / "found.jsonl"
        file.write_bytes(msgspec.json.encode(finding(1)))
        for named in (finding(1).id, file):
            code, out, err = run(withdrawn, "share", named, "--to", "Water ISAC", "--yes")
            assert (code, out) == (5, "")
            assert "no finding may go to Water ISAC: its warning was withdrawn on 2026-" in err
        other = open_node(withdrawn, world.around)
        keep(other, [finding(3, warning=id_of("indicator", 2))])
        other.close()
        code, out, err = run(
            withdrawn, "share", finding(1).id, finding(3).id, "--to", "Water ISAC", "--dry-run"
        )
        assert (code, id_of("indicator", 1) in out) == (0, False)
        assert err.startswith(f"held back: {finding(1).id}: its warning was withdrawn on 2026-")

    def test_a_hub_that_is_away_is_4_and_the_rest_is_done(self, world, one, run, tmp_path):
        feed = tmp_path / "feed.json"
        feed.write_bytes(envelope(indicator(9)))
        assert run(one, "source", "add", "feed", feed)[0] == 0
        del world.apps["hub.example"]
        code, out, err = run(one, "sync")
        assert code == 4
        assert err.startswith("tocsin: Water ISAC: ")
        assert "feed        1" in out

    def test_a_value_that_is_taken_off_a_list_is_counted_and_no_check_hits_on_it(self, one, run, tmp_path):
        feed, log = tmp_path / "feed.txt", tmp_path / "queries.csv"
        feed.write_bytes(b"gone.bad-actor.net\nstays.bad-actor.net\n")
        log.write_bytes(b"time,domain\n2026-01-01T00:00:00Z,gone.bad-actor.net\n")
        run(one, "source", "add", "feed", feed)
        run(one, "sync", "feed")
        assert run(one, "check", log)[0] == 1
        feed.write_bytes(b"stays.bad-actor.net\n")
        code, out, _ = run(one, "sync", "feed", "--format", "json")
        [told] = json.loads(out)["synced"]
        assert (code, told["new"], told["known"], told["no_longer_listed"]) == (0, 0, 1, 1)
        assert run(one, "check", log)[0] != 1

    def test_a_list_that_lists_nothing_any_more_is_3_and_is_told(self, one, run, tmp_path):
        feed = tmp_path / "feed.txt"
        feed.write_bytes(b"a.bad-actor.net\n")
        run(one, "source", "add", "feed", feed, "--as", "csv")
        run(one, "sync", "feed")
        feed.write_bytes(b"# moved\n")
        code, _, err = run(one, "sync", "feed")
        assert (code, "feed lists nothing any more" in err) == (3, True)

    def test_a_log_that_was_rewritten_outranks_a_hub_that_is_away(self, world, hub, one, run, monkeypatch):
        from tocsin.errors import LogTampered, SourceUnavailable
        from tocsin.service.exchange.synced import Synced

        done = [
            Synced("A", problems=[SourceUnavailable("away")]),
            Synced("B", problems=[LogTampered("rewritten")]),
            Synced("C", problems=[SourceUnavailable("away")]),
        ]
        monkeypatch.setattr("tocsin.service.exchange.sync.sync_all", lambda *_: done)
        assert run(one, "sync")[0] == 1

    def test_what_a_sync_refuses_is_told_with_the_reason_and_the_rest_counted(self, one, run, tmp_path):
        feed = tmp_path / "feed.json"
        bad = [indicator(number, modified="2020-01-01T00:00:00Z") for number in range(10, 17)]
        feed.write_bytes(envelope(indicator(9), *bad))
        run(one, "source", "add", "feed", feed)
        code, out, err = run(one, "sync", "feed", "--format", "json")
        [told] = json.loads(out)["synced"]
        assert (code, told["refused"], len(told["why_refused"])) == (0, 7, 5)
        assert "modified before it was created" in told["why_refused"][0]["why"]
        assert err.count("feed: refused: indicator--") == 5
        assert err.endswith("feed: and 2 more refused\n")

    def test_a_dry_run_sends_nothing_and_shows_what_would_go(self, world, one, run):
        run(one, "sync")
        code, out, _ = run(one, "share", "finding--" + finding(1).id[9:17], "--to", "Water ISAC", "--dry-run")
        assert code == 0
        assert out.splitlines()[0].endswith("bytes go to Water ISAC:")
        assert out.endswith("Nothing was sent (--dry-run).\n")
        assert not [
            url for method, url, _, _ in world.asked if url.endswith("/objects/") and method == "POST"
        ]

    def test_what_is_sent_later_is_what_a_dry_run_showed_but_for_the_times_that_it_names(
        self, world, one, run
    ):
        run(one, "sync")
        words = ("share", finding(1).id, "--to", "Water ISAC", "--format", "json")
        shown = as_json(run(one, *words, "--dry-run"))
        world.wait(60)
        sent = as_json(run(one, *words, "--yes"))
        assert shown["body"] != sent["body"]
        assert shown["of_the_moment_of_sending"] == ["created", "modified"]
        first, later = (json.loads(told["body"])["objects"] for told in (shown, sent))
        for name in shown["of_the_moment_of_sending"]:
            assert all(one.pop(name) for one in (*first, *later))
        assert first == later
        told = run(one, *words[:-2], "--dry-run")[1]
        assert "Sent later, its created (the first time) and modified are of that moment" in told

    @pytest.mark.parametrize(("answer", "sent"), [("y\n", True), ("n\n", False), ("", False)])
    def test_at_a_terminal_it_asks(self, world, hub, one, run, monkeypatch, answer, sent):
        import io

        run(one, "sync")

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        code, out, err = run(one, "share", finding(1).id, "--to", "Water ISAC")
        assert "Send them?" in err
        assert ("Sent; Water ISAC gave a receipt, and it is kept." in out) == sent
        assert code == (130 if answer == "" else 0)
        from service.exchange.world import acts

        assert ("submit" in acts(hub)) == sent

    @pytest.mark.parametrize("output_format", ["table", "json"])
    def test_without_a_terminal_and_without_yes_it_shows_what_would_go_and_sends_nothing(
        self, world, hub, one, run, monkeypatch, output_format
    ):
        import io

        from service.exchange.world import acts

        run(one, "sync")
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        code, out, err = run(one, "share", finding(1).id, "--to", "Water ISAC", "--format", output_format)
        assert code == 2
        assert "--yes sends it" in err
        assert "sighting_of_ref" in out
        assert "submit" not in acts(hub)
        assert as_json(run(one, "inbox", "sent", "--format", "json"))["sent"] == []

    def test_at_a_terminal_json_too_is_sent_only_after_a_preview(self, one, run, monkeypatch):
        import io

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        run(one, "sync")
        monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
        code, out, err = run(one, "share", finding(1).id, "--to", "Water ISAC", "--format", "json")
        assert (code, json.loads(out)["sent"]) == (0, True)
        assert err.index("sighting_of_ref") < err.index("Send them?")

    def test_yes_does_not_ask(self, one, run, monkeypatch):
        run(one, "sync")
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        code, out, err = run(one, "share", finding(1).id, "--to", "Water ISAC", "--yes")
        assert (code, err) == (0, "")
        assert out.endswith("Sent; Water ISAC gave a receipt, and it is kept.\n")

    def test_while_the_hub_is_away_it_is_kept_and_goes_with_the_next_sync(self, world, one, run):
        run(one, "sync")
        app = world.apps.pop("hub.example")
        code, out, err = run(one, "share", finding(1).id, "--to", "Water ISAC", "--yes")
        assert code == 4
        assert "the next tocsin sync sends it" in err
        assert "Sent" not in out
        world.apps["hub.example"] = app
        assert as_json(run(one, "sync", "--format", "json"))["synced"][0]["sent"] == 1

    def test_what_is_held_back_is_named(self, world, hub, one, run):
        tell(hub, indicator(2, tlp=None))
        run(one, "sync")
        other = open_node(one, world.around)
        keep(other, [finding(3, warning=id_of("indicator", 77), tlp="TLP:AMBER")])
        other.close()
        code, _, err = run(one, "share", finding(1).id, finding(3).id, "--to", "Water ISAC", "--dry-run")
        assert code == 0
        assert err.startswith(f"held back: {finding(3).id}: It is TLP:AMBER and another organisation's")

    def test_a_finding_is_named_by_the_beginning_of_its_id(self, one, run):
        run(one, "sync")
        code, _, err = run(one, "share", "finding--", "--to", "Water ISAC")
        assert (code, "2 findings kept here begin with" in err) == (3, True)
        assert run(one, "share", "zzz", "--to", "Water ISAC")[0] == 3
        assert run(one, "explain", finding(1).id[:20])[0] == 0

    def test_logs_are_verified_and_compared(self, hub, one, run, tmp_path):
        run(one, "sync")
        assert run(one, "log", "verify")[1].endswith("is whole: 2 entries, none rewritten.\n")
        assert "is whole: 4 entries" in run(one, "log", "verify", "Water ISAC")[1]
        note = tmp_path / "note"
        note.write_text(run(one, "log", "checkpoint", "Water ISAC")[1])
        assert run(one, "log", "verify", "Water ISAC", "--with", note)[0] == 0
        assert run(hub, "log", "verify", "--with", note)[0] == 0
        note.write_text("nonsense")
        assert run(hub, "log", "verify", "--with", note)[0] == 3

    def test_a_log_that_was_rewritten_is_1(self, hub, run):
        from sqlalchemy import text

        tell(hub, indicator(1))
        with hub.database.writing() as connection:
            connection.execute(text("UPDATE log_leaf SET commitment = zeroblob(32)"))
        assert run(hub, "log", "verify")[0] == 1

    def test_join_refuses_an_open_line(self, world, hub, run):
        made = as_json(run(hub, "member", "add", "New", "--sector", "water", "--format", "json"))
        node = world.node("New")
        code, _, err = run(node, "join", "http://hub.example/", made["invitation"])
        assert (code, "is not encrypted" in err, "--plain-http goes on without" in err) == (5, True, True)
        assert run(node, "join", world.serve(hub), made["invitation"])[1] == (
            "This node is a member of Water ISAC, which calls it New.\nNext: tocsin sync\n"
        )


class TestLogErase:
    def test_without_a_terminal_only_yes_erases(self, hub, run):
        from service.exchange.world import acts

        code, out, err = run(hub, "log", "erase", "0", "--why", "x")
        assert (code, out) == (2, "")
        assert "nothing was erased" in err
        assert acts(hub) == ["init"]
        code, out, _ = run(hub, "log", "erase", "0", "--why", "x", "--yes")
        assert (code, out) == (0, "Entry 0 is erased; the log is whole, and says so in entry 1.\n")
        assert "is whole: 2 entries" in run(hub, "log", "verify")[1]
        assert run(hub, "log", "erase", "0", "--why", "x", "--yes")[0] == 3

    @pytest.mark.parametrize(("answer", "erased"), [("y\n", 0), ("n\n", None)])
    def test_at_a_terminal_it_asks(self, hub, run, monkeypatch, answer, erased):
        import io

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        code, out, err = run(hub, "log", "erase", "0", "--why", "x", "--format", "json")
        assert (code, json.loads(out)["erased"]) == (0, erased)
        assert "Entry 0 is of " in err

    @pytest.mark.parametrize(
        "arguments", [["0", "--why", "  ", "--yes"], ["-1", "--why", "x"], ["0", "--yes"]]
    )
    def test_what_is_no_erasure_is_a_slip(self, hub, run, arguments):
        assert run(hub, "log", "erase", *arguments)[0] == 2


class TestSources:
    def test_a_token_comes_from_a_file_and_is_told_nowhere(self, hub, run, tmp_path):
        (tmp_path / "token").write_text("s3cret\n")
        place = "https://partner.example/taxii2/"
        code, out, err = run(hub, "source", "add", "partner", place, "--token-file", tmp_path / "token")
        assert (code, out, err) == (0, "partner is added. Next: tocsin sync partner\n", "")
        for form in ("table", "json"):
            assert "s3cret" not in run(hub, "source", "list", "--format", form)[1]

    @pytest.mark.parametrize(
        ("content", "options", "code"),
        [(b"", [], 3), (b"a\nb", [], 3), (b"\xff", [], 3), (None, [], 4), (b"x", ["--as", "nonsense"], 2)],
    )
    def test_what_is_no_token_is_told(self, hub, run, tmp_path, content, options, code):
        file = tmp_path / "token"
        if content is not None:
            file.write_bytes(content)
        answer = run(hub, "source", "add", "p", "https://p.example/", "--token-file", file, *options)
        assert answer[0] == code

    def test_a_name_without_a_password_is_a_slip(self, hub, run):
        assert run(hub, "source", "add", "p", "https://p.example/", "--user", "me")[0] == 2

    def test_names_of_official_feeds_are_reserved(self, hub, run, tmp_path):
        code, _, err = run(hub, "source", "add", "kev", tmp_path)
        assert (code, "reserved for the official feed" in err) == (3, True)

    def test_they_are_removed(self, hub, run, tmp_path):
        run(hub, "source", "add", "feed", tmp_path)
        assert run(hub, "source", "remove", "feed")[1] == "feed is removed.\n"
        assert run(hub, "source", "remove", "feed")[0] == 3


class TestExport:
    def test_what_is_left_out_is_counted_on_stderr(self, hub, run, tmp_path):
        tell(hub, indicator(1), indicator(2, labels=["PAP:RED"]))
        code, out, err = run(hub, "export", "--format", "blocklist")
        assert code == 0
        assert out.splitlines()[-1] == "c1.bad-actor.net"
        assert err == f"left out: 1: PAP:RED does not allow it in a list ({indicator(2)['id']})\n"

    def test_red_is_left_to_those_whom_it_names(self, hub, run, monkeypatch):
        from tocsin.model.tlp import Tlp

        tell(hub, indicator(1), tlp=Tlp.RED, audience=["person:nobody-here"])
        tell(hub, indicator(2))
        assert "c1.bad-actor.net" not in run(hub, "export", "--format", "csv")[1]


class TestBackup:
    def test_there_and_back(self, world, hub, run, tmp_path):
        code, out, _ = run(hub, "backup", tmp_path / "b")
        assert code == 0
        assert out.endswith(f"rows and the keys are in {tmp_path / 'b'}.\n")
        assert run(hub, "backup", tmp_path / "b")[0] == 4
        folder = tmp_path / "back" / "node"
        assert run(folder, "restore", tmp_path / "b")[1] == f"Water ISAC is restored in {folder}.\n"
        assert run(folder, "restore", tmp_path / "b")[0] == 3
        assert run(folder, "log", "verify")[0] == 0


def test_signin_prints_a_link(hub, run):
    code, out, _ = run(hub, "signin", "--as", "Ann", "--url", "https://hub.example")
    assert code == 0
    assert out.startswith("https://hub.example/signin/")
    assert out.endswith("It signs Ann in, once, within 15 minutes.\n")


def test_a_check_without_warnings_named_looks_for_what_the_node_knows(hub, run, tmp_path):
    tell(hub, indicator(1, value="evil.bad-actor.net"), indicator(2))
    log = tmp_path / "dns.jsonl"
    log.write_text(
        json.dumps(
            {
                "type": "observed-data",
                "spec_version": "2.1",
                "id": id_of("observed-data", 1),
                "created": "2026-02-01T00:00:00.000Z",
                "modified": "2026-02-01T00:00:00.000Z",
                "first_observed": "2026-02-01T00:00:00Z",
                "last_observed": "2026-02-01T00:00:00Z",
                "number_observed": 1,
                "objects": {"0": {"type": "domain-name", "value": "evil.bad-actor.net"}},
            }
        )
    )
    code, out, err = run(hub, "check", log, "--format", "jsonl")
    assert code == 1, err
    [found] = [json.loads(line) for line in out.splitlines()]
    assert found["warning"] == indicator(1)["id"]
    assert run(hub, "explain", found["id"][:25])[0] == 0
    for format in ("table", "json", "jsonl", "csv", "sarif", "html", "stix"):
        drawn = run(hub, "check", log, "--format", format, "--no-cache")[1]
        assert ("Water ISAC" in drawn) is (format != "stix"), format
        assert "this-node" not in drawn, format
    run(hub, "withdraw", indicator(1)["id"], "--why", "x")
    assert run(hub, "check", log, "--format", "jsonl")[0] in {0, 7}


def test_a_node_that_may_not_be_looked_into_is_told_so_by_each_verb(hub, run, tmp_path, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    log = tmp_path / "log.csv"
    log.write_text("time,src_ip,dst_ip\n")
    stat, text = Path.stat, Path.read_text
    settings = hub.folder / "node.toml"
    monkeypatch.setattr(Path, "stat", lambda one, **more: (refuse if one == settings else stat)(one, **more))
    monkeypatch.setattr(
        Path, "read_text", lambda one, *a, **more: (refuse if one == settings else text)(one, *a, **more)
    )
    for verb in (["check", log], ["explain"], ["sync"]):
        code, out, err = run(hub, *verb)
        assert (code, out) == (4, ""), err
        assert "the node cannot be opened: Permission denied" in err


class TestAdvisories:
    """What the how-to "Ask your members" shows."""

    @pytest.fixture
    def member(self, world, hub, run, tmp_path):
        made = world.joined(hub, "Brookwater")
        hold(made, tmp_path / "bills", "pumpd==1.4", "valved==3.1", site="Old waterworks")
        file = tmp_path / "advisory.json"
        file.write_bytes(advisory())
        code, out, err = run(hub, "publish", file, "--tlp", "green")
        assert (code, err) == (0, "")
        assert (
            "PUMP-1: members hold it against their inventories. To take it back: tocsin withdraw report--"
            in out
        )
        assert f"\n  {CVE}: vulnerability--" in out
        return made

    def test_a_sync_tells_what_is_affected_and_how_to_answer(self, member, run):
        code, out, _ = run(member, "sync")
        assert code == 0
        assert "Water ISAC: 1 product here is affected by what is new:" in out
        assert f"Tell Water ISAC: tocsin affected {CVE} --answer 'Water ISAC'" in out

    def test_affected_says_who_warns_of_it(self, member, run):
        run(member, "sync")
        code, out, _ = run(member, "affected", CVE)
        assert code == 1
        assert "Water ISAC, with an advisory that says which versions are affected." in out
        told = json.loads(run(member, "affected", CVE, "--format", "json")[1])["warned"]
        assert [(one["by"], one["withdrawn"], one["takes_answers"]) for one in told] == [
            ("Water ISAC", False, True)
        ]

    def test_an_answer_is_shown_and_not_sent_without_a_word(self, member, run):
        run(member, "sync")
        code, out, _ = run(member, "affected", CVE, "--answer", "Water ISAC", "--dry-run")
        assert code == 0
        assert '"count":1' in out
        assert "Nothing was sent (--dry-run)." in out
        assert run(member, "affected", CVE, "--answer", "Water ISAC")[0] == 2

    def test_an_answer_by_hand_says_so(self, member, run):
        run(member, "sync")
        told = as_json(
            run(
                member, "affected", CVE, "--answer", "Water ISAC", "--count", "4", "--yes", "--format", "json"
            )
        )
        assert (told["count"], told["by_hand"], told["sent"]) == (4, True, True)

    @pytest.mark.parametrize("option", [["--count", "1"], ["--dry-run"], ["--yes"], ["--as", "anonymous"]])
    def test_options_of_an_answer_without_one_are_a_slip(self, member, run, option):
        code, _, err = run(member, "affected", CVE, *option)
        assert code == 2
        assert "--answer HUB" in err

    def test_the_answers_of_a_sector_are_a_line(self, member, hub, run):
        with hub.reading() as connection:
            warnings = find_collection(connection, "warnings")
            [(held, _)] = vulnerabilities_named(connection, warnings.number, CVE)
        for number in range(11):
            access, _ = enrol(hub, f"m{number}", "energy")
            send(hub, access, sighting(number, of=held.id, count=int(number < 3)))
        code, out, _ = run(hub, "inbox", "answers", CVE)
        assert code == 0
        assert re.fullmatch(r"energy: 3 of 11 answered affected \(as of \d{4}-\d\d-\d\d\)\n", out)
        told = as_json(run(hub, "inbox", "answers", CVE, "--format", "json"))["answers"]
        assert told[0]["sectors"][0]["affected"] == 3
        assert run(hub, "inbox", "answers", "CVE-2026-9999")[0] == 6
