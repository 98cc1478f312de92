"""A node that is served on this machine, and a Chromium in front of it. Both are skipped where there is none."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import socket
import threading
from importlib import resources
from pathlib import Path

import pytest
import pytest_socket
from granian.constants import Interfaces
from granian.server.embed import Server

from drawn_ledgers import tx, txid
from inventory.gate.results import made as judged
from inventory.made import advisory, below, claim, component
from inventory.stocked import OPENSSL, PLC, about, bill, feed, stocked
from ransom.attribution.making import evidence as piece, statement
from taxii.hub import Hub, envelope, indicator
from tocsin.inventory.advisory import Form
from tocsin.inventory.component import Kind
from tocsin.inventory.gate.verdict import Verdict
from tocsin.measures.shared import SharedState, posture_object
from tocsin.model.tlp import Tlp, marking_id
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.ransom.links.shared import Tell
from tocsin.ransom.links.told import Other
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.share import queue
from tocsin.service.exchange.signing_in import make_link
from tocsin.service.incidents.bundles import import_incidents
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.incidents.record import record
from tocsin.service.inventory.aliases import say
from tocsin.service.inventory.exposure_list import known
from tocsin.service.inventory.exposure_rows import exposure_id
from tocsin.service.inventory.gate_kept import keep_verdict
from tocsin.service.inventory.gate_node import attest
from tocsin.service.inventory.treat import Wish, treat
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import assess
from tocsin.service.ransom.share import share
from tocsin.service.ransom.statements import add_statements, withdraw
from tocsin.sharing.benchmark import Cell
from tocsin.sharing.published_benchmark import benchmark_id, benchmark_object
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from web.payments import HIT, OTHER, TILL, listed, loaded, suffered, told_of
from web.things import MARKUP, finding, joined, kept, sent, sighting

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(autouse=True)
def this_machine_may_be_reached():
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


class Site:
    """A node that is served at ``url``."""

    def __init__(self, hub, url) -> None:
        self.hub = hub
        self.url = url

    def link(self, person="Ann"):
        return f"{self.url}/signin/{make_link(self.hub.node, person, by=person).secret}"

    def paths(self):
        """The pages of the exposures and incidents that there are, which go by what they are of."""
        wanted = {"CVE-2025-1", "CVE-2025-4", "CVE-2025-5", "CVE-2024-77", "CVE-2025-3"}
        held = known(self.hub.node).result.exposures
        found = [f"/exposures/{exposure_id(one)}" for one in held if one.judgement.vulnerability in wanted]
        with self.hub.node.reading() as connection:
            noted = [f"/incident/{one.id}" for one in kept_incidents(connection)]
        rules = ("circia-incident", "tsa-pipeline-more")
        return [*found, *noted, *(f"{path}/report/{rule}" for path in noted[:1] for rule in rules)]


@pytest.fixture(scope="module")
def chromium():
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("playwright is not installed")
    if shutil.which(CHROMIUM) is None:
        pytest.skip(
            f"there is no Chromium at {CHROMIUM}: make browser installs one, TOCSIN_CHROMIUM names another"
        )
    from playwright.sync_api import sync_playwright

    pytest_socket.enable_socket()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, from the package that brings it."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    return Path(next(iter(found.submodule_search_locations)), "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module", params=["full", "empty"])
def site(request, tmp_path_factory):
    """A node with something of everything, markup in all of it; and one with nothing."""
    pytest_socket.enable_socket()
    hub = Hub(tmp_path_factory.mktemp(request.param) / "hub", serving=True)
    if request.param == "full":
        _fill(hub)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_access=False, log_enabled=False
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(),), daemon=True)
    thread.start()
    _wait_for(port)
    made = Site(hub, f"http://127.0.0.1:{port}")
    made.full = request.param == "full"
    yield made
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)
    loop.close()
    hub.node.close()


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            threading.Event().wait(0.1)
        else:
            return


def _fill(hub):
    one = indicator(1, name=MARKUP, description=MARKUP, valid_until="2025-01-01T00:00:00Z")
    one["pattern"] = "[url:value = 'http://a.example/<script>alert(3)</script>']"
    others = [
        indicator(number, name=f"Servers of the {number}th", tlp=Tlp(number % 4)) for number in range(2, 60)
    ]
    seen = sighting(one["id"], description=MARKUP)
    newer = dict(one, modified="2025-05-01T00:00:00.000Z", name=MARKUP + " newer")
    body = envelope(*others, seen, one, newer)
    publish(hub.node, body, name="test", by=MARKUP[:50], known_good="off")
    kept(hub, finding(1, title=MARKUP, description=MARKUP, pattern=MARKUP, warning=one["id"]), finding(2))
    joined(hub)
    token = hub.member("Water works")[0]
    sent(hub, token, sighting(indicator(2)["id"]), indicator(99, name=MARKUP))
    sent(hub, token, sighting(indicator(3)["id"]), anonymous=True)
    _stock(hub)
    _suffer(hub)
    _pay(hub)
    _assess(hub, token)
    for verdict in Verdict:
        result = judged(verdict, text=MARKUP, details=[f"{MARKUP} {number}" for number in range(9)])
        keep_verdict(hub.node, result, attest(hub.node, result), by=MARKUP[:50])


def _assess(hub, token):
    """Measures that stand in every way, the benchmark of the node's sector, and what a member shared of its own."""
    for measure, state, evidence in (
        ("second-factor", "in-place", MARKUP),
        ("backups", "in-place", ""),
        ("segmentation", "partly", MARKUP),
        ("logs", "absent", MARKUP),
    ):
        assess(hub.node, measure, state, evidence=evidence, catalogue=catalogue_of(), by=MARKUP[:40])
    sector, said = hub.node.own.sectors[0], frozenset(map(str, range(8)))
    cells = [
        Cell(measure, sector, "2025-04-01", said, frozenset(map(str, range(8, 12))))
        for measure in ("second-factor", "logs", "training")
    ]
    times = ("2025-04-02T00:00:00.000Z", "2025-04-02T00:00:00.000Z")
    body = benchmark_object(
        benchmark_id(hub.node.own.id, sector), hub.node.own.id, sector, sector, cells, times
    )
    publish(hub.node, body, name="benchmark", by="ann")
    posture = "posture--6f1d9b7e-3c52-4a8e-9b7d-2f4c5a6e8d10"
    sent(
        hub,
        token,
        posture_object(posture, {"logs": SharedState.ABSENT}, times, marking_id(Tlp.AMBER_STRICT)),
        anonymous=True,
    )


