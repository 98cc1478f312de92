"""What the pages of ransom payments show: transactions that are loaded, and a list that is kept."""

from __future__ import annotations

from html import escape

from drawn_ledgers import tx, txid
from ransom.sanctions.lists import advanced_xml
from tocsin.model.stix import read_objects
from tocsin.model.strength import Strength
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import PUBLIC, Mark, mark_hash
from tocsin.ransom.links.told import Other, ToldLink, links_id, links_object
from tocsin.service.exchange.intake import take_in
from tocsin.service.incidents.record import record
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.service.ransom.load import load
from tocsin.service.ransom.share import case_id
from tocsin.store import hubs
from tocsin.store.collections import find_collection
from tocsin.store.organisations import find_organisation

HIT = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
LINKED = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
OTHER = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"


def spend(number, payers):
    """Transaction ``number``, of one input from each payer, that pays to one output."""
    inputs = tuple(Input(OutPoint(txid(100_000 + number), n), 9_000, payer) for n, payer in enumerate(payers))
    return Transaction(txid(number), inputs, (Output(8_000, None, f"to{number}"),))


def loaded(node, *transactions):
    """Load transactions that were made here."""
    load(node, [FileRead("made", transactions)])


def listed(node, folder, day=(2025, 6, 14), name="EXAMPLE Person"):
    """Keep a list of one party with the address :data:`HIT`."""
    path = folder / "sdn.xml"
    path.write_bytes(advanced_xml(day, [("7", escape(name), [("XBT", HIT)])]))
    (done,) = sync_feeds(node, ["ofac"], FeedWishes(str(path)), None)
    assert done.problems == []


COIN = 100_000_000
TILL = "bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq"
CASES = (
    tx(1, [(101, 0, COIN)], [(COIN, HIT)]),
    tx(2, [(102, 0, 2 * COIN)], [(2 * COIN, OTHER)]),
    tx(3, [(1, 0, COIN)], [(COIN, TILL)]),
    tx(4, [(2, 0, 2 * COIN)], [(2 * COIN, TILL)]),
)
"""Two payments, to :data:`HIT` and to :data:`OTHER`, that are cashed out at :data:`TILL`."""


def suffered(node, name, address, *settings):
    """An incident whose ransom was to be paid to ``address``, of which a hub may know."""
    return record(
        node, name, settings=[("tlp", "amber"), ("ransom.wallets", f'["{address}"]'), *settings], by="ann"
    )


def told_of(hub, name, incident, value, other=None):
    """The hub ``name`` tells that an incident leads to the same cash-out address ``value`` as another's case."""
    node = hub.node
    with node.reading() as connection:
        (joined,) = [one for one in hubs.hubs(connection) if one.name == name]
        identity = find_organisation(connection, joined.organisation).id
        collection = find_collection(connection, f"from-{joined.organisation}")
    mark = mark_hash(Mark(Kind.CASH_OUT, value), PUBLIC)
    case = case_id(node, incident, name)
    told = ToldLink(
        case=case, kind=Kind.CASH_OUT, strength=Strength.MEDIUM, hash=mark, other=other or Other()
    )
    times = (node.now_text, node.now_text)
    body = links_object(links_id(identity, node.own.id, 0), identity, [told], times)

    def act(connection):
        return take_in(
            node, connection, collection, read_objects(b'{"objects":[' + body + b"]}").objects, origin=identity,
            channel="received", act=None, by="", now_us=hub.now_us,
        )  # fmt: skip

    assert not node.write(act).refused
