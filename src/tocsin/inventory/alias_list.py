"""A list of aliases as CSV (RFC 4180), so that a sector shares what one of its members found out.

A row says of one product name whether it is another. A name is maker and product, or an identifier: a purl, a CPE
name, or ``model:``, ``sku:``, ``serial:`` or ``hash:`` with a number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.inventory.alias import Alias
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.component import Unread
from tocsin.inventory.cpe import parse_cpe
from tocsin.inventory.identity import Identity
from tocsin.inventory.purl import parse_purl
from tocsin.model.told.cell import cell, unguarded

__all__ = ["COLUMNS", "read_alias_list", "render"]

COLUMNS: Final = (
    "maker", "product", "identifier", "said", "their maker", "their product", "their identifier", "on", "by", "why",
)  # fmt: skip
"""What inventories call so, ``same`` or ``different``, what advisories call so, and who said it when and why."""

_SAID: Final = {"same": True, "different": False}
_NUMBERS: Final = {"model": "models", "sku": "skus", "serial": "serials", "hash": "hashes"}


def render(aliases: Iterable[Alias]) -> Iterator[str]:
    """Write a heading and a row an alias; a cell that a spreadsheet could run begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in aliases:
        said = "same" if one.same else "different"
        row = (*_cells(one.held), said, *_cells(one.named), one.on, one.by, one.why)
        writer.writerow([cell(each) for each in row])
    yield text.getvalue()


def _cells(identity: Identity) -> tuple[str, str, str]:
    numbers = [f"{kind}:{one}" for kind, several in _NUMBERS.items() for one in getattr(identity, several)]
    return identity.vendor, identity.name, next(iter((*identity.purls, *identity.cpes, *numbers)), "")


def read_alias_list(data: bytes, name: str) -> tuple[list[Alias], list[Unread]]:
    """Read a list; gives also the rows that could not be read, with why.

    Raises:
        BadInput: it is no text, or its heading is not that of such a list.
    """
    rows = csv.reader(io.StringIO("\n".join(lines_of(data, name))), strict=True)
    found: list[Alias] = []
    unread: list[Unread] = []
    try:
        heading = [each.strip().lower() for each in next(rows, [])]
        if heading != list(COLUMNS):
            raise BadInput(
                "is no list of aliases",
                where=Place(file=name or None, line=1),
                hint=f"Its first line has to be: {','.join(COLUMNS)}",
            )
        for row in rows:
            if not any(each.strip() for each in row):
                continue
            try:
                found.append(_alias(row))
            except (BadInput, ValueError) as error:
                unread.append(Unread(f"line {rows.line_num}", getattr(error, "what", "") or str(error)))
    except csv.Error as error:
        raise BadInput(f"is no CSV: {error}", where=Place(file=name or None, line=rows.line_num)) from None
    return found, unread


def _alias(row: list[str]) -> Alias:
    """The alias in a row.

    Raises:
        BadInput: it is none.
    """
    if len(row) != len(COLUMNS):
        raise BadInput(f"it has {len(row)} cells and not {len(COLUMNS)}")
    texts = [" ".join(unguarded(each).split()) for each in row]
    held, said, named = _identity(*texts[:3]), texts[3], _identity(*texts[4:7])
    if said.lower() not in _SAID:
        raise BadInput(f"it says {said[:40]!r} and neither same nor different")
    try:
        day = date.fromisoformat(texts[7]).isoformat()
    except ValueError:
        raise BadInput(f"{texts[7][:40]!r} is no day") from None
    if not texts[8]:
        raise BadInput("it does not say who said so")
    return Alias(held, named, _SAID[said.lower()], day, texts[8], texts[9])


def _identity(maker: str, product: str, identifier: str) -> Identity:
    """The name in three cells.

    Raises:
        BadInput: there is none, or the identifier is none.
    """
    kind, _, number = identifier.partition(":")
    if kind == "pkg":
        parse_purl(identifier)
        return Identity(purls=(identifier,))
    if kind == "cpe":
        parse_cpe(identifier)
        return Identity(cpes=(identifier,))
    if kind in _NUMBERS and number:
        return msgspec.structs.replace(Identity(), **{_NUMBERS[kind]: (number,)})
    if identifier:
        raise BadInput(f"{identifier[:80]!r} is no identifier")
    if not product:
        raise BadInput("it names no product")
    return Identity(name=product, vendor=maker)
