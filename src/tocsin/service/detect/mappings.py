"""The mappings that ship with the program."""

from __future__ import annotations

from functools import cache
from importlib import resources

from tocsin.detect.mapping_file import MappingFile, read_mapping

__all__ = ["shipped_mappings"]


@cache
def shipped_mappings() -> tuple[MappingFile, ...]:
    """Return the mappings of ``tocsin/data/mappings``, ordered by file name."""
    folder = resources.files("tocsin") / "data" / "mappings"
    found = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return tuple(read_mapping(found[name].read_text(encoding="utf-8"), name) for name in sorted(found))
