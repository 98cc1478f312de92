"""Mapping files: how a mapping is written down (TOML), recognised by a log's fields, and chosen.

``docs/reference/mappings.md`` describes the format for whoever writes one.
"""

from __future__ import annotations

import difflib
import graphlib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from tocsin.detect.fitting_cast import with_fitting_casts
from tocsin.detect.mapping import Binding, Cast, Column, Mapping, ObjectMap, Scope, When
from tocsin.detect.observable_type import OBSERVABLE_PROPERTIES
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.pattern.syntax import ObjectPath
from tocsin.errors import BadInput, MappingError, Place

__all__ = ["FORMATS", "MappingFile", "Recognition", "choose_mapping", "is_settled", "read_mapping"]

FORMATS = ("access", "csv", "evtx", "exchange", "json", "ndjson", "parquet", "tsv", "w3c", "zeek-tsv")
"""The log formats that a mapping may be for."""

ROLES = ("time", "host", "sensor", "actor", "originator", "responder", "kind")
STATUSES = ("supported", "experimental")
TIME_CASTS = frozenset({Cast.TIME, Cast.TIME_ANY, Cast.TIME_CLF, Cast.TIME_EPOCH_MS, Cast.TIME_EPOCH_S})
DEFAULT_SPECIFICITY = 50
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLUMN_NAME = re.compile(r"[^\x00-\x1f\x7f{}\"]{1,100}")
_CUSTOM_TYPE = re.compile(r"x-[a-z0-9-]{1,200}")
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Recognition:
    """When a mapping fits a log: all of ``all_of`` and, if given, one of ``any_of`` are among its fields.

    Of several that fit, the one of the highest ``specificity`` (0 to 100) is taken.
    """

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    specificity: int = DEFAULT_SPECIFICITY


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping, the formats that it is for, and how a log that it fits is recognised."""

    mapping: Mapping
    formats: tuple[str, ...]
    recognise: Recognition

    @property
    def name(self) -> str:
        """The mapping's name."""
        return self.mapping.name

    def fits(self, format: str, fields: Collection[str]) -> bool:
        """Tell whether a log of ``format`` that has ``fields`` is what this mapping describes.

        ``fields`` are column names or, for JSON, dotted paths; a path also stands for all that lead to it.
        """
        return _fits(self, format, _with_parents(fields))


def choose_mapping(format: str, fields: Collection[str], files: Sequence[MappingFile]) -> MappingFile | None:
    """Return the mapping that describes a log best, or None where none fits.

    The highest specificity wins, then the mapping that knows the most of the log's fields, then the
    first by name.
    """
    seen = _with_parents(fields)
    fitting = [file for file in files if _fits(file, format, seen)]
    if len(fitting) == 1:
        return fitting[0]

    def rank(file: MappingFile) -> tuple[int, int, str]:
        known = sum(any(name in seen for name in column.fields) for column in file.mapping.columns)
        return -file.recognise.specificity, -known, file.name

    return min(fitting, key=rank, default=None)


def is_settled(format: str, fields: Collection[str], files: Sequence[MappingFile]) -> bool:
    """Tell whether :func:`choose_mapping` says the same of a log whose other rows have more fields."""
    chosen = choose_mapping(format, fields, files)
    return chosen is not None and all(
        file is chosen or file.recognise.specificity < chosen.recognise.specificity
        for file in files
        if format in file.formats
    )


def _fits(file: MappingFile, format: str, seen: Collection[str]) -> bool:
    wanted = file.recognise
    return (
        format in file.formats
        and all(name in seen for name in wanted.all_of)
        and (not wanted.any_of or any(name in seen for name in wanted.any_of))
    )


def _with_parents(fields: Iterable[str]) -> frozenset[str]:
    seen = set(fields)
    for name in list(seen):
        at = name.rfind(".")
        while at > 0 and name[:at] not in seen:
            seen.add(name[:at])
            at = name.rfind(".", 0, at)
    return frozenset(seen)


