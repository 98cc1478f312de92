"""Which versions an entry of a CVE record's ``affected`` means, and their status.

An entry answers for every version of its product: by the first of ``versions`` that holds it, else by
``defaultStatus`` (the schema's "Version Status Decision Algorithm"). So its versions become a group for each status
that some of them have, and one for *all others* where ``defaultStatus`` says something of them. Where affected
versions could not all be read, no other version is called unaffected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.advisories.decoding import Parts
from tocsin.inventory.advisories.version_text import is_version, precedes, read_version_text, wildcard_span
from tocsin.inventory.claim import Span, Status, Versions
from tocsin.inventory.version import GENERIC, Order, compare, find_scheme, key

__all__ = ["read_cve_versions"]


class _Change(msgspec.Struct):
    at: str
    status: str


class _Version(msgspec.Struct, rename="camel"):
    version: str
    status: str
    version_type: str = ""
    less_than: str | None = None
    less_than_or_equal: str | None = None
    changes: list[_Change] = []


_STATUSES: Final = {
    "affected": Status.AFFECTED,
    "unaffected": Status.NOT_AFFECTED,
    "unknown": Status.UNDER_INVESTIGATION,
}
_UNORDERED: Final = frozenset({"git", "commit", "sha", "hash"})
_BEGINNING: Final = frozenset({"", "0", "0.0", "0.0.0", "*", "n/a", "-", "unspecified"})
_END: Final = frozenset({"*"})
_EVERY: Final = frozenset({"*", "all", "all versions", "any"})
_COMMIT: Final = re.compile(r"[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64}")
_EXACT: Final = re.compile(r"(?=\S*\d)[\w.+~:()\\\-]{1,64}", re.ASCII)
_WILDCARD: Final = re.compile(r"\dx|\.x|xx|\*", re.IGNORECASE)
_SHOWN: Final = 10


@dataclass(slots=True)
class _Said:
    """What an entry says of the versions with one status."""

    texts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    every: bool = False


def read_cve_versions(
    raw: msgspec.Raw, default: str, parts: Parts, place: str
) -> Iterator[tuple[Status, Versions, str]]:
    """The versions of the entry at ``place``, ``raw`` its ``versions``: for each status which, and in whose words.

    What cannot be read is noted in ``parts``, and leaves in doubt which versions are affected.
    """
    noted = parts.noted
    listed = list(_listed(raw, parts, place))
    schemes = {_scheme(held) for held in listed}
    scheme = schemes.pop() if len(schemes) == 1 else GENERIC
    said: dict[str, _Said] = {}
    for held in listed:
        _said(said, held.status).texts.append(_shown(held))
        _read_version(held, scheme, said)
    if parts.noted > noted:
        _said(said, "affected").unread.append("versions that could not be read")
    default = default or "unknown"
    if default not in _STATUSES:
        parts.note(f"{place}.defaultStatus", f"no status is called '{default}'")
        default = "unknown"
    for status, group in said.items():
        spans = () if group.every else _once(group.spans)
        versions = Versions(scheme, spans, group.every, (), tuple(group.unread))
        yield _STATUSES[status], versions, _joined(group.texts)
    if rest := _others(default, said, scheme):
        yield _STATUSES[default], rest, "all versions" + (" but those listed" if listed else "")


def _listed(raw: msgspec.Raw, parts: Parts, place: str) -> Iterator[_Version]:
    for where, held in parts.each(raw, _Version, f"{place}.versions"):
        if held.status in _STATUSES and all(change.status in _STATUSES for change in held.changes):
            yield held
        else:
            parts.note(where, "it has a status that is none of affected, unaffected and unknown")


def _scheme(held: _Version) -> str:
    """The order that an entry's ``versionType`` names, if its versions are of it; else ``generic``."""
    kind = held.version_type.strip()
    scheme = None if kind in {"", "custom"} else find_scheme(kind)
    if scheme is None:
        return GENERIC
    bounds = (held.version, held.less_than, held.less_than_or_equal, *(each.at for each in held.changes))
    for bound in bounds:
        if bound is not None and bound.strip().casefold() not in _BEGINNING:
            try:
                key(scheme.name, bound.strip())
            except BadInput:
                return GENERIC
    return scheme.name


def _shown(held: _Version) -> str:
    if held.less_than is not None:
        return f"{held.version} < {held.less_than}"
    if held.less_than_or_equal is not None:
        return f"{held.version} <= {held.less_than_or_equal}"
    return held.version


