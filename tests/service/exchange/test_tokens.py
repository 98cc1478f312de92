"""Tokens: for whom, for what, up to what, until when."""

from __future__ import annotations

import pytest

from service.exchange.world import collection, enrol, indicator, leaves, tell
from tocsin.errors import BadInput, NotPermitted
from tocsin.limits import TOKEN_LONGEST_S, TOKEN_USE_NOTED_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_token, rights
from tocsin.service.exchange.members import revoke_member
from tocsin.service.exchange.reading import read_page
from tocsin.service.exchange.tokens import create_token, list_tokens, revoke_token
from tocsin.store.hubs import Source, add_source
from tocsin.store.objects import Query
from tocsin.store.organisations import add_organisation


def make(hub, name="Hub", scopes=("read",), ceiling=Tlp.AMBER, lasts_s=3600, **more):
    return create_token(hub, name=name, scopes=scopes, ceiling=ceiling, lasts_s=lasts_s, by="ann", **more)[0]


def seen(hub, text):
    access = access_of_token(hub, text)
    page = read_page(hub, access, collection(hub, "warnings"), Query(), 100)
    return {one.id for one in page.objects}


def test_a_token_is_kept_as_a_digest_and_told_once(hub):
    made = make(hub)
    stored = (hub.folder / "tocsin.db").read_bytes() + (hub.folder / "tocsin.db-wal").read_bytes()
    assert made.id.encode() in stored
    assert made.text.rpartition("_")[2].encode() not in stored
    assert made.text not in str(leaves(hub))


def test_a_token_ends_and_so_does_one_that_is_revoked(world, hub):
    short, revoked = make(hub, lasts_s=60), make(hub)
    access_of_token(hub, short.text)
    revoke_token(hub, revoked.id, by="ann")
    with pytest.raises(NotPermitted, match="is not known"):
        access_of_token(hub, revoked.text)
    world.wait(60)
    with pytest.raises(NotPermitted, match="is not known"):
        access_of_token(hub, short.text)
    with pytest.raises(BadInput, match="no token in force"):
        revoke_token(hub, revoked.id, by="ann")


@pytest.mark.parametrize(
    "text", ["", "tocsin", "tocsin_", "tocsin__", "tocsin_x_y", "x_y_z", "tocsin_é_\x00"]
)
def test_what_is_no_token_lets_nobody_in(hub, text):
    with pytest.raises(NotPermitted):
        access_of_token(hub, text)


def test_the_id_alone_or_with_another_secret_lets_nobody_in(hub):
    made = make(hub)
    with pytest.raises(NotPermitted):
        access_of_token(hub, made.text[:-1] + ("a" if made.text[-1] != "a" else "b"))


def test_red_is_for_people(hub):
    with pytest.raises(BadInput, match="never for a token"):
        make(hub, ceiling=Tlp.RED)


def test_a_ceiling_holds(hub):
    tell(hub, indicator(1, tlp=Tlp.CLEAR), indicator(2, tlp=Tlp.GREEN), indicator(3, tlp=Tlp.AMBER))
    assert [len(seen(hub, make(hub, ceiling=level).text)) for level in (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER)] == [
        1,
        2,
        3,
    ]


def test_an_unknown_name_becomes_a_reader_of_what_is_for_everybody(hub):
    tell(hub, indicator(1, tlp=Tlp.CLEAR), indicator(2, tlp=Tlp.GREEN))
    text = make(hub, "A  newspaper", ceiling=Tlp.AMBER_STRICT).text
    assert seen(hub, text) == {indicator(1)["id"]}
    access = access_of_token(hub, text)
    assert (access.organisation.name, access.organisation.relation) == ("A newspaper", "reader")
    assert not rights(access, collection(hub, "inbox"))
    make(hub, "A newspaper")
    assert len({one.organisation for one, _ in list_tokens(hub)}) == 1


def test_a_reader_writes_nothing_whatever_its_token_says(hub):
    access = access_of_token(hub, make(hub, "A newspaper", scopes=("read", "write")).text)
    assert not any(rights(access, collection(hub, alias)).can_write for alias in ("warnings", "inbox"))


def test_no_token_is_made_for_what_this_node_reads_from(hub):
    def act(connection):
        number = add_organisation(
            connection, id="identity--x", name="A feed", relation="source", now_us=hub.now_us
        )
        add_source(connection, Source("A feed", "/x", "", number, 1, "", None))

    hub.write(act)
    with pytest.raises(BadInput, match="a hub or source"):
        make(hub, "A feed")


def test_no_token_is_made_for_a_member_that_is_one_no_more(hub):
    enrol(hub, "Riverton")
    make(hub, "Riverton", scopes=("read", "write"))
    revoke_member(hub, "Riverton", by="ann")
    with pytest.raises(BadInput, match="a member no more"):
        make(hub, "Riverton")


def test_a_collection_has_to_be_there(hub):
    with pytest.raises(BadInput, match="no collection 'warnigs'"):
        make(hub, collections=("warnigs",))
    access = access_of_token(hub, make(hub, collections=("inbox",)).text)
    assert not rights(access, collection(hub, "warnings"))
    assert rights(access, collection(hub, "inbox")).can_read


@pytest.mark.parametrize("lasts_s", [0, -1, TOKEN_LONGEST_S + 1])
def test_no_token_holds_for_ever(hub, lasts_s):
    with pytest.raises(BadInput, match="730 days at most"):
        make(hub, lasts_s=lasts_s)


@pytest.mark.parametrize("scopes", [(), ("admin",), ("read", "admin")])
def test_a_token_is_for_reading_or_writing(hub, scopes):
    with pytest.raises(BadInput, match="for read, for write or for both"):
        make(hub, scopes=scopes)


def test_it_is_noted_when_a_token_was_used_to_the_hour(world, hub):
    text = make(hub, lasts_s=86_400).text

    def used():
        return list_tokens(hub)[0][0].used_us

    assert used() is None
    access_of_token(hub, text)
    first = used()
    assert first == world.now_us
    world.wait(TOKEN_USE_NOTED_S - 1)
    access_of_token(hub, text)
    assert used() == first
    world.wait(1)
    access_of_token(hub, text)
    assert used() == world.now_us
