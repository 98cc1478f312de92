"""What the figures of an exercise come to in plain words, for the table, the page to print and the board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.exercise.score.result import AttackResult, Missed, Result
from tocsin.exercise.told.words import ANSWERS, LACKS, STEPS, UNKNOWN, bytes_words, duration, listed, percent
from tocsin.model.told.number import number

__all__ = [
    "LIMITS",
    "MissedAlike",
    "Target",
    "affected_words",
    "answer_words",
    "changed",
    "headline",
    "hub_words",
    "load",
    "missed_alike",
    "played",
    "step_medians",
    "targets",
    "times_words",
    "tone",
    "undecided",
]

LIMITS: Final = (
    "It ran on one machine: every node spoke TAXII over that machine's own loopback, on no slow or broken line.",
    "The owners are invented. The traces planted in their logs are those of its file; how many were struck was drawn.",
    "How long people take was drawn from stated distributions, not measured. The times of machines were measured.",
    "Evidence was made for the exercise. Real logs are larger, older and in worse order.",
    "The first victim notices, reports, and is believed. An attack that nobody notices warns nobody.",
    "What would have happened with this collaboration at the time cannot be known from this.",
)
"""What the figures do not prove."""

_RIGHT_PERCENT: Final = 95
_P95_S: Final = 10
_LAST_S: Final = 60
_RUN_S: Final = 300
_MB: Final = 8_000
_UNDECIDED: Final = frozenset({"cannot_tell", "unknown", "not_screenable"})


def load(folder: Path) -> Result:
    """The result of the exercise in ``folder``.

    Raises:
        BadInput: there is none, or it cannot be read.
    """
    path = folder / "result.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except FileNotFoundError:
        hint = "An exercise has a result once it is done and scored; run it with --keep DIR."
        raise BadInput("there is no result of an exercise here", where=Place(str(path)), hint=hint) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"it is no result of an exercise: {error}", where=Place(str(path))) from None


def headline(result: Result) -> str:
    """The one sentence that matters most; the worst first."""
    told = result.in_all
    if told.false_not_seen:
        return f"{number(told.false_not_seen, 'owner was', 'owners were')} told not to worry about what was there"
    if result.evidence_left:
        return f"Private words left the members: {number(result.evidence_left, 'time')}"
    if not told.affected:
        return "No owner was affected"
    return (
        f"{told.within_4h:,} of {number(told.affected, 'affected owner')} had the right answer and a next step within"
        " four hours of the first report"
    )


def tone(result: Result) -> str:
    """How the headline is meant: ``fail`` if something false was said or evidence left, else ``pass``."""
    if result.in_all.false_not_seen or result.evidence_left:
        return "fail"
    return "pass" if result.in_all.affected and not result.false_alarms else "unknown"


def played(result: Result) -> str:
    """What was played, through whom."""
    names = listed([one.name for one in result.attacks])
    sectors = {sector for one in result.attacks for sector in one.sectors}
    through = f"{number(result.members, 'invented owner')} in {number(len(sectors), 'sector')}"
    attacks = number(len(result.attacks), "attack was", "attacks were")
    return f"{attacks} played through {through}{': ' + names if names else ''}."


def changed(result: Result) -> str:
    """What the collaboration changed, in times."""
    told = result.in_all
    if told.with_people_s.last is None:
        return (
            "In each attack one owner told the hub what it had found. When others learned of it is not known."
        )
    return (
        "In each attack one owner told the hub what it had found, and the others looked for it in their own evidence."
        f" Of the others that found it, half knew {duration(told.with_people_s.p50)} after the first report, 95 of 100"
        f" after {duration(told.with_people_s.p95)}, and the last after {duration(told.with_people_s.last)}."
        f" Without the steps of people, the last would have known after {duration(told.transport_s.last)}."
    )


def undecided(result: Result) -> Iterator[str]:
    """What was not found out, and why: sentences, none where all was."""
    told = result.in_all
    lines = [line for one in result.attacks for line in one.missed if not line.decidable]
    if open_ := told.affected - told.decidable:
        honest = sum(line.answer in _UNDECIDED for line in lines)
        yield (
            f"{number(open_, 'affected owner')} could not have known: no log of the kind is kept or reaches back, or no"
            f" version was written down. {honest:,} of {number(len(lines), 'such question')} got the answer that it"
            " cannot be told, with what is missing."
        )
    if lost := told.decidable - told.right:
        yield f"{number(lost, 'owner')} could have known all of it and did not; each is listed with the reason."


def times_words(p50: float | None, p95: float | None, last: float | None) -> str:
    """Three quantiles in a sentence."""
    if last is None:
        return UNKNOWN
    return f"half after {duration(p50)}, 95 of 100 after {duration(p95)}, the last after {duration(last)}"


def affected_words(attack: AttackResult) -> str:
    """How many were affected, and how."""
    how = f"{attack.hit:,} hit, {attack.exposed:,} exposed, {attack.paying:,} about to pay"
    several = attack.hit + attack.exposed + attack.paying > attack.affected
    return f"{attack.affected:,}: {how}{' (some are several of these)' if several else ''}"


def hub_words(result: Result) -> str:
    """What the hub answered its members, in a sentence; "" where that was not written down."""
    count, size = sum(one.count for one in result.hub_left), sum(one.bytes for one in result.hub_left)
    if not count:
        return ""
    pieces = number(count, "object and answer", "objects and answers")
    return f"The hub answered its members with {pieces}, {bytes_words(size)}."


def answer_words(answer: str) -> str:
    """A verdict as it is read."""
    return ANSWERS.get(answer, answer)


@dataclass(frozen=True, slots=True)
class MissedAlike:
    """Parts that were missed for alike reasons, and whose they are, each owner once.

    ``why`` is the kind of reason; ``example`` is the first that the first of the owners was told, where that says more.
    """

    kind: str
    answer: str
    why: str
    decidable: bool
    owners: tuple[str, ...]
    example: str = ""


def missed_alike(attack: AttackResult) -> list[MissedAlike]:
    """What was missed of an attack, in groups: first what could have been known, then the largest."""
    groups: dict[tuple[str, str, str, bool], list[Missed]] = {}
    for line in attack.missed:
        why = "; ".join(LACKS.get(kind, kind) for kind in line.lacks) or line.why
        groups.setdefault((line.kind, line.answer, why, line.decidable), []).append(line)
    found = []
    for key, lines in groups.items():
        owners = {line.owner: line.name for line in lines}
        example = lines[0].why.partition("; ")[0] if lines[0].lacks else ""
        found.append(MissedAlike(*key, tuple(owners.values()), example))
    return sorted(found, key=lambda one: (not one.decidable, -len(one.owners)))


def step_medians(attack: AttackResult) -> dict[str, float]:
    """The median of each step over the owners that are right, the first victim aside, in seconds."""
    rows = [row for row in attack.owners if row.right and not row.first_victim]
    names = dict.fromkeys(name for row in rows for name in row.steps)
    ordered = sorted(names, key=lambda name: list(STEPS).index(name) if name in STEPS else len(STEPS))
    return {name: median(row.steps[name] for row in rows if name in row.steps) for name in ordered}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that was asked of the exercise; ``met`` is None where the figure is not known."""

    what: str
    wanted: str
    figure: str
    met: bool | None


