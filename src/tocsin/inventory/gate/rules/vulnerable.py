"""Whether components have vulnerabilities: those known to be exploited, and the others.

Stale or missing data is never clean. A maker's word that a component is not affected, or mended (VEX), is heard, and
said whose word it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin.inventory.exposure import Exposure, FeedAge, InventoryResult
from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.policy import Affected, KnownExploited
from tocsin.inventory.gate.verdict import Answer, Verdict
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Rule, Verdict as Exposed
from tocsin.inventory.told.advice import basis, deed_for_all
from tocsin.model.told.number import number

__all__ = ["affected", "known_exploited"]

_TOLD = 25
_DAY_S = 86_400
_STATED = frozenset({Rule.STATED_FIXED, Rule.STATED_NOT_AFFECTED})
_BRING = "Bring current advisories: --against, or tocsin sync in a node."


def known_exploited(rule: KnownExploited, evidence: Evidence) -> Answer:
    """Fail for a component with a vulnerability of CISA's catalogue; unknown without a catalogue that is current."""
    result = evidence.inventory
    if result is None or not evidence.exploited:
        return Answer(
            Verdict.UNKNOWN,
            "No catalogue of exploited vulnerabilities was read, so it is not known whether any is in the product.",
            "no-data",
            remedy="Bring CISA's catalogue: --against known_exploited_vulnerabilities.json, or tocsin sync kev.",
        )
    age_s = _oldest(result.feeds)
    hit = [one for one in result.exposures if one.stakes.exploited and one.verdict is Exposed.AFFECTED]
    if hit:
        names = _names(hit)
        return Answer(
            Verdict.FAIL,
            f"{number(len({one.component for one in hit}), 'component')} of the product can be attacked by what "
            f"attackers already use: {names}.",
            "exploited",
            _told(hit),
            f"{_deed(hit)}. Ask the maker for a version without it.",
            age_s,
        )
    doubtful = [one for one in result.exposures if one.stakes.exploited and one.verdict is Exposed.UNKNOWN]
    doubts = _doubts(result, doubtful, "exploited vulnerabilities", rule.oldest_days)
    if doubts is not None:
        return doubts
    return Answer(
        Verdict.PASS,
        f"None of {number(result.counts.releases, 'component')} has a vulnerability that CISA lists as exploited."
        + _old_but_taken(result, rule.oldest_days),
        details=_words_of_makers(one for one in result.exposures if one.stakes.exploited),
        age_s=age_s,
    )


def _deed(hit: Sequence[Exposure]) -> str:
    """What to do about all that was found of the first component."""
    return deed_for_all([one for one in hit if one.component == hit[0].component])


def affected(rule: Affected, evidence: Evidence) -> Answer:
    """Fail for a component with another vulnerability at or above the score; unknown where advisories do not tell."""
    result = evidence.inventory
    if result is None or not result.feeds:
        return Answer(
            Verdict.UNKNOWN,
            "No advisories were read, so nothing is known of vulnerabilities.",
            "no-data",
            remedy=_BRING,
        )
    others = [one for one in result.exposures if not one.stakes.exploited and _counts(one, rule)]
    hit = [one for one in others if one.verdict is Exposed.AFFECTED]
    age_s = _oldest(result.feeds)
    if hit:
        threshold = f" with a score of {rule.least_score:g} or more" if rule.least_score else ""
        return Answer(
            Verdict.FAIL,
            f"{number(len({one.component for one in hit}), 'component has', 'components have')} known "
            f"vulnerabilities{threshold}: {_names(hit)}.",
            "affected",
            _told(hit),
            f"{_deed(hit)}. Or ask the maker for a VEX statement that says why the product is not affected.",
            age_s,
        )
    doubtful = [one for one in others if one.verdict is Exposed.UNKNOWN]
    doubts = _doubts(result, doubtful, "vulnerabilities", rule.oldest_days)
    if doubts is not None:
        return doubts
    left = _words_of_makers(one for one in result.exposures if not one.stakes.exploited)
    heard = (
        f" {number(len(left), 'vulnerability is', 'vulnerabilities are')} left out by a maker's word."
        if left
        else ""
    )
    threshold = f" of a score of {rule.least_score:g} or more" if rule.least_score else ""
    return Answer(
        Verdict.PASS,
        f"No known vulnerability{threshold} affects any of {number(result.counts.releases, 'component')}.{heard}"
        + _old_but_taken(result, rule.oldest_days),
        details=left,
        age_s=age_s,
    )


