"""An exposure in plain words: why, what to do, by when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from tocsin.inventory.alias import alias_words
from tocsin.inventory.claim import Remedy
from tocsin.inventory.component import Kind
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.judge import Match
from tocsin.inventory.mend import fixes, lowest_for_all
from tocsin.inventory.name_key import Level
from tocsin.inventory.treatment import ACCEPTED, AWAITING_OUTAGE, MITIGATED, Treatment
from tocsin.model.told.escape import one_line

__all__ = [
    "basis",
    "binds_words",
    "chance_words",
    "compensating",
    "deed",
    "deed_for_all",
    "due_words",
    "match_words",
    "outcome_words",
    "remedy",
    "sector_words",
    "state_words",
    "title_of",
]

_LONGEST: Final = 300
_NAMED: Final = 3
_DEEDS: Final = 3
_ASK: Final = "ask the maker; no advisory that was read names a fix"
_FIRST: Final = ("vendor_fix", "workaround", "mitigation", "no_fix_planned", "none_available")
_KINDS: Final = {
    "vendor_fix": "the maker has a fix",
    "workaround": "a workaround",
    "mitigation": "a mitigation",
    "no_fix_planned": "no fix is planned",
    "none_available": "there is no fix",
}
_MEANWHILE: Final = ("mitigation", "workaround")
_MACHINES: Final = frozenset({Kind.DEVICE, Kind.FIRMWARE})
_APART: Final = (
    "take it off networks that reach the internet, and let only named machines reach it "
    "(CISA, recommended practices for industrial control systems)"
)
_STATES: Final = {
    MITIGATED: "mitigated",
    ACCEPTED: "accepted until {}",
    AWAITING_OUTAGE: "waits for the outage, until {}",
}
_LAPSED: Final = {
    ACCEPTED: "open again: it was accepted until {}, and that day has passed",
    AWAITING_OUTAGE: "open: it was to wait for the outage until {}, and that day has passed",
}
_LEVELS: Final = {
    Level.CERTAIN: "named exactly",
    Level.PERSON: "matched by the word of a person",
    Level.CPE: "matched by its CPE name",
    Level.WORDS: "matched by the words of maker and product",
    Level.POSSIBLE: "its name alone does not settle it",
}


def title_of(one: Exposure) -> str:
    """What the advisory calls the vulnerability, "" if it says no more than its name."""
    match = one.judgement.match
    titles = (one_line(each, _LONGEST) for each in (match.claim.title, match.advisory.title))
    return next((each for each in titles if each not in {"", one.judgement.vulnerability}), "")


def basis(one: Exposure) -> str:
    """Whose word it is, and in which words."""
    match = one.judgement.match
    said = one_line(match.claim.text, _LONGEST)
    who = one_line(match.claim.by or match.advisory.publisher, _LONGEST)
    id = one_line(match.advisory.id, _LONGEST)
    by = f"{id} of {who}" if who else id
    return f"{by}: {said} ({match_words(match)})" if said else f"{by} ({match_words(match)})"


def remedy(one: Exposure) -> Remedy | None:
    """The best thing to do that any advisory heard names: a fix before a workaround before a mitigation."""
    matches = (one.judgement.match, *one.judgement.others)
    known = [each for match in matches for each in match.claim.remedies if each.kind in _FIRST]
    return min(known, key=lambda each: _FIRST.index(each.kind), default=None)


def deed(one: Exposure) -> str:
    """What to do about one vulnerability, in a line: the maker's fix, else the version that mends it, else the rest."""
    best = remedy(one)
    text = f"{_KINDS[best.kind]}: {one_line(best.text, _LONGEST)}" if best is not None and best.text else ""
    if best is None or best.kind != _FIRST[0] or not text:
        text = _update(fixes(one.judgement)) or text
    if not text and one.stakes.exploited is not None:
        text = one_line(one.stakes.exploited.action, _LONGEST)
    return text or _ASK


