"""Until when versions of products are maintained, and whether a component is past its end of life.

Source of the data: endoflife.date, as its repository has it (a list of products with ``releases``) or as its API v1
gives it (``result``). A release cycle holds the versions that begin with its numbers, number by number: 1.1 holds
1.1.4 and not 1.10. Where cycles nest (log4j's 2 and 2.12) the longest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.alias import meant_keys
from tocsin.inventory.component import Component, Unread
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import Level, name_keys, purl_of
from tocsin.limits import ADVISORY_BYTES, ADVISORY_NESTING
from tocsin.model.json_text import nests_deeper

__all__ = ["Cycle", "EndOfLife", "Ended", "Lifecycle", "Lifecycles", "are_lifecycles", "read_lifecycles"]

_HEAD_BYTES: Final = 256 << 10
_PACKAGED: Final = frozenset({"deb", "rpm", "apk", "alpm"})
_NUMBERS: Final = re.compile(r"v?(\d{1,9}(?:\.\d{1,9})*)", re.IGNORECASE | re.ASCII)
_COLON: Final = re.compile(r"(?<!\\):")
_CPE_COLONS: Final = 12
_EPOCH: Final = re.compile(r"\d+:", re.ASCII)


class Ended(Enum):
    """Whether a component is past its end of life."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cycle:
    """Versions that are maintained together.

    ``ends`` is the last day on which they are; True where they are no longer and no day is given, False where no end is
    foreseen, None where nothing is said.
    """

    name: str
    ends: date | bool | None
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The cycles of one product, and the names that it goes by; ``url`` is where to read on."""

    id: str
    title: str
    identity: Identity
    cycles: tuple[Cycle, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """The answer about one component, in the words of ``why``; ``on`` is the day of the end where one is known."""

    ended: Ended
    product: str
    cycle: str
    on: date | None
    why: str


class Lifecycles:
    """Lifecycles found by the names of a component. ``dated`` is the day that the data is of, "" if it does not say."""

    def __init__(self, lifecycles: Iterable[Lifecycle], dated: str = "") -> None:
        self.all = tuple(lifecycles)
        self.dated = dated
        self._by_key: dict[str, list[Lifecycle]] = {}
        for one in self.all:
            for key in name_keys(one.identity, held=False):
                if key.level > Level.WORDS:
                    self._by_key.setdefault(key.text, []).append(one)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, component: Component, also: Iterable[Identity] = ()) -> list[Lifecycle]:
        """The lifecycles that go by the most exact name of ``component`` by which any goes.

        ``also`` are further names that persons said it has.
        """
        found: dict[Level, dict[str, Lifecycle]] = {}
        keys = [(key.text, key.level) for key in name_keys(component.identity, held=True)]
        keys += [(key.text, Level.PERSON) for named in also for key in meant_keys(named)]
        for text, level in keys:
            for one in self._by_key.get(text, ()):
                found.setdefault(level, {})[one.id] = one
        return list(found[max(found)].values()) if found else []

    def end_of_life(self, component: Component, day: date, also: Iterable[Identity] = ()) -> EndOfLife | None:
        """Whether ``component`` is past its end of life on ``day``; None where no lifecycle goes by its names."""
        answers = [_of_one(one, component, day) for one in self.of(component, also)]
        if not answers:
            return None
        if len({one.ended for one in answers}) > 1:
            told = "; ".join(f"{one.product}: {one.ended.value}" for one in answers)
            return EndOfLife(
                Ended.UNKNOWN, answers[0].product, "", None, f"Several products go by its name ({told})."
            )
        return answers[0]


def _of_one(one: Lifecycle, component: Component, day: date) -> EndOfLife:
    numbers = _numbers(component.version)
    if not component.version:
        return EndOfLife(Ended.UNKNOWN, one.title, "", None, "Its version is not said.")
    cycles = _holding(one.cycles, component.version, numbers)
    if not cycles:
        return EndOfLife(
            Ended.UNKNOWN,
            one.title,
            "",
            None,
            f"No release cycle of {one.title} that is listed holds the version {component.version[:60]}.",
        )
    states = {_ended(cycle, day) for cycle in cycles}
    if len(states) > 1:
        names = ", ".join(cycle.name for cycle in cycles[:5])
        return EndOfLife(
            Ended.UNKNOWN, one.title, "", None, f"Its version may be of several release cycles: {names}."
        )
    cycle = cycles[0]
    ended = _ended(cycle, day)
    on = cycle.ends if isinstance(cycle.ends, date) else None
    if ended is Ended.YES and _is_packaged(component):
        return EndOfLife(
            Ended.UNKNOWN,
            one.title,
            cycle.name,
            on,
            f"Its maker maintains {one.title} {cycle.name} no longer, but it is a distribution's package, and the "
            "distribution may.",
        )
    return EndOfLife(ended, one.title, cycle.name, on, _words(one, cycle, ended))


def _words(one: Lifecycle, cycle: Cycle, ended: Ended) -> str:
    name = f"{one.title} {cycle.name}"
    if ended is Ended.UNKNOWN:
        return f"It is not said until when {name} is maintained."
    if isinstance(cycle.ends, date):
        until = "was maintained until" if ended is Ended.YES else "is maintained until"
        return f"{name} {until} {cycle.ends.isoformat()}."
    return (
        f"{name} is no longer maintained."
        if ended is Ended.YES
        else f"{name} is maintained; no end is foreseen."
    )


def _ended(cycle: Cycle, day: date) -> Ended:
    if cycle.ends is None:
        return Ended.UNKNOWN
    if isinstance(cycle.ends, bool):
        return Ended.YES if cycle.ends else Ended.NO
    return Ended.YES if day > cycle.ends else Ended.NO


def _holding(cycles: Sequence[Cycle], version: str, numbers: tuple[int, ...]) -> list[Cycle]:
    """The cycle that holds a version; several where the version says less than their names do."""
    same = [cycle for cycle in cycles if cycle.name.casefold() == version.casefold()]
    if same or not numbers:
        return same
    numbered = [(held, cycle) for cycle in cycles if (held := _whole_numbers(cycle.name))]
    holding = [(held, cycle) for held, cycle in numbered if numbers[: len(held)] == held]
    if holding:
        return [max(holding, key=lambda one: len(one[0]))[1]]
    return [cycle for held, cycle in numbered if held[: len(numbers)] == numbers]


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, without an epoch."""
    found = _NUMBERS.match(_EPOCH.sub("", version, count=1))
    return tuple(map(int, found[1].split("."))) if found else ()


