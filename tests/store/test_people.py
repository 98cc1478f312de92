"""Organisations, invitations, tokens, sign-ins and sessions: what was given is known, once, and until it ends."""

from __future__ import annotations

import pytest

from tocsin.store import organisations as org, tokens
from tocsin.store.settings import read_setting, write_setting
from tocsin.store.tokens import Session, Token

KEY = bytes(range(32))


@pytest.fixture
def connection(database):
    with database.writing() as made:
        yield made


def add(connection, name="Water", relation="member"):
    return org.add_organisation(
        connection,
        id=f"identity--{name}",
        name=name,
        sectors=("water", "energy"),
        relation=relation,
        now_us=1,
    )


def test_an_organisation_is_found_by_number_id_and_name(connection):
    number, other = add(connection), add(connection, "Own", "own")
    found = org.find_organisation(connection, number)
    assert (
        found
        == org.find_organisation(connection, "Water")
        == org.find_organisation(connection, "identity--Water")
    )
    assert (found.sectors, found.is_client, found.public_key, found.joined_us) == (
        ("water", "energy"),
        False,
        None,
        None,
    )
    assert [one.number for one in org.organisations(connection)] == [number, other]
    assert [one.number for one in org.organisations(connection, "own", "hub")] == [other]
    assert org.find_organisation(connection, "nobody") is None


def test_joining_and_leaving_are_kept(connection):
    number = add(connection)
    org.organisation_joined(connection, number, id="identity--w", public_key=KEY, now_us=5)
    org.revoke_organisation(connection, number, now_us=9)
    found = org.find_organisation(connection, number)
    assert (found.id, found.public_key, found.joined_us, found.revoked_us) == ("identity--w", KEY, 5, 9)


def test_an_invitation_opens_once_and_in_time(connection):
    number = add(connection)
    org.invite(connection, number, id="a", secret_sha256=b"a" * 32, expires_us=10)
    org.invite(connection, number, id="b", secret_sha256=b"b" * 32, expires_us=10)
    assert org.accept_invitation(connection, b"b" * 32, now_us=10) is None
    assert org.accept_invitation(connection, b"a" * 32, now_us=9) == number
    assert org.accept_invitation(connection, b"a" * 32, now_us=9) is None
    assert org.accept_invitation(connection, b"c" * 32, now_us=9) is None


def token(number, id="t", created=1):
    return Token(id, number, ("read", "write"), (), 2, created, 100, None, None)


def test_a_token_is_kept_with_the_digest_of_its_secret(connection):
    number = add(connection)
    tokens.add_token(connection, token(number), b"x" * 32)
    tokens.add_token(connection, token(number, "u", 0), b"y" * 32)
    assert tokens.find_token(connection, "t") == (token(number), b"x" * 32)
    assert [one.id for one in tokens.tokens(connection)] == ["u", "t"]
    assert tokens.find_token(connection, "v") is None
    tokens.touch_tokens(connection, {"t": 7})
    assert tokens.find_token(connection, "t")[0].used_us == 7
    assert tokens.revoke_token(connection, "t", now_us=8)
    assert not tokens.revoke_token(connection, "t", now_us=9)
    assert tokens.revoke_tokens_of(connection, number, now_us=9) == 1
    assert [one.revoked_us for one in tokens.tokens(connection)] == [9, 8]


def test_a_link_signs_in_once_and_in_time(connection):
    tokens.add_signin(connection, b"a" * 32, "ada", expires_us=10)
    assert tokens.use_signin(connection, b"a" * 32, now_us=10) is None
    assert tokens.use_signin(connection, b"a" * 32, now_us=9) == "ada"
    assert tokens.use_signin(connection, b"a" * 32, now_us=9) is None


def test_a_session_lasts_until_it_ends(connection):
    tokens.add_session(connection, b"a" * 32, Session("ada", "c", 10), now_us=1)
    tokens.add_session(connection, b"b" * 32, Session("bob", "d", 90), now_us=1)
    assert tokens.find_session(connection, b"a" * 32, now_us=9) == Session("ada", "c", 10)
    assert tokens.find_session(connection, b"a" * 32, now_us=10) is None
    tokens.end_session(connection, b"b" * 32)
    assert tokens.find_session(connection, b"b" * 32, now_us=2) is None


def test_a_setting_is_what_was_last_written(connection):
    assert read_setting(connection, "a") is None
    write_setting(connection, "a", "1")
    write_setting(connection, "a", "2")
    assert read_setting(connection, "a") == "2"


def test_the_successors_of_a_token_are_those_in_force_that_nobody_used(connection):
    number = add(connection)
    for id, renews, used, ended in (
        ("a", None, None, None),
        ("b", "a", None, None),
        ("c", "a", 5, None),
        ("d", "a", None, 6),
        ("e", "b", None, None),
    ):
        tokens.add_token(
            connection,
            Token(id, number, ("read",), (), 2, 1, 100, None, None, renewable=True, renews=renews),
            KEY,
        )
        if used:
            tokens.touch_tokens(connection, {id: used})
        if ended:
            tokens.revoke_token(connection, id, now_us=ended)
    assert [(one.id, one.renewable, one.renews) for one in tokens.successors(connection, "a")] == [
        ("b", True, "a")
    ]
