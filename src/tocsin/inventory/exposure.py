"""The answer about an inventory: what is affected where, why, and by when it is to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import overload

import msgspec

from tocsin.inventory.advisory import Stakes
from tocsin.inventory.component import Component
from tocsin.inventory.decision_table import Decision
from tocsin.inventory.epss import Chance
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.judge import Judgement
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.treatment import OPEN, Treatment

__all__ = [
    "Case",
    "Counts",
    "Exposure",
    "Exposures",
    "FeedAge",
    "InventoryResult",
    "NoData",
    "NotRead",
    "PastItsEnd",
    "Treatment",
    "Warned",
]


class Case(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One vulnerability of one release, for all the bills ``at`` which all about it is the same.

    ``due`` is the day by which it is to be mended (``YYYY-MM-DD``), "" where that is at the next upgrade or nothing
    is to be done; ``feed`` is what the deciding advisory came with. ``noted`` is what is being done, None where nobody
    noted anything. ``chance`` is how likely it is to be exploited, ``sectors`` are the names of those of whoever asks
    that an advisory about it names: both order what is due on the same day and decide nothing.
    """

    release: HeldRelease
    at: Sequence[HeldBill]
    judgement: Judgement
    feed: FeedAge
    stakes: Stakes
    decision: Decision | None
    due: str
    noted: Treatment | None
    chance: Chance | None = None
    sectors: tuple[str, ...] = ()

    @property
    def component(self) -> Component:
        """What it is of."""
        return self.release.component

    @property
    def verdict(self) -> Verdict:
        """The answer."""
        return self.judgement.rule.verdict

    @property
    def state(self) -> str:
        """How far what is being done has come."""
        return OPEN if self.noted is None else self.noted.state

    @property
    def is_to_do(self) -> bool:
        """Whether it is affected, or may be."""
        return self.judgement.rule.verdict.is_to_do

    @property
    def is_settled(self) -> bool:
        """Whether it is mitigated or accepted."""
        return self.noted is not None and self.noted.is_settled

    @property
    def is_open(self) -> bool:
        """Whether it is to be dealt with and neither mitigated nor accepted."""
        return self.is_to_do and not self.is_settled

    def sites(self) -> set[str]:
        """The sites that have it."""
        return {one.site for one in self.at}

    def at_site(self, site: str) -> Case:
        """The same for the bills of one site alone, of which there may be none."""
        return msgspec.structs.replace(self, at=[one for one in self.at if one.site == site])


class Exposure(msgspec.Struct, frozen=True, gc=False):
    """A case by one of its bills: one vulnerability of one release at one site."""

    case: Case
    at: HeldBill

    @property
    def component(self) -> Component:
        """What it is of."""
        return self.case.release.component

    @property
    def site(self) -> str:
        """Where it is."""
        return self.at.site

    @property
    def exposed(self) -> bool:
        """Whether what is there can be reached from the internet."""
        return self.at.exposed

    @property
    def bill(self) -> str:
        """The bill that lists the release there."""
        return self.at.name

    @property
    def place(self) -> str:
        """Where that bill lists it first."""
        return self.case.release.held[self.at]

    @property
    def judgement(self) -> Judgement:
        """The answer with what decided it."""
        return self.case.judgement

    @property
    def verdict(self) -> Verdict:
        """The answer."""
        return self.case.judgement.rule.verdict

    @property
    def rule(self) -> Rule:
        """What decided it."""
        return self.case.judgement.rule

    @property
    def feed(self) -> FeedAge:
        """What the deciding advisory came with."""
        return self.case.feed

    @property
    def stakes(self) -> Stakes:
        """What is at stake."""
        return self.case.stakes

    @property
    def decision(self) -> Decision | None:
        """What to do by the table that was asked; None where nothing is to be done."""
        return self.case.decision

    @property
    def due(self) -> str:
        """By when (:class:`Case`)."""
        return self.case.due

    @property
    def chance(self) -> Chance | None:
        """How likely it is to be exploited, if that is known."""
        return self.case.chance

    @property
    def sectors(self) -> tuple[str, ...]:
        """Those sectors of whoever asks that an advisory about it names."""
        return self.case.sectors

    @property
    def treatment(self) -> Treatment:
        """What is being done; where nobody noted anything it is open, and its owner the site's."""
        return Treatment(owner=self.at.owner) if self.case.noted is None else self.case.noted

    @property
    def is_to_do(self) -> bool:
        """Whether it is affected, or may be."""
        return self.case.is_to_do

    @property
    def is_open(self) -> bool:
        """Whether it is to be dealt with and neither mitigated nor accepted."""
        return self.case.is_open


