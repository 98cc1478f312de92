"""What of a mapping one plan needs: its object paths, and the columns and fields that they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping as MappingType
from dataclasses import dataclass
from functools import cached_property

from tocsin.detect.binding import BoundPath, bound_paths
from tocsin.detect.mapping import Column, Mapping, Scope

__all__ = ["Layout", "layout_of"]


@dataclass(frozen=True)
class Layout:
    """What of a mapping one plan needs.

    ``bound`` holds the object paths of the plan that the mapping has; ``columns`` the columns they read;
    ``computed`` these, those of its roles, and all that any of them is joined from, each after what it needs.
    """

    mapping: Mapping
    bound: tuple[BoundPath, ...]
    columns: tuple[Column, ...]
    computed: tuple[Column, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells this mapping from others in one check."""
        return (self.mapping.name, self.mapping.origin)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All fields to read, in order, each once."""
        return tuple(dict.fromkeys(field for column in self.computed for field in column.fields))

    @cached_property
    def raw_names(self) -> dict[str, str]:
        """By what name a raw table has each field of the mapping.

        Numbers name them: a log may have fields that differ in case alone, which the database takes for one.
        """
        fields = dict.fromkeys(field for column in self.mapping.columns for field in column.fields)
        return {field: f"f{number}" for number, field in enumerate(fields)}

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The computed columns by their names."""
        return {column.name: column for column in self.computed}

    @property
    def roles(self) -> dict[str, str]:
        """The columns of time, host, actor, kind, sensor, originator and responder, by the letters they begin with.

        The last two only where a row may be about another machine than wrote it.
        """
        mapping = self.mapping
        named = {
            "t": mapping.time,
            "h": mapping.host,
            "a": mapping.actor,
            "k": mapping.kind,
            "s": mapping.sensor,
        }
        if mapping.scope is Scope.NETWORK or mapping.sensor is not None:
            named |= dict(zip("or", mapping.ends, strict=True))
        return {role: name for role, name in named.items() if name is not None}

    def only(self, bound: Iterable[BoundPath]) -> Layout:
        """Return the layout of some of its object paths."""
        return _layout(self.mapping, tuple(bound))


def layout_of(mapping: Mapping, paths: Collection[str]) -> Layout:
    """Return what of ``mapping`` a plan that reads ``paths`` needs.

    The type of an object is no column: whether there is such an object all of its columns tell.
    """
    objects = tuple(path.removesuffix("type") for path in paths if path.endswith((":type", ".type")))
    bound = (one for one in bound_paths(mapping) if one.path in paths or one.path.startswith(objects))
    return _layout(mapping, tuple(bound))


def _layout(mapping: Mapping, bound: tuple[BoundPath, ...]) -> Layout:
    needed = {name for one in bound for name in (one.column, *one.presence) if name is not None}
    needed |= {when.column for one in bound for when in one.when} | {
        name for one in bound if not one.partial for name in one.witness.columns
    }
    by_name = {column.name: column for column in mapping.columns}
    computed: dict[str, Column] = {}
    roles = Layout(mapping, (), ()).roles
    for name in (*roles.values(), *(column.name for column in mapping.columns if column.name in needed)):
        _compute(name, by_name, computed)
    columns = tuple(column for column in mapping.columns if column.name in needed)
    return Layout(mapping, bound, columns, tuple(computed.values()))


def _compute(name: str, by_name: MappingType[str, Column], computed: dict[str, Column]) -> None:
    if name in computed:
        return
    column = by_name[name]
    for alternative in column.join:
        for piece in alternative:
            if piece.column is not None:
                _compute(piece.column, by_name, computed)
    computed[name] = column
