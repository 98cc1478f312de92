"""TagPacks of GraphSense: YAML whose tags inherit what the head says.

Form: the schema of the TagPack tool (graphsense/graphsense-tagpack-tool, ``tagpack_schema.yaml``). It is read event by
event and every scalar as text, so nothing is constructed; anchors, aliases and explicit tags, which no pack has and by
which a small file unfolds or brings another one, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final

import yaml

from tocsin.errors import BadInput, LimitExceeded, Place, TocsinError
from tocsin.limits import ADDRESS_CHARACTERS, TAGPACK_NESTING, TAGPACK_TAGS, TAGPACK_TEXT_CHARACTERS
from tocsin.ransom.labels.label import Label

__all__ = ["TagPack", "is_tagpack", "read_tagpack"]

_HEAD: Final = re.compile(rb"(?m)^tags[ \t]*:")
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_NEEDED: Final = ("label", "source", "currency")
_KEPT: Final = ("category", "abuse", "actor", "confidence")
_DAY: Final = 10

_Value = str | list["_Value"] | dict[str, "_Value"]


@dataclass(slots=True)
class TagPack:
    """A pack as it was read: ``labels``, and ``faults`` for each tag that is none, with its place.

    ``transactions`` counts tags of transactions, which name no address. The three add up to ``tags``.
    """

    name: str
    title: str
    creator: str
    sha256: str
    tags: int = 0
    labels: list[Label] = field(default_factory=list)
    transactions: int = 0
    faults: list[TocsinError] = field(default_factory=list)


def is_tagpack(head: bytes) -> bool:
    """Whether what begins so may be a TagPack."""
    return _HEAD.search(head) is not None


def read_tagpack(data: bytes, pack: str, name: str = "") -> TagPack:
    """Read a pack; ``pack`` is what its labels call it, ``name`` the file for errors.

    Raises:
        BadInput: it is no YAML, no TagPack, or holds an anchor, an alias or an explicit tag; with its place.
        LimitExceeded: it is deeper or has more tags than a pack can have.
    """
    reader = _Reader(data, name or pack)
    try:
        head, tags = reader.read()
    except yaml.YAMLError as error:
        raise _fault(error, name or pack) from None
    found = TagPack(
        pack, _text(head.get("title")), _text(head.get("creator")), sha256(data).hexdigest(), len(tags)
    )
    for line, one in tags:
        if isinstance(one, dict) and not one.get("address") and one.get("tx_hash"):
            found.transactions += 1
            continue
        try:
            found.labels.append(_label(head, one, pack))
        except BadInput as error:
            error.where = Place(name or pack, line)
            found.faults.append(error)
    return found


class _Reader:
    """Takes the events of the parser to a head, and tags with their lines."""

    def __init__(self, data: bytes, name: str) -> None:
        self.parser = _Loader(data)
        self.name = name

    def read(self) -> tuple[dict[str, _Value], list[tuple[int, _Value]]]:
        self._expect(yaml.StreamStartEvent)
        self._expect(yaml.DocumentStartEvent)
        self._expect(yaml.MappingStartEvent)
        head: dict[str, _Value] = {}
        tags: list[tuple[int, _Value]] | None = None
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, head)
            if key == "tags":
                tags = self._tags(tags)
            else:
                head[key] = self._value(self._next(), 2)
        self._expect(yaml.DocumentEndEvent)
        if tags is None:
            raise BadInput("is no TagPack: it has no tags", where=Place(self.name))
        self._expect(yaml.StreamEndEvent)
        return head, tags

    def _tags(self, before: object) -> list[tuple[int, _Value]]:
        first = self._next()
        if before is not None or not isinstance(first, yaml.SequenceStartEvent):
            raise BadInput("the tags of a TagPack are one list", where=self._place(first))
        tags: list[tuple[int, _Value]] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            if len(tags) == TAGPACK_TAGS:
                raise LimitExceeded(f"has more than {TAGPACK_TAGS:,} tags", where=self._place(event))
            tags.append((event.start_mark.line + 1, self._value(event, 3)))
        return tags

    def _value(self, event: Any, depth: int) -> _Value:
        if depth > TAGPACK_NESTING:
            raise LimitExceeded(f"is nested deeper than {TAGPACK_NESTING}", where=self._place(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            values: list[_Value] = []
            while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                values.append(self._value(event, depth + 1))
            return values
        found: dict[str, _Value] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, found)
            found[key] = self._value(self._next(), depth + 1)
        return found

    def _key(self, event: Any, held: Mapping[str, _Value]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise BadInput("a key is a text", where=self._place(event))
        key = self._scalar(event)
        if key in held:
            raise BadInput(f"says {key[:40]!r} twice", where=self._place(event))
        return key

    def _scalar(self, event: Any) -> str:
        text = str(event.value)
        if len(text) > TAGPACK_TEXT_CHARACTERS:
            raise LimitExceeded(
                f"holds a text of more than {TAGPACK_TEXT_CHARACTERS:,} characters", where=self._place(event)
            )
        # A plain scalar has the style None, or "" from the parser in C.
        return "" if not event.style and text in _NOTHING else text

    def _next(self) -> Any:
        event = self.parser.get_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise BadInput(
                "holds an anchor or an alias, which no TagPack has and by which a small file unfolds to a huge one",
                where=self._place(event),
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise BadInput(
                f"holds the explicit tag {tag[:40]!r}, which is not read",
                where=self._place(event),
                hint="Write what it stands for.",
            )
        return event

    def _expect(self, kind: type) -> None:
        event = self._next()
        if not isinstance(event, kind):
            raise BadInput("is no TagPack: that is one mapping, with tags", where=self._place(event))

    def _place(self, event: Any) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)


def _label(head: Mapping[str, _Value], tag: _Value, pack: str) -> Label:
    if not isinstance(tag, dict):
        raise BadInput("a tag is a mapping")

    def said(name: str) -> str:
        """What the tag says, else the head."""
        return _plain(tag[name] if name in tag else head.get(name), name)

    address = said("address")
    if not address:
        raise BadInput("the tag names no address")
    if len(address) > ADDRESS_CHARACTERS or len(address.split()) > 1:
        raise BadInput(f"{address[:40]!r} is no address")
    needed = {name: said(name) for name in _NEEDED}
    needed["currency"] = needed["currency"] or said("network")
    missing = [name for name, text in needed.items() if not text]
    if missing:
        raise BadInput(f"neither the tag nor the head says {' and '.join(missing)}")
    concepts = tag.get("concepts", head.get("concepts", []))
    if not isinstance(concepts, list):
        raise BadInput("concepts are a list")
    return Label(
        address=address,
        pack=pack,
        lastmod=_day(said("lastmod")),
        concepts=tuple(_plain(one, "concepts") for one in concepts),
        **needed,
        **{name: said(name) for name in _KEPT},
    )


def _plain(value: _Value | None, name: str) -> str:
    if isinstance(value, list | dict):
        raise BadInput(f"{name} is a text")
    return (value or "").strip()


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:_DAY]).isoformat()
    except ValueError:
        raise BadInput(f"lastmod {text[:40]!r} is no day") from None


def _text(value: _Value | None) -> str:
    return value if isinstance(value, str) else ""


def _fault(error: yaml.YAMLError, name: str) -> BadInput:
    mark = getattr(error, "problem_mark", None)
    where = Place(name) if mark is None else Place(name, mark.line + 1, mark.column + 1)
    return BadInput(f"is no YAML: {getattr(error, 'problem', None) or error}", where=where)
