"""What the pages of ransom payments show: transactions that are loaded, and a list that is kept."""

from __future__ import annotations

from html import escape

from drawn_ledgers import txid
from ransom.sanctions.lists import advanced_xml
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.service.ransom.load import load

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
