"""Whether a component is past the day until which its maker maintains it, or soon will be."""

from __future__ import annotations

from datetime import UTC, timedelta

from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.policy import EndOfLife
from tocsin.inventory.gate.verdict import Answer, Verdict
from tocsin.inventory.lifecycle import Ended
from tocsin.inventory.release import shown
from tocsin.model.told.number import number

__all__ = ["end_of_life"]

_TOLD = 25


def end_of_life(rule: EndOfLife, evidence: Evidence) -> Answer:
    """Fail for a component past its end; unknown without data that is current, or where it tells of too few."""
    data = evidence.lifecycles
    if data is None or evidence.lifecycles_age is None:
        return Answer(
            Verdict.UNKNOWN,
            "No data on ends of life was read, so it is not known until when the parts are maintained.",
            "no-data",
            remedy="Bring endoflife.date's data: --against endoflife.json, or tocsin sync eol.",
        )
    age_s = evidence.lifecycles_age.age_s
    day = evidence.now.astimezone(UTC).date()
    later = day + timedelta(days=rule.within_days)
    told: dict[Ended, list[str]] = {one: [] for one in Ended}
    known = 0
    for component in evidence.components:
        answer = data.end_of_life(component, later)
        if answer is None:
            continue
        known += answer.ended is not Ended.UNKNOWN
        soon = (
            ""
            if answer.on is None or answer.on < day
            else f" That is within {number(rule.within_days, 'day')}."
        )
        told[answer.ended].append(
            f"{shown(component)}: {answer.why}{soon if answer.ended is Ended.YES else ''}"
        )
    ended, doubtful = told[Ended.YES], told[Ended.UNKNOWN]
    if ended:
        more = f" And {len(ended) - 1:,} more." if len(ended) > 1 else ""
        return Answer(
            Verdict.FAIL,
            f"{number(len(ended), 'component gets', 'components get')} no security updates any more: {ended[0]}{more}",
            "end-of-life",
            tuple(ended[:_TOLD]),
            "Ask the maker for a version that is built on parts which are maintained.",
            age_s,
        )
    return _rest(rule, evidence, doubtful, known, told[Ended.NO])


def _rest(rule: EndOfLife, evidence: Evidence, doubtful: list[str], known: int, no: list[str]) -> Answer:
    age = evidence.lifecycles_age
    assert age is not None
    count = len(evidence.components)
    whys: list[tuple[str, str]] = []
    if doubtful:
        whys.append(
            (f"Of {number(len(doubtful), 'component')} it cannot be told: {doubtful[0]}", "cannot-tell")
        )
    if age.stale:
        day = f"of {age.dated}" if age.dated else "of an unknown day"
        whys.append((f"The data of {age.name} is {day}: too old to be relied on.", "stale-data"))
    if known < rule.least_known * count or not known:
        why = f"The data tells of {known:,} of {number(count, 'component')}, which is not enough."
        whys.append((why, "no-data"))
    if whys:
        return Answer(
            Verdict.UNKNOWN,
            " ".join(why for why, _ in whys),
            whys[0][1],
            tuple(doubtful[:_TOLD]),
            "Bring current data on ends of life, or ask the maker.",
            age.age_s,
        )
    return Answer(
        Verdict.PASS,
        f"The data tells of {known:,} of {number(count, 'component')}, and none of these is past its end of life.",
        details=tuple(no[:_TOLD]),
        age_s=age.age_s,
    )
