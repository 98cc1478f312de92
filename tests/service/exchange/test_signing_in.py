"""Signing in: a link that is good once and soon ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.exchange.world import START_US, acts, leaves
from tocsin.errors import BadInput, NotPermitted
from tocsin.limits import SESSION_S, SIGNIN_S
from tocsin.service.exchange.signing_in import make_link, session_of, sign_in, sign_out


def test_a_link_signs_in_once(hub):
    link = make_link(hub, "Ann", by="root")
    cookie, session = sign_in(hub, link.secret)
    assert session.person == "Ann"
    assert session_of(hub, cookie) == session
    with pytest.raises(NotPermitted):
        sign_in(hub, link.secret)
    assert acts(hub) == ["init", "signin", "signin"]


def test_a_link_ends_and_so_does_a_session(world, hub):
    late = make_link(hub, "Ann", by="root")
    cookie, _ = sign_in(hub, make_link(hub, "Bea", by="root").secret)
    world.wait(SIGNIN_S)
    with pytest.raises(NotPermitted):
        sign_in(hub, late.secret)
    world.wait(SESSION_S - SIGNIN_S - 1)
    assert session_of(hub, cookie)
    world.wait(1)
    assert session_of(hub, cookie) is None


def test_who_looks_on_at_an_exercise_stays_signed_in_while_the_nodes_time_runs(world, hub):
    looking_us = START_US
    hub.around = replace(world.around, looking_us=lambda: looking_us)
    cookie, session = sign_in(hub, make_link(hub, "Ann", by="root").secret)
    world.wait(100 * SESSION_S)
    assert session_of(hub, cookie) == session
    looking_us += SESSION_S * 1_000_000
    assert session_of(hub, cookie) is None


def test_who_signs_out_is_out(hub):
    cookie, _ = sign_in(hub, make_link(hub, "Ann", by="root").secret)
    sign_out(hub, cookie)
    assert session_of(hub, cookie) is None


def test_no_secret_is_kept_or_logged(hub):
    link = make_link(hub, "Ann", by="root")
    cookie, _ = sign_in(hub, link.secret)
    stored = (hub.folder / "tocsin.db").read_bytes() + (hub.folder / "tocsin.db-wal").read_bytes()
    for secret in (link.secret, cookie):
        assert secret.encode() not in stored
        assert secret not in str(leaves(hub))


def test_a_person_has_a_name(hub):
    with pytest.raises(BadInput):
        make_link(hub, " ", by="root")
