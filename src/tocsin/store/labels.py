"""Labels, interned: a million objects have some dozens of them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from tocsin.sharing.label import Label
from tocsin.store.schema import label, label_audience

__all__ = ["label_of", "number_of"]

_SEPARATOR = "\n"  # no name of an audience holds one


def number_of(connection: Connection, wanted: Label) -> int:
    """The number of ``wanted``, given now if it has none."""
    audience = _SEPARATOR.join(sorted(wanted.audience))
    columns = {
        "tlp": int(wanted.tlp),
        "pap": wanted.pap,
        "audience": audience,
        "origin": wanted.origin,
        "channel": wanted.channel,
    }
    found = connection.scalar(
        select(label.c.number).where(*(label.c[key] == value for key, value in columns.items()))
    )
    if found is not None:
        return int(found)
    number = connection.execute(insert(label).values(columns).returning(label.c.number)).scalar_one()
    if wanted.audience:
        connection.execute(
            insert(label_audience), [{"label": number, "name": name} for name in sorted(wanted.audience)]
        )
    return int(number)


def label_of(connection: Connection, number: int) -> Label:
    """The label that has ``number``."""
    row = connection.execute(select(label).where(label.c.number == number)).one()
    audience = frozenset(row.audience.split(_SEPARATOR)) if row.audience else frozenset[str]()
    return Label(row.tlp, row.pap, audience, row.origin, row.channel)
