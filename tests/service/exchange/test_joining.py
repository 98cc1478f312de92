"""Joining a hub: the one that invited, over a way on which nobody listens, once."""

from __future__ import annotations

import pytest

from service.exchange.world import acts, indicator, tell
from tocsin.errors import BadInput, NotPermitted, SourceUnavailable
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.members import add_member, members
from tocsin.service.exchange.source import list_hubs


@pytest.fixture
def node(world):
    return world.node("Riverton")


def invite(hub, name="Riverton"):
    return add_member(hub, name=name, sector_names=["water"], by="ann").text


def come(world, node, url, invitation, **more):
    with world.client(url) as http:
        return join(node, http, url, invitation, by="bea", **more)


def test_a_node_joins_under_the_name_that_the_hub_gives_it(world, hub, node):
    url = world.serve(hub)
    joined = come(world, node, url.rstrip("/"), invite(hub, "Member 12"))
    assert (joined.hub, joined.member, joined.log_origin) == ("Hub", "Member 12", hub.log_signer.name)
    assert [one.organisation.id for one in members(hub)] == [node.own.id]
    assert [one.url for one in list_hubs(node)] == [url]
    assert acts(node) == ["init", "source_add"]


def test_the_token_is_kept_sealed(world, hub, node):
    come(world, node, world.serve(hub), invite(hub))
    stored = b"".join(path.read_bytes() for path in node.folder.glob("tocsin.db*"))
    assert b"tocsin_" not in stored


def test_an_invitation_of_another_hub_is_not_taken(world, hub, node):
    other = world.node("Other")
    with pytest.raises(NotPermitted, match="is not the hub that wrote the invitation"):
        come(world, node, world.serve(hub), invite(other))
    assert list_hubs(node) == []


def test_an_invitation_is_good_once(world, hub, node):
    text = invite(hub)
    come(world, node, world.serve(hub), text)
    with pytest.raises(NotPermitted, match="does not take this invitation"):
        come(world, world.node("Second"), "https://hub.example/", text)


def test_another_server_in_the_hubs_place_is_refused(world, hub, node):
    """It is not shown the secret; nor is the hub by a mistyped invitation, which stays good."""
    text, url = invite(hub), world.serve(hub)
    with pytest.raises(NotPermitted, match="is not the hub that wrote the invitation"):
        come(world, node, url, text[:-4] + ("0000" if text[-4:] != "0000" else "1111"))
    assert [method for method, *_ in world.asked] == ["GET"]
    assert all(text.split("_")[1] not in str(asked) for asked in world.asked)
    assert list_hubs(node) == []
    assert acts(node) == ["init"]
    assert come(world, node, url, text).hub == "Hub"


def test_a_server_that_shows_the_hubs_key_and_another_in_its_welcome_is_refused(world, hub, node):
    other = world.node("Other")
    text = invite(hub)
    url = world.serve(hub)
    welcome = world.apps["hub.example"]

    async def app(scope, receive, send):
        async def changed(message):
            body = message.get("body", b"")
            key, false = hub.log_signer.verifier_key.encode(), other.log_signer.verifier_key.encode()
            await send({**message, "body": body.replace(key, false)} if body else message)

        await welcome(scope, receive, changed if scope["method"] == "POST" else send)

    world.apps["hub.example"] = app
    with pytest.raises(NotPermitted, match="is not the hub that wrote the invitation"):
        come(world, node, url, text)
    assert list_hubs(node) == []


def test_a_hub_is_joined_once_and_a_second_invitation_is_not_used_up(world, hub, node):
    url = world.serve(hub)
    come(world, node, url, invite(hub))
    asked = len(world.asked)
    with pytest.raises(BadInput, match="has joined Hub already"):
        come(world, node, url, invite(hub, "Another"))
    assert len(world.asked) == asked


@pytest.mark.parametrize(
    "url", ["http://hub.example/", "http://10.0.0.5:8470", "http://localhost.evil.example/"]
)
def test_nothing_goes_over_an_open_line(world, hub, node, url):
    with pytest.raises(NotPermitted, match="is not encrypted"):
        come(world, node, url, invite(hub))
    assert world.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:8470", "localhost", "[::1]:8470"])
def test_on_this_machine_nobody_is_between(world, hub, node, host):
    world.serve(hub, host)
    world.apps[host].hosts = frozenset({"127.0.0.1", "localhost", "[::1]"})
    assert come(world, node, f"http://{host}/", invite(hub)).hub == "Hub"


def test_who_says_so_goes_without(world, hub, node):
    world.serve(hub)
    assert come(world, node, "http://hub.example/", invite(hub), plain_http=True).hub == "Hub"


def test_a_hub_by_a_name_that_is_taken_gets_a_number(world, hub):
    second = world.place("second")
    other = init_node(second, world.around, name="Hub", sector_names=["energy"])
    world.nodes.append(other)
    node = world.joined(hub, "Riverton")
    url = world.serve(other, "other.example")
    assert come(world, node, url, invite(other)).hub == "Hub 2"
    tell(other, indicator(1))
    assert [one.new for one in world.sync(node, "Hub 2")] == [1]
    assert len(list(visible_objects(node, "ann"))) == 1


def test_a_hub_that_is_away_is_told(world, hub, node):
    with pytest.raises(SourceUnavailable):
        come(world, node, "https://nowhere.example/", invite(hub))


def test_a_server_that_is_no_hub_is_told(world, hub, node):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    world.apps["web.example"] = app
    with pytest.raises(BadInput, match="is not that of a Tocsin hub"):
        come(world, node, "https://web.example/", invite(hub))


@pytest.mark.parametrize("text", ["", "hello", "ftp://hub.example/"])
def test_what_is_no_address_is_told(world, hub, node, text):
    with pytest.raises(BadInput):
        come(world, node, text, invite(hub))
