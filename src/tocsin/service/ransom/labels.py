"""What the packs that this node keeps say of addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import zstandard
from sqlalchemy import Connection

from tocsin.ransom.labels.label import Label, address_key
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.service.exchange.node import Node
from tocsin.store.address_labels import kept_labels, said_by, service_keys

__all__ = ["known_services", "labels_of", "service_addresses", "services_in", "written_labels"]

_Row = tuple[str, str, int, bool]
_decoder = msgspec.json.Decoder(list[Label])


def labels_of(connection: Connection, addresses: Iterable[str]) -> Mapping[str, tuple[Label, ...]]:
    """The labels of each of ``addresses`` that has any, by the address as it was given.

    They are found by the text of an address, without the case where that means nothing (0x..., bc1...); another
    address of the same holder has labels of its own.
    """
    keys = {address: address_key(address) for address in addresses}
    said: dict[str, list[Label]] = {}
    found: dict[str, list[Label]] = {}
    for one in kept_labels(connection, list(keys.values())):
        if one.pack not in said:
            said[one.pack] = _decoder.decode(zstandard.decompress(said_by(connection, one.pack)))
        label = msgspec.structs.replace(said[one.pack][one.said], address=one.address, pack=one.pack)
        found.setdefault(one.key, []).append(label)
    return {address: tuple(found[key]) for address, key in keys.items() if key in found}


def service_addresses(connection: Connection) -> set[str]:
    """All addresses that a pack labels as a service (an exchange, a mixer, ...), as :func:`address_key` writes them.

    That is the address itself, in lower case where the case means nothing.
    """
    return service_keys(connection)


def services_in(connection: Connection, ledger: Ledger) -> dict[str, str]:
    """The addresses that a ledger knows and a pack labels as a service's, each with what it is called."""
    keys = service_addresses(connection)
    table = ledger.columns.table
    if not keys or not len(table):
        return {}
    if len(table) < len(keys):
        found = [address for _, address in table.addresses() if address_key(address) in keys]
    else:
        found = list(table.numbers_by_address(keys))
    said = labels_of(connection, found)
    return {
        address: next(f"{one.label} ({one.pack})" for one in said[address] if one.is_service)
        for address in found
    }


def known_services(node: Node, ledger: Ledger) -> dict[str, str]:
    """:func:`services_in` of what this node keeps."""
    with node.reading() as connection:
        return services_in(connection, ledger)


def written_labels(labels: Iterable[Label]) -> tuple[bytes, list[_Row]]:
    """What the labels of a pack say, each once, packed; and a row a label, as the store keeps them."""
    places: dict[Label, int] = {}
    rows = []
    for one in labels:
        said = msgspec.structs.replace(one, address="", pack="")
        place = places.setdefault(said, len(places))
        rows.append((address_key(one.address), one.address, place, one.is_service))
    return zstandard.ZstdCompressor(level=9).compress(msgspec.json.encode(list(places))), rows