def deed_for_all(several: Sequence[Exposure]) -> str:
    """What to do about all ``several`` vulnerabilities of a product: the lowest version that mends all.

    Where there is none, or their advisories say it in words, each thing to do is said, with the vulnerabilities that
    it is for.
    """
    if len(several) == 1:
        return deed(several[0])
    told: dict[str, list[str]] = {}
    mended = [one for one in several if len(fixes(one.judgement)) == 1]
    lowest = lowest_for_all([one.judgement for one in mended]) if mended else ""
    for one in several:
        text = _update((lowest,)) if lowest and len(fixes(one.judgement)) == 1 else deed(one)
        told.setdefault(text, []).append(one.judgement.vulnerability)
    if len(told) == 1:
        (text,) = told
        return f"{text}, which mends all {len(several):,}" if lowest else text
    parts = [f"{text} (for {_some(names)})" for text, names in islice(told.items(), _DEEDS)]
    more = sum(len(names) for names in islice(told.values(), _DEEDS, None))
    return "; ".join((*parts, *([f"and see what is to be done about {more:,} more"] if more else [])))


def _update(versions: Sequence[str]) -> str:
    if not versions:
        return ""
    told = ", ".join(one_line(one, _LONGEST) for one in versions[:_NAMED])
    more = f" or one of {len(versions) - _NAMED:,} more" if len(versions) > _NAMED else ""
    line = ", by the line that is here" if len(versions) > 1 else ""
    return f"update to {told}{more} or later{line}"


def _some(names: Sequence[str]) -> str:
    told = ", ".join(one_line(name, _LONGEST) for name in names[:_NAMED])
    return f"{told} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else told


def compensating(one: Exposure) -> str:
    """What protects a device until a patch can be put in, which may be at the next outage; "" for all else.

    What an advisory names for it beside what is to be done goes first, else what CISA recommends for all of them.
    """
    if one.component.kind not in _MACHINES or not one.is_to_do:
        return ""
    done = remedy(one)
    matches = (one.judgement.match, *one.judgement.others)
    known = [
        f"{one_line(each.text, _LONGEST)} ({match.advisory.id})"
        for kind in _MEANWHILE
        for match in matches
        for each in match.claim.remedies
        if each.kind == kind and each.text.strip() and (done is None or each.text != done.text)
    ]
    return f"until the next outage: {known[0] if known else _APART}"


def match_words(match: Match) -> str:
    """Why the advisory means the product, or does not, in words."""
    return _LEVELS[match.level] if match.alias is None else one_line(alias_words(match.alias), _LONGEST)


def state_words(treatment: Treatment) -> str:
    """What is being done, in words; "" where nothing was noted."""
    if treatment.lapsed:
        return _LAPSED[treatment.lapsed].format(treatment.until)
    return _STATES.get(treatment.state, "").format(treatment.until)


def due_words(one: Exposure) -> str:
    """By when, in words."""
    if one.decision is None:
        return ""
    if one.due:
        return f"by {one.due}"
    return one.decision.outcome.name


def outcome_words(one: Exposure) -> str:
    """What to do by the table that decided, in a sentence; "" where nothing is to be done."""
    if one.decision is None:
        return ""
    outcome = one.decision.outcome
    return (
        f"{outcome.name.capitalize()}: {outcome.says}." if outcome.says else f"To be mended {due_words(one)}."
    )


def chance_words(one: Exposure) -> str:
    """How likely it is to be used, and as of when; "" where that is not known, or it is known to be used."""
    if one.chance is None or one.stakes.exploited is not None:
        return ""
    percent = one.chance.probability * 100
    told = f"{percent:.1f}" if percent >= 0.1 else "less than 0.1"
    return f"{told} % chance of being used within 30 days, EPSS{f' of {one.chance.dated}' if one.chance.dated else ''}"


def sector_words(one: Exposure) -> str:
    """That an advisory names the sector of whoever asks; "" where none does."""
    return f"an advisory names your sector: {', '.join(one.sectors)}" if one.sectors else ""


def binds_words(one: Exposure) -> str:
    """What was assumed of what nobody knows."""
    if one.decision is None or not one.decision.assumed:
        return ""
    words = {
        "automatable": "whether it can be exploited automatically",
        "impact": "how much it gives an attacker",
        "exploitation": "whether it is exploited",
        "mission": "what it would mean for the mission here and the public (--mission)",
    }
    points = [words.get(point, point) for point in one.decision.assumed]
    told = ", ".join(points[:-1]) + (" and " if points[:-1] else "") + points[-1]
    return f"Nobody says {told}; the worst is assumed."