def _counts(one: Exposure, rule: Affected) -> bool:
    """Whether a vulnerability is at or above the threshold; nobody's score is taken for the worst."""
    return one.stakes.score is None or one.stakes.score >= rule.least_score


def _doubts(
    result: InventoryResult, doubtful: Sequence[Exposure], what: str, oldest_days: int | None
) -> Answer | None:
    whys: list[tuple[str, str, str]] = []
    if doubtful:
        parts = number(len({one.component for one in doubtful}), "component")
        why = f"Of {parts} it cannot be told whether {what} concern it: {_names(doubtful)}."
        whys.append((why, "cannot-tell", f"{shown(doubtful[0].component)}: {doubtful[0].rule.words}"))
    stale = [one for one in result.feeds if _is_too_old(one, oldest_days)]
    if stale:
        day = f"of {stale[0].dated}" if stale[0].dated else "of an unknown day"
        whys.append((f"The data of {stale[0].name} is {day}: too old to be relied on.", "stale-data", _BRING))
    if result.no_data:
        kinds = ", ".join(one.kind for one in result.no_data[:3])
        silent = sum(one.releases for one in result.no_data)
        many = number(silent, "component")
        why = f"Of {many} nothing is known: no advisory names it, and no feed of {kinds} was read."
        whys.append((why, "no-data", _BRING))
    broken = result.not_read
    if broken:
        whys.append(
            (
                f"{number(len(broken), 'part')} of the advisories or the bill could not be read.",
                "not-read",
                "",
            )
        )
    if not whys:
        return None
    details = (*_told(doubtful), *(f"{one.file} {one.place}: {one.why}" for one in broken[:_TOLD]))
    why = " ".join(one[0] for one in whys)
    return Answer(Verdict.UNKNOWN, why, whys[0][1], details, whys[0][2], _oldest(result.feeds))


def _is_too_old(feed: FeedAge, oldest_days: int | None) -> bool:
    """Whether a feed is older than the policy takes; one that does not say its age is too old for all."""
    if oldest_days is None or feed.age_s is None:
        return feed.stale
    return feed.age_s > oldest_days * _DAY_S


def _old_but_taken(result: InventoryResult, oldest_days: int | None) -> str:
    """What is said where data would be too old, had the policy no age of its own: nobody is to take it for new."""
    old = [one for one in result.feeds if one.stale and not _is_too_old(one, oldest_days)]
    told = ", ".join(f"{one.name} is of {one.dated}" for one in old)
    return f" The data is old, as the policy allows: {told}." if told else ""


def _names(exposures: Iterable[Exposure]) -> str:
    pairs = list(dict.fromkeys((one.judgement.vulnerability, shown(one.component)) for one in exposures))
    more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    return ", ".join(f"{name} in {component}" for name, component in pairs[:3]) + more


def _told(exposures: Sequence[Exposure]) -> tuple[str, ...]:
    told = [
        f"{shown(one.component)} ({one.place}): {one.judgement.vulnerability}. {one.rule.words} {basis(one)}"
        for one in exposures[:_TOLD]
    ]
    if len(exposures) > _TOLD:
        told.append(f"and {len(exposures) - _TOLD:,} more")
    return tuple(told)


def _words_of_makers(exposures: Iterable[Exposure]) -> tuple[str, ...]:
    """What was left out because somebody states that it is not affected, or mended, and whose word that is."""
    return tuple(
        f"{shown(one.component)}: {one.judgement.vulnerability} {one.verdict.value.replace('_', ' ')} by the word of "
        f"{one.judgement.match.claim.by or one.judgement.match.advisory.publisher or 'an unnamed publisher'}"
        + (f" ({one.judgement.match.claim.why})" if one.judgement.match.claim.why else "")
        for one in exposures
        if one.rule in _STATED
    )


def _oldest(feeds: Iterable[FeedAge]) -> int | None:
    """The age of the oldest; None where one does not say how old it is."""
    ages = [one.age_s for one in feeds]
    known = [age for age in ages if age is not None]
    return max(known) if known and len(known) == len(ages) else None
