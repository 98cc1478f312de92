"""Labels, interned: a million objects have some dozens of them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from tocsin.sharing.label import Label
from tocsin.store.bulk import insert_rows
from tocsin.store.direct import run_ahead
from tocsin.store.schema import label, label_audience
from tocsin.store.settings import write_setting
from tocsin.store.unwritten import unwritten

__all__ = ["label_of", "number_of", "origin_changed", "scope_of"]

_SEPARATOR: Final = "\n"  # no name of an audience holds one
_FIND: Final = (
    "SELECT number FROM label WHERE tlp = :tlp AND pap = :pap AND audience = :audience "
    "AND origin = :origin AND channel = :channel"
)


def number_of(connection: Connection, wanted: Label) -> int:
    """The number of ``wanted``, given now if it has none."""
    held = unwritten(connection).labels
    if wanted in held:
        return held[wanted]
    columns = {
        "tlp": int(wanted.tlp),
        "pap": wanted.pap,
        "audience": _SEPARATOR.join(sorted(wanted.audience)),
        "origin": wanted.origin,
        "channel": wanted.channel,
    }
    found = run_ahead(connection, _FIND, columns)
    if found:
        number = int(found[0][0])
    else:
        made = insert(label).values(columns).returning(label.c.number)
        number = int(connection.execute(made).scalar_one())
        names = [{"label": number, "name": name} for name in sorted(wanted.audience)]
        insert_rows(connection, label_audience, names)
    held[wanted] = number
    return number


def label_of(connection: Connection, number: int) -> Label:
    """The label that has ``number``."""
    row = connection.execute(select(label).where(label.c.number == number)).one()
    audience = frozenset(row.audience.split(_SEPARATOR)) if row.audience else frozenset[str]()
    return Label(row.tlp, row.pap, audience, row.origin, row.channel)


def scope_of(connection: Connection, number: int) -> str:
    """The scope of the label that has ``number``."""
    waiting = connection.info.get("unwritten")
    if waiting is None:
        return label_of(connection, number).scope
    held: dict[int, str] = waiting.scopes
    if number not in held:
        held[number] = label_of(connection, number).scope
    return held[number]


def origin_changed(connection: Connection, before: str, after: str, *, now_us: int) -> None:
    """What came from the organisation ``before`` is from now on of ``after``, the id that it has of its own."""
    if before == after:
        return
    connection.execute(update(label).where(label.c.origin == before).values(origin=after))
    write_setting(connection, "labels changed", f"{now_us} {after}")
    unwritten(connection).labels.clear()
    unwritten(connection).scopes.clear()
