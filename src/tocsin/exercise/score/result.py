"""The answer of the scorer, and what the runner noted of costs: ``result.json``, as the report reads it.

All but seconds, bytes and megabytes are counts. What the runner did not note is None or empty, and is shown as unknown.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "AttackResult",
    "Chosen",
    "Cost",
    "Fault",
    "InAll",
    "LeftKind",
    "Looked",
    "Measure",
    "Missed",
    "OwnerResult",
    "PrivateWord",
    "Result",
    "SectorCount",
    "Times",
    "Untrue",
]


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from the first report: nearest-rank quantiles over the owners that are right, the first victim aside."""

    p50: float | None = None
    p95: float | None = None
    last: float | None = None


class OwnerResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one affected owner. Times are None where its people had no answer."""

    id: str
    name: str
    sectors: tuple[str, ...]
    hit: bool
    exposed: bool
    paying: bool
    decidable: bool
    right: bool
    knew: bool
    next_step: bool
    first_victim: bool = False
    offline: bool = False
    transport_s: float | None = None
    people_s: float | None = None
    steps: dict[str, float] = {}


class SectorCount(msgspec.Struct, frozen=True, kw_only=True):
    """Owners of one sector; one with two sectors counts in both."""

    owners: int
    affected: int
    right: int
    knew: int


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A planted part without its right answer; ``why`` is in the words of the answer that people saw.

    ``lacks`` are the kinds of what was missing: log, field, time, days, host, unreadable.
    """

    owner: str
    name: str
    kind: str
    what: str
    decidable: bool
    answer: str
    why: str
    lacks: tuple[str, ...] = ()


class Untrue(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that the truth contradicts."""

    owner: str
    name: str
    attack: str
    kind: str
    what: str
    answer: str


class AttackResult(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one attack; ``false_not_seen`` counts owners, ``false_not_seen_list`` answers.

    ``next_step`` are those of the right whose people were shown what to do, and ``within_4h`` those of them who knew by
    then.
    """

    id: str
    name: str
    affected: int
    decidable: int
    right: int
    knew: int
    within_4h: int
    next_step: int
    false_not_seen: int
    transport_s: Times
    with_people_s: Times
    coverage: float | None
    hit: int
    exposed: int
    paying: int
    first_report: str = ""
    first_victim: str = ""
    happened: str = ""
    sectors: dict[str, SectorCount] = {}
    owners: tuple[OwnerResult, ...] = ()
    missed: tuple[Missed, ...] = ()
    false_not_seen_list: tuple[Untrue, ...] = ()
    false_alarms_list: tuple[Untrue, ...] = ()


class InAll(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the attacks: an owner that two of them affect counts twice. Times are over all of them."""

    affected: int
    decidable: int
    right: int
    knew: int
    within_4h: int
    next_step: int
    false_not_seen: int
    coverage: float | None
    transport_s: Times
    with_people_s: Times


class LeftKind(msgspec.Struct, frozen=True, kw_only=True):
    """What left nodes, by kind."""

    kind: str
    count: int
    bytes: int


class PrivateWord(msgspec.Struct, frozen=True, kw_only=True):
    """A private word of an owner in something that left; ``line`` is that of ``left/NODE.jsonl``, from 1."""

    node: str
    line: int
    owner: str
    word: str
    kind: str
    how: str


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """How it was looked for private words, and what was read."""

    words: int = 0
    bodies: int = 0
    bytes: int = 0
    forms: tuple[str, ...] = ()


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that was chosen, and the attacks that it stops."""

    name: str
    stops: tuple[str, ...] = ()
    why: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to the nation on purpose, and what came of it."""

    name: str
    what: str = ""
    effect: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the measures stop together: so many of the attempts; each counts as stopped below the threshold."""

    stopped: int
    of: int
    threshold: float | None = None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What an exercise took on this machine; ``members_in_workers`` shared a process with others."""

    cpu_s_per_member: float | None = None
    peak_mb_total: float | None = None
    run_s: float | None = None
    processes: int | None = None
    members_in_workers: int | None = None


class Result(Cost, frozen=True, kw_only=True):
    """The whole document. ``in_all`` is spelled ``all`` in the file.

    ``problems`` are those of the run, ``scorer_problems`` the scorer's; ``distributions`` say how times were drawn.
    """

    attacks: tuple[AttackResult, ...]
    in_all: InAll = msgspec.field(name="all")
    members: int = 0
    days: float | None = None
    seed: int | None = None
    speed: str | float = ""
    false_alarms: int = 0
    false_alarms_per_member_day: float | None = None
    left: tuple[LeftKind, ...] = ()
    hub_left: tuple[LeftKind, ...] = ()
    evidence_left: int = 0
    evidence_left_list: tuple[PrivateWord, ...] = ()
    looked: Looked = Looked()
    problems: tuple[str, ...] = ()
    scorer_problems: tuple[str, ...] = ()
    distributions: dict[str, str] = {}
    truth_sha256: str = ""
    measures: tuple[Measure, ...] = ()
    plan: Chosen | None = None
    faults: tuple[Fault, ...] = ()
