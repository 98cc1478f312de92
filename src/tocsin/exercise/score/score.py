"""The figures of an exercise: the truth held to what each owner's people saw, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tocsin.exercise.score.judged import Judged, Wrong, judged
from tocsin.exercise.score.quantile import nearest_rank
from tocsin.exercise.score.result import AttackResult, InAll, Missed, OwnerResult, SectorCount, Times, Untrue
from tocsin.exercise.score.seen import Seen
from tocsin.exercise.score.truth import Attack, Nation, Owner, OwnerTruth, Planted, Truth

__all__ = ["FOUR_HOURS_S", "Scored", "score"]

FOUR_HOURS_S: Final = 14_400

_HEARD_NOTHING: Final = "it heard nothing of it"
_OFFLINE: Final = "it was offline and heard nothing of it"


@dataclass(frozen=True, slots=True)
class Scored:
    """All attacks, and their sums."""

    attacks: tuple[AttackResult, ...]
    in_all: InAll
    false_alarms: int


Key = tuple[str, str]
"""The ids of owner and attack."""


def score(
    truth: Truth,
    nation: Nation,
    seen: Mapping[Key, Seen],
    earlier: Mapping[Key, Sequence[Seen]] = MappingProxyType({}),
) -> Scored:
    """Score every attack of ``nation`` by what was ``seen`` last.

    Of what was seen ``earlier``, what is false counts with it: somebody acted on it.
    """
    attacks = tuple(_attack(one, truth, nation, seen, earlier) for one in nation.attacks)
    return Scored(attacks, _in_all(attacks), sum(len(one.false_alarms_list) for one in attacks))


def _attack(
    attack: Attack,
    truth: Truth,
    nation: Nation,
    seen: Mapping[Key, Seen],
    earlier: Mapping[Key, Sequence[Seen]],
) -> AttackResult:
    cases = [
        _case(owner, attack, truth, seen.get(key), earlier.get(key, ()))
        for owner in nation.owners
        for key in [(owner.id, attack.id)]
    ]
    hurt = [one for one in cases if one.judged.affected]
    rows = tuple(_row(one, attack) for one in hurt)
    denied = [one for one in cases if one.judged.false_not_seen]
    knew = sum(row.knew for row in rows)
    return AttackResult(
        id=attack.id,
        name=attack.name,
        affected=len(rows),
        decidable=sum(row.decidable for row in rows),
        right=sum(row.right for row in rows),
        knew=knew,
        within_4h=sum(row.right and row.next_step and _is_soon(row) for row in rows),
        next_step=sum(row.right and row.next_step for row in rows),
        false_not_seen=len(denied),
        transport_s=_times(row.transport_s for row in _timed(rows)),
        with_people_s=_times(row.people_s for row in _timed(rows)),
        coverage=_share(knew, len(rows)),
        hit=sum(row.hit for row in rows),
        exposed=sum(row.exposed for row in rows),
        paying=sum(row.paying for row in rows),
        first_report=attack.first_report,
        first_victim=attack.first_victim,
        happened=attack.happened,
        sectors=_sectors(cases),
        owners=rows,
        missed=tuple(line for one in hurt for line in _missed(one)),
        false_not_seen_list=tuple(
            line for one in denied for line in _untrue(one, attack, one.judged.false_not_seen)
        ),
        false_alarms_list=tuple(
            line for one in cases for line in _untrue(one, attack, one.judged.false_alarms)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One owner in one attack."""

    owner: Owner
    planted: Planted
    seen: Seen | None
    judged: Judged


def _case(owner: Owner, attack: Attack, truth: Truth, seen: Seen | None, earlier: Sequence[Seen]) -> _Case:
    attacks = truth.owners.get(owner.id, OwnerTruth()).attacks
    planted = attacks.get(attack.id, Planted())
    elsewhere = [one for id, one in attacks.items() if id != attack.id]
    last, *before = (judged(planted, one, elsewhere, until=attack.first_report) for one in (seen, *earlier))
    told = Judged(
        last.parts,
        _with(last.false_not_seen, (wrong for one in before for wrong in one.false_not_seen)),
        _with(last.false_alarms, (wrong for one in before for wrong in one.false_alarms)),
    )
    return _Case(owner, planted, seen, told)


