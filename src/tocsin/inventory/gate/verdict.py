"""What the gate answers: a verdict for each rule of the policy, and one about the product.

What cannot be told is *unknown*, and never passes for clean.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from tocsin.inventory.exposure import FeedAge, NotRead

__all__ = ["Answer", "Digests", "GateResult", "Input", "Ruling", "Subject", "Verdict", "overall"]

Digests = tuple[tuple[str, str], ...]
"""Algorithm (``sha256``) and hexadecimal digits in lower case, sorted."""


class Verdict(Enum):
    """Whether a product may come in."""

    PASS = "pass"  # noqa: S105  a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking one rule gave.

    ``why`` is a sentence or two for a buyer, ``fault`` a short name of what is wrong ("" where nothing is), ``details``
    the cases that it stands on, ``remedy`` what would settle it. ``age_s`` is how old the data is that it stands on,
    None where it stands on none, or that does not say.
    """

    verdict: Verdict
    why: str
    fault: str = ""
    details: tuple[str, ...] = ()
    remedy: str = ""
    age_s: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule of the policy and the answer to it; ``source`` is where the rule comes from, ``url`` where to read it."""

    id: str
    asks: str
    required: bool
    severity: str
    source: str
    url: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Subject:
    """A file in hand, or one that somebody attests: its name and digests."""

    name: str
    digests: Digests

    def is_comparable(self, other: Subject) -> bool:
        """Whether both have a digest of one algorithm, so that it can be told whether they are the same."""
        return not {name for name, _ in self.digests}.isdisjoint(name for name, _ in other.digests)

    def is_same(self, other: Subject) -> bool:
        """Whether both have a digest in common, and none that differs."""
        theirs = dict(other.digests)
        shared = [(theirs[name], digits) for name, digits in self.digests if name in theirs]
        return bool(shared) and all(a == b for a, b in shared)


@dataclass(frozen=True, slots=True)
class Input:
    """A file that the verdict stands on: what it is (``attestation``, ``policy``), its name and its SHA-256."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """The whole answer.

    ``product`` is what the bill of materials says it is of; ``made`` when it was judged (RFC 3339), ``as_of`` the
    moment as of which, where that is another; ``notes`` are doubts that decide nothing. ``data_age_s`` is the age of
    the oldest of ``feeds``, None where there is none, or one does not say how old it is.
    """

    product: str
    purl: str
    verdict: Verdict
    rulings: tuple[Ruling, ...]
    policy: str
    policy_version: str
    subjects: tuple[Subject, ...]
    inputs: tuple[Input, ...]
    feeds: tuple[FeedAge, ...]
    not_read: tuple[NotRead, ...]
    notes: tuple[str, ...]
    components: int
    data_age_s: int | None
    made: str
    as_of: str
    tocsin: str


def overall(rulings: Iterable[Ruling]) -> Verdict:
    """Fail if any rule fails; else unknown if any that is required is unknown, or there is none at all; else pass."""
    held = list(rulings)
    if any(one.answer.verdict is Verdict.FAIL for one in held):
        return Verdict.FAIL
    if not held or any(one.required and one.answer.verdict is Verdict.UNKNOWN for one in held):
        return Verdict.UNKNOWN
    return Verdict.PASS
