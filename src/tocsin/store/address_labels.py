"""Labels of addresses, by pack: each pack as it was last read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from tocsin.store.bulk import batches, insert_tuples
from tocsin.store.schema import address_label, label_pack

__all__ = [
    "KeptLabel",
    "KeptPack",
    "forget_pack",
    "keep_pack",
    "kept_labels",
    "kept_packs",
    "remove_packs",
    "said_by",
    "service_keys",
]


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A pack: the feed that brought it, its name (unique), where it was read, and how many tags and labels it holds."""

    feed: str
    name: str
    location: str
    sha256: str
    title: str
    creator: str
    read_us: int
    tags: int
    labels: int


class KeptLabel(NamedTuple):
    """A label: by what its address is found, its pack and place in it, and what it says as a place in ``said``."""

    key: str
    pack: str
    n: int
    said: int
    address: str


_HEAD = tuple(label_pack.c[name] for name in KeptPack.__slots__)


def kept_packs(connection: Connection) -> list[KeptPack]:
    """All packs, by name."""
    return [KeptPack(*row) for row in connection.execute(select(*_HEAD).order_by(label_pack.c.name))]


def keep_pack(
    connection: Connection, pack: KeptPack, said: bytes, rows: Iterable[tuple[str, str, int, bool]]
) -> None:
    """Keep a pack in the place of what was known by its name; a row: key, address, place in ``said``, is a service."""
    forget_pack(connection, pack.name)
    values = dict(zip(KeptPack.__slots__, astuple(pack), strict=True))
    made = insert(label_pack).values(**values, said=said).returning(label_pack.c.number)
    number = int(connection.execute(made).scalar_one())
    insert_tuples(
        connection,
        address_label,
        [
            (key, number, n, place, is_service, "" if address == key else address)
            for n, (key, address, place, is_service) in enumerate(rows)
        ],
    )


def forget_pack(connection: Connection, name: str) -> None:
    """Forget a pack and its labels, if there is such a pack."""
    number = connection.scalar(select(label_pack.c.number).where(label_pack.c.name == name))
    if number is not None:
        connection.execute(delete(address_label).where(address_label.c.pack == number))
        connection.execute(delete(label_pack).where(label_pack.c.number == number))


def remove_packs(connection: Connection, feed: str) -> int:
    """Forget all packs of a feed; returns how many labels they held."""
    query = select(label_pack.c.name, label_pack.c.labels).where(label_pack.c.feed == feed)
    held = connection.execute(query).all()
    for name, _ in held:
        forget_pack(connection, name)
    return sum(labels for _, labels in held)


def kept_labels(connection: Connection, keys: Sequence[str]) -> Iterator[KeptLabel]:
    """The labels that are found by ``keys``, in the order of the packs' names and of their places in them."""
    for some in batches(dict.fromkeys(keys)):
        query = (
            select(
                address_label.c.key,
                label_pack.c.name,
                address_label.c.n,
                address_label.c.said,
                address_label.c.address,
            )
            .join(label_pack, label_pack.c.number == address_label.c.pack)
            .where(address_label.c.key.in_(some))
            .order_by(label_pack.c.name, address_label.c.n)
        )
        for row in connection.execute(query):
            one = KeptLabel(*row)
            yield one if one.address else one._replace(address=one.key)


def said_by(connection: Connection, pack: str) -> bytes:
    """The distinct things that the labels of a pack say."""
    return bytes(connection.execute(select(label_pack.c.said).where(label_pack.c.name == pack)).scalar_one())


def service_keys(connection: Connection) -> set[str]:
    """By what all addresses are found that a pack labels as a service."""
    return set(connection.scalars(select(address_label.c.key).where(address_label.c.is_service).distinct()))
