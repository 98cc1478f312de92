"""Every act is one leaf of the log, and one whose leaf cannot be written has not happened."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from inventory.gate.results import made
from inventory.made import advisory
from inventory.stocked import OPENSSL, about, bill, feed
from ransom.attribution.making import statement
from service.exchange.world import acts, collection, enrol, indicator, send, sighting, tell
from tocsin.inventory.advisory import Form
from tocsin.inventory.gate.verdict import Verdict
from tocsin.limits import TOKEN_RENEWED_S, TOKEN_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.backup import backup, restore
from tocsin.service.exchange.delete import delete
from tocsin.service.exchange.inbox import refuse, release, vet
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.joining import join, node_signature
from tocsin.service.exchange.members import accept, add_member, joining_text, revoke_member, split_invitation
from tocsin.service.exchange.renewal import Renewal, renew, renewal_text
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.service.exchange.signing_in import make_link, sign_in
from tocsin.service.exchange.source import add_source, list_hubs, remove_source
from tocsin.service.exchange.tokens import create_token, revoke_token
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.incidents.record import record
from tocsin.service.inventory.advisory_notes import remove
from tocsin.service.inventory.aliases import say
from tocsin.service.inventory.gate_kept import keep_verdict
from tocsin.service.inventory.gate_node import attest
from tocsin.service.inventory.treat import Wish, treat
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import assess
from tocsin.service.ransom.statements import add_statements, withdraw as withdraw_statement
from tocsin.store import log
from tocsin.store.objects import Query
from tocsin.store.schema import metadata
from tocsin.transparency.entry import Act

NOT_THE_ACTS = frozenset({"log_leaf", "log_node", "log_state", "checkpoint", "alembic_version"})


def token(hub):
    return create_token(hub, name="Hub", scopes=("read",), ceiling=Tlp.GREEN, lasts_s=60, by="ann")[0]


def of_member(world, hub):
    invited = add_member(hub, name="New", sector_names=["water"], by="ann")
    secret, _ = split_invitation(invited.text)
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"New").digest())
    public = key.public_key().public_bytes_raw()
    return lambda: accept(hub, secret, public, key.sign(joining_text(secret)))


def of_inbox(what):
    def prepared(world, hub):
        member, _ = enrol(hub, "Sender")
        send(hub, member, sighting(1))
        return lambda: what(hub, sighting(1)["id"])

    return prepared


def of_link(world, hub):
    link = make_link(hub, "Ann", by="root")
    return lambda: sign_in(hub, link.secret)


def of_submission(world, hub):
    member, _ = enrol(hub, "Sender")
    return lambda: send(hub, member, sighting(1))


def of_withdrawal(world, hub):
    tell(hub, indicator(1))
    return lambda: withdraw(hub, indicator(1)["id"], why="x", by="ann")


def of_deletion(world, hub):
    tell(hub, indicator(1, revoked=True))
    query = Query(ids=(indicator(1)["id"],), versions=("all",))
    return lambda: delete(hub, access_of_person(hub, "ann"), collection(hub, "warnings"), query)


def of_membership(world, hub):
    enrol(hub, "Sender")
    return lambda: revoke_member(hub, "Sender", by="ann")


def of_token(world, hub):
    made = token(hub)
    return lambda: revoke_token(hub, made.id, by="ann")


def of_renewal(world, hub):
    one = world.joined(hub, "Riverton")
    world.wait(TOKEN_S - TOKEN_RENEWED_S)
    old = unsealed(one, list_hubs(one)[0].token)
    access = access_of_token(hub, old)
    digest = bytes(32)
    text = renewal_text(hub.own.id, access.token, "0" * 12, digest)
    return lambda: renew(hub, access, Renewal("0" * 12, digest, node_signature(one, text)))


def of_source(world, hub):
    add_source(hub, name="feed", location=str(world.folder), kind="", by="ann")
    return lambda: remove_source(hub, "feed", by="ann")


def of_hub(world, hub):
    other = world.node("Other")
    url = world.serve(other, "other.example")
    invited = add_member(other, name="Hub", sector_names=["water"], by="ann")
    return lambda: join(hub, world.client(url), url, invited.text, by="ann")


def of_treatment(world, hub):
    here = SimpleNamespace(node=hub, now_us=world.now_us)
    bill(here, "here", OPENSSL)
    feed(here, "osv", advisory(about(OPENSSL, "CVE-2025-1", "9"), form=Form.OSV))
    return lambda: treat(hub, "openssl", "CVE-2025-1", "here", Wish("mitigated"), by="ann")


def of_alias(world, hub):
    here = SimpleNamespace(node=hub, now_us=world.now_us)
    bill(here, "here", OPENSSL)
    return lambda: say(hub, "openssl", "openssl", vendor="OpenSSL", same=True, by="ann")


def of_removal(world, hub):
    feed(SimpleNamespace(node=hub, now_us=world.now_us), "osv", advisory(form=Form.OSV))
    return lambda: remove(hub, "ADV-1", by="ann")


def of_withdrawn_statement(world, hub):
    (one,) = add_statements(hub, [statement()], "said.toml", by="ann").new
    return lambda: withdraw_statement(hub, str(one.id), why="x", by="ann")


def of_verdict(world, hub):
    result = made(Verdict.FAIL)
    return lambda: keep_verdict(hub, result, attest(hub, result), by="ann")


CASES = {
    "publish": (Act.PUBLISH, lambda world, hub: lambda: tell(hub, indicator(1))),
    "withdraw": (Act.WITHDRAW, of_withdrawal),
    "delete": (Act.DELETE, of_deletion),
    "submit": (Act.SUBMIT, of_submission),
    "vet": (Act.VET, of_inbox(lambda hub, it: vet(hub, it, by="ann"))),
    "release": (Act.RELEASE, of_inbox(lambda hub, it: release(hub, it, by="ann"))),
    "refuse": (Act.REFUSE, of_inbox(lambda hub, it: refuse(hub, it, why="x", by="ann"))),
    "member add": (
        Act.MEMBER_ADD,
        lambda world, hub: lambda: add_member(hub, name="New", sector_names=["water"], by="ann"),
    ),
    "member join": (Act.MEMBER_JOIN, of_member),
    "member revoke": (Act.MEMBER_REVOKE, of_membership),
    "token create": (Act.TOKEN_CREATE, lambda world, hub: lambda: token(hub)),
    "token renew": (Act.TOKEN_RENEW, of_renewal),
    "token revoke": (Act.TOKEN_REVOKE, of_token),
    "source add": (
        Act.SOURCE_ADD,
        lambda world, hub: lambda: add_source(hub, name="f", location=str(world.folder), kind="", by="ann"),
    ),
    "join": (Act.SOURCE_ADD, of_hub),
    "source remove": (Act.SOURCE_REMOVE, of_source),
    "treat": (Act.TREAT, of_treatment),
    "say what a name means": (Act.ALIAS, of_alias),
    "advisory remove": (Act.ADVISORY_REMOVE, of_removal),
    "incident": (Act.INCIDENT, lambda world, hub: lambda: record(hub, "Billing is encrypted", by="ann")),
    "posture": (
        Act.POSTURE,
        lambda world, hub: lambda: assess(hub, "backups", "absent", catalogue=catalogue_of(), by="ann"),
    ),
    "keep a verdict": (Act.GATE, of_verdict),
    "statement": (
        Act.STATEMENT,
        lambda world, hub: lambda: add_statements(hub, [statement()], "said.toml", by="ann"),
    ),
    "withdraw a statement": (Act.STATEMENT, of_withdrawn_statement),
    "link": (Act.SIGNIN, lambda world, hub: lambda: make_link(hub, "Ann", by="root")),
    "sign in": (Act.SIGNIN, of_link),
}


def rows(node):
    """All that the node's database holds but the log."""
    with node.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in NOT_THE_ACTS
        }


