"""Needs: what is grave, what adds up, and how they stand on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from tocsin.service.home.home import Home, Item, Need, Quiet, Step, Unknown

__all__ = ["BAD", "CALM", "NAME", "OVER", "SECOND_US", "SHORT", "STEPS", "TONES", "arranged", "need", "part"]

BAD: Final = "bad"
OVER: Final = "over"
CALM: Final = "calm"
TONES: Final = (BAD, OVER, CALM)
SECOND_US: Final = 1_000_000
NAME: Final = 160
SHORT: Final = 80

STEPS: Final = (
    Step(
        words="Join a hub: its operator gives you an invitation. From then on its warnings come in.",
        do="tocsin join URL INVITATION",
    ),
    Step(
        words="Check your own logs against them. What is found stays here.",
        do="tocsin sync && tocsin check /var/log",
    ),
    Step(
        words="Say what runs here, and bring what is known of it.",
        do="tocsin inventory add /var/lib/dpkg/status --site server-1 && tocsin sync kev cve osv csaf",
    ),
    Step(
        words="Or be a hub yourself: publish warnings, and invite members.",
        do="tocsin publish FILE && tocsin member add NAME --sector SECTOR",
    ),
)
"""With what an empty node is begun."""


def arranged(
    made: str,
    node: str,
    needs: Iterable[Need],
    quiet: Iterable[Quiet],
    unknown: Sequence[Unknown],
    *,
    empty: bool,
) -> Home:
    """All of it, the gravest kinds first; kinds of which there is nothing are left out.

    Of an ``empty`` node it is told with what to begin, in place of all that cannot be told.
    """
    there = sorted((one for one in needs if one.count), key=lambda one: TONES.index(one.tone))
    empty = empty and not there
    return Home(
        made=made,
        node=node,
        count=sum(one.count for one in there),
        needs=there,
        quiet=[one for one in quiet if one.count],
        unknown=[] if empty else list(unknown),
        steps=list(STEPS) if empty else [],
    )


def need(key: str, title: str, tone: str, items: Iterable[Item], count: int, *, link: str, verb: str) -> Need:
    """A need whose count adds up: what is not told of it is ``more``."""
    told = list(items)
    return Need(
        key=key,
        title=title,
        tone=tone,
        count=count,
        more=count - sum(one.stands_for for one in told),
        link=link,
        verb=verb,
        items=told,
    )


def part(text: str) -> str:
    """``text`` as one part of a path."""
    return quote(text, safe="")
