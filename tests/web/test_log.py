from __future__ import annotations

import pytest

from taxii.hub import indicator
from tocsin.model.tlp import Tlp
from tocsin.transparency.note import Verifier
from tocsin.transparency.receipt import verify_receipt
from web.browser import Browser


def test_an_entry_is_shown_with_a_proof_that_holds(ann, hub):
    hub.publish(indicator(1), indicator(2))
    number = ann.get(f"/warnings/{indicator(1)['id']}.json").json["proof"]["index"]
    receipt = ann.get("/log/receipt", {"entry": str(number)}).body
    entry = verify_receipt(receipt, Verifier.parse(hub.node.log_signer.verifier_key))
    assert entry.subject["id"] == indicator(1)["id"]
    assert indicator(1)["id"].encode() in ann.get("/log", {"entry": str(number)}).body


def test_an_entry_about_what_one_may_not_see_stays_closed(ann, hub):
    hub.publish(indicator(1, tlp=Tlp.RED))
    state = ann.get("/log.json").json
    number = next(one["number"] for one in state["entries"] if one["closed"])
    for path, query in (
        ("/log", ""),
        ("/log.csv", ""),
        ("/log.json", f"entry={number}"),
        ("/log", f"entry={number}"),
    ):
        assert indicator(1)["id"].encode() not in ann.get(path, query).body
    assert ann.get("/log/receipt", f"entry={number}").status == 404


@pytest.mark.parametrize(
    ("entry", "status"), [("99999", 404), ("-1", 400), ("x", 400), ("1e3", 400), ("9" * 30, 400)]
)
def test_an_entry_that_is_none_is_told(ann, entry, status):
    assert ann.get("/log", {"entry": entry}).status == status


def test_the_machine_s_files_lie_beside_the_page(app, hub, ann):
    machine = Browser(app, token=hub.own)
    assert machine.get("/log/checkpoint").body.decode() == ann.get("/log.json").json["checkpoint"]
    assert machine.get("/log/tile/0/000.p/2").status in {200, 404}
    assert machine.get("/log/../node.key").status == 404


def test_members_do_not_read_this_page(app, hub):
    member = Browser(app, token=hub.member("Water works")[0])
    assert member.get("/log.json").status == 403
    assert member.get("/log.csv").status == 403
