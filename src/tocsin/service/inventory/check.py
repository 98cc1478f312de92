"""``check --inventory``: which products here are affected, what to do first, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from tocsin import __version__
from tocsin.errors import NothingToCheck
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.assess import assess, count, without_data
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.covered import covered_by_documents
from tocsin.inventory.decision_table import DecisionTable, parse_table
from tocsin.inventory.end_of_life import past_their_end
from tocsin.inventory.epss import Scores
from tocsin.inventory.exposure import Exposures, FeedAge, InventoryResult, NotRead
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.lifecycle import Lifecycles
from tocsin.inventory.release import releases_of
from tocsin.inventory.urgency import Priorities
from tocsin.limits import ADVISORIES_STALE_S

if TYPE_CHECKING:
    # What reads every form is loaded where something is read: a node's own is kept in one.
    from tocsin.service.inventory.reading import ReadAdvisories

__all__ = [
    "TABLES",
    "USUAL",
    "Files",
    "KnownAdvisory",
    "NamedBills",
    "Wanted",
    "age_of",
    "assessed",
    "check_files",
    "decision_table",
    "judged",
    "named_bills",
    "result_of",
    "told_at",
]

TABLES: Final = ("bod-26-04", "cisa-coordinator")
"""The tables that tell what to do and by when; the first is asked where none is named."""

_DAY_S: Final = 86_400


class KnownAdvisory(msgspec.Struct, frozen=True, gc=False):
    """An advisory, the feed it came with, and the day since which it is known here."""

    advisory: Advisory
    feed: FeedAge
    since: date


@cache
def decision_table(name: str = TABLES[0]) -> DecisionTable:
    """The table ``name`` of :data:`TABLES`."""
    file = f"{name}.toml"
    return parse_table((files("tocsin.data") / "decisions" / file).read_bytes(), file)


@dataclass(frozen=True, slots=True)
class Wanted:
    """By which table what to do is decided, and what of it only a person knows: ``sectors``, and the ``mission``.

    ``mission`` is what is at stake for the mission and the public: ``low``, ``medium``, ``high``, "" if it is not said.
    """

    table: str = TABLES[0]
    sectors: tuple[str, ...] = ()
    mission: str = ""

    def priorities(self, scores: Scores | None) -> Priorities:
        """What orders an answer, with the ``scores`` that are known."""
        chance = cache(scores.chance) if scores is not None else (lambda _: None)
        return Priorities(decision_table(self.table), chance, frozenset(self.sectors), self.mission)


USUAL: Final = Wanted()
"""What is wanted where nobody said."""


@dataclass(frozen=True, slots=True)
class Files:
    """What a person names: bills and advisories as files, folders, globs or ``-``; ``exposed`` of all of it."""

    bills: tuple[str, ...]
    against: tuple[str, ...]
    site: str = ""
    exposed: bool = False
    form: str = ""
    wanted: Wanted = USUAL


def check_files(asked: Files, now_s: float, stdin: BinaryIO | None) -> InventoryResult:
    """Judge what the named bills list by the named advisories; nothing is kept.

    Raises:
        NothingToCheck: no bill, or no advisory, is among what was named.
        BadInput: a single file was named that is neither.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    from tocsin.service.inventory.reading import read_feeds

    named = named_bills(asked, now_s, stdin)
    feeds = read_feeds(asked.against, stdin)
    return judged(named.releases, feeds, named.not_read, now_s, bills=named.bills, wanted=asked.wanted)


@dataclass(frozen=True, slots=True)
class NamedBills:
    """What the files named list, how many bills they are, and what could not be read."""

    releases: list[HeldRelease]
    bills: int
    not_read: list[NotRead]


