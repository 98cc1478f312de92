"""tocsin wallet key, share, publish, and what links tells of them: what each prints, asks and exits with."""

from __future__ import annotations

import json

import pytest

from cli.test_incident_exchange import run
from service.exchange.conftest import (
    an_event_loop_may_wake_itself,
    hub,
    world,
)
from service.exchange.test_ransom_links import BLUE, KEY, RED, TILL, victim
from tocsin.ransom.links.marks import key_of, key_text

__all__ = ["an_event_loop_may_wake_itself", "hub", "run", "world"]

SHARE = ("wallet", "share", "Brookwater is encrypted", "--to", "Hub")


@pytest.fixture
def brook(world, hub):
    return victim(world, hub, "Brookwater", BLUE)


@pytest.fixture
def river(world, hub):
    return victim(world, hub, "Riverton", RED, "water")


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "members.key"
    path.write_text(key_text(KEY.secret))
    return path


def answer(run, node, *arguments):
    code, out, err = run(node, *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def shared(run, node, *more):
    return answer(
        run, node, "wallet", "share", f"{node.own.name} is encrypted", "--to", "Hub", "--yes", *more
    )


def test_a_key_is_made_once_for_its_owner_alone(hub, run, tmp_path):
    path = tmp_path / "new.key"
    code, out, err = run(hub, "wallet", "key", path)
    name = key_of(path.read_text()).name
    assert (code, err) == (0, "")
    assert out == f"The key {name} is made. Hand the file to the members, and not to the hub.\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert answer(run, hub, "wallet", "key", path) == {"key": name, "made": False}
    other = answer(run, hub, "wallet", "key", tmp_path / "other.key")
    assert other["made"]
    assert other["key"] != name


@pytest.mark.parametrize(
    ("file", "code", "told"),
    [("node.key", 3, "no key for links"), ("none/x.key", 4, "cannot be written")],
    ids=range(2),
)
def test_what_is_no_key_and_where_none_can_be_made_is_told(hub, run, tmp_path, file, code, told):
    (tmp_path / "node.key").write_bytes(b"\xff" * 32)
    got, _, err = run(hub, "wallet", "key", tmp_path / file)
    assert (got, told in err) == (code, True), err


def test_what_would_leave_is_shown_beside_what_it_stands_for_and_not_sent(brook, run, key):
    code, out, err = run(brook, *SHARE, "--key", key, "--dry-run")
    assert code == 0
    assert out.startswith("These ")
    assert "Nothing was sent (--dry-run)." in out
    for secret in (BLUE, TILL, KEY.secret.hex()):
        assert secret not in out
    lines = err.splitlines()
    assert lines[0].startswith(f"address {BLUE} goes as ")
    assert lines[0].rpartition(" ")[2] in out
    assert lines[1].startswith(f"cash-out {TILL} goes as ")
    assert lines[2].startswith("1 address, 1 address that the money came to; hashed under the key ")
    assert lines[3].startswith("Hub knows whose case it is.")
    assert run(brook, "inbox", "sent")[1].startswith("Nothing was sent yet")


def test_without_a_terminal_only_yes_sends(brook, run):
    code, _, err = run(brook, *SHARE)
    assert (code, "--yes sends it" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["wallet", "share", "Brookwater is encrypted"], 2, "Missing option '--to'"),
        ([*SHARE, "--as", "hash"], 2, "Did you mean 'hashed'?"),
        ([*SHARE, "--tell", "contact"], 2, "--contact"),
        ([*SHARE, "--only", "split"], 2, "split"),
        ([*SHARE, "--key", "none.key"], 4, "none.key"),
        ([*SHARE, "--take-back"], 6, "nothing of Brookwater is encrypted was sent to Hub"),
        (["wallet", "share", "Nothing", "--to", "Hub"], 6, "Nothing"),
        (["wallet", "share", "Brookwater is encrypted", "--to", "Nowhere"], 3, "Nowhere"),
    ],
    ids=range(8),
)
def test_what_cannot_be_done_is_told(brook, run, arguments, code, told):
    got, _, err = run(brook, *arguments)
    assert (got, told in err) == (code, True), err


def test_what_is_sent_is_what_was_shown(brook, run):
    shown = answer(run, brook, *SHARE, "--as", "full", "--only", "address", "--dry-run")
    sent = shared(run, brook, "--as", "full", "--only", "address")
    assert (shown["body"], shown["sent"], sent["sent"]) == (sent["body"], False, True)
    assert [one["value"] for one in sent["marks"]] == [BLUE]
    assert BLUE in sent["body"]
    assert TILL not in sent["body"]


def test_a_hub_looks_tells_and_each_member_reads_its_own(world, hub, brook, river, run, key):
    assert run(hub, "wallet", "publish", "--dry-run")[1] == (
        "0 cases of 0 members can be compared.\nNothing was told (--dry-run).\n"
    )
    shared(run, brook, "--key", str(key))
    shared(run, river, "--key", str(key), "--tell", "contact", "--contact", "Rita, +1 555 0100")
    code, out, _ = run(hub, "wallet", "publish", "--dry-run")
    assert code == 0
    lines = out.splitlines()
    assert lines[:3] == ["2 cases of 2 members can be compared.", "", "Brookwater would be told:"]
    assert lines[3].endswith(
        " leads to the same cash-out address as a case of "
        "Riverton (Water and Wastewater Systems; Rita, +1 555 0100)"
    )
    assert lines[5] == "Riverton would be told:"
    assert lines[6].endswith(" leads to the same cash-out address as a case of another member")
    assert lines[-1] == "Nothing was told (--dry-run)."
    code, _, err = run(hub, "wallet", "publish")
    assert (code, "--yes tells it" in err) == (2, True)
    made = answer(run, hub, "wallet", "publish", "--yes")
    assert (made["published"], made["cases"], [one["name"] for one in made["members"]]) == (
        True,
        2,
        ["Brookwater", "Riverton"],
    )
    assert run(hub, "wallet", "publish", "--yes")[1].endswith("Nothing new is to be told.\n")
    world.sync(brook)
    code, out, _ = run(brook, "wallet", "links", "--key", key)
    assert code == 0
    assert out.startswith(
        "Hub tells:\n"
        "  medium: Brookwater is encrypted leads to the same cash-out address as a case of "
        "Riverton (Water and Wastewater Systems; Rita, +1 555 0100)\n"
        f"    {TILL}\n"
        "\n"
        "Of 1 case none leads to the same hands as another.\n"
    )
    assert "--key FILE, if it was under a key" in run(brook, "wallet", "links")[1]
    [given] = answer(run, brook, "wallet", "links", "--key", str(key))["given"]
    assert (given["hub"], given["kind"], given["strength"], given["value"]) == (
        "Hub",
        "cash-out",
        "medium",
        TILL,
    )
    assert given["other"] == {
        "sectors": ["water-and-wastewater"],
        "name": "Riverton",
        "contact": "Rita, +1 555 0100",
    }


def test_taken_back_the_other_is_told_that_there_is_no_link_any_more(world, hub, brook, river, run):
    shared(run, brook)
    shared(run, river)
    answer(run, hub, "wallet", "publish", "--yes")
    world.wait(60)
    assert shared(run, river, "--take-back")["marks"] == []
    assert (
        "Brookwater would be told:\n  that there is no link any more\n"
        in run(hub, "wallet", "publish", "--yes")[1]
    )
    world.sync(brook)
    assert run(brook, "wallet", "links")[0] == 6
