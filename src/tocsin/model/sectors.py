"""The 16 critical-infrastructure sectors of PPD-21 and NSM-22, and what others call them.

The table is package data (``tocsin/data/sectors.json``, with its provenance). This is the one module of
``model`` that reads a file: its own, which ships with it and never changes while the program runs.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

import msgspec

__all__ = ["NAICS_DIGITS", "Sector", "find_sector", "is_other_sector", "sectors", "sectors_of_naics"]

NAICS_DIGITS: Final = (2, 4)
"""Fewest and most digits of the NAICS codes in the table."""


class Sector(msgspec.Struct, frozen=True, kw_only=True):
    """One sector. ``id`` is ours (``water-and-wastewater``), ``name`` CISA's.

    ``industry_sector_ov`` are the values of STIX 2.1's ``industry-sector-ov`` that mean it,
    ``misp_galaxy`` the MISP galaxy's names, ``naics_2022`` codes of two to four digits.
    """

    id: str
    name: str
    sector_risk_management_agencies: tuple[str, ...]
    aliases: tuple[str, ...]
    industry_sector_ov: tuple[str, ...]
    naics_2022: tuple[str, ...]
    misp_galaxy: tuple[str, ...]


class _Other(msgspec.Struct, frozen=True):
    industry_sector_ov: dict[str, str]
    misp_galaxy: dict[str, str]


class _Table(msgspec.Struct, frozen=True):
    provenance: dict[str, str]
    sectors: tuple[Sector, ...]
    other: _Other


def sectors() -> tuple[Sector, ...]:
    """All 16, by name."""
    return _table().sectors


def find_sector(text: str) -> Sector | None:
    """The sector that ``text`` names: its id, name, ``industry-sector-ov`` value or MISP name.

    Case, blanks and punctuation do not matter, nor a final "sector". None for anything else, also for
    values that name no one sector (``utilities``): see :func:`is_other_sector`.
    """
    folded = _fold(text)
    found = _names().get(folded)
    return found or _names().get(folded.removesuffix("sector"))


def is_other_sector(text: str) -> bool:
    """Whether ``text`` is an ``industry-sector-ov`` or MISP value that means none, or no one, of the 16."""
    return _fold(text) in _other_names()


def sectors_of_naics(code: str) -> tuple[Sector, ...]:
    """The sectors of a company with this NAICS 2022 code (two to six digits).

    The longest code of the table that it begins with decides; one code may stand for two sectors.
    """
    fewest, most = NAICS_DIGITS
    for digits in range(min(most, len(code)), fewest - 1, -1):
        found = tuple(sector for sector in sectors() if code[:digits] in sector.naics_2022)
        if found:
            return found
    return ()


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.replace("&", "and").casefold())


@cache
def _table() -> _Table:
    text = resources.files("tocsin").joinpath("data/sectors.json").read_bytes()
    return msgspec.json.decode(text, type=_Table)


@cache
def _names() -> dict[str, Sector]:
    # A sector's own names come last, so that they win.
    named = {_fold(name): sector for sector in sectors() for name in sector.misp_galaxy}
    named |= {_fold(name): sector for sector in sectors() for name in sector.industry_sector_ov}
    named |= {
        _fold(name): sector for sector in sectors() for name in (sector.id, sector.name, *sector.aliases)
    }
    return named


@cache
def _other_names() -> frozenset[str]:
    other = _table().other
    return frozenset(map(_fold, (*other.industry_sector_ov, *other.misp_galaxy)))
