"""STIX observed-data read as observations (STIX 2.1 section 4.14, STIX 2.0 part 2 section 2.8)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import Any, NoReturn

from tocsin.errors import BadInput, Place
from tocsin.model.observation import Observation
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.timestamp import Instant, parse_timestamp

__all__ = ["read_observations"]

_Object = Mapping[str, Any]
_Scope = MutableMapping[str, _Object]


def read_observations(data: bytes, name: str = "") -> tuple[Observation, ...]:
    """Read every ``observed-data`` in ``data``, in order; none gives an empty tuple.

    ``data`` is what :func:`tocsin.model.stix.read_objects` reads. STIX 2.0 observations hold their
    objects; those of 2.1 name them, and a name is looked up in the observation's own bundle, then in
    all else of ``data``. A name that nothing bears is left out. An observation without id is named by
    its number ("0", "1", ...). One that is there twice, byte for byte and with an id, counts once.

    Raises:
        BadInput: something cannot be read, or an observation lacks what STIX requires of it;
            ``where`` names ``name`` and the JSON path.
    """
    reading = read_objects(data, name)
    if reading.problems:
        raise reading.problems[0]
    scopes = _scopes(reading.objects)
    observations: list[Observation] = []
    seen: set[bytes] = set()
    for held in reading.objects:
        if not _observes(held):
            continue
        if held.id:
            if held.raw in seen:
                continue
            seen.add(held.raw)
        observations.append(_Source(held, name).observation(str(len(observations)), scopes[held.bundle]))
    return tuple(observations)


def _observes(held: StixObject) -> bool:
    """Whether an object is an observation: by its type, or, of a type that is no STIX type, by what it holds."""
    if held.type == "observed-data":
        return True
    # Early STIX 2.0 tools wrote the same object under other names, such as cybox-container.
    return not held.id and {"first_observed", "objects"} <= held.properties.keys()


def _scopes(objects: tuple[StixObject, ...]) -> dict[int, _Scope]:
    """For each bundle, what its observations may refer to: its own objects first, then all others."""
    everything: _Scope = {}
    own: dict[int, _Scope] = {}
    for held in objects:
        scope = own.setdefault(held.bundle, {})
        if held.type != "observed-data" and held.id:
            properties = held.properties
            scope.setdefault(held.id, properties)
            everything.setdefault(held.id, properties)
    if len(own) < 2:
        return dict.fromkeys(own, everything)
    return {bundle: ChainMap(scope, everything) for bundle, scope in own.items()}


class _Source:
    """One observed-data object and where it stands."""

    def __init__(self, held: StixObject, name: str) -> None:
        self.held = held
        self.name = name
        self.properties = held.properties

    def observation(self, number: str, scope: _Scope) -> Observation:
        first = self.instant("first_observed")
        last = self.instant("last_observed")
        if last < first:
            self.refuse("last_observed", "is before first_observed")
        embedded = self.embedded()
        roots = (*embedded, *(ref for ref in self.references() if ref in scope and ref not in embedded))
        return Observation(
            id=self.held.id or number,
            first=first,
            last=last,
            number=self.number(),
            objects=ChainMap(embedded, scope)
            if embedded and len(roots) > len(embedded)
            else embedded or scope,
            roots=roots,
        )

    def instant(self, key: str) -> Instant:
        text = self.properties.get(key)
        if not isinstance(text, str):
            self.refuse(key, "is missing" if text is None else "is not a timestamp")
        try:
            return parse_timestamp(text)
        except BadInput as error:
            self.refuse(key, error.what)

    def number(self) -> int:
        number = self.properties.get("number_observed", 1)
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            self.refuse("number_observed", "is not a whole number of at least 1")
        return number

    def embedded(self) -> dict[str, _Object]:
        held = self.properties.get("objects", {})
        if not isinstance(held, dict):
            self.refuse("objects", "is not a JSON object")
        for key, value in held.items():
            if not isinstance(value, dict) or not isinstance(value.get("type"), str):
                self.refuse(f"objects[{key!r}]", "is not a cyber-observable object with a type")
        return held

    def references(self) -> dict[str, None]:
        listed = self.properties.get("object_refs", [])
        if not isinstance(listed, list) or not all(isinstance(ref, str) for ref in listed):
            self.refuse("object_refs", "is not a list of ids")
        return dict.fromkeys(listed)

    def refuse(self, key: str, what: str) -> NoReturn:
        line, _, path = self.held.place.rpartition("line ")[2].partition(" at ")
        if self.held.place.startswith("line "):
            where = Place(self.name or None, line=int(line), path=f"{path or '$'}.{key}")
        else:
            where = Place(self.name or None, path=f"{self.held.place}.{key}")
        raise BadInput(f"{key} {what}", where=where)
