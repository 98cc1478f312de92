"""The reporting rules that ship, and those that an owner adds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from tocsin.incidents.rules.rulebook import Rulebook, read_rulebook

__all__ = ["shipped_rulebook", "with_own"]


@cache
def shipped_rulebook() -> Rulebook:
    """The rules of ``data/rules`` with the calendars of ``data/calendars``."""
    return read_rulebook(_shipped("rules"), _shipped("calendars"))


def with_own(own: Mapping[str, bytes], calendars: Mapping[str, bytes] | None = None) -> Rulebook:
    """The rules that ship and those of an owner's files, by their names; so too calendars.

    Raises:
        BadInput: a file cannot be read as rules, or says an id again without ``replaces``.
    """
    return read_rulebook(_shipped("rules") | dict(own), _shipped("calendars") | dict(calendars or {}))


@cache
def _shipped(folder: str) -> dict[str, bytes]:
    found = [each for each in (files("tocsin") / "data" / folder).iterdir() if each.name.endswith(".toml")]
    return {each.name: each.read_bytes() for each in sorted(found, key=lambda each: each.name)}
