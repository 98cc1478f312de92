"""What only a person can tell: whether a product here is one that advisories speak of by another name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tocsin.inventory.alias import name_words, pair_id, product_name, spelled
from tocsin.inventory.claim_index import component_keys
from tocsin.inventory.exposure import Case, Exposures
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import Match
from tocsin.inventory.name_key import Level, agree, maker_of, name_keys
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict

__all__ = ["Question", "question_words", "questions", "why_possible"]

_NEVER: Final = "9999"
_SITES: Final = 3


@dataclass(slots=True)
class Question:
    """Whether ``held`` is ``named``: whose answer settles ``open`` vulnerabilities of products at ``sites``.

    ``advisories`` speak of it; ``exploited`` of the vulnerabilities are known to be exploited. ``due`` is the earliest
    day by which one is to be mended if it is the same ("" for none). ``releases`` are the products as they are shown.
    """

    held: Identity
    named: Identity
    advisories: set[str] = field(default_factory=set)
    vulnerabilities: set[str] = field(default_factory=set)
    exploited: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    due: str = ""
    open: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """The two names as they are compared."""
        return spelled(self.held), spelled(self.named)

    @property
    def id(self) -> str:
        """What the question is called in addresses and forms: the same as long as both names are."""
        return pair_id(*self.pair)


def questions(exposures: Exposures) -> list[Question]:
    """The open questions, each once: first those about what is exploited, by day, and by how much they settle."""
    found: dict[tuple[str, str], Question] = {}
    for one in exposures.cases:
        # Where a better name decided, no word about a lesser one would change the answer.
        if one.verdict is not Verdict.UNKNOWN or one.judgement.match.level is not Level.POSSIBLE:
            continue
        for named, advisories in _asked(one).items():
            held = product_name(one.component.identity)
            asked = found.setdefault((spelled(held), spelled(named)), Question(held, named))
            asked.advisories |= advisories
            asked.vulnerabilities.add(one.judgement.vulnerability)
            if one.stakes.exploited is not None:
                asked.exploited.add(one.judgement.vulnerability)
            asked.sites |= one.sites()
            asked.releases.add(shown(one.component))
            asked.due = min(asked.due or _NEVER, one.due or _NEVER)
            asked.open += len(one.at)
    for asked in found.values():
        asked.due = "" if asked.due == _NEVER else asked.due
    return sorted(found.values(), key=_first)


def _first(one: Question) -> tuple[int, str, int, int, tuple[str, str]]:
    return -len(one.exploited), one.due or _NEVER, -one.open, -len(one.advisories), one.pair


def _asked(one: Case) -> dict[Identity, set[str]]:
    """By which names the product may be meant, and which advisories use each."""
    found: dict[Identity, set[str]] = {}
    for match in (one.judgement.match, *one.judgement.others):
        for part in _meant(one, match):
            found.setdefault(product_name(part), set()).add(match.advisory.id)
    return found


def _meant(one: Case, match: Match) -> Iterator[Identity]:
    claim, identity = match.claim, one.component.identity
    if not claim.subcomponents:
        yield claim.product
        return
    keys = {key.text for key, _ in component_keys(one.component)}
    for part in claim.subcomponents:
        if any(key.text in keys for key in name_keys(part, held=False)) and agree(
            identity, part, match.level
        ):
            yield part


def why_possible(held: Identity, named: Identity) -> str:
    """Why the names alone do not settle it, as a sentence."""
    if not maker_of(held):
        return "The inventory does not say who makes it."
    if not maker_of(named):
        return "The advisories do not say who makes what they mean."
    if len(named.name) < len(held.name):
        return "The advisories name a family, and this may be a member of it."
    return "The advisories name a member of a family more exactly than the inventory does."


def question_words(one: Question) -> str:
    """The question as a person would ask it."""
    sites = sorted(filter(None, one.sites))
    more = f" and at {len(sites) - _SITES:,} more sites" if len(sites) > _SITES else ""
    at = f" at {', '.join(sites[:_SITES])}{more}" if sites else ""
    many = len(one.advisories)
    speak = "an advisory speaks" if many == 1 else f"{many:,} advisories speak"
    maker = f" of {one.named.vendor}" if one.named.vendor else ""
    theirs = f"{one.named.name}{maker}" if one.named.name else name_words(one.named)
    return f"Your {name_words(one.held)}{at}: is it the {theirs} that {speak} of?"
