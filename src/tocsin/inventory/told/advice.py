"""An exposure in plain words: why, what to do, by when."""

from __future__ import annotations

from typing import Final

from tocsin.inventory.alias import alias_words
from tocsin.inventory.claim import Remedy
from tocsin.inventory.component import Kind
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.judge import Match
from tocsin.inventory.name_key import Level
from tocsin.inventory.treatment import ACCEPTED, AWAITING_OUTAGE, MITIGATED, Treatment
from tocsin.model.told.escape import one_line

__all__ = [
    "basis",
    "binds_words",
    "compensating",
    "deed",
    "due_words",
    "match_words",
    "remedy",
    "state_words",
    "title_of",
]

_LONGEST: Final = 300
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
    title = one_line(match.claim.title or match.advisory.title, _LONGEST)
    return "" if title == one.judgement.vulnerability else title


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
    """What to do, in a line."""
    best = remedy(one)
    text = f"{_KINDS[best.kind]}: {one_line(best.text, _LONGEST)}" if best is not None and best.text else ""
    exploited = one.stakes.exploited
    if not text:
        fix = next((span.high for span in one.judgement.match.claim.versions.spans if span.fixed), None)
        text = f"update to {fix} or later" if fix else ""
    if not text and exploited is not None:
        text = one_line(exploited.action, _LONGEST)
    return text or "ask the maker; no advisory that was read names a fix"


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


def binds_words(one: Exposure) -> str:
    """What was assumed of what nobody knows."""
    if one.decision is None or not one.decision.assumed:
        return ""
    words = {
        "automatable": "whether it can be exploited automatically",
        "impact": "how much it gives an attacker",
    }
    told = " and ".join(words.get(point, point) for point in one.decision.assumed)
    return f"Nobody says {told}; the worst is assumed."
