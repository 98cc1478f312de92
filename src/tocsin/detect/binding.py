"""Which object paths a mapping's columns stand for, through references too.

A log's row is one observation. Its observable tables are not copied out: an object map is a view of
the row, so a row of the table of type ``t`` is the pair (row, object map) and *same object* is that pair.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping as MappingType, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tocsin.detect.mapping import Binding, Mapping, ObjectMap, When
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.pattern.syntax import Step
from tocsin.model.observation import Observation
from tocsin.model.timestamp import Instant

__all__ = ["BoundPath", "RowBuilder", "Witness", "bound_paths", "object_types"]

ADDRESSES = ("ip-addr", "ipv4-addr", "ipv6-addr")

REFERENCES_DEEP = 3
"""References followed from an object map; a process, its parent, the parent's image, its folder."""


@dataclass(frozen=True, slots=True)
class Witness:
    """In which rows a value is ground for *not seen*, besides being one.

    All of ``when`` must admit the row, none of the columns ``without`` have a value in it, and, if there are any,
    one of the columns ``beside``.
    """

    when: tuple[When, ...] = ()
    without: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """All columns that must be read for it."""
        return frozenset({when.column for when in self.when} | {*self.without, *self.beside})


@dataclass(frozen=True, slots=True)
class BoundPath:
    """An object path (``path``, as text) and the column it reads, or the ``constant`` it is.

    The path has a value where ``column`` has one, or, for a constant, where one of ``presence`` has;
    and only in rows that all of ``when`` admit, the conditions of the object maps that the path goes
    through. ``partial`` is that of the object map, or of one it is reached through. ``witness`` says which of
    these rows are ground for *not seen*; ``end`` that the value is one of the two ends of a connection, of which a
    log that shows one alone says nothing. ``unsaid``: it is partial because the mapping does not say that the log holds
    every connection, and for no other reason.
    """

    path: str
    object: str
    column: str | None
    constant: str | None
    presence: tuple[str, ...]
    when: tuple[When, ...]
    partial: bool = False
    witness: Witness = Witness()
    end: bool = False
    unsaid: bool = False


def object_types(map_: ObjectMap) -> tuple[str, ...]:
    """Return the STIX types that an object of ``map_`` can have."""
    return ("ipv4-addr", "ipv6-addr") if map_.type == "ip-addr" else (map_.type,)


@functools.lru_cache(maxsize=64)
def bound_paths(mapping: Mapping) -> tuple[BoundPath, ...]:
    """Return every object path that rows of ``mapping`` can have a value for."""
    maps = {map_.name: map_ for map_ in mapping.objects}
    ends = _ends(mapping)
    found: dict[BoundPath, None] = {}
    for map_ in mapping.objects:
        for reached in _reach(map_, maps, REFERENCES_DEEP):
            is_end = reached.end or map_.type in ADDRESSES
            column, constant = reached.binding.column, reached.binding.constant
            beside = _beside(mapping, ends, column) if is_end else ()
            # A column that no other stands beside is one end, of which nothing can be told.
            partial = reached.partial or (is_end and not beside)
            of_connection = _of_connection(map_, reached.suffix)
            said = not of_connection or mapping.whole or _says_whole(map_, maps)
            if of_connection and not is_end:
                # Ports and the like are known where the ends are; a port alone is no connection.
                partial = partial or any(end.partial for end in _end_maps(map_, maps))
                beside = _end_columns(map_, maps)
            for kind in object_types(map_):
                for text in _spellings(f"{kind}:{reached.suffix}"):
                    for when, presence in reached.there:
                        witness = Witness(_union(when, reached.whole), reached.partial_with, beside)
                        bound = BoundPath(
                            text, map_.name, column, constant, presence, when, partial or not said, witness,
                            end=map_.type in ADDRESSES, unsaid=not said and not partial,
                        )  # fmt: skip
                        found[bound] = None
    return tuple(found)


_Conditions = tuple[When, ...]


def _of_connection(map_: ObjectMap, suffix: str) -> bool:
    """Whether a path is of those that a log answers for only if it holds every connection."""
    return map_.type in ADDRESSES or (map_.type == "network-traffic" and not suffix.startswith("extensions"))


