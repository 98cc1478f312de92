"""Where a payer is, by its code: a mistyped place must not be taken for one that nobody has looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from tocsin.errors import BadInput, Place, UsageError
from tocsin.ransom.labels.family import name_key

__all__ = ["Places", "read_places"]

_ROW: Final = re.compile(r"([A-Z]{2}(?:-[A-Z]{2})?)\t(\S.*)")
_PART: Final = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_HOW: Final = "Say a country or a state by its ISO 3166 code: GB, US-NC."
_LIKE: Final = 0.75
_LONG: Final = 4


class Places:
    """Names of places by their code (ISO 3166: ``US``, ``US-NC``)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._parted = {code[:2] for code in names if "-" in code}

    def name(self, code: str) -> str:
        """What a place is called; its code where that is not known."""
        return self._names.get(code, code)

    def country(self, code: str) -> str:
        """What the country of a place is called; its code where that is not known."""
        return self.name(code[:2])

    def told(self, code: str) -> str:
        """A place by code and name; one that has the letters of a state says so, too."""
        if code not in self._names:
            return code
        twin = self._twin(code)
        return f"{code} ({self.name(code)}{f'; {self.name(twin)} is {twin}' if twin else ''})"

    def read(self, said: str, ruled: Collection[str]) -> str:
        """The code of the place that ``said`` is; "" for none. ``ruled`` are the places that rules speak of.

        Raises:
            UsageError: it is no code, or that of a country without a rule which a state with one has, too.
        """
        code = said.strip().upper()
        if code in self._names:
            twin = self._twin(code)
            if twin in ruled and code not in ruled:
                raise UsageError(
                    f"{code} is {self.name(code)}",
                    hint=f"Did you mean {twin} ({self.name(twin)})? Of {self.name(code)} nothing is known here: say no "
                    "place.",
                )
            return code
        part = _PART.fullmatch(code)
        if not code or (part and part[1] in self._names and part[1] not in self._parted):
            return code
        raise self._no_place(said.strip())

    def _twin(self, code: str) -> str:
        return next((one for one in self._names if "-" in one and one[3:] == code), "")

    def _no_place(self, said: str) -> UsageError:
        key = name_key(said)
        called = [code for code, name in self._names.items() if name_key(name) == key]
        if called:
            return UsageError(f"{self.name(called[0])} is {' or '.join(called)}", hint="Say the code.")
        near = next(self._near(key), "")
        hint = f"Did you mean {near} ({self.name(near)})?" if near else _HOW
        return UsageError(f"{said[:40]!r} is no place that is known here", hint=hint)

    def _near(self, key: str) -> Iterator[str]:
        codes = {name_key(code): code for code in self._names}
        names = {name_key(name): code for code, name in self._names.items()}
        yield from filter(None, [self._twin(key.upper())])
        # ISO 3166 has codes of three letters, too; most begin with the two.
        yield from (codes[one] for one in (key[:2],) if len(key) == 3 and one in codes)
        yield from (codes[one] for one in get_close_matches(key, codes, 1, _LIKE))
        yield from (names[one] for one in get_close_matches(key, names, 1, _LIKE))
        yield from (
            names[one] for one in sorted(names, key=len, reverse=True) if len(one) >= _LONG and one in key
        )


def read_places(text: str, name: str = "") -> Places:
    """Read a table of places: a code, a tab and a name a line; lines of ``#`` are remarks.

    Raises:
        BadInput: a line is none of these.
    """
    names = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            continue
        row = _ROW.fullmatch(line)
        if row is None:
            raise BadInput("is no code, tab and name of a place", where=Place(name or None, line=number))
        names[row[1]] = row[2]
    return Places(names)
