"""The spans that a record's events tell of (OSV schema 1.7, ``affected[].ranges[].events`` and "Evaluation")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.errors import BadInput, NotAVersion
from tocsin.inventory.version.scheme import extent
from tocsin.inventory.version.spans import Span, intersect, unite

__all__ = ["EventSpans", "spans_of_events"]

# At one version a span that ends there has ended before another begins (PYSEC-2023-72), and one that begins there has
# begun before it ends with that version included.
_AT_ONE_VERSION = {"fixed": 0, "introduced": 1, "last_affected": 2}
_LIMIT = "limit"
_BEGINNING = "0"
_NO_LIMIT = "*"


@dataclass(frozen=True, slots=True)
class EventSpans:
    """Spans of keys, and the events' versions that could not be read: with any, neither in nor out is known."""

    spans: tuple[Span, ...]
    unread: tuple[str, ...] = ()


def spans_of_events(scheme: str, events: Iterable[Mapping[str, str]]) -> EventSpans:
    """Return the spans of ``events``, each of which has one of the keys introduced, fixed, last_affected and limit.

    ``introduced`` 0 is the beginning. With several limits a version is in if it is below one of them.

    Raises:
        NoOrder: versions of the scheme have no keys.
        BadInput: an event is of another kind.
    """
    turns: list[tuple[bytes, int, str, bytes]] = []
    limits: list[Span] = []
    unread: list[str] = []
    has_limit = False
    for event in events:
        for kind, version in event.items():
            if kind != _LIMIT and kind not in _AT_ONE_VERSION:
                raise BadInput(
                    f"there is no event {kind!r}",
                    hint=f"Events are {', '.join(_AT_ONE_VERSION)} and {_LIMIT}.",
                )
            if kind == "introduced" and version == _BEGINNING:
                turns.append((b"", 1, kind, b""))
                continue
            if kind == _LIMIT and version == _NO_LIMIT:
                continue
            has_limit = has_limit or kind == _LIMIT
            try:
                low, above = extent(scheme, version)
            except NotAVersion:
                unread.append(version)
                continue
            if kind == _LIMIT:
                limits.append(Span(None, False, low, False))
            else:
                turns.append((low, _AT_ONE_VERSION[kind], kind, above))
    spans = _swept(sorted(turns))
    if has_limit:
        spans = intersect(spans, limits)
    return EventSpans(tuple(unite(spans)), tuple(unread))


def _swept(turns: list[tuple[bytes, int, str, bytes]]) -> list[Span]:
    spans = []
    since: bytes | None = None
    for low, _, kind, above in turns:
        if kind == "introduced":
            since = low if since is None else since
        elif since is not None:
            spans.append(_from(since, above if kind == "last_affected" else low))
            since = None
    if since is not None:
        spans.append(_from(since, None))
    return spans


def _from(since: bytes, until: bytes | None) -> Span:
    # No key is empty, so that the empty one is the beginning.
    return Span(since or None, bool(since), until, False)