@pytest.mark.parametrize("name", CASES)
def test_an_act_is_exactly_one_leaf(world, hub, name):
    act, prepare = CASES[name]
    do = prepare(world, hub)
    before, held = acts(hub), rows(hub)
    do()
    assert acts(hub) == [*before, str(act)]
    assert rows(hub) != held


@pytest.mark.parametrize("name", CASES)
def test_an_act_whose_leaf_cannot_be_written_has_not_happened(world, hub, name, monkeypatch):
    act, prepare = CASES[name]
    do = prepare(world, hub)
    before, held = acts(hub), rows(hub)
    real = log.append

    def fails(connection, entries):
        if any(one.entry.act == act for one in entries):
            raise RuntimeError("no leaf")
        return real(connection, entries)

    with monkeypatch.context() as patched:
        patched.setattr(log, "append", fails)
        with pytest.raises(RuntimeError, match="no leaf"):
            do()
    assert acts(hub) == before
    assert rows(hub) == held


def test_no_act_is_forgotten_here():
    # Erasing changes nothing but the log; it is held in test_logs.
    assert {act for act, _ in CASES.values()} | {Act.INIT, Act.RESTORE, Act.LOG_ERASE} == set(Act)


def test_making_and_restoring_a_node_are_one_leaf_each(world, hub, tmp_path):
    assert acts(hub) == ["init"]
    backup(hub, tmp_path / "b")
    back = restore(world.folder / "back", tmp_path / "b", world.around, by="ann")
    world.nodes.append(back)
    assert acts(back) == ["init", "restore"]


def test_a_node_whose_first_leaf_cannot_be_written_is_none(world, monkeypatch):
    folder = world.place("new")

    def fails(*_):
        raise RuntimeError("no leaf")

    with monkeypatch.context() as patched:
        patched.setattr(log, "append", fails)
        with pytest.raises(RuntimeError):
            init_node(folder, world.around, name="New", sector_names=["water"])
    assert not (folder / "node.toml").exists()
    made = init_node(folder, world.around, name="New", sector_names=["water"])
    world.nodes.append(made)
    assert acts(made) == ["init"]
