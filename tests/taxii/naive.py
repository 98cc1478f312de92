"""What a reader of a collection is owed, by plain loops over all versions, from the text of TAXII 2.1 section 3.4.

Written from the standard and from FIRST's TLP 2.0 by itself; slow, and shares nothing with what it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Row:
    """One version: when it was added (its number in the collection), the object, and its level of TLP."""

    number: int
    added: datetime
    object: dict[str, Any]
    tlp: str

    @property
    def id(self):
        return self.object["id"]

    @property
    def version(self):
        return instant(self.object.get("modified") or self.object.get("created") or "1970-01-01T00:00:00Z")

    @property
    def spec_version(self):
        if "spec_version" in self.object:
            return self.object["spec_version"]
        return "2.1" if "created" not in self.object else "2.0"


@dataclass(frozen=True)
class Question:
    """The filters of a request; None is not said."""

    added_after: datetime | None = None
    ids: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    versions: tuple[str, ...] | None = None
    spec_versions: tuple[str, ...] | None = None

    @property
    def parameters(self):
        held = {}
        for name, values in (
            ("id", self.ids),
            ("type", self.types),
            ("version", self.versions),
            ("spec_version", self.spec_versions),
        ):
            if values is not None:
                held[f"match[{name}]"] = ",".join(values)
        return held


@dataclass
class Collection:
    rows: list[Row] = field(default_factory=list)

    def seen(self, reader):
        """The versions that a reader may see, an object that refers to a hidden one not being among them."""
        allowed = [row for row in self.rows if may_see(reader, row.tlp)]
        here, seen = {row.id for row in self.rows}, {row.id for row in allowed}
        return [
            row for row in allowed if all(ref not in here or ref in seen for ref in references(row.object))
        ]

    def asked(self, reader, question):
        """What is owed to ``reader``, in the order in which it was added."""
        rows = self.seen(reader)
        if question.ids is not None:
            rows = [row for row in rows if row.id in question.ids]
        if question.types is not None:
            rows = [row for row in rows if row.object["type"] in question.types]
        if question.spec_versions is not None:
            rows = [row for row in rows if row.spec_version in question.spec_versions]
        else:
            rows = [
                row for row in rows if row.spec_version == max(o.spec_version for o in rows if o.id == row.id)
            ]
        chosen = []
        for row in rows:
            same = [other.version for other in rows if other.id == row.id]
            words = question.versions or ("last",)
            for word in words:
                if (
                    word == "all"
                    or (word == "last" and row.version == max(same))
                    or (word == "first" and row.version == min(same))
                    or (word not in {"all", "first", "last"} and row.version == instant(word))
                ):
                    chosen.append(row)
                    break
        if question.added_after is not None:
            chosen = [row for row in chosen if row.added > question.added_after]
        return sorted(chosen, key=lambda row: row.number)


def may_see(reader, tlp):
    """``own``: this organisation's token; ``member``; ``reader``: anybody. Nobody by a token sees RED."""
    return (
        tlp
        in {
            "own": {"clear", "green", "amber", "amber+strict"},
            "member": {"clear", "green", "amber", "amber+strict"},
            "green": {"clear", "green"},
            "reader": {"clear"},
        }[reader]
    )


def references(obj):
    return [
        ref
        for name, value in obj.items()
        if (name.endswith(("_ref", "_refs"))) and name != "object_marking_refs"
        for ref in (value if isinstance(value, list) else [value])
    ]


def instant(text):
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(whole).replace(tzinfo=UTC) + timedelta(
        microseconds=int(f"{fraction:0<6}"[:6])
    )
