"""Members: invited once, joined once, and gone the moment that they are revoked."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.exchange.world import acts, enrol, leaves
from tocsin.errors import BadInput, NotPermitted
from tocsin.limits import INVITATION_S
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.members import (
    accept,
    add_member,
    joining_text,
    members,
    revoke_member,
    split_invitation,
)


def invite(hub, name="Riverton", *sectors, is_client=False):
    made = add_member(hub, name=name, sector_names=sectors or ("water",), by="ann", is_client=is_client)
    return split_invitation(made.text)[0]


def key_of(name):
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def come(hub, secret, name="Riverton", signed=None):
    key = key_of(name)
    return accept(hub, secret, key.public_key().public_bytes_raw(), key.sign(signed or joining_text(secret)))


def test_an_invitation_makes_a_member_that_reads_and_writes(hub):
    welcome = come(hub, invite(hub))
    access = access_of_token(hub, welcome.token)
    assert (access.organisation.name, access.may_read, access.may_write) == ("Riverton", True, True)
    assert access.viewer.groups == {"sector:water-and-wastewater", f"organisation:{welcome.member.id}"}
    assert acts(hub) == ["init", "member_add", "member_join"]


def test_an_invitation_is_good_once(hub):
    secret = invite(hub)
    come(hub, secret)
    with pytest.raises(NotPermitted, match="not known"):
        come(hub, secret, "Another")


def test_an_invitation_that_was_not_taken_is_not_used_up(hub):
    secret = invite(hub)
    with pytest.raises(BadInput, match="not that of the public key"):
        come(hub, secret, signed=b"something else")
    assert come(hub, secret).member.name == "Riverton"


def test_an_invitation_ends(world, hub):
    secret = invite(hub)
    world.wait(INVITATION_S - 1)
    come(hub, secret)
    late = invite(hub, "Late")
    world.wait(INVITATION_S)
    with pytest.raises(NotPermitted):
        come(hub, late, "Late")


def test_a_new_invitation_voids_the_one_before(hub):
    first, second = invite(hub), invite(hub)
    with pytest.raises(NotPermitted):
        come(hub, first, "Thief")
    come(hub, second)


def test_it_is_told_that_a_new_invitation_voids_one_that_was_good_until_then(world, hub):
    first, again = (add_member(hub, name="Riverton", sector_names=["water"], by="ann") for _ in range(2))
    assert (first.voided, again.voided) == (0, 1)
    world.wait(INVITATION_S)
    assert add_member(hub, name="Riverton", sector_names=["water"], by="ann").voided == 0


def test_only_who_can_still_join_is_called_invited(world, hub):
    def state():
        [one] = members(hub)
        return one.state, one.invited_until_us

    secret = invite(hub)
    until = world.now_us + INVITATION_S * 1_000_000
    assert state() == ("invited", until)
    world.wait(INVITATION_S)
    assert state() == ("invitation_ended", None)
    come(hub, invite(hub))
    assert state() == ("joined", None)
    revoke_member(hub, "Riverton", by="ann")
    assert state() == ("revoked", None)
    until = world.now_us + INVITATION_S * 1_000_000
    come_again = invite(hub)
    assert state() == ("invited", until)
    come(hub, come_again)
    assert state() == ("joined", None)
    with pytest.raises(NotPermitted):
        come(hub, secret, "Late")


def test_who_was_revoked_before_joining_is_not_called_invited(hub):
    invite(hub)
    revoke_member(hub, "Riverton", by="ann")
    assert [one.state for one in members(hub)] == ["revoked"]


def test_nobody_takes_over_a_member_with_an_invitation_that_is_left_over(hub):
    secrets = [invite(hub), invite(hub)]
    come(hub, secrets[1])
    before = members(hub)
    with pytest.raises(NotPermitted):
        come(hub, secrets[0], "Thief")
    assert members(hub) == before


def test_of_two_who_join_at_once_with_one_invitation_one_is_let_in(world):
    hub = world.node("Busy", serving=True)
    secret = invite(hub)
    start = threading.Barrier(4)

    def one(name):
        start.wait()
        try:
            return come(hub, secret, name).member.name
        except NotPermitted:
            return None

    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(one, ["a", "b", "c", "d"]))
    assert sorted(came, key=str) == [None, None, None, "Riverton"]
    assert acts(hub).count("member_join") == 1


def test_a_member_that_is_revoked_is_shut_out_at_once_while_the_node_serves(world):
    hub = world.node("Busy", serving=True)
    token = come(hub, invite(hub)).token
    access_of_token(hub, token)
    other = world.open(hub.folder)
    revoke_member(other, "Riverton", by="ann")
    with pytest.raises(NotPermitted):
        access_of_token(hub, token)


def test_an_invitation_of_a_member_that_was_revoked_before_it_joined_is_void(hub):
    secret = invite(hub)
    revoke_member(hub, "Riverton", by="ann")
    with pytest.raises(NotPermitted):
        come(hub, secret)


def test_a_revoked_member_can_be_invited_anew_and_its_old_token_stays_void(hub):
    old = come(hub, invite(hub)).token
    revoke_member(hub, "Riverton", by="ann")
    secret = invite(hub, "Riverton", "energy", is_client=True)
    with pytest.raises(NotPermitted):
        access_of_token(hub, old)
    new = come(hub, secret).token
    access = access_of_token(hub, new)
    assert access.organisation.sectors == ("energy",)
    assert access.viewer.relation == "client_member"
    with pytest.raises(NotPermitted):
        access_of_token(hub, old)


def test_a_member_in_force_is_not_invited_again(hub):
    come(hub, invite(hub))
    with pytest.raises(BadInput, match="a member already"):
        invite(hub)


def test_the_hubs_own_name_is_no_members(hub):
    with pytest.raises(BadInput, match="there already"):
        invite(hub, "Hub")


def test_one_organisation_is_one_member(hub):
    come(hub, invite(hub))
    with pytest.raises(BadInput, match="is here already"):
        come(hub, invite(hub, "The same"), "Riverton")


def test_whom_to_revoke_has_to_be_a_member(hub):
    enrol(hub, "Riverton")
    revoke_member(hub, "Riverton", by="ann")
    for name in ("Riverton", "Hub", "Nobody"):
        with pytest.raises(BadInput, match="is no member"):
            revoke_member(hub, name, by="ann")
    assert acts(hub).count("member_revoke") == 1


def test_the_log_says_who_invited_and_who_joined(hub):
    enrol(hub, "Riverton")
    (_, inviter, invited), (_, joiner, joined) = leaves(hub)[1:3]
    assert (inviter, invited["name"], joiner, joined["name"]) == ("ann", "Riverton", "Riverton", "Riverton")
    assert "secret" not in str(leaves(hub))


@pytest.mark.parametrize("text", ["", "tocsin-invitation_short_ab", "other_" + "x" * 60 + "_ab", "x" * 80])
def test_what_is_no_invitation_is_told_so(text):
    with pytest.raises(BadInput, match="is no invitation"):
        split_invitation(text)
