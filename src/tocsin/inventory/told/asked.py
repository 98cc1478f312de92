"""A question about names, and what was said of names, as rows for machines."""

from __future__ import annotations

from typing import Any

from tocsin.inventory.alias import name_words
from tocsin.inventory.identity import Identity
from tocsin.inventory.question import Question, question_words, why_possible

__all__ = ["question_row"]


def question_row(one: Question) -> dict[str, Any]:
    """One question. ``open`` is how many answers it would settle, ``due`` a day or null."""
    return {
        "id": one.id,
        "question": question_words(one),
        "why": why_possible(one.held, one.named),
        "held": _names(one.held),
        "named": _names(one.named),
        "sites": sorted(one.sites),
        "releases": sorted(one.releases),
        "advisories": sorted(one.advisories),
        "vulnerabilities": sorted(one.vulnerabilities),
        "exploited": sorted(one.exploited),
        "due": one.due or None,
        "open": one.open,
    }


def _names(identity: Identity) -> dict[str, str | None]:
    identifiers = (*identity.purls, *identity.cpes, *identity.models, *identity.skus, *identity.serials)
    return {
        "words": name_words(identity),
        "vendor": identity.vendor or None,
        "name": identity.name or None,
        "identifier": next(iter(identifiers), None),
    }
