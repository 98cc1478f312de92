"""An advisory that one may not see is seen by nobody by another way, and what a node keeps of it is for itself alone."""

from __future__ import annotations

import pytest

from service.exchange.inventories import CVE, advisory, hold, tell_advisory
from service.exchange.world import enrol, indicator, tell
from taxii.client import AsgiClient
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.export import export
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.tokens import create_token
from tocsin.service.inventory.answer import answer
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application

SECRET = "Kingfisher"
TAXII = "/taxii2/api/collections/"


def all_that_is_given(node, token):
    """What a token is given: every collection whole, every list, and its own answers; as one text."""
    client = AsgiClient(application(node, taxii_app(node), hosts=["hub.example"], secure=False), token)
    paths = ["/api/warnings", "/api/findings", "/api/inbox", "/api/sent", "/openapi.json", f"{TAXII}"]
    listed = client.get(TAXII, host="hub.example").json.get("collections", [])
    paths += [f"{TAXII}{one['id']}/{what}/" for one in listed for what in ("objects", "manifest")]
    return "".join(client.get(path, host="hub.example").body.decode() for path in paths)


def token_of(node, name, ceiling=Tlp.AMBER_STRICT):
    made, _ = create_token(node, name=name, scopes=("read",), ceiling=ceiling, lasts_s=60, by="ann")
    return made.text


@pytest.mark.parametrize(
    ("marked", "ceiling", "sees"),
    [
        ({"tlp": Tlp.GREEN}, Tlp.AMBER_STRICT, True),
        ({"tlp": Tlp.AMBER}, Tlp.GREEN, False),
        ({"tlp": Tlp.GREEN, "audience": ["sector:water"]}, Tlp.AMBER_STRICT, True),
        ({"tlp": Tlp.GREEN, "audience": ["sector:energy"]}, Tlp.AMBER_STRICT, False),
        ({"tlp": Tlp.RED}, Tlp.AMBER_STRICT, False),
    ],
)
def test_its_marking_hides_the_advisory_and_its_vulnerabilities(hub, marked, ceiling, sees):
    enrol(hub, "Riverton", "water")
    tell_advisory(hub, advisory(summary=SECRET), **marked)
    given = all_that_is_given(hub, token_of(hub, "Riverton", ceiling))
    assert (SECRET in given) is sees
    assert (CVE in given) is sees


def test_what_a_node_keeps_of_another_hubs_advisory_is_given_to_nobody(world, hub, tmp_path):
    """A hub that is a member of another: its own members learn nothing of what it got, nor of its inventory."""
    middle = world.joined(hub, "Middle")
    hold(middle, tmp_path / "bills", "pumpd==1.4", f"{SECRET.lower()}==1.0", site=SECRET)
    tell_advisory(hub, advisory(summary=SECRET))
    world.sync(middle)
    answer(middle, CVE, "Hub")
    add_member(middle, name="Below", sector_names=("water",), by="ann")
    given = all_that_is_given(middle, token_of(middle, "Below"))
    for word in (SECRET, SECRET.lower(), CVE, "pumpd"):
        assert word not in given


def test_what_hides_is_no_other_than_what_is_not_there(hub):
    enrol(hub, "Riverton", "water")
    token = token_of(hub, "Riverton")
    before = all_that_is_given(hub, token)
    done = tell_advisory(hub, advisory(summary=SECRET), audience=["sector:energy"])
    assert all_that_is_given(hub, token) == before
    client = AsgiClient(application(hub, taxii_app(hub), hosts=["hub.example"], secure=False), token)
    for id in (done.advisory.report, *done.advisory.vulnerabilities.values()):
        for path in (f"/api/warnings/{id}", f"/api/warnings/{id}/statistics"):
            assert client.get(path, host="hub.example").status == 404


@pytest.mark.parametrize("form", ["stix", "csv", "misp", "blocklist"])
def test_an_export_holds_nothing_of_the_inventory(world, hub, tmp_path, form):
    member = world.joined(hub, "Brookwater")
    hold(member, tmp_path / "bills", "pumpd==1.4", f"{SECRET.lower()}==1.0", site=SECRET)
    tell(hub, indicator(1))
    tell_advisory(hub)
    world.sync(member)
    given, _ = export(member, form, person="bea")
    assert SECRET.lower() not in given.decode().lower()
    assert "1.4" not in given.decode()
