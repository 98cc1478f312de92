"""The one page of the morning as data: what needs a person now, what cannot be told, and what to begin with."""

from __future__ import annotations

import msgspec

__all__ = ["Home", "Item", "Need", "Quiet", "Step", "Unknown"]


class Item(msgspec.Struct, kw_only=True, frozen=True):
    """One thing that needs somebody, in a line. ``link`` leads to it in the node's pages.

    ``mark`` is a word of its pillar (``critical``, ``affected``, ``overdue``), ``due`` by when or how long is left,
    ``about`` what else is to be known at once. ``stands_for`` is how many things of its section it is.
    """

    words: str
    link: str
    mark: str = ""
    due: str = ""
    about: str = ""
    stands_for: int = 1


class Need(msgspec.Struct, kw_only=True, frozen=True):
    """Things of one kind that need somebody: ``count`` of them, the gravest as ``items``, ``more`` that are not told.

    ``tone`` is ``bad`` where something is overdue, shut out or grave, ``over`` where it becomes so, else ``calm``.
    ``link`` and ``verb`` lead to all of them, in the pages and at the command line.
    """

    key: str
    title: str
    tone: str
    count: int
    more: int
    link: str
    verb: str
    items: list[Item]


class Quiet(msgspec.Struct, kw_only=True, frozen=True):
    """What is to be known and needs nobody: ``count`` things of one kind, with ``link`` and ``verb`` to all of them."""

    key: str
    words: str
    count: int
    link: str
    verb: str


class Unknown(msgspec.Struct, kw_only=True, frozen=True):
    """What cannot be told, and what to do about it: a command, or a page; "" where there is none."""

    words: str
    do: str = ""
    link: str = ""


class Step(msgspec.Struct, kw_only=True, frozen=True):
    """One of the things with which an empty node is begun, and its command."""

    words: str
    do: str


class Home(msgspec.Struct, kw_only=True, frozen=True):
    """What needs somebody now, the gravest kinds first; ``count`` is the sum of their counts.

    ``quiet`` needs nobody, is told all the same, and is no part of ``count``. ``steps`` are there while the node knows
    nothing at all.
    """

    made: str
    node: str
    count: int
    needs: list[Need]
    quiet: list[Quiet]
    unknown: list[Unknown]
    steps: list[Step]