def read_mapping(text: str, origin: str) -> MappingFile:
    """Read a mapping file. ``origin`` is its name, for messages.

    Raises:
        MappingError: the text is no TOML or describes no log; ``where.path`` names the key.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.search(str(error))
        what = str(error)[: found.start()] if found else str(error)
        line, column = (int(found[1]), int(found[2])) if found and found[1] else (None, None)
        raise MappingError(
            f"not TOML: {what}", where=Place(origin, line, column), hint="Keys with blanks need quotes."
        ) from None
    except RecursionError:
        raise MappingError("nested too deeply", where=Place(origin)) from None
    return _Reader(origin).file(document)


class _Reader:
    """Turns one decoded document into a mapping; the first fault ends it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.columns: dict[str, Column] = {}
        self.object_types: dict[str, str] = {}

    def fail(self, path: str, what: str, hint: str | None = None) -> NoReturn:
        raise MappingError(what, where=Place(self.origin, path=path), hint=hint)

    # -- values -----------------------------------------------------------------------------------

    def keys(
        self, path: str, table: Any, known: Sequence[str], required: Sequence[str] = ()
    ) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.fail(path, "a table is expected")
        for key in table:
            if key not in known:
                self.fail(_join(path, key), f"unknown key {key!r}", _did_you_mean(key, known))
        for key in required:
            if key not in table:
                self.fail(_join(path, key), f"the key {key!r} is missing")
        return table

    def text(self, path: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            self.fail(path, "a text that is not empty is expected")
        return value

    def texts(self, path: str, value: Any) -> tuple[str, ...]:
        """A list of texts, or one text for a list of one."""
        values = value if isinstance(value, list) else [value]
        if not values:
            self.fail(path, "at least one is needed")
        places = [f"{path}[{at}]" for at in range(len(values))] if isinstance(value, list) else [path]
        found = tuple(map(self.text, places, values))
        if len(set(found)) < len(found):
            self.fail(path, "something is named twice")
        return found

    def flag(self, path: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail(path, "true or false is expected", "Write it without quotes.")
        return value

    def choice(self, path: str, value: Any, known: Sequence[str]) -> str:
        text = self.text(path, value)
        if text not in known:
            self.fail(path, f"{text!r} is not one of: {', '.join(known)}", _did_you_mean(text, known))
        return text

    def column_name(self, path: str, value: Any) -> str:
        text = self.text(path, value)
        if text not in self.columns:
            self.fail(path, f"there is no column {text!r}", _did_you_mean(text, self.columns))
        return text

    # -- the file -----------------------------------------------------------------------------------

    def file(self, document: dict[str, Any]) -> MappingFile:
        known = (
            "name", "title", "format", "scope", "status", "remedy", *ROLES, "whole", "recognise", "columns", "objects",
        )  # fmt: skip
        self.keys("", document, known, ("name", "title", "format", "scope", "columns", "objects"))
        name = self.text("name", document["name"])
        if not _NAME.fullmatch(name):
            self.fail("name", f"{name[:60]!r} is no short name", "Use lower-case letters, digits, hyphens.")
        formats = tuple(
            self.choice("format", text, FORMATS) for text in self.texts("format", document["format"])
        )
        scope = Scope(self.choice("scope", document["scope"], [str(scope) for scope in Scope]))
        self.read_columns(document["columns"])
        roles = {role: self.role(role, document) for role in ROLES}
        mapping = Mapping(
            name=name,
            title=self.text("title", document["title"]),
            scope=scope,
            columns=tuple(self.columns.values()),
            objects=self.read_objects(document["objects"]),
            **roles,
            remedy=self.text("remedy", document["remedy"]) if "remedy" in document else "",
            status=self.choice("status", document.get("status", "experimental"), STATUSES),
            origin=self.origin,
            whole=self.flag("whole", document.get("whole", False)),
        )
        return MappingFile(with_fitting_casts(mapping), formats, self.recognition(document.get("recognise")))

    def role(self, role: str, document: dict[str, Any]) -> str | None:
        if role not in document:
            return None
        name = self.column_name(role, document[role])
        if role == "time" and self.columns[name].cast not in TIME_CASTS:
            casts = ", ".join(sorted(TIME_CASTS))
            self.fail("time", f"column {name!r} is not cast to a time", f"Casts for times: {casts}.")
        if role in ("originator", "responder") and self.columns[name].cast is not Cast.IP:
            self.fail(role, f"column {name!r} is not cast to an address", 'Give the column the cast "ip".')
        return name

    def recognition(self, table: Any) -> Recognition:
        if table is None:
            # Any field of one's own is sign enough; how many are known decides between mappings.
            fields = dict.fromkeys(name for column in self.columns.values() for name in column.fields)
            return Recognition(any_of=tuple(fields))
        path = "recognise"
        self.keys(path, table, ("all_of", "any_of", "specificity"))
        specificity = table.get("specificity", DEFAULT_SPECIFICITY)
        if type(specificity) is not int or not 0 <= specificity <= 100:
            self.fail(f"{path}.specificity", "a whole number from 0 to 100 is expected")
        all_of, any_of = (
            self.texts(f"{path}.{key}", table[key]) if key in table else () for key in ("all_of", "any_of")
        )
        if not all_of and not any_of:
            self.fail(
                path,
                "all_of or any_of is needed",
                "Leave the table out, and any field of the columns will do.",
            )
        return Recognition(all_of, any_of, specificity)

    # -- columns ------------------------------------------------------------------------------------

    def read_columns(self, table: Any) -> None:
        if not isinstance(table, dict) or not table:
            self.fail("columns", "a table with at least one column is expected")
        spellings: dict[str, str] = {}
        for name, value in table.items():
            path = _join("columns", name)
            if not _COLUMN_NAME.fullmatch(name):
                self.fail(path, "a column's name is 1 to 100 characters without braces or double quotes")
            # The database engine does not tell upper from lower case in names.
            other = spellings.setdefault(name.casefold(), name)
            if other != name:
                self.fail(path, f"the columns {other!r} and {name!r} differ in case only")
            self.columns[name] = self.column(path, name, value)

    def column(self, path: str, name: str, value: Any) -> Column:
        if isinstance(value, str):
            return Column(name, (name,), self.cast(path, value))
        if isinstance(value, list):
            return Column(name, self.texts(path, value))
        self.keys(path, value, ("field", "fields", "cast", "join"))
        if "field" in value and "fields" in value:
            self.fail(_join(path, "fields"), "field and fields are two ways of saying one thing: keep one")
        if "field" in value:
            fields: tuple[str, ...] = (self.text(_join(path, "field"), value["field"]),)
        elif "fields" in value:
            fields = self.texts(_join(path, "fields"), value["fields"])
        else:
            fields = () if "join" in value else (name,)
        cast = self.cast(_join(path, "cast"), value.get("cast", "text"))
        joins = self.joins(_join(path, "join"), value["join"]) if "join" in value else ()
        return Column(name, fields, cast, joins)

    def cast(self, path: str, value: Any) -> Cast:
        casts = [str(cast) for cast in Cast]
        text = self.text(path, value)
        if text not in casts:
            near = difflib.get_close_matches(text, casts, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f'For a field write {{ field = "{text}" }}.'
            self.fail(path, f"{text!r} is not one of: {', '.join(casts)}", hint)
        return Cast(text)

    def joins(self, path: str, value: Any) -> tuple[tuple[Binding, ...], ...]:
        return tuple(self.join(path, template) for template in self.texts(path, value))

    def join(self, path: str, template: str) -> tuple[Binding, ...]:
        """The parts of ``http://{host}{uri}``: constants, and columns declared above."""
        parts: list[Binding] = []
        for at, piece in enumerate(_PLACEHOLDER.split(template)):
            if at % 2:
                if piece not in self.columns:
                    hint = _did_you_mean(piece, self.columns) or "A join names columns that stand above it."
                    self.fail(path, f"there is no column {piece!r} above", hint)
                parts.append(Binding(column=piece))
            elif "{" in piece or "}" in piece:
                self.fail(path, f"a brace is left open in {template!r}")
            elif piece:
                parts.append(Binding(constant=piece))
        if not any(part.column for part in parts):
            self.fail(path, f"{template!r} names no column", 'Write columns in braces: "http://{host}{uri}".')
        return tuple(parts)

    # -- objects ------------------------------------------------------------------------------------

    def read_objects(self, table: Any) -> tuple[ObjectMap, ...]:
        if not isinstance(table, dict) or not table:
            self.fail("objects", "a table with at least one object is expected")
        self.object_types = {
            name: value["type"]
            for name, value in table.items()
            if isinstance(value, dict) and isinstance(value.get("type"), str)
        }
        objects: list[ObjectMap] = []
        for name, value in table.items():
            path = _join("objects", name)
            objects += (
                self.short_objects(path, name, value) if ":" in name else [self.object(path, name, value)]
            )
        self.refuse_circles(objects)
        return tuple(objects)

    def short_objects(self, path: str, name: str, value: Any) -> Iterator[ObjectMap]:
        """``"ip-addr:value" = ["src", "dst"]``: an object for each column, of one property."""
        kind, _, steps = name.partition(":")
        self.type(path, kind)
        object_path = self.object_path(path, kind, steps)
        if self.names_object(object_path):
            self.fail(path, "a reference needs a table of its own", "Write [objects.connection] with a type.")
        for column in self.texts(path, value):
            binding = Binding(column=self.column_name(path, column))
            yield ObjectMap(f"{name} {column}", kind, ((_steps(object_path), binding),))

    def object(self, path: str, name: str, value: Any) -> ObjectMap:
        if not isinstance(value, dict):
            self.fail(
                path, "a table with a type is expected", 'Or, for one property: "ip-addr:value" = "column".'
            )
        kind = self.type(_join(path, "type"), value.get("type"))
        partial, partial_with = self.partial(_join(path, "partial"), value.get("partial", False))
        paths: dict[str, Binding] = {}
        for key, bound in value.items():
            if key in ("type", "when", "partial", "whole"):
                continue
            key_path = _join(path, key)
            object_path = self.object_path(key_path, kind, key)
            if _steps(object_path) in paths:
                self.fail(key_path, f"{object_path} is given twice")
            paths[_steps(object_path)] = self.binding(key_path, object_path, bound)
        if all(binding.constant for binding in paths.values()):
            self.fail(path, "nothing of this object comes from the log, so it would never be there")
        when = self.when(_join(path, "when"), value["when"]) if "when" in value else None
        whole = self.when(_join(path, "whole"), value["whole"]) if "whole" in value else None
        return ObjectMap(name, kind, tuple(paths.items()), when, partial, whole, partial_with)

    def partial(self, path: str, value: Any) -> tuple[bool, tuple[str, ...]]:
        """Of an object whether it is always partial, and with which columns it is so."""
        if isinstance(value, bool):
            return value, ()
        if not isinstance(value, list):
            self.fail(path, "true or false, or a list of columns, is expected")
        return False, tuple(self.column_name(path, name) for name in self.texts(path, value))

    def type(self, path: str, value: Any) -> str:
        kind = self.text(path, value)
        if kind not in OBSERVABLE_PROPERTIES and not _CUSTOM_TYPE.fullmatch(kind):
            self.fail(
                path, f"{kind!r} is no STIX observable type", _did_you_mean(kind, OBSERVABLE_PROPERTIES)
            )
        return kind

    def object_path(self, path: str, kind: str, steps: str) -> ObjectPath:
        try:
            found = parse_path(f"{kind}:{steps}")
        except BadInput as error:
            self.fail(
                path, f"{steps!r} is no object path: {error.what}", "Quote steps like hashes.'SHA-256'."
            )
        first = found.steps[0]
        known = OBSERVABLE_PROPERTIES.get(kind)
        if known is not None and first not in known and not str(first).startswith("x_"):
            self.fail(path, f"{kind} has no property {first!r}", _did_you_mean(str(first), known))
        if any(isinstance(step, int) for step in found.steps):
            self.fail(path, f"{steps!r} names one element of a list", "Write [*], any element.")
        return found

    def names_object(self, path: ObjectPath) -> bool:
        named = [step for step in path.steps if isinstance(step, str)][-1]
        return named.endswith(("_ref", "_refs"))

    def binding(self, path: str, object_path: ObjectPath, value: Any) -> Binding:
        if isinstance(value, dict):
            self.keys(path, value, ("constant",), ("constant",))
            return Binding(constant=self.text(_join(path, "constant"), value["constant"]))
        text = self.text(path, value)
        if not self.names_object(object_path):
            return Binding(column=self.column_name(path, text))
        if text not in self.object_types:
            self.fail(path, f"there is no object {text!r}", _did_you_mean(text, self.object_types))
        return Binding(reference=text)

    def when(self, path: str, value: Any) -> When:
        if not isinstance(value, dict) or len(value) != 1:
            self.fail(path, "a table with one column is expected", 'Write when = { event_id = ["1", "11"] }.')
        ((column, values),) = value.items()
        self.column_name(_join(path, column), column)
        return When(column, self.texts(_join(path, column), values))

    def refuse_circles(self, objects: Sequence[ObjectMap]) -> None:
        references = {item.name: [bound.reference for _, bound in item.paths] for item in objects}
        try:
            graphlib.TopologicalSorter(references).prepare()
        except graphlib.CycleError as error:
            name, target = error.args[1][:2]
            self.fail(_join("objects", str(name)), f"{name!r} and {target!r} refer to each other in a circle")


def _steps(path: ObjectPath) -> str:
    return str(path).removeprefix(f"{path.type}:")


def _join(path: str, key: str) -> str:
    written = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"{path}.{written}" if path else written


def _did_you_mean(text: str, known: Iterable[str]) -> str | None:
    names = sorted(known)
    near = difflib.get_close_matches(text, names, 1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(names)}." if len(names) <= 60 else None
