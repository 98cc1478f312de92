"""What a node knows of itself: few words under few keys."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from tocsin.store.schema import setting

__all__ = ["read_setting", "write_setting"]


def read_setting(connection: Connection, key: str) -> str | None:
    """The value under ``key``; None if there is none."""
    return connection.scalar(select(setting.c.value).where(setting.c.key == key))


def write_setting(connection: Connection, key: str, value: str) -> None:
    """Put ``value`` under ``key``."""
    connection.execute(delete(setting).where(setting.c.key == key))
    connection.execute(insert(setting).values(key=key, value=value))