def _joined(texts: list[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more


def _once(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(spans) if len(spans) > 1 else spans)


def _said(said: dict[str, _Said], status: str) -> _Said:
    group = said.get(status)
    if group is None:
        group = said[status] = _Said()
    return group


def _doubt(held: _Version, said: dict[str, _Said]) -> None:
    """Say that the versions of an entry are unread, with each status that some of them have."""
    for status in dict.fromkeys((held.status, *(change.status for change in held.changes))):
        changes = "".join(f", {change.status} at {change.at}" for change in held.changes)
        _said(said, status).unread.append(_shown(held) + changes)


def _read_version(held: _Version, scheme: str, said: dict[str, _Said]) -> None:
    if (held.version_type and held.version_type.strip().casefold() in _UNORDERED) or _COMMIT.fullmatch(
        held.version
    ):
        _doubt(held, said)
    elif held.less_than is None and held.less_than_or_equal is None and not held.changes:
        _read_single(held.version.strip(), _said(said, held.status))
    elif (span := _range(held, scheme)) is None or (
        held.changes and not _changes_in_order(held, span, scheme)
    ):
        _doubt(held, said)
    elif held.changes:
        _read_changes(held, span, scheme, said)
    else:
        group = _said(said, held.status)
        group.spans.append(span)
        group.every = group.every or (span.low is None and span.high is None)


def _read_single(text: str, group: _Said) -> None:
    """One version by itself, which should be one but often is a range in prose."""
    if text.casefold() in _EVERY:
        group.every = True
        return
    exact = _is_exact(text)
    if exact and "-" not in text and text != "0":
        group.spans.append(Span(text, text, high_inclusive=True))
        return
    found = read_version_text(text)
    if found.condition or text == "0":
        group.unread.append(text)
    elif found.versions.every:
        group.every = True
    elif found.versions.spans:
        group.spans.extend(found.versions.spans)
    elif exact:
        group.spans.append(Span(text, text, high_inclusive=True))
    else:
        group.unread.append(text or "a version without a text")


def _is_backward(scheme: str, low: str, high: str, *, inclusive: bool) -> bool:
    """Whether no version can lie between the two, so that the range cannot mean what it says."""
    if precedes(low, high):
        return False
    order = compare(scheme, low, high)
    return order is Order.GREATER or (order is Order.EQUAL and not inclusive)


def _range(held: _Version, scheme: str) -> Span | None:
    """The versions from ``version`` to the end that is given; None where one of the two is no version."""
    low: str | None = held.version.strip()
    assert low is not None
    if low.casefold() in _BEGINNING:
        low = None
    elif not _is_bound(low):
        return None
    high: str | None = (held.less_than if held.less_than is not None else held.less_than_or_equal) or ""
    assert high is not None
    high = high.strip()
    inclusive = held.less_than is None
    if held.less_than is None and held.less_than_or_equal is None:
        return Span(low)
    if high in _END:
        return Span(low)
    if inclusive and (wild := wildcard_span(high)):
        high, inclusive = wild.high, False
    elif not _is_bound(high):
        return None
    assert high is not None
    if low is not None and _is_backward(scheme, low, high, inclusive=inclusive):
        return None
    return Span(low, high, high_inclusive=inclusive)


def _is_bound(text: str) -> bool:
    return _is_exact(text) or is_version(text)


def _is_exact(text: str) -> bool:
    """Whether ``text`` is one word with a number in it, and no wildcard."""
    return _EXACT.fullmatch(text) is not None and not _WILDCARD.search(text)


def _changes_in_order(held: _Version, span: Span, scheme: str) -> bool:
    """Whether it is known of each change that it comes after the one before, and on which side of the end."""
    low = span.low
    for change in held.changes:
        at = change.at.strip()
        if not _is_bound(at) or (low is not None and compare(scheme, low, at) is not Order.LESS):
            return False
        if span.high is not None and compare(scheme, at, span.high) is Order.UNKNOWN:
            return False
        low = at
    return True


def _read_changes(held: _Version, span: Span, scheme: str, said: dict[str, _Said]) -> None:
    """Split a range where its status changes; what lies at or after its end is no longer part of it."""
    status, low = held.status, span.low
    for change in held.changes:
        at = change.at.strip()
        fixed = (status, change.status) == ("affected", "unaffected")
        ended = Order.LESS if span.high is None else compare(scheme, at, span.high)
        if ended is Order.GREATER or (ended is Order.EQUAL and not span.high_inclusive):
            span = replace(span, fixed=fixed and ended is Order.EQUAL)
            break
        _said(said, status).spans.append(Span(low, at, fixed=fixed))
        status, low = change.status, at
    _said(said, status).spans.append(replace(span, low=low))


def _others(default: str, said: dict[str, _Said], scheme: str) -> Versions | None:
    """All versions that the entry does not list, if it says something of them."""
    if not said:
        return Versions(scheme, every=True)
    if default == "unknown" or any(group.every for group in said.values()):
        return None
    others = [group for status, group in said.items() if status != default]
    unread = [text for group in others for text in group.unread]
    if unread:
        # Of no version it is known that it is none of these.
        told = tuple(f"all versions but {text}" for text in unread)
        return Versions(scheme, unread=told) if default == "affected" else None
    return Versions(scheme, every=True, but=_once([span for group in others for span in group.spans]))
