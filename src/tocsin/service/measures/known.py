"""What is known of attacks and measures: what ships, with what a person says otherwise."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tocsin.measures.catalogue import Catalogue, measures_of, read_catalogue, read_own
from tocsin.measures.knowledge import Knowledge, shipped_knowledge

__all__ = ["catalogue_of", "known"]


@cache
def known() -> Knowledge:
    """Attacks, as the ATT&CK that ships tells of them."""
    return shipped_knowledge()


def catalogue_of(name: str = "tocsin", own: bytes | None = None, own_name: str = "") -> Catalogue:
    """The measures: ours (``tocsin``), or ATT&CK's mitigations as they are (``attack``).

    ``own`` is the text of a person's file that changes guesses and adds measures.

    Raises:
        BadInput: that file cannot be read.
    """
    base = measures_of(known()) if name == "attack" else _shipped()
    return read_own(own, own_name, base, known()) if own is not None else base


@cache
def _shipped() -> Catalogue:
    file = files("tocsin") / "data" / "measures" / "catalogue.toml"
    return read_catalogue(file.read_bytes(), "catalogue.toml", known())