def _says_whole(map_: ObjectMap, maps: MappingType[str, ObjectMap]) -> bool:
    """Whether object maps say of which rows all ends are there: ``map_`` itself, or all addresses that it refers to."""
    ends = _end_maps(map_, maps)
    return map_.whole is not None or (bool(ends) and all(end.whole is not None for end in ends))


def _end_columns(map_: ObjectMap, maps: MappingType[str, ObjectMap]) -> tuple[str, ...]:
    columns = [one.column for end in _end_maps(map_, maps) for _, one in end.paths]
    return tuple(dict.fromkeys(column for column in columns if column is not None))


def _end_maps(map_: ObjectMap, maps: MappingType[str, ObjectMap]) -> list[ObjectMap]:
    """Return the addresses that a connection refers to."""
    referred = [maps[one.reference] for _, one in map_.paths if one.reference is not None]
    return [one for one in referred if one.type in ADDRESSES]


def _ends(mapping: Mapping) -> tuple[str, ...]:
    """Return the columns of ``mapping`` that name an address with which a host spoke."""
    columns = (
        binding.column
        for map_ in mapping.objects
        if map_.type in ADDRESSES and not map_.partial
        for _, binding in map_.paths
    )
    return tuple(dict.fromkeys(column for column in columns if column is not None))


def _beside(mapping: Mapping, ends: Sequence[str], column: str | None) -> tuple[str, ...]:
    """Return the columns of which one must have a value too, so that a row shows both ends of a connection.

    A list of clients, of queries or of logons has the machines inside, and not whom they spoke with. Where a row
    names its host, that is one end, and who answered is the other.
    """
    others = tuple(end for end in ends if end != column)
    if mapping.host is not None and column is not None and column == mapping.responder:
        return tuple(dict.fromkeys((*others, mapping.host)))
    return others


@dataclass(frozen=True, slots=True)
class _Reached:
    """What a path from an object map ends at: it has a value under any of the conditions of ``there``."""

    suffix: str
    binding: Binding
    there: tuple[tuple[_Conditions, tuple[str, ...]], ...]
    partial: bool
    whole: _Conditions = ()
    partial_with: tuple[str, ...] = ()
    end: bool = False


def _presence(map_: ObjectMap, maps: MappingType[str, ObjectMap]) -> dict[_Conditions, tuple[str, ...]]:
    """Return the columns of which one must have a value for an object of ``map_`` to be there.

    They come by the conditions that must hold besides: an object that is known by its reference alone is there
    where that one is.
    """
    own = _both((), map_.when)
    found: dict[_Conditions, dict[str, None]] = {}
    for _, binding in map_.paths:
        if binding.column is not None:
            found.setdefault(own, {})[binding.column] = None
        elif binding.reference is not None:
            for when, columns in _presence(maps[binding.reference], maps).items():
                found.setdefault(_both(when, map_.when), {}).update(dict.fromkeys(columns))
    return {when: tuple(columns) for when, columns in found.items()}


def _both(when: _Conditions, root: When | None) -> _Conditions:
    return when if root is None else tuple(dict.fromkeys((root, *when)))


_T = TypeVar("_T")


def _union(*some: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for each in some for one in each))


def _reach(map_: ObjectMap, maps: MappingType[str, ObjectMap], depth: int) -> Iterator[_Reached]:
    presence = _presence(map_, maps)
    columns = tuple(dict.fromkeys(column for some in presence.values() for column in some))
    for path, binding in map_.paths:
        whole, partial_with = _grounds(map_, maps, path)
        if binding.constant is not None:
            yield _Reached(path, binding, tuple(presence.items()), map_.partial, whole, partial_with)
        elif binding.reference is None:
            there = ((_both((), map_.when), columns),)
            yield _Reached(path, binding, there, map_.partial, whole, partial_with)
        elif depth:
            for inner in _reach(maps[binding.reference], maps, depth - 1):
                yield _Reached(
                    f"{path}.{inner.suffix}",
                    inner.binding,
                    tuple((_both(when, map_.when), there) for when, there in inner.there),
                    inner.partial or map_.partial,
                    _union(whole, inner.whole),
                    _union(partial_with, inner.partial_with),
                    inner.end
                    or (map_.type == "network-traffic" and maps[binding.reference].type in ADDRESSES),
                )


