"""Decoding a document part by part, so that one bad part costs no more than itself.

A type names only what has to be there for the part to mean anything; everything below it that can fail by itself is
kept raw and decoded when its turn comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from tocsin import limits
from tocsin.inventory.component import Unread

__all__ = ["NOTHING", "Parts", "is_absent", "text_of"]

T = TypeVar("T")

NOTHING: Final = msgspec.Raw(b"")
"""What a member is that is not there."""

_FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@cache
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


class Parts:
    """Decodes parts of one document and notes what cannot be read of it, with its JSON path."""

    def __init__(self) -> None:
        self._unread: list[Unread] = []
        self._more = 0

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What is noted; where that is too much to be named, the last says how much more."""
        more = f"and {self._more} parts more are not read"
        return (*self._unread, Unread("$", more)) if self._more else tuple(self._unread)

    @property
    def noted(self) -> int:
        """How many parts are noted so far."""
        return len(self._unread) + self._more

    def note(self, place: str, why: str) -> None:
        """Say that the part at ``place`` is not read, in one sentence without a full stop."""
        if len(self._unread) < limits.ADVISORY_FAULTS:
            self._unread.append(Unread(place, why))
        else:
            self._more += 1

    def one(self, raw: bytes | msgspec.Raw, type: type[T], place: str) -> T | None:
        """The part in ``raw``; None if it is not there (null counts as that), or cannot be read."""
        if raw is NOTHING:
            return None
        try:
            value: T = _decoder(type).decode(raw)  # type: ignore[arg-type]
        except _FAULTS as error:
            if not is_absent(raw):
                what, inner = _told(error)
                self.note(place + inner, what)
            return None
        return value

    def each(self, raw: bytes | msgspec.Raw, type: type[T], place: str) -> Iterator[tuple[str, T]]:
        """The elements of the array in ``raw`` that can be read, each with its place."""
        if raw is NOTHING:
            return
        try:
            values: list[T] = _decoder(list[type]).decode(raw)  # type: ignore[valid-type]
        except _FAULTS:
            # One of them is at fault: which, is found by taking them one by one.
            yield from self._each_by_itself(raw, type, place)
            return
        for at, value in enumerate(values):
            yield f"{place}[{at}]", value

    def _each_by_itself(self, raw: bytes | msgspec.Raw, type: type[T], place: str) -> Iterator[tuple[str, T]]:
        for at, held in enumerate(self.one(raw, list[msgspec.Raw], place) or ()):
            where = f"{place}[{at}]"
            if is_absent(held):
                self.note(where, "there is null where an entry is expected")
            elif (value := self.one(held, type, where)) is not None:
                yield where, value

    @staticmethod
    def is_whole(raw: bytes | msgspec.Raw, type: Any) -> bool:
        """Whether ``raw`` is nothing, or an array of which each element can be read; notes nothing."""
        if raw is NOTHING or is_absent(raw):
            return True
        try:
            _decoder(list[type]).decode(raw)
        except _FAULTS:
            return False
        return True

    def texts(self, raw: bytes | msgspec.Raw, place: str) -> tuple[str, ...]:
        """The texts of an array, without blank ones, each once."""
        if raw is NOTHING:
            return ()
        try:
            held: list[str] = _decoder(list[str]).decode(raw)
        except _FAULTS:
            held = [text for _, text in self._each_by_itself(raw, str, place)]
        return tuple(dict.fromkeys(text for text in map(str.strip, held) if text))

    def text(self, raw: bytes | msgspec.Raw, place: str) -> str:
        """A text, "" if it is not there or none."""
        return (self.one(raw, str, place) or "").strip()


def is_absent(raw: bytes | msgspec.Raw) -> bool:
    """Whether ``raw`` is nothing, or null."""
    view = memoryview(raw)
    return len(view) == 0 or (len(view) == 4 and bytes(view) == b"null")


def text_of(value: object) -> str:
    """``value`` if it is a text, else ""; for members of free form."""
    return value.strip() if isinstance(value, str) else ""


def _told(error: Exception) -> tuple[str, str]:
    """What is wrong, and the path below the part."""
    if isinstance(error, RecursionError):
        return "it nests too deep", ""
    what, _, path = str(error).partition(" - at `$")
    what = what.replace("`", "'").rstrip(".")
    return f"it is not as its form asks: {what[:1].lower()}{what[1:]}", path.rstrip("`").replace(
        "[...]", ".*"
    )
