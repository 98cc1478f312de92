"""Statements as a person writes them: a file of TOML or JSON, each with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING, STATEMENT_FILE_BYTES, STATEMENTS_AT_ONCE
from tocsin.model.json_text import nests_deeper
from tocsin.model.toml_text import decode_toml
from tocsin.ransom.address.address import NotScreenable, parse_address
from tocsin.ransom.attribution.statement import Statement

__all__ = ["read_statements"]

_NOUN: Final = "file of statements"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    statement: Annotated[tuple[Statement, ...], msgspec.Meta(min_length=1, max_length=STATEMENTS_AT_ONCE)]


def read_statements(data: bytes, name: str) -> tuple[Statement, ...]:
    """Read the file ``name``: TOML with a table ``[[statement]]`` each, or JSON of the same form.

    An address is given the one spelling of it. Whether an incident is there is not looked at.

    Raises:
        BadInput: it cannot be read, or a statement says what none can; nothing of the file counts.
        LimitExceeded: it is too large, or nests too deep.
    """
    held = _json(data, name) if data.lstrip().startswith(b"{") else _toml(data, name)
    return tuple(
        _checked(one, Place(file=name, path=f"$.statement[{number}]"))
        for number, one in enumerate(held.statement)
    )


def _toml(data: bytes, name: str) -> _File:
    return decode_toml(data, name, _File, _NOUN, STATEMENT_FILE_BYTES)


def _json(data: bytes, name: str) -> _File:
    where = Place(file=name)
    if len(data) > STATEMENT_FILE_BYTES:
        raise LimitExceeded(f"the {_NOUN} has more than {STATEMENT_FILE_BYTES >> 10} KiB", where=where)
    if nests_deeper(data, JSON_NESTING):
        raise LimitExceeded(f"nests deeper than {JSON_NESTING} levels", where=where)
    try:
        return msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise BadInput(
            f"is no {_NOUN}: {what.replace('`', chr(39))}",
            where=Place(file=name, path=path.rstrip("`") or "$"),
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is no JSON: {error}", where=where) from None


def _checked(one: Statement, where: Place) -> Statement:
    for path, text in _needed(one):
        if not text.strip():
            raise BadInput("it is blank", where=Place(file=where.file, path=f"{where.path}.{path}"))
    subjects = [field for field in ("address", "cluster", "incident") if getattr(one, field)]
    if len(subjects) != 1:
        raise BadInput(
            f"it is about {' and '.join(subjects) or 'nothing'}",
            where=where,
            hint="Say one of address, cluster (an address of it) and incident.",
        )
    if one.role.is_of_state and not one.country:
        raise BadInput(
            f"the role {one.role} needs the country",
            where=where,
            hint='Say which state: country = "XX" (ISO 3166-1).',
        )
    if (one.country or one.about) and not one.role.is_of_state:
        raise BadInput(
            f"the role {one.role} has neither country nor about",
            where=where,
            hint="A state is named by the roles host_state and state_direction, each in a statement of its own.",
        )
    field = subjects[0]
    return (
        one if field == "incident" else msgspec.structs.replace(one, **{field: _address(one, field, where)})
    )


def _needed(one: Statement) -> Iterator[tuple[str, str]]:
    """The texts that have to say something, each with its path."""
    yield from (("named", one.named), ("said_by", one.said_by))
    yield from ((f"would_change[{number}]", text) for number, text in enumerate(one.would_change))
    for number, item in enumerate(one.evidence):
        path = f"evidence[{number}]"
        yield from ((f"{path}.source", item.source), (f"{path}.what", item.what))
        yield from ((f"{path}.inconsistent_with[{n}]", name) for n, name in enumerate(item.inconsistent_with))


def _address(one: Statement, field: str, where: Place) -> str:
    try:
        read = parse_address(getattr(one, field))
    except BadInput as error:
        column = error.where.column if error.where else None
        error.what = f"character {column}: {error.what}" if column else error.what
        error.where = Place(file=where.file, path=f"{where.path}.{field}")
        raise
    return read.text.strip() if isinstance(read, NotScreenable) else read.text