def _grounds(
    map_: ObjectMap, maps: MappingType[str, ObjectMap], path: str
) -> tuple[_Conditions, tuple[str, ...]]:
    """Return ``whole`` and ``partial_with`` of a path of ``map_``; ports and the like are known where the ends are."""
    grounds = [map_]
    if map_.type == "network-traffic" and not path.startswith("extensions"):
        grounds += [maps[one.reference] for _, one in map_.paths if one.reference is not None]
    whole = tuple(one.whole for one in grounds if one.whole is not None)
    return _union(whole), _union(*(one.partial_with for one in grounds))


def _spellings(text: str) -> tuple[str, ...]:
    path = str(parse_path(text))
    # A list that a row fills has one element, which [0] names too.
    return (path, path.replace("[*]", "[0]")) if "[*]" in path else (path,)


class RowBuilder:
    """Makes the observation that a row of a mapping describes."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._by_name = {map_.name: map_ for map_ in mapping.objects}
        self._maps = [
            (map_, [(parse_path(f"x:{path}").steps, binding) for path, binding in map_.paths])
            for map_ in mapping.objects
        ]

    def observation(self, name: str, parts: Sequence[MappingType[str, Any]], instant: Instant) -> Observation:
        """Return the observation of one row: each of ``parts`` maps column names to cast values, None where absent.

        A row whose fields hold lists comes in several parts, a value of each list in each.
        """
        objects: dict[str, dict[str, Any]] = {}
        for number, values in enumerate(parts):
            objects |= self._objects(values, f"#{number}" if number else "")
        return Observation(name, instant, instant, 1, objects, tuple(objects))

    def _objects(self, values: MappingType[str, Any], suffix: str) -> dict[str, dict[str, Any]]:
        objects: dict[str, dict[str, Any]] = {}
        there: dict[str, bool] = {}
        for map_, paths in self._maps:
            if not self._is_there(map_, values, there):
                continue
            properties: dict[str, Any] = {"type": map_.type}
            for steps, binding in paths:
                if binding.column is not None:
                    value = values.get(binding.column)
                elif binding.reference is not None:
                    refers = self._is_there(self._by_name[binding.reference], values, there)
                    value = f"{binding.reference}{suffix}" if refers else None
                else:
                    value = binding.constant
                if value is not None:
                    _put(properties, steps, value)
            if map_.type == "ip-addr":
                properties["type"] = "ipv6-addr" if ":" in str(properties.get("value", "")) else "ipv4-addr"
            objects[f"{map_.name}{suffix}"] = properties
        return objects

    def _is_there(self, map_: ObjectMap, values: MappingType[str, Any], known: dict[str, bool]) -> bool:
        """Whether a row has an object of ``map_``: a column of it has a value, or an object that it refers to is there.

        So what an object is known by through its references alone is known, whichever of its columns were read.
        """
        if map_.name not in known:
            known[map_.name] = _admitted(map_.when, values) and any(
                values.get(binding.column) is not None
                if binding.column is not None
                else binding.reference is not None
                and self._is_there(self._by_name[binding.reference], values, known)
                for _, binding in map_.paths
            )
        return known[map_.name]


def _admitted(when: When | None, values: MappingType[str, Any]) -> bool:
    return when is None or str(values.get(when.column)) in when.values


def _put(properties: dict[str, Any], steps: tuple[Step, ...], value: Any) -> None:
    """Set what ``steps`` names, making the objects and one-element lists on the way."""
    here: Any = properties
    for position, step in enumerate(steps):
        final = position == len(steps) - 1
        following: Any = None if final else ({} if isinstance(steps[position + 1], str) else [])
        if isinstance(step, str):
            if final:
                here[step] = value
            else:
                here = here.setdefault(step, following)
        elif final:
            here.append(value)
        else:
            if not here:
                here.append(following)
            here = here[0]