def _suffer(hub):
    """An incident that is told in full, and one with markup in all of it, whose clocks run."""
    example = resources.files("tocsin") / "data" / "examples" / "incidents" / "colonial-pipeline-2021.toml"
    import_incidents(hub.node, [str(example)], None, by="ann", own=True)
    record(hub.node, MARKUP, settings=[("whose", MARKUP)], by="ann")
    text = f"'''{MARKUP}'''"
    source = f"source = {{ title = {text}, url = {text} }}"
    form = f"""
name = {text}
summary = {text}
kinds = [{text}]
actors = [{text}]
tlp = {text}
[moments]
detected = "2025-06-14 05:00Z"
believed = "2025-06-14 05:00Z"
[[systems]]
name = {text}
[[impacts]]
category = "availability"
description = {text}
[[steps]]
name = {text}
technique = "T1078"
[[steps]]
description = {text}
technique = {text}
[[measures]]
measure = "second-factor"
stood = "failed"
evidence = {text}
{source}
[[causes]]
text = {text}
{source}
[[told]]
whom = {text}
rule = "tsa-pipeline"
at = "2025-06-14 08:00Z"
[[learned]]
what = {text}
at = "2025-06-15 10:00Z"
[[sources]]
title = {text}
"""
    record(hub.node, "x", form=form, by=MARKUP[:40])


def _pay(hub):
    """A list that is kept, and a ransom that went through a peel chain, to many, and to where it cannot be told."""
    listed(hub.node, hub.node.folder.parent, name=MARKUP)
    left, made = 50_000_000_000, []
    for number in range(1, 7):
        aside = number * 100_000_000
        spent = (99, 0, left) if number == 1 else (number - 1, 0, left)
        left -= aside
        made.append(tx(number, [spent], [(left, f"1Carried{number}"), (aside, f"1Peeled{number}")]))
    many = [(number * 1_000_000, f"{MARKUP}{number}") for number in range(1, 31)]
    made.append(tx(7, [(6, 0, left)], [(40_000_000_000, "1Large"), *many]))
    made.append(tx(8, [(7, 0, 40_000_000_000), (97, 0, None), (3, 1, 300_000_000)], [40_000_000_000, 5]))
    joined = [(number, 0, 100) for number in range(200, 203)]
    spends = tuple(Input(OutPoint(txid(of), n), amount, f"{MARKUP}{of}") for of, n, amount in joined)
    loaded(hub.node, *made, Transaction(txid(9), spends, (Output(290, None, "1Last"),)))
    _link(hub)
    _say(hub)