def _whole_numbers(name: str) -> tuple[int, ...]:
    """The numbers of a cycle whose name is nothing but numbers."""
    found = _NUMBERS.fullmatch(name)
    return tuple(map(int, found[1].split("."))) if found else ()


def _is_packaged(component: Component) -> bool:
    purls = (purl_of(text) for text in component.identity.purls)
    return any(purl is not None and purl.type in _PACKAGED for purl in purls)


def are_lifecycles(data: bytes) -> bool:
    """Whether ``data`` looks like lifecycles, by members that no advisory has."""
    head = data[:_HEAD_BYTES]
    return b'"releases"' in head and (b'"releaseCycle"' in head or b'"isEol"' in head)


def read_lifecycles(data: bytes, name: str) -> tuple[Lifecycles, tuple[Unread, ...]]:
    """Read lifecycles of either form, and say which products could not be read.

    Raises:
        BadInput: it is no JSON, or holds no lifecycle.
        LimitExceeded: it is larger than ``limits.ADVISORY_BYTES``, or nests too deep.
    """
    where = Place(file=name)
    if len(data) > ADVISORY_BYTES:
        raise LimitExceeded(
            f"the file has more than {ADVISORY_BYTES >> 20} MiB", where=where, hint="split it"
        )
    if nests_deeper(data, ADVISORY_NESTING):
        raise LimitExceeded(f"nests deeper than {ADVISORY_NESTING} levels", where=where)
    try:
        document: Any = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is no JSON: {error}", where=where) from error
    rows = _rows(document)
    read: list[Lifecycle] = []
    unread: list[Unread] = []
    days: list[str] = []
    for place, row in rows:
        found = _lifecycle(row)
        if found is None:
            unread.append(Unread(place, "it is no product with releases"))
            continue
        read.append(found)
        days += _days(row)
    if not read:
        raise BadInput(
            "holds no lifecycle",
            where=where,
            hint="Give endoflife.date's products, of its API v1 or its data.",
        )
    return Lifecycles(read, _dated(document) or max(days, default="")), tuple(unread)


