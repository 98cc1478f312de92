"""The answer about an inventory: what is affected where, why, and by when it is to be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.inventory.advisory import Stakes
from tocsin.inventory.component import Component
from tocsin.inventory.decision_table import Decision
from tocsin.inventory.epss import Chance
from tocsin.inventory.judge import Judgement
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.treatment import Treatment

__all__ = [
    "Counts",
    "Exposure",
    "FeedAge",
    "InventoryResult",
    "NoData",
    "NotRead",
    "PastItsEnd",
    "Treatment",
    "Warned",
]


@dataclass(frozen=True, slots=True)
class Exposure:
    """One vulnerability of one release at one site.

    ``due`` is the day by which it is to be mended (``YYYY-MM-DD``), "" where that is at the next upgrade or nothing
    is to be done; ``feed`` is what the deciding advisory came with. ``place`` is where the bill ``bill`` lists the
    release first. ``chance`` is how likely it is to be exploited, ``sectors`` are the names of those of whoever asks
    that an advisory about it names: both order what is due on the same day and decide nothing.
    """

    component: Component
    site: str
    exposed: bool
    bill: str
    place: str
    judgement: Judgement
    feed: FeedAge
    stakes: Stakes
    decision: Decision | None
    due: str
    treatment: Treatment
    chance: Chance | None = None
    sectors: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The answer."""
        return self.judgement.verdict

    @property
    def rule(self) -> Rule:
        """What decided it."""
        return self.judgement.rule

    @property
    def is_to_do(self) -> bool:
        """Whether it is affected, or may be."""
        return self.verdict in {Verdict.AFFECTED, Verdict.UNKNOWN}

    @property
    def is_open(self) -> bool:
        """Whether it is to be dealt with and neither mitigated nor accepted."""
        return self.is_to_do and not self.treatment.is_settled


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

    exposures: Sequence[Exposure]
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