class Exposures(Sequence[Exposure]):
    """Exposures, what is to be done first at the beginning; each is made when it is come to.

    ``cases`` are the same by the release: tens of sites that have it are one of them. What ``order`` says stands
    alike is told by site and bill.
    """

    def __init__(self, cases: Iterable[Case], order: Callable[[Case], tuple[object, ...]]) -> None:
        self.cases: Sequence[Case] = sorted(cases, key=order)
        self._order = order
        self._places: int | None = None

    @classmethod
    def ready(
        cls, cases: Sequence[Case], order: Callable[[Case], tuple[object, ...]], places: int | None = None
    ) -> Exposures:
        """Exposures of cases that are in ``order``, at so many places together; else these are counted."""
        made = cls((), order)
        made.cases, made._places = cases, places
        return made

    def __len__(self) -> int:
        return sum(len(one.at) for one in self.cases) if self._places is None else self._places

    def __iter__(self) -> Iterator[Exposure]:
        return chain.from_iterable(self.alike())

    def alike(self) -> Iterator[list[Exposure]]:
        """Those together that ``order`` tells not apart."""
        for _, alike in groupby(self.cases, self._order):
            found = [Exposure(case, at) for case in alike for at in case.at]
            yield sorted(found, key=_by_place) if len(found) > 1 else found

    @overload
    def __getitem__(self, index: int) -> Exposure: ...

    @overload
    def __getitem__(self, index: slice) -> list[Exposure]: ...

    def __getitem__(self, index: int | slice) -> Exposure | list[Exposure]:
        if isinstance(index, int) and index >= 0:
            for one in islice(self, index, None):
                return one
            raise IndexError(index)
        return list(self)[index]

    def once(self) -> Iterator[Exposure]:
        """One of each case."""
        return (Exposure(case, case.at[0]) for case in self.cases)

    def only(self, wanted: Callable[[Case], bool], site: str | None = None) -> Exposures:
        """Those of the cases that are ``wanted``; at ``site`` alone, if one is named."""
        found = filter(wanted, self.cases)
        there = found if site is None else (one for case in found if (one := case.at_site(site)).at)
        return Exposures.ready(list(there), self._order)

    def part(self, cases: Iterable[Case]) -> Exposures:
        """Those of ``cases``, in the same order."""
        return Exposures(cases, self._order)


def _by_place(one: Exposure) -> tuple[str, str]:
    return one.at.site, one.at.name


@dataclass(frozen=True, slots=True)
class NoData:
    """Releases of a kind of which no feed was read: nothing is known of them; not the same as nothing wrong."""

    kind: str
    releases: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedAge:
    """A feed that the answer stands on; ``age_s`` is how old its data says it is, None if it does not say.

    ``orders_only`` says that no answer hangs on it, only which of them stands first.
    """

    name: str
    advisories: int
    dated: str
    age_s: int | None
    stale: bool
    orders_only: bool = False

    @property
    def makes_doubtful(self) -> bool:
        """Whether it is so old that what is said may be wrong."""
        return self.stale and not self.orders_only


@dataclass(frozen=True, slots=True)
class NotRead:
    """A part of a bill or feed that could not be read."""

    file: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Warned:
    """That the hub or source ``by`` warns of a vulnerability, under the object ``id``, or that it withdrew that.

    ``why`` is why it was ``withdrawn``, in its words. ``says_versions`` is whether an advisory of its own says which
    versions are affected; without one there is nothing to hold an inventory against.
    """

    by: str
    vulnerability: str
    id: str
    withdrawn: bool = False
    why: str = ""
    says_versions: bool = False
    takes_answers: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Releases by the worst answer about each; together they are all there are.

    ``unnamed``: a feed of its kind was read, and no advisory names it. ``no_data``: none of its kind was.
    ``treated`` are those of the ``affected`` of which nothing is open: all of it is mitigated or accepted.
    """

    releases: int
    affected: int
    unknown: int
    fixed: int
    not_affected: int
    unnamed: int
    no_data: int
    treated: int = 0


@dataclass(frozen=True, slots=True)
class PastItsEnd:
    """A product that is maintained no longer, or not for long.

    ``on`` is the day of its end (``YYYY-MM-DD``), "" if none is told, ``over`` whether that is past.
    """

    component: Component
    sites: tuple[str, ...]
    product: str
    cycle: str
    on: str
    over: bool
    why: str


@dataclass(frozen=True, slots=True)
class InventoryResult:
    """What ``check --inventory`` answers. ``exposures`` are sorted by what is to be done first.

    ``warned`` says who warns of the one vulnerability that was asked about. ``past_end`` is what is maintained no
    longer, or not for long. ``decided_by`` says by which table what to do and by when was decided, and whom that binds.
    """

    exposures: Exposures
    counts: Counts
    no_data: tuple[NoData, ...]
    feeds: tuple[FeedAge, ...]
    not_read: tuple[NotRead, ...]
    sites: int
    bills: int
    made: str
    tocsin: str
    warned: tuple[Warned, ...] = ()
    past_end: tuple[PastItsEnd, ...] = ()
    decided_by: str = ""
