"""The cast that a column needs for what it is bound to, where the mapping left it as text.

Literals of a check are in one form (:mod:`tocsin.detect.normalise`), so a domain name that stays in capitals would
never be found. Whoever writes a mapping of ten lines need not know.
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.detect.mapping import Cast, Mapping

__all__ = ["with_fitting_casts"]

_OF_VALUE = {
    "domain-name": Cast.DOMAIN,
    "email-addr": Cast.EMAIL,
    "ip-addr": Cast.IP,
    "ipv4-addr": Cast.IP,
    "ipv6-addr": Cast.IP,
    "mac-addr": Cast.LOWER,
    "url": Cast.URL,
}


def with_fitting_casts(mapping: Mapping) -> Mapping:
    """Return ``mapping`` with each column of text cast as the object paths that it feeds ask, where they agree.

    Names and addresses in one column are cast as names, which leaves a plain address as it is. A column that others are
    joined from stays as it is.
    """
    asked: dict[str, set[Cast]] = {}
    for map_ in mapping.objects:
        for path, binding in map_.paths:
            cast = _OF_VALUE.get(map_.type) if path == "value" else None
            cast = Cast.HASH if path.startswith("hashes.") else cast
            if binding.column is not None:
                asked.setdefault(binding.column, set()).add(cast or Cast.TEXT)
    joined = {piece.column for column in mapping.columns for parts in column.join for piece in parts}
    columns = tuple(
        replace(column, cast=_agreed(asked.get(column.name, set())))
        if column.cast is Cast.TEXT and column.name not in joined
        else column
        for column in mapping.columns
    )
    return replace(mapping, columns=columns)


def _agreed(casts: set[Cast]) -> Cast:
    casts = casts - {Cast.TEXT} if Cast.URL in casts else casts
    if casts == {Cast.IP, Cast.DOMAIN}:
        return Cast.DOMAIN
    return next(iter(casts)) if len(casts) == 1 else Cast.TEXT
