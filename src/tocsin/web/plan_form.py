"""What a person asks of a plan on its page, in the words of the command line; what is wrong is said field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.errors import UsageError
from tocsin.limits import PLAN_DRAWS, PLAN_MEASURES
from tocsin.measures.catalogue import Catalogue
from tocsin.measures.choose.choice import Wish, checked
from tocsin.measures.standing import Standing, StandingRead, joined
from tocsin.model.sectors import find_sector
from tocsin.service.measures.posture import standing_posture
from tocsin.web.causes import since_of
from tocsin.web.door import Asked
from tocsin.web.problem import Problem

__all__ = ["CHOOSE", "POINTS", "QUERY", "USUAL", "PlanForm", "plan_form"]

USUAL: Final = 5
POINTS: Final = 3 * PLAN_MEASURES
CHOOSE: Final = ("have", "must", "never")
_AGAINST: Final = {
    "": ("incidents", "campaigns"),
    "incidents": ("incidents",),
    "campaigns": ("campaigns",),
    "groups": ("incidents", "campaigns", "groups"),
}
_SWITCHES: Final = ("mine", "without-posture", "learned", "draws")
QUERY: Final = (
    ("measures", f"How many measures, at most {PLAN_MEASURES}; {USUAL} where no budget is named either."),
    ("budget", f"What they may cost together, in points of 1 to 3 each, at most {POINTS}."),
    ("sector", "Of the incidents only those of this sector."),
    ("since", "A day: of the incidents only those since then."),
    (
        "against",
        "incidents: those known here alone; campaigns: those that ATT&CK knows alone; groups: both, and groups.",
    ),
    ("mine", "yes: of incidents this node's own alone, without those of others."),
    ("have", "The id of a measure that is taken to stand, with no evidence; may be given again."),
    ("must", "The id of a measure that is chosen in any case; may be given again."),
    ("never", "The id of a measure that is chosen in no case; may be given again."),
    ("without-posture", "yes: as if nothing stood but what have says."),
    ("learned", "yes: move the guesses by how often a measure was there and failed in the incidents."),
    ("draws", f"yes: try {PLAN_DRAWS} other guesses of what the measures do."),
)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """What was asked. ``query`` is as it was sent, ``stands`` what counts as standing and what does not.

    ``errors`` are what is wrong and what to do, by field; ``choose`` where what has to be chosen cannot be. With any of
    them the rest is not to be used.
    """

    query: Mapping[str, str | tuple[str, ...]]
    sources: tuple[str, ...]
    since_us: int | None
    wish: Wish
    stands: StandingRead
    errors: Mapping[str, tuple[str, str]]

    def says(self, switch: str) -> bool:
        """Whether ``switch`` is on."""
        return self.query[switch] == "yes"


def plan_form(asked: Asked, catalogue: Catalogue) -> PlanForm:
    """Read what is asked for; nothing is raised for what is wrong with it."""
    errors: dict[str, tuple[str, str]] = {}
    chosen = {key: tuple(dict.fromkeys(one.strip() for one in asked.queries(key) if one)) for key in CHOOSE}
    measures = _whole(asked, "measures", PLAN_MEASURES, errors)
    budget = _whole(asked, "budget", POINTS, errors)
    _check_words(asked, errors)
    stands = _stands(asked, catalogue, chosen["have"])
    wish = Wish(
        measures=USUAL if measures is None and budget is None else measures,
        budget=budget,
        have=stands.measures | frozenset(chosen["have"]),
        must=frozenset(chosen["must"]),
        never=frozenset(chosen["never"]),
    )
    try:
        checked(wish, {one.id: one for one in catalogue.measures})
    except UsageError as error:
        errors["choose"] = (error.what, error.hint or "")
    return PlanForm(
        query={name: chosen.get(name, asked.query(name)) for name, _ in QUERY},
        sources=_AGAINST.get(asked.query("against"), ()),
        since_us=_since(asked, errors),
        wish=wish,
        stands=stands,
        errors=errors,
    )


def _whole(asked: Asked, key: str, most: int, errors: dict[str, tuple[str, str]]) -> int | None:
    text = asked.query(key)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most:
        return int(text)
    errors[key] = (
        f"{text[:20]!r} is no whole number from 1 to {most}",
        "Leave it empty, or give such a number.",
    )
    return None


def _check_words(asked: Asked, errors: dict[str, tuple[str, str]]) -> None:
    sector, against = asked.query("sector"), asked.query("against")
    if sector and find_sector(sector) is None:
        errors["sector"] = (f"{sector[:60]!r} is no sector", "Choose one of the list.")
    if against not in _AGAINST:
        errors["against"] = (f"{against[:60]!r} is nothing to hold a plan to", "Choose one of the list.")
    for key in _SWITCHES:
        if asked.query(key) not in {"", "yes"}:
            errors[key] = (f"{asked.query(key)[:20]!r} is not understood", "Say yes, or leave it out.")


def _since(asked: Asked, errors: dict[str, tuple[str, str]]) -> int | None:
    try:
        return since_of(asked)
    except Problem:
        errors["since"] = (f"{asked.query('since')[:20]!r} is no day", "Say it as 2026-01-31.")
        return None


def _stands(asked: Asked, catalogue: Catalogue, supposed: tuple[str, ...]) -> StandingRead:
    """What is ticked here goes before what was noted of the same, as a file does at the command line."""
    today = asked.node.now_text[:10]
    known = {one.id for one in catalogue.measures}
    here = StandingRead(
        standing=tuple(
            Standing(
                measure=one,
                evidence="taken to stand for this plan",
                day=today,
                doubts=("no evidence is given",),
            )
            for one in supposed
            if one in known
        )
    )
    if asked.query("without-posture") == "yes":
        return here
    noted = standing_posture(asked.node, catalogue).standing
    # What was noted with evidence needs no supposing.
    fresh = tuple(one for one in here.standing if one.measure not in noted.measures)
    return joined(StandingRead(standing=fresh, named=frozenset(one.measure for one in fresh)), noted)
