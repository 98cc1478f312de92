"""What of a collection is asked for: the query parameters of TAXII 2.1 section 3.4, read from the raw query string."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from tocsin.errors import BadInput
from tocsin.limits import OBJECTS_A_POST
from tocsin.model.stix_check import UNVERSIONED, version_key
from tocsin.model.timestamp import parse_timestamp
from tocsin.store.objects import Query
from tocsin.taxii.errors import Problem

__all__ = ["Filters", "read_filters"]

_KNOWN: Final = frozenset(
    {"added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"}
)
_WORDS: Final = frozenset({"first", "last", "all"})
_PARAMETERS: Final = 100
_VALUES: Final = 1_000
_FIRST_US: Final = -62_135_596_800_000_000
_LAST_US: Final = 253_402_300_799_999_999  # the years 0001 to 9999, which an offset may leave
_SPEC_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_DIGITS = re.compile(r"[0-9]{1,100}")
_OFFSET = re.compile(r"(.*[Tt].*)([+ -])([0-9]{2}):([0-9]{2})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. ``versions`` holds ``first``, ``last``, ``all`` and version keys; empty is not said."""

    added_after_us: int | None = None
    limit: int = OBJECTS_A_POST
    next: str | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()

    def query(
        self, *, id: str | None = None, versions: tuple[str, ...] = (), after: int | None = None
    ) -> Query:
        """The question to the store. ``id`` is that of the path, ``after`` the place of ``next``: it governs."""
        return Query(
            added_after_us=self.added_after_us if after is None else None,
            after=after,
            ids=self.ids if id is None else (id,),
            types=self.types if id is None else (),
            versions=versions or self.versions or ("last",),
            spec_versions=self.spec_versions,
        )


def read_filters(query_string: bytes) -> Filters:
    """Read the query string; parameters and match fields that the standard does not name are ignored.

    Raises:
        Problem: 400, one that it names is malformed or comes twice.
    """
    held = _parameters(query_string)
    added_after = held.get("added_after")
    limit = held.get("limit")
    return Filters(
        added_after_us=None if added_after is None else _instant_us(added_after),
        limit=OBJECTS_A_POST if limit is None else _limit(limit),
        next=held.get("next"),
        ids=_listed(held, "match[id]"),
        types=_listed(held, "match[type]"),
        versions=_versions(_listed(held, "match[version]")),
        spec_versions=_spec_versions(_listed(held, "match[spec_version]")),
    )


def _parameters(query_string: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS
        )
    except ValueError:
        raise Problem(
            400, "the query string is not percent-encoded UTF-8, or has too many parameters"
        ) from None
    held: dict[str, str] = {}
    for name, value in pairs:
        if name not in _KNOWN:
            continue
        if name in held:
            raise Problem(400, f"{name} comes twice; give its values in one, with commas between them")
        if not value.isprintable():
            raise Problem(400, f"{name} holds characters that no value of it has")
        held[name] = value
    return held


def _listed(held: dict[str, str], name: str) -> tuple[str, ...]:
    if name not in held:
        return ()
    values = held[name].split(",")
    if not all(values):
        raise Problem(400, f"{name} holds an empty value")
    if len(values) > _VALUES:
        raise Problem(400, f"{name} holds {len(values):,} values; {_VALUES:,} are taken at most")
    return tuple(dict.fromkeys(values))


def _limit(text: str) -> int:
    if not _DIGITS.fullmatch(text) or int(text) == 0:
        raise Problem(400, f"limit is a whole number greater than zero, not {text[:40]!r}")
    return min(int(text), OBJECTS_A_POST)


def _versions(values: tuple[str, ...]) -> tuple[str, ...]:
    if "all" in values and len(values) > 1:
        raise Problem(400, "match[version]=all stands alone")
    keys: list[str] = []
    for value in values:
        if value in _WORDS:
            keys.append(value)
            continue
        try:
            keys.append(version_key(value))
        except BadInput:
            raise Problem(
                400,
                f"match[version] is first, last, all or a timestamp like 2021-03-02T08:15:00.000Z, not {value[:40]!r}",
            ) from None
        if keys[-1] == version_key(UNVERSIONED):
            keys.append("")  # what is said of an object without versions
    return tuple(dict.fromkeys(keys))


def _spec_versions(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _SPEC_VERSION.fullmatch(value):
            raise Problem(400, f"match[spec_version] is a version of STIX like 2.1, not {value[:40]!r}")
    return values


def _instant_us(text: str) -> int:
    """Microseconds since 1970; what is finer is cut off, as it is where stamps are given.

    A plus that was not percent-encoded comes as a blank.
    """
    found = _OFFSET.fullmatch(text)
    shift = 0
    whole = text
    if found is not None:
        hours, minutes = int(found[3]), int(found[4])
        if hours > 23 or minutes > 59:
            raise _no_timestamp(text)
        shift = (hours * 60 + minutes) * (-1 if found[2] == "-" else 1)
        whole = f"{found[1]}Z"
    try:
        instant = parse_timestamp(whole.upper())
    except BadInput:
        raise _no_timestamp(text) from None
    return min(max(int(instant // 1000) - shift * 60_000_000, _FIRST_US), _LAST_US)


def _no_timestamp(text: str) -> Problem:
    return Problem(400, f"added_after is a timestamp like 2021-03-02T08:15:00.000000Z, not {text[:60]!r}")
