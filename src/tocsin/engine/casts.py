"""How each cast of a mapping is said in SQL; the macros behind it are in ``casts.sql``."""

from __future__ import annotations

import functools
from importlib import resources

from tocsin.detect.mapping import Cast

__all__ = ["ABSENT", "cast_sql", "column_type", "macros", "may_refuse"]

ABSENT = ("", "-", "(empty)", "null")
"""What logs write for no value, as the macro ``present`` has it."""


@functools.cache
def macros() -> str:
    """Return the SQL script that makes the macros which casts call."""
    return (resources.files("tocsin") / "engine" / "casts.sql").read_text(encoding="utf-8")


_SQL = {
    Cast.TEXT: "composed({})",
    Cast.LOWER: "CASE WHEN strlen({0}) = length({0}) THEN lower({0}) ELSE lower(composed({0})) END",
    Cast.PLUS: "replace(composed({}), '+', ' ')",
    Cast.URL_PATH: "url_path({})",
    Cast.PROTOCOL: "protocol({})",
    Cast.TIME_ANY: "calendar(epoch_any({}))",
    Cast.INT: "whole({})",
    Cast.FLOAT: "try_cast({} AS DOUBLE)",
    Cast.BOOL: "truth({})",
    Cast.IP: "address({})",
    Cast.DOMAIN: "domain({})",
    Cast.URL: "url({})",
    Cast.URL_HOST: "url_host({})",
    Cast.EMAIL: "lower(refanged({}))",
    Cast.HASH: "lower({})",
    Cast.SYSMON_MD5: "sysmon_hash({}, 'MD5')",
    Cast.SYSMON_SHA1: "sysmon_hash({}, 'SHA1')",
    Cast.SYSMON_SHA256: "sysmon_hash({}, 'SHA256')",
    Cast.SYSMON_IMPHASH: "sysmon_hash({}, 'IMPHASH')",
    Cast.BASENAME: "base_name(composed({}))",
    Cast.DIRNAME: "dir_name(composed({}))",
    Cast.REGISTRY_KEY: "registry_key({})",
    Cast.TIME: "calendar(instant({}))",
    Cast.TIME_EPOCH_S: "calendar(epoch_s({}))",
    Cast.TIME_EPOCH_MS: "calendar(epoch_ms({}))",
    Cast.TIME_CLF: "calendar(clf({}))",
}


def cast_sql(cast: Cast, text: str) -> str:
    """Return the SQL that casts the text expression ``text``; times come as microseconds since 1970 (BIGINT)."""
    return _SQL[cast].format(text)


def may_refuse(cast: Cast) -> bool:
    """Whether there is text of which the cast makes no value."""
    return cast not in _OF_ANY_TEXT


_OF_ANY_TEXT = {Cast.TEXT, Cast.LOWER, Cast.PLUS, Cast.HASH, Cast.URL, Cast.EMAIL, Cast.PROTOCOL}


def column_type(cast: Cast) -> str:
    """Return what the cast gives: text, number, bool or time."""
    if cast in (Cast.INT, Cast.FLOAT):
        return "number"
    if cast is Cast.BOOL:
        return "bool"
    return "time" if cast.value.startswith("time") else "text"
