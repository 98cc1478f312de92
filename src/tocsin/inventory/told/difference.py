"""What two states of an advisory say differently: of which products, states, versions, remedies and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from tocsin.inventory.advisory import Advisory, Exploited, Stakes
from tocsin.inventory.claim import Claim, Remedy
from tocsin.inventory.identity import Identity
from tocsin.inventory.told.reason import identity_words, versions_words

__all__ = ["Change", "How", "differences"]

How = Literal["came", "went", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``what`` it is of (``product``, ``versions``, ``remediation``, ``score``, ``title``, ...).

    It is said of all ``vulnerabilities`` and ``products`` alike; without any, of the whole document. ``before`` and
    ``after`` are in words, "" where there is nothing.
    """

    what: str
    how: How
    before: str = ""
    after: str = ""
    vulnerabilities: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


_Product = tuple[Identity, Identity | None, tuple[Identity, ...]]

_HEAD: Final[tuple[tuple[str, Callable[[Advisory], str]], ...]] = (
    ("withdrawn", lambda one: one.withdrawn),
    ("title", lambda one: one.title),
    ("severity", lambda one: one.severity),
    ("document status", lambda one: one.status or ("draft" if one.draft else "")),
    ("category", lambda one: one.category),
    ("publisher", lambda one: one.publisher),
    ("TLP", lambda one: one.tlp),
    ("aliases", lambda one: ", ".join(sorted(one.aliases))),
    ("sectors", lambda one: ", ".join(one.sectors)),
    ("address", lambda one: one.url),
    ("summary", lambda one: one.text),
)

_STAKES: Final[tuple[tuple[str, Callable[[Stakes], str]], ...]] = (
    ("score", lambda one: "" if one.score is None else f"{one.score}"),
    ("vector", lambda one: ", ".join(one.cvss)),
    ("exploitation", lambda one: one.exploitation),
    ("automatable", lambda one: one.automatable),
    ("impact", lambda one: one.impact),
    ("EPSS", lambda one: "" if one.epss is None else f"{one.epss}"),
    ("exploited", lambda one: _exploited(one.exploited)),
    ("weaknesses", lambda one: ", ".join(one.weaknesses)),
)


def differences(before: Advisory, after: Advisory) -> tuple[Change, ...]:
    """What ``after`` says otherwise than ``before``; of the head first, then by vulnerability and product.

    The order of what a document lists, and places in it, are no difference.
    """
    found = list(_of_head(before, after))
    old, new = _by_vulnerability(before), _by_vulnerability(after)
    for name in dict.fromkeys((*old, *new)):
        found += _of_vulnerability(name, old.get(name), new.get(name))
    return tuple(_together(_together(found, "products"), "vulnerabilities"))


def _changed(what: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(what, "came" if not before else "went" if not after else "changed", before, after)


def _of_head(before: Advisory, after: Advisory) -> Iterator[Change]:
    for what, of in _HEAD:
        yield from _changed(what, of(before), of(after))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a document says of one vulnerability."""

    products: dict[_Product, list[Claim]]
    stakes: Stakes


def _by_vulnerability(one: Advisory) -> dict[str, _Said]:
    stakes = dict(one.stakes)
    found = {name: _Said({}, held) for name, held in stakes.items()}
    for claim in one.claims:
        said = found.setdefault(claim.vulnerability, _Said({}, Stakes()))
        key = claim.product, claim.platform, claim.subcomponents
        said.products.setdefault(key, []).append(claim)
    return found


def _of_vulnerability(name: str, before: _Said | None, after: _Said | None) -> Iterator[Change]:
    old, new = before or _Said({}, Stakes()), after or _Said({}, Stakes())
    if before is None or after is None:
        yield Change("vulnerability", "came" if before is None else "went", vulnerabilities=(name,))
    for key in dict.fromkeys((*old.products, *new.products)):
        for change in _of_product(old.products.get(key, []), new.products.get(key, [])):
            yield replace(change, vulnerabilities=(name,), products=(_shown(key),))
    for what, of in _STAKES:
        for change in _changed(what, of(old.stakes), of(new.stakes)):
            yield replace(change, vulnerabilities=(name,))


def _of_product(before: Sequence[Claim], after: Sequence[Claim]) -> Iterator[Change]:
    old, new = {_statement(one): one for one in before}, {_statement(one): one for one in after}
    if not old or not new:
        words = "; ".join(map(_words, (*old.values(), *new.values())))
        yield Change("product", "came" if new else "went", "" if new else words, words if new else "")
    elif len(old) == len(new) == 1:
        yield from _of_statement(next(iter(old.values())), next(iter(new.values())))
    else:
        yield from (
            Change("statement", "went", before=_words(one)) for key, one in old.items() if key not in new
        )
        yield from (
            Change("statement", "came", after=_words(one)) for key, one in new.items() if key not in old
        )
    had, has = _remedies(before), _remedies(after)
    yield from (Change("remediation", "went", before=_remedy(one)) for one in had if one not in has)
    yield from (Change("remediation", "came", after=_remedy(one)) for one in has if one not in had)


def _of_statement(before: Claim, after: Claim) -> Iterator[Change]:
    yield from _changed("status", before.status.value, after.status.value)
    if before.versions != after.versions:
        yield Change("versions", "changed", _versions(before), _versions(after))
    yield from _changed("condition", before.condition, after.condition)
    yield from _changed("reason", before.why, after.why)


def _statement(one: Claim) -> object:
    return one.status, one.versions, one.condition, one.why


def _remedies(claims: Iterable[Claim]) -> dict[Remedy, None]:
    return dict.fromkeys(remedy for claim in claims for remedy in claim.remedies)


# -- in words -----------------------------------------------------------------------------------


def _shown(key: _Product) -> str:
    product, platform, parts = key
    text = identity_words(product)[0]
    if parts:
        text = f"{', '.join(identity_words(part)[0] for part in parts)} in {text}"
    return text if platform is None else f"{text} on {identity_words(platform)[0]}"


def _words(one: Claim) -> str:
    condition = f", on condition: {one.condition}" if one.condition else ""
    return f"{one.status.value.replace('_', ' ')}: {_versions(one)}{condition}"


def _versions(one: Claim) -> str:
    return "; ".join(versions_words(one.versions))


def _remedy(one: Remedy) -> str:
    text = f"{one.kind.replace('_', ' ')}: {one.text}"
    return f"{text} ({one.url})" if one.url else text


def _exploited(one: Exploited | None) -> str:
    if one is None:
        return ""
    ransom = ", also for ransom" if one.ransomware else ""
    return f"in CISA's catalogue since {one.added}, due {one.due}{ransom}: {one.action}"


def _together(changes: Iterable[Change], field: Literal["products", "vulnerabilities"]) -> list[Change]:
    """Changes that are alike but for ``field`` as one, at the place of the first; sorted, so that alike is alike."""
    found: dict[Change, dict[str, None]] = {}
    for one in changes:
        bare = replace(one, products=()) if field == "products" else replace(one, vulnerabilities=())
        found.setdefault(bare, {}).update(dict.fromkeys(getattr(one, field)))
    return [
        replace(bare, products=tuple(sorted(several)))
        if field == "products"
        else replace(bare, vulnerabilities=tuple(sorted(several)))
        for bare, several in found.items()
    ]