def targets(result: Result) -> Iterator[Target]:
    """What was asked of a run without faults, and what came of it."""
    told = result.in_all
    yield Target(
        "Owners told 'not seen' of what was there", "0", f"{told.false_not_seen:,}", told.false_not_seen == 0
    )
    share = percent(told.right, told.decidable)
    enough = 100 * told.right >= _RIGHT_PERCENT * told.decidable if told.decidable else None
    right = f"{told.right:,} of {told.decidable:,} ({share})" if told.decidable else UNKNOWN
    yield Target("Right, of those that could know", f"at least {_RIGHT_PERCENT} %", right, enough)
    yield Target("False alarms", "0", f"{result.false_alarms:,}", result.false_alarms == 0)
    yield _below("Machines' time, 95 of 100", told.transport_s.p95, _P95_S)
    yield _below("Machines' time, the last", told.transport_s.last, _LAST_S)
    looked = bool(result.looked.bodies)
    left = number(result.evidence_left, "private word") if looked else UNKNOWN
    yield Target("Evidence that left a member", "none", left, result.evidence_left == 0 if looked else None)
    yield _below("The whole run", result.run_s, _RUN_S)
    peak = result.peak_mb_total
    memory = f"{peak:,.0f} MB" if peak is not None else UNKNOWN
    yield Target(
        "Memory of all processes", f"below {_MB:,} MB", memory, peak < _MB if peak is not None else None
    )


def _below(what: str, seconds: float | None, most: int) -> Target:
    met = seconds < most if seconds is not None else None
    return Target(what, f"below {duration(most)}", duration(seconds), met)