def named_bills(asked: Files, now_s: float, stdin: BinaryIO | None) -> NamedBills:
    """What the named bills list.

    Raises:
        NothingToCheck: there is no bill among them, or none lists anything.
        BadInput: a single file was named that is none.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    from tocsin.service.inventory.reading import read_bills

    today = datetime.fromtimestamp(now_s, UTC).date()
    bills, not_read = read_bills(asked.bills, stdin, form=asked.form)
    places: dict[Component, dict[HeldBill, str]] = {}
    for read in bills:
        # What it is a bill of is there, too.
        subject = (read.bill.subject,) if read.bill.subject is not None else ()
        bill = HeldBill(asked.site, asked.exposed, "", read.name, read.bill.subject, today)
        for one in releases_of((*read.bill.components, *subject)):
            places.setdefault(one.release.component, {})[bill] = one.place
    releases = [HeldRelease(component, held) for component, held in places.items()]
    not_read += [one for read in bills for one in read.not_read]
    if not releases and not not_read:
        raise NothingToCheck(
            f"{bills[0].name} lists no component" if len(bills) == 1 else "the bills list no component",
            hint="Look at what wrote it: a product without parts is rare.",
        )
    return NamedBills(releases, len(bills), not_read)


def judged(
    releases: Sequence[HeldRelease],
    feeds: Sequence[ReadAdvisories],
    not_read: Iterable[NotRead],
    now_s: float,
    *,
    bills: int,
    wanted: Wanted = USUAL,
) -> InventoryResult:
    """The answer about ``releases`` by the advisories of ``feeds``, which were known here from today on.

    Raises:
        NothingToCheck: there is not one advisory.
    """
    from tocsin.service.inventory.reading import dated

    advisories = [one for feed in feeds for one in feed.advisories]
    if not advisories:
        raise NothingToCheck(
            "no advisory is among what was named",
            hint="Name a KEV catalogue, CVE, OSV or CSAF records, or a VEX document.",
        )
    today = datetime.fromtimestamp(now_s, UTC).date()
    known = [
        KnownAdvisory(advisory, age, today)
        for feed in feeds
        for age in (age_of(feed.name, dated(feed.advisories), len(feed.advisories), now_s),)
        for advisory in feed.advisories
    ]
    unread = (*not_read, *(one for feed in feeds for one in feed.not_read))
    ages = [
        age_of(feed.name, feed.lifecycles.dated, len(feed.lifecycles), now_s)
        for feed in feeds
        if feed.lifecycles is not None
    ]
    days = [feed for feed in feeds if feed.scores is not None]
    ages += [scores_age(feed.scores, now_s, feed.name) for feed in days if feed.scores is not None]
    newest = max((feed.scores for feed in days if feed.scores), key=lambda one: one.dated, default=None)
    return result_of(
        releases,
        known,
        covered_by_documents(advisories),
        unread,
        now_s,
        bills=bills,
        feeds=[*dict.fromkeys(one.feed for one in known), *ages],
        lifecycles=_all_lifecycles(feeds),
        priorities=wanted.priorities(newest),
    )


def _all_lifecycles(feeds: Iterable[ReadAdvisories]) -> Lifecycles | None:
    held = [feed.lifecycles for feed in feeds if feed.lifecycles is not None]
    if not held:
        return None
    return Lifecycles((one for several in held for one in several.all), min(one.dated for one in held))


def result_of(
    releases: Sequence[HeldRelease],
    known: Sequence[KnownAdvisory],
    covered: set[str],
    not_read: tuple[NotRead, ...],
    now_s: float,
    *,
    bills: int,
    feeds: Sequence[FeedAge] = (),
    lifecycles: Lifecycles | None = None,
    priorities: Priorities | None = None,
) -> InventoryResult:
    """The answer about ``releases`` by the advisories that are ``known``, of all ``feeds`` (else: of theirs)."""
    priorities = priorities or USUAL.priorities(None)
    today = datetime.fromtimestamp(now_s, UTC).date()
    exposures = assessed(releases, known, priorities, today)
    return InventoryResult(
        exposures=exposures,
        counts=count(releases, exposures, covered),
        no_data=without_data(releases, exposures, covered),
        feeds=tuple(feeds) or tuple(dict.fromkeys(one.feed for one in known)),
        not_read=not_read,
        sites=len({bill.site for release in releases for bill in release.held}),
        bills=bills,
        made=told_at(now_s),
        tocsin=__version__,
        past_end=past_their_end(releases, lifecycles, today),
        decided_by=priorities.table.told,
    )


def assessed(
    releases: Iterable[HeldRelease], known: Sequence[KnownAdvisory], priorities: Priorities, today: date
) -> Exposures:
    """What the advisories that are ``known`` say of ``releases`` (:func:`tocsin.inventory.assess.assess`)."""
    by_advisory = {id(one.advisory): one for one in known}
    return assess(
        releases,
        ClaimIndex(one.advisory for one in known),
        lambda judgement: by_advisory[id(judgement.match.advisory)].feed,
        lambda judgement: by_advisory[id(judgement.match.advisory)].since,
        priorities,
        today,
    )


def told_at(now_s: float) -> str:
    """A time (seconds since 1970) as an answer says when it was made."""
    return datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def age_of(name: str, day: str, advisories: int, now_s: float) -> FeedAge:
    """How old a feed of ``day`` is; what does not say of which day it is is taken as stale."""
    age_s = seconds_since(day, now_s)
    return FeedAge(name, advisories, day, age_s, stale=age_s is None or age_s > ADVISORIES_STALE_S)


def scores_age(scores: Scores, now_s: float, name: str) -> FeedAge:
    """How old scores are; they order what is to be done, and no answer hangs on them."""
    return replace(age_of(name, scores.dated, len(scores), now_s), orders_only=True)


def seconds_since(day: str, now_s: float) -> int | None:
    """Seconds since the end of ``day`` (``YYYY-MM-DD``), 0 while it lasts; None for no day, or one still to come."""
    try:
        begin = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    # A clock may be some hours off, and days begin earlier in the east.
    return None if begin - now_s > _DAY_S else max(0, int(now_s - begin - _DAY_S))
