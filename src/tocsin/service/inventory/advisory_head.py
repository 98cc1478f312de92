"""What of an advisory a list shows, and in which of its words it is found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tocsin.inventory.advisory import Advisory
from tocsin.inventory.identity import Identity
from tocsin.limits import ADVISORY_SOUGHT_CHARACTERS
from tocsin.store.headlines import Head

__all__ = ["head_of", "moment_key"]


def head_of(one: Advisory) -> Head:
    """The head of an advisory."""
    vulnerabilities = sorted({claim.vulnerability for claim in one.claims} | {name for name, _ in one.stakes})
    scores = [stakes.score for _, stakes in one.stakes if stakes.score is not None]
    names = (one.id, one.title, one.publisher, one.namespace, *one.aliases, *vulnerabilities)
    products = dict.fromkeys(
        text for claim in one.claims for text in (*_names(claim.product), *_parts(claim.subcomponents))
    )
    return Head(
        title=one.title,
        publisher=one.publisher,
        publisher_category=one.publisher_category,
        namespace=one.namespace,
        category=one.category,
        status=one.status,
        revision=one.revision,
        form_version=one.form_version,
        tlp=one.tlp,
        published=moment_key(one.published),
        modified=moment_key(one.modified or one.published),
        severity=one.severity,
        score=max(scores, default=None),
        vulnerabilities=_bounded(vulnerabilities),
        history=_bounded(f"{held.number} {held.date} {held.summary}" for held in one.history),
        words=_bounded(dict.fromkeys(names)).casefold(),
        products=_bounded(products).casefold(),
    )


def _names(product: Identity) -> Iterable[str]:
    """The names of a product by which a person asks for it; a version in them is that of the claim."""
    return filter(
        None,
        (
            " ".join(filter(None, (product.vendor, product.name))),
            product.family,
            *(purl.partition("@")[0] for purl in product.purls),
            *product.cpes,
            *product.models,
            *product.skus,
        ),
    )


def _parts(products: Iterable[Identity]) -> Iterable[str]:
    return (name for product in products for name in _names(product))


def _bounded(texts: Iterable[str]) -> str:
    return " ".join(texts)[:ADVISORY_SOUGHT_CHARACTERS]


def moment_key(text: str) -> str:
    """A time in one spelling that sorts as time does (UTC, to the second); a day, and what is no time, as it is."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return text
    if at is None:
        return text
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return text