def _with(last: tuple[Wrong, ...], before: Iterable[Wrong]) -> tuple[Wrong, ...]:
    """What is false in the last answer, and what was in those before it and is taken back; that once each."""
    return (*last, *(wrong for wrong in dict.fromkeys(before) if wrong not in last))


def _row(case: _Case, attack: Attack) -> OwnerResult:
    owner, told = case.owner, case.judged
    return OwnerResult(
        id=owner.id,
        name=owner.name,
        sectors=owner.sectors,
        hit=bool(case.planted.hit),
        exposed=bool(case.planted.exposed),
        paying=bool(case.planted.paying),
        decidable=told.decidable,
        right=told.right,
        knew=told.knew,
        next_step=told.next_step,
        first_victim=owner.id == attack.first_victim,
        offline=owner.offline,
        transport_s=case.seen.transport_s if case.seen else None,
        people_s=case.seen.people_s if case.seen else None,
        steps=case.seen.steps if case.seen else {},
    )


def _is_soon(row: OwnerResult) -> bool:
    return row.people_s is not None and row.people_s <= FOUR_HOURS_S


def _timed(rows: Iterable[OwnerResult]) -> Iterator[OwnerResult]:
    # The first victim reports and is not warned: its time would only make the others look faster.
    return (row for row in rows if row.right and not row.first_victim)


def _times(values: Iterable[float | None]) -> Times:
    held = [value for value in values if value is not None]
    return Times(p50=nearest_rank(held, 50), p95=nearest_rank(held, 95), last=max(held, default=None))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _sectors(cases: Iterable[_Case]) -> dict[str, SectorCount]:
    held: dict[str, list[Judged]] = {}
    for case in cases:
        for sector in case.owner.sectors:
            held.setdefault(sector, []).append(case.judged)
    return {
        sector: SectorCount(
            owners=len(told),
            affected=sum(one.affected for one in told),
            right=sum(one.right for one in told),
            knew=sum(one.knew for one in told),
        )
        for sector, told in sorted(held.items())
    }


def _missed(case: _Case) -> Iterator[Missed]:
    for part in case.judged.parts:
        if part.right:
            continue
        why = part.why
        if case.seen is None:
            why = _OFFLINE if case.owner.offline else _HEARD_NOTHING
        yield Missed(
            owner=case.owner.id,
            name=case.owner.name,
            kind=part.kind,
            what=part.what,
            decidable=part.decidable,
            answer=part.answer,
            why=why,
            lacks=part.lacks,
        )


def _untrue(case: _Case, attack: Attack, wrong: Iterable[Wrong]) -> Iterator[Untrue]:
    for one in wrong:
        yield Untrue(
            owner=case.owner.id,
            name=case.owner.name,
            attack=attack.id,
            kind=one.kind,
            what=one.what,
            answer=one.answer,
        )


def _in_all(attacks: tuple[AttackResult, ...]) -> InAll:
    rows = [row for one in attacks for row in _timed(one.owners)]
    affected, knew = sum(one.affected for one in attacks), sum(one.knew for one in attacks)
    return InAll(
        affected=affected,
        decidable=sum(one.decidable for one in attacks),
        right=sum(one.right for one in attacks),
        knew=knew,
        within_4h=sum(one.within_4h for one in attacks),
        next_step=sum(one.next_step for one in attacks),
        false_not_seen=sum(one.false_not_seen for one in attacks),
        coverage=_share(knew, affected),
        transport_s=_times(row.transport_s for row in rows),
        with_people_s=_times(row.people_s for row in rows),
    )