def _link(hub):
    """Cases of one address, of one cash-out, and of none with any; what a hub tells, and what it was told, in each way."""
    loaded(
        hub.node,
        tx(11, [(111, 0, 9_000_000)], [(9_000_000, HIT)]),
        tx(12, [(112, 0, 8_000_000)], [(8_000_000, OTHER)]),
        tx(13, [(11, 0, 9_000_000)], [(9_000_000, TILL)]),
        tx(14, [(12, 0, 8_000_000)], [(8_000_000, TILL)]),
    )
    for name in ("One", "Two", "Three"):
        suffered(hub.node, f"{MARKUP} {name}", HIT)
    one, two = suffered(hub.node, "Billing", OTHER), suffered(hub.node, "Pumps", "nobody knows it")
    told_of(hub, "Water ISAC", one.id, TILL, Other(name=MARKUP, contact=MARKUP))
    for full, more in ((True, {"tell": Tell.CONTACT, "contact": MARKUP}), (False, {"take_back": True})):
        queue(hub.node, share(hub.node, one.id, "Water ISAC", full=full, **more).offer)
    queue(hub.node, share(hub.node, two.id, "Water ISAC", full=False).offer)


def _say(hub):
    """What persons say, markup in all of it; one statement was withdrawn."""
    items = [piece(MARKUP, MARKUP), piece("Press", rests_on=MARKUP, inconsistent_with=("Nobody",))]
    more = {"address": HIT, "said_by": MARKUP, "organisation": MARKUP, "would_change": (MARKUP,)}
    said = [statement(MARKUP, items=items, **more), statement("Nobody", **more)]
    made = add_statements(hub.node, [*said, statement("Somebody", **more)], "said.toml", by=MARKUP[:40])
    withdraw(hub.node, str(made.new[-1].id), why=MARKUP, by=MARKUP[:40])


def _stock(hub):
    """An inventory with all answers; one product of which nobody knows, one thing that is accepted, markup in all."""
    stocked(hub)
    packages = [component(f"1.{number}", name=f"package-{number}", kind=Kind.LIBRARY) for number in range(70)]
    bill(hub, "office", *packages, name=MARKUP, owner=MARKUP, unread=[(MARKUP, MARKUP)])
    several = [about(OPENSSL, f"CVE-2024-{number}", "3.1") for number in range(30)]
    told = {"text": MARKUP * 9, "title": MARKUP, "url": "https://vendor.example/a"}
    first = about(OPENSSL, "CVE-2024-77", "4", condition=MARKUP, why=MARKUP)
    feed(hub, "cve", advisory(first, *several, form=Form.CVE, id="CVE-2024-77", **told))
    feed(
        hub,
        "vex",
        advisory(about(PLC, "CVE-2024-5", "1.0"), form=Form.CSAF, id="VDE-1", withdrawn="2025-01-02"),
    )
    # One name that is asked about, and one of which somebody said what it means.
    panel = component("11", name=f"Panel {MARKUP}", vendor="Acme", kind=Kind.DEVICE)
    bill(hub, "plant", panel, name="panel.csv")
    more = advisory(
        claim(below("12"), vulnerability="CVE-2024-6", vendor="Acme", name=f"Panel {MARKUP} plus"),
        id="CVE-2024-6",
    )
    feed(hub, "nvd", more)
    say(hub.node, "zlib", "zlib", vendor="zlib.net", same=False, by="ann", why=MARKUP)
    wish = Wish("accepted", "2030-01-01", why=MARKUP)
    treat(hub.node, "Siemens S7-1500", "CVE-2025-4", "plant", wish, by="ann")
    treat(hub.node, "Pumps P-1", "CVE-2025-5", "plant", Wish("awaiting-outage", "2030-01-01"), by="ann")
