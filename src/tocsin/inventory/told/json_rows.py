"""``--format json``: every exposure a row, with what it stands on; versioned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from tocsin.inventory.alias import Alias, name_words
from tocsin.inventory.exposure import Exposure, Exposures, InventoryResult
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told.advice import basis, compensating, deed, title_of
from tocsin.inventory.told.product import Deeds
from tocsin.inventory.treatment import STATES

__all__ = ["answer", "render", "row", "said", "states"]


def row(one: Exposure, deeds: Deeds) -> dict[str, Any]:
    """One exposure. ``due`` is a day or null; ``data_age_s`` is null where the feed does not say of which day it is.

    ``do`` is about this vulnerability, ``do_all`` about all of the product at the site, with the same verdict.
    """
    judgement = one.judgement
    match = judgement.match
    identity = one.component.identity
    exploited = one.stakes.exploited
    return {
        "release": shown(one.component),
        "version": one.component.version,
        "purl": identity.purls[0] if identity.purls else None,
        "site": one.site,
        "exposed": one.exposed,
        "bill": one.bill,
        "place": one.place,
        "vulnerability": judgement.vulnerability,
        "title": title_of(one),
        "verdict": one.verdict.value,
        "rule": one.rule.value,
        "why": one.rule.words,
        "advisory": match.advisory.id,
        "publisher": match.advisory.publisher,
        "text": match.claim.text,
        "basis": basis(one),
        "match": match.level.name.lower(),
        "alias": None if match.alias is None else said(match.alias),
        "others": [other.advisory.id for other in judgement.others],
        "do": deed(one),
        "do_all": deeds.of(one) or None,
        "compensating": compensating(one) or None,
        "due": one.due or None,
        "outcome": one.decision.outcome.name if one.decision else None,
        "triage": bool(one.decision and one.decision.outcome.triage),
        "assumed": list(one.decision.assumed) if one.decision else [],
        "exploited": asdict(exploited) if exploited else None,
        "score": one.stakes.score,
        "epss": one.chance.probability if one.chance else None,
        "epss_percentile": one.chance.percentile if one.chance else None,
        "epss_dated": (one.chance.dated or None) if one.chance else None,
        "sectors": list(one.sectors),
        "state": one.treatment.state,
        "until": one.treatment.until or None,
        "lapsed": one.treatment.lapsed or None,
        "owner": one.treatment.owner or None,
        "approved": one.treatment.approved,
        "note": one.treatment.why or None,
        "feed": one.feed.name,
        "data_age_s": one.feed.age_s,
    }


def said(alias: Alias) -> dict[str, Any]:
    """What a person said of two names."""
    return {
        "held": name_words(alias.held),
        "said": "same" if alias.same else "different",
        "named": name_words(alias.named),
        "on": alias.on,
        "by": alias.by,
        "adopted_by": alias.via or None,
        "note": alias.why or None,
    }


def states(exposures: Exposures) -> dict[str, int]:
    """How many of what is affected is in each state: each vulnerability of a product at a site, whatever the bills."""
    held: Counter[str] = Counter()
    for one in exposures.cases:
        if one.verdict is Verdict.AFFECTED:
            held[one.state] += len(one.sites())
    return {name: held[name] for name in STATES}


def answer(result: InventoryResult) -> dict[str, Any]:
    """All but the rows."""
    return {
        "format": "tocsin-inventory",
        "version": 1,
        "tocsin": result.tocsin,
        "made": result.made,
        "sites": result.sites,
        "bills": result.bills,
        "decided_by": result.decided_by or None,
        "counts": asdict(result.counts),
        "states": states(result.exposures),
        "no_data": [asdict(one) for one in result.no_data],
        "past_end": [
            {
                "release": shown(one.component),
                "sites": list(one.sites),
                "product": one.product,
                "cycle": one.cycle,
                "on": one.on or None,
                "over": one.over,
                "why": one.why,
            }
            for one in result.past_end
        ],
        "feeds": [asdict(one) for one in result.feeds],
        "not_read": [asdict(one) for one in result.not_read],
        "warned": [asdict(one) for one in result.warned],
    }


def render(result: InventoryResult) -> Iterator[str]:
    """Write the answer as one object; its ``rows`` are a line each."""
    head = msgspec.json.encode(answer(result)).decode()
    yield head[:-1] + ',"rows":['
    deeds = Deeds(result.exposures)
    for number, one in enumerate(result.exposures):
        yield (",\n" if number else "\n") + msgspec.json.encode(row(one, deeds)).decode()
    yield "]}\n"
