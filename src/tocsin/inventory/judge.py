"""From the claims that may concern a product to one answer for each vulnerability.

The most exact name decides: of claims about one vulnerability that agree with the product by different names, those
of the highest :class:`~tocsin.inventory.name_key.Level` are heard and the rest is not. One of which a person said that
it means another product is heard only where there is no other, and then that is the answer. Among those that are heard
a maker's word about its product (VEX) goes before a range that somebody else published; then *affected* before
*unknown* before *fixed* before *not affected*, so that a doubt is never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Protocol

import msgspec

from tocsin.inventory.advisories.package_name import versions_of_names
from tocsin.inventory.advisory import STATEMENTS_OF_MAKERS, Advisory, Form
from tocsin.inventory.alias import Alias
from tocsin.inventory.claim import Claim, Status
from tocsin.inventory.component import Component
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import Level, agree, name_keys, purl_of
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.version_test import Where, where

__all__ = ["Judged", "Judgement", "Match", "judge"]


class Match(msgspec.Struct, frozen=True, gc=False):
    """A claim that may concern a product, the worth of the names that agree, and the version to hold it to.

    ``alias`` is the word of a person that the claim means the product, or that it does not.
    """

    advisory: Advisory
    claim: Claim
    level: Level
    version: str
    alias: Alias | None = None

    @property
    def is_denied(self) -> bool:
        """Whether a person said that the claim means another product."""
        return self.alias is not None and not self.alias.same


class Judgement(Protocol):
    """One answer. ``match`` is what decided it, ``others`` are the claims that were heard beside it."""

    @property
    def vulnerability(self) -> str:
        """What it is about."""

    @property
    def rule(self) -> Rule:
        """Why it is so."""

    @property
    def match(self) -> Match:
        """The claim that decided it."""

    @property
    def others(self) -> tuple[Match, ...]:
        """Those that were heard beside it."""

    @property
    def verdict(self) -> Verdict:
        """The answer."""


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A judgement that was made with all that it stands on."""

    vulnerability: str
    rule: Rule
    match: Match
    others: tuple[Match, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The answer."""
        return self.rule.verdict


_OWN_WORD: Final = STATEMENTS_OF_MAKERS | {Form.CSAF}
_SAY_NOTHING: Final = frozenset({Rule.NO_VERSIONS_NAMED, Rule.OTHER_VERSIONS})
_PACKAGED: Final = frozenset({"deb", "rpm", "apk"})
_REPACKED: Final = re.compile(r"[+~.](?:dfsg|ds|repack)(?:\.?[0-9]{1,9}){0,3}\Z", re.ASCII)


def judge(component: Component, matches: Iterable[Match], within: Sequence[Component] = ()) -> list[Judged]:
    """One judgement for each vulnerability that ``matches`` speak of, in the order of their names.

    ``matches`` are claims that share a key with the component; those that its other names rule out are left
    aside here. ``within`` are the products that it is a part of: a claim about a part of a product counts in that
    product alone.
    """
    about: dict[str, list[Match]] = {}
    for match in matches:
        if not match.advisory.withdrawn and _concerns(component, match, within):
            about.setdefault(match.claim.vulnerability, []).append(match)
    return [_decide(component, name, heard, within) for name, heard in sorted(about.items())]


def _concerns(component: Component, match: Match, within: Sequence[Component]) -> bool:
    claim = match.claim
    if not claim.subcomponents:
        return agree(component.identity, claim.product, match.level)
    return any(agree(component.identity, part, match.level) for part in claim.subcomponents) and any(
        _same(product.identity, claim.product) for product in within
    )


def _same(held: Identity, named: Identity) -> bool:
    keys = {key.text for key in name_keys(held, held=True) if key.level > Level.POSSIBLE}
    return any(key.text in keys and agree(held, named, key.level) for key in name_keys(named, held=False))


def _decide(
    component: Component, vulnerability: str, matches: list[Match], within: Sequence[Component]
) -> Judged:
    if len(matches) == 1:
        return Judged(vulnerability, _rule(component, matches[0], within), matches[0])
    # Where a person said of each that another product is meant, that is the answer.
    meant = [match for match in matches if not match.is_denied] or matches
    ruled = [(_rule(component, match, within), match) for match in meant]
    # What says nothing of this version (a catalogue of exploited vulnerabilities) is heard only where nothing else is.
    telling = _latest([one for one in ruled if not _says_nothing(*one)]) or ruled
    highest = max(match.level for _, match in telling)
    heard = [one for one in telling if one[1].level == highest]
    stated = [one for one in heard if _is_own_word(*one)]
    rule, match = min(stated or heard, key=lambda one: _rank(*one))
    return Judged(vulnerability, rule, match, tuple(other for _, other in heard if other is not match))


def _says_nothing(rule: Rule, match: Match) -> bool:
    return rule in _SAY_NOTHING or (rule is Rule.PLATFORM and match.claim.status is not Status.AFFECTED)


def _latest(ruled: list[tuple[Rule, Match]]) -> list[tuple[Rule, Match]]:
    """Without what an advisory itself said otherwise later."""
    last: dict[str, str] = {}
    for _, match in ruled:
        last[match.advisory.id] = max(last.get(match.advisory.id, ""), match.claim.stated)
    return [
        one for one in ruled if not one[1].claim.stated or one[1].claim.stated == last[one[1].advisory.id]
    ]


def _is_own_word(rule: Rule, match: Match) -> bool:
    """Whether a maker says of this very version that it is not affected, or mended."""
    return (
        match.advisory.form in _OWN_WORD
        and match.level > Level.POSSIBLE
        and rule in {Rule.STATED_NOT_AFFECTED, Rule.STATED_FIXED}
    )


def _rank(rule: Rule, match: Match) -> tuple[int, str, str, str]:
    return (rule.verdict.order, match.advisory.form.value, match.advisory.id, match.claim.place)


def _rule(component: Component, match: Match, within: Sequence[Component]) -> Rule:
    claim = match.claim
    if match.is_denied:
        return Rule.ANOTHER_PRODUCT
    if claim.status is Status.UNDER_INVESTIGATION:
        return Rule.INVESTIGATED
    versions = claim.versions
    packaged = _is_packaged_by_another(component, match)
    version = _upstream(match.version) if packaged else match.version
    if claim.subcomponents:
        doubt = _part_doubt(component, match, version)
        if doubt is not None:
            return doubt
        version = _product_version(claim, within)
    if not versions.every and not versions.spans and not versions.unread:
        return _unsaid(match, within)
    place = where(versions, version)
    rule = _placed(match, place, version)
    if match.level is Level.POSSIBLE and rule.verdict.is_to_do:
        return Rule.FAMILY_ONLY
    if rule.verdict is Verdict.UNKNOWN or place is not Where.INSIDE:
        return rule
    if rule.verdict is not Verdict.AFFECTED:
        return _good_word(match, rule, within)
    return _doubts(match, within, packaged=packaged) or rule


def _part_doubt(component: Component, match: Match, version: str) -> Rule | None:
    """Why a claim about a part of a product may not be about the part that is there: by the version in its name."""
    places = {
        where(versions_of_names(part), version)
        for part in match.claim.subcomponents
        if agree(component.identity, part, match.level)
    }
    if Where.INSIDE in places:
        return None
    if Where.UNKNOWN in places:
        return Rule.VERSION_UNREAD if version else Rule.NO_VERSION
    return Rule.OTHER_VERSIONS


def _product_version(claim: Claim, within: Sequence[Component]) -> str:
    """The version of the product that a claim about a part of it is held to; "" where nobody says which."""
    held = (one for one in within if _same(one.identity, claim.product))
    return next(filter(None, map(_own_version, held)), "")


def _own_version(product: Component) -> str:
    purls = map(purl_of, product.identity.purls)
    said = (purl.version for purl in purls if purl is not None and purl.version)
    return product.version or next(said, "")


def _unsaid(match: Match, within: Sequence[Component]) -> Rule:
    claim = match.claim
    if claim.status is Status.AFFECTED:
        return Rule.NO_VERSIONS_NAMED
    # "Not affected" of a product without a version is meant of the product.
    stated = Rule.STATED_FIXED if claim.status is Status.FIXED else Rule.STATED_NOT_AFFECTED
    return _good_word(match, stated, within)


def _good_word(match: Match, rule: Rule, within: Sequence[Component]) -> Rule:
    # Under a condition it is no good word before somebody has looked.
    if match.claim.condition:
        return Rule.CONDITION
    # A package's exact name says which distribution it is of; any other name is as good on each platform.
    elsewhere = match.level is not Level.CERTAIN and _is_elsewhere(match.claim, within)
    return Rule.PLATFORM if elsewhere else rule


def _placed(match: Match, place: Where, version: str) -> Rule:
    claim = match.claim
    if place is Where.UNKNOWN:
        return Rule.VERSION_UNREAD if version else Rule.NO_VERSION
    if place is Where.INSIDE:
        if claim.status is Status.AFFECTED:
            return Rule.EVERY_VERSION if claim.versions.every else Rule.IN_RANGE
        return Rule.STATED_FIXED if claim.status is Status.FIXED else Rule.STATED_NOT_AFFECTED
    if claim.status is not Status.AFFECTED or match.advisory.form in STATEMENTS_OF_MAKERS:
        return Rule.OTHER_VERSIONS
    return Rule.MENDED if place is Where.MENDED else Rule.OUT_OF_RANGE


def _doubts(match: Match, within: Sequence[Component], *, packaged: bool) -> Rule | None:
    claim = match.claim
    if packaged:
        return Rule.DISTRIBUTION
    if claim.condition:
        return Rule.CONDITION
    return Rule.PLATFORM if _is_elsewhere(claim, within) else None


def _is_elsewhere(claim: Claim, within: Sequence[Component]) -> bool:
    """Whether the claim is meant on a product that is not known to be here."""
    platform = claim.platform
    return (
        platform is not None
        and _names_a_product(platform)
        and not any(_same(one.identity, platform) for one in within)
    )


def _names_a_product(platform: Identity) -> bool:
    """Whether it is told which product it has to run on; a word such as "Windows" is true of nearly all."""
    return bool(platform.vendor or platform.purls or platform.cpes or platform.models or platform.skus)


def _is_packaged_by_another(component: Component, match: Match) -> bool:
    """Whether the component is a distribution's package, and the claim is not about that distribution's packages."""
    ours = _types(component.identity.purls) & _PACKAGED
    return bool(ours) and not ours & _types(match.claim.product.purls)


@lru_cache(maxsize=4_096)
def _types(purls: tuple[str, ...]) -> frozenset[str]:
    return frozenset(purl.type for purl in map(purl_of, purls) if purl is not None)


def _upstream(version: str) -> str:
    """The maker's part of a distribution's version: without epoch, revision and the mark of a repacked source.

    Sources: deb-version(7); Debian Developer's Reference, section 6.7.8.2.
    """
    without_epoch = (
        version.partition(":")[2] if version.partition(":")[0].isdigit() and ":" in version else version
    )
    return _REPACKED.sub("", without_epoch.rpartition("-")[0] or without_epoch)