def _rows(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict) and "result" in document:
        held, path = document["result"], "$.result"
    else:
        held, path = document, "$"
    if isinstance(held, list):
        yield from ((f"{path}[{number}]", row) for number, row in enumerate(held))
    else:
        yield path, held


def _dated(document: Any) -> str:
    """The day on which API v1 says that the data was made."""
    if not isinstance(document, dict):
        return ""
    for key in ("last_modified", "generated_at"):
        day = _day(str(document.get(key, ""))[:10])
        if day is not None:
            return day.isoformat()
    return ""


def _days(row: Any) -> Iterator[str]:
    """The days of the newest releases, which are past when they are written down."""
    for cycle in row["releases"]:
        if isinstance(cycle, dict):
            latest = cycle.get("latest")
            text = latest.get("date") if isinstance(latest, dict) else cycle.get("latestReleaseDate")
            day = _day(text) if isinstance(text, str) else None
            if day is not None:
                yield day.isoformat()


def _lifecycle(row: Any) -> Lifecycle | None:
    if not isinstance(row, dict) or not isinstance(row.get("releases"), list):
        return None
    id = row.get("id") or row.get("name")
    if not isinstance(id, str):
        return None
    title = row.get("title") or row.get("label") or id
    held = row.get("identifiers")
    names = list(_names(held if isinstance(held, list) else []))
    identity = Identity(
        purls=tuple(text for kind, text in names if kind == "purl"),
        cpes=tuple(_whole_cpe(text) for kind, text in names if kind == "cpe"),
    )
    cycles = tuple(cycle for one in row["releases"] if (cycle := _cycle(one)) is not None)
    return Lifecycle(id, str(title), identity, cycles, f"https://endoflife.date/{id}")


def _names(identifiers: list[Any]) -> Iterator[tuple[str, str]]:
    for one in identifiers:
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("type"), str) and isinstance(one.get("id"), str):
            yield one["type"], one["id"]
        else:
            yield from ((kind, text) for kind, text in one.items() if isinstance(text, str))


def _whole_cpe(text: str) -> str:
    """A CPE 2.3 name that stops after the product, as those of endoflife.date do, with the attributes it leaves out."""
    missing = _CPE_COLONS - len(_COLON.findall(text))
    return text + ":*" * missing if text.startswith("cpe:2.3:") else text


def _cycle(row: Any) -> Cycle | None:
    if not isinstance(row, dict):
        return None
    name = row.get("releaseCycle", row.get("name"))
    # A number with a fraction has lost what 3.10 had.
    if not isinstance(name, str | int) or isinstance(name, bool):
        return None
    ends: date | bool | None
    if "eolFrom" in row or "isEol" in row:
        day = _day(row["eolFrom"]) if isinstance(row.get("eolFrom"), str) else None
        ends = day if day is not None else row.get("isEol") if isinstance(row.get("isEol"), bool) else None
    else:
        eol = row.get("eol")
        ends = eol if isinstance(eol, bool) else _day(eol) if isinstance(eol, str) else None
    latest = row.get("latest")
    newest = latest.get("name") if isinstance(latest, dict) else latest
    return Cycle(str(name), ends, newest if isinstance(newest, str) else "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
