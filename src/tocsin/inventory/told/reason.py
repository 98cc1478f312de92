"""Why an exposure is one, as a tree: the product, the names that agree, the claim, its versions, and the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.inventory.alias import meant_keys
from tocsin.inventory.claim import Span, Versions
from tocsin.inventory.claim_index import claim_keys, component_keys
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import Match
from tocsin.inventory.release import shown
from tocsin.inventory.told.advice import match_words

__all__ = ["Reason", "agreeing", "identity_words", "reason_of", "versions_words"]

_STATUS: Final = {
    "affected": "is affected",
    "not_affected": "is not affected",
    "fixed": "is fixed",
    "under_investigation": "is still looked into",
}
_VERDICT: Final = {
    "affected": "is affected by",
    "unknown": "may be affected by",
    "fixed": "is mended of",
    "not_affected": "is not affected by",
}
_SPANS: Final = 12


class Reason(msgspec.Struct):
    """One step; ``children`` are what it stands on. The texts hold words of bills and advisories as they are."""

    text: str
    children: list[Reason] = []


def reason_of(several: tuple[Exposure, ...]) -> Reason:
    """The tree of an exposure, which each of ``several`` is by another bill."""
    one = several[0]
    match = one.judgement.match
    where = f" at {one.site}" if one.site else ""
    steps = [_product(several), _names(one), _said(match, one.feed.name), _versions(match), _rule(one)]
    if one.judgement.others:
        steps.append(
            Reason(
                "Other advisories were heard beside it, and none of them outweighs it:",
                [Reason(_heard(other)) for other in one.judgement.others],
            )
        )
    words = _VERDICT[one.verdict.value]
    return Reason(f"{shown(one.component)}{where} {words} {one.judgement.vulnerability}", steps)


def _product(several: tuple[Exposure, ...]) -> Reason:
    bills = [Reason(f"{one.bill}{f', {one.place}' if one.place else ''}") for one in several if one.bill]
    return Reason(
        f"The inventory lists it as {', '.join(identity_words(several[0].component.identity))}:", bills
    )


def identity_words(identity: Identity) -> list[str]:
    """The names of a product, each with what it is."""
    name = " ".join(filter(None, (identity.vendor, identity.name)))
    numbers = (
        ("model", identity.models),
        ("order number", identity.skus),
        ("serial number", identity.serials),
        ("hash", identity.hashes),
    )
    return [
        *([name] if name else []),
        *identity.purls,
        *identity.cpes,
        *(f"{what} {number}" for what, several in numbers for number in several),
        *([f"of the family {identity.family}"] if identity.family else []),
    ] or ["a product without a name"]


def _names(one: Exposure) -> Reason:
    match = one.judgement.match
    keys = [Reason(f"compared as {key}") for key in agreeing(one.component, match)]
    what = "another product" if match.is_denied else "this product"
    return Reason(f"The advisory means {what}: {match_words(match)}.", keys)


def agreeing(component: Component, match: Match) -> list[str]:
    """The names worth no less than those of the match by which a claim means a component, as they are compared."""
    named = {key.text for key in claim_keys(match.claim)}
    alias = match.alias
    if alias is not None and alias.same:
        return [key.text for key in meant_keys(alias.named) if key.text in named]
    held = sorted((key for key, _ in component_keys(component)), key=lambda key: -key.level)
    return [key.text for key in held if key.text in named and key.level >= match.level]


def _said(match: Match, feed: str) -> Reason:
    claim = match.claim
    parts = [Reason(f"in its own words: {claim.text}")] if claim.text else []
    if claim.place:
        parts.append(Reason(f"in the advisory at {claim.place}"))
    if claim.condition:
        parts.append(Reason(f"on condition: {claim.condition}"))
    if claim.why:
        parts.append(Reason(f"because: {claim.why}"))
    if claim.platform is not None:
        parts.append(Reason(f"running on {', '.join(identity_words(claim.platform))}"))
    who = claim.by or match.advisory.publisher
    by = f" of {who}" if who else ""
    return Reason(
        f"{match.advisory.id}{by}, from {feed}, says that the product {_STATUS[claim.status.value]}:", parts
    )


def _versions(match: Match) -> Reason:
    held = match.version or "not known"
    return Reason(
        f"The version here is {held}; meant are:",
        [Reason(text) for text in versions_words(match.claim.versions)],
    )


def versions_words(versions: Versions) -> list[str]:
    """Which versions are meant, a line each."""
    lines = list(_lines(versions))
    if len(lines) > _SPANS:
        return [*lines[:_SPANS], f"and {len(lines) - _SPANS:,} more ranges"]
    return lines or ["none is named"]


def _lines(versions: Versions) -> Iterator[str]:
    if versions.every:
        yield "all versions"
        yield from (f"but not {_span(span)}" for span in versions.but)
    yield from map(_span, versions.spans)
    yield from (f"{text} (which could not be read)" for text in versions.unread)


def _span(span: Span) -> str:
    if span.low is not None and span.low == span.high:
        return span.low
    low = "" if span.low is None else f"from {span.low}" if span.low_inclusive else f"after {span.low}"
    if span.high is None:
        return f"{low} on" if low else "all versions"
    high = f"up to {span.high}" if span.high_inclusive else f"before {span.high}"
    mends = ", which mends it" if span.fixed else ""
    return f"{low}, {high}{mends}" if low else f"{high}{mends}"


def _rule(one: Exposure) -> Reason:
    return Reason(f"So the rule {one.rule.value} decides: {one.rule.words}")


def _heard(match: Match) -> str:
    claim = match.claim
    said = f": {claim.text}" if claim.text else ""
    who = claim.by or match.advisory.publisher
    return (
        f"{match.advisory.id}{f' of {who}' if who else ''} says that it {_STATUS[claim.status.value]}{said}"
    )
