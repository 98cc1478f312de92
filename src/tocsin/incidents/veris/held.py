"""One part of a record that is looked into: what is there and fits, and a problem with its place for what does not."""

from __future__ import annotations

from typing import Any, Final

from tocsin.errors import BadInput, Place
from tocsin.incidents.veris.words import NOT_SAID

__all__ = ["Held", "Problems"]

Problems = dict[tuple[str, str], BadInput]
"""What is wrong, by its place and what it is: a part that is looked at twice is wrong once."""

_MOST: Final = 2**63 - 1


class Held:
    """An object of a record at ``path``. ``problems`` is shared by all parts of one record."""

    def __init__(self, held: dict[str, Any], path: str, problems: Problems) -> None:
        self.held = held
        self.path = path
        self.problems = problems

    def problem(self, what: str, name: str = "") -> None:
        """Note what is wrong here, or with the member ``name``."""
        where = f"{self.path}.{name}" if name else self.path
        self.problems[where, what] = BadInput(what, where=Place(path=where))

    def part(self, name: str) -> Held:
        """The object ``name``; an empty one where there is none (``true`` stands for one of which nothing is said)."""
        one = self.held.get(name)
        if one is not None and not isinstance(one, dict | bool):
            self.problem("is no object", name)
        return Held(one if isinstance(one, dict) else {}, f"{self.path}.{name}", self.problems)

    def parts(self, name: str) -> list[Held]:
        """The objects of the list ``name``."""
        found = []
        for number, one in enumerate(self._list(name)):
            if isinstance(one, dict):
                found.append(Held(one, f"{self.path}.{name}[{number}]", self.problems))
            else:
                self.problem("is no object", f"{name}[{number}]")
        return found

    def text(self, name: str) -> str:
        """The text ``name``, "" where it says that nothing is known."""
        one = self.held.get(name)
        if one is not None and not isinstance(one, str):
            self.problem("is no text", name)
        text = one.strip() if isinstance(one, str) else ""
        return "" if text in NOT_SAID else text

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of the list ``name``, each once, without those that say that nothing is known.

        Before 1.3 some were a text alone.
        """
        found: dict[str, None] = {}
        for number, one in enumerate(self._list(name, alone=str)):
            if isinstance(one, str):
                found[one.strip()] = None
            else:
                self.problem("is no text", f"{name}[{number}]")
        return tuple(one for one in found if one not in NOT_SAID)

    def count(self, name: str) -> int | None:
        """The number of things ``name``."""
        found = self.number(name)
        if found is None:
            return None
        if found != int(found) or found > _MOST:
            self.problem("is no number of things", name)
            return None
        return int(found)

    def number(self, name: str) -> int | float | None:
        """The number ``name``, which is not negative."""
        one = self.held.get(name)
        if one is None:
            return None
        if isinstance(one, bool) or not isinstance(one, int | float):
            self.problem("is no number", name)
            return None
        if one < 0:
            self.problem("is negative", name)
            return None
        return one

    def _list(self, name: str, alone: type | None = None) -> list[Any]:
        one = self.held.get(name)
        if alone is not None and isinstance(one, alone):
            return [one]
        if one is not None and not isinstance(one, list):
            self.problem("is no list", name)
        return one if isinstance(one, list) else []
