"""The rules that decide whether a product is affected: each has a name, a verdict, and plain words."""

from __future__ import annotations

from enum import Enum

__all__ = ["Rule", "Verdict"]


class Verdict(Enum):
    """The answer about one product and one vulnerability."""

    AFFECTED = "affected"
    UNKNOWN = "unknown"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"


class Rule(Enum):
    """Why the answer is what it is. The value is its name in every output."""

    IN_RANGE = "in-range"
    EVERY_VERSION = "every-version"
    MENDED = "mended"
    STATED_FIXED = "stated-fixed"
    STATED_NOT_AFFECTED = "stated-not-affected"
    OUT_OF_RANGE = "out-of-range"
    ANOTHER_PRODUCT = "another-product"
    NO_VERSION = "no-version"
    VERSION_UNREAD = "version-unread"
    NO_VERSIONS_NAMED = "no-versions-named"
    OTHER_VERSIONS = "other-versions"
    FAMILY_ONLY = "family-only"
    DISTRIBUTION = "distribution"
    CONDITION = "condition"
    PLATFORM = "platform"
    INVESTIGATED = "under-investigation"

    @property
    def verdict(self) -> Verdict:
        """What the rule answers."""
        return _VERDICTS.get(self, Verdict.UNKNOWN)

    @property
    def words(self) -> str:
        """The reason as a sentence."""
        return _WORDS[self]


_VERDICTS = {
    Rule.IN_RANGE: Verdict.AFFECTED,
    Rule.EVERY_VERSION: Verdict.AFFECTED,
    Rule.MENDED: Verdict.FIXED,
    Rule.STATED_FIXED: Verdict.FIXED,
    Rule.STATED_NOT_AFFECTED: Verdict.NOT_AFFECTED,
    Rule.OUT_OF_RANGE: Verdict.NOT_AFFECTED,
    Rule.ANOTHER_PRODUCT: Verdict.NOT_AFFECTED,
}
_WORDS = {
    Rule.IN_RANGE: "The version is among those that the advisory calls affected.",
    Rule.EVERY_VERSION: "The advisory calls every version affected.",
    Rule.MENDED: "The version is at or after the one that mends it.",
    Rule.STATED_FIXED: "The advisory names this version as fixed.",
    Rule.STATED_NOT_AFFECTED: "The advisory states that this version is not affected.",
    Rule.OUT_OF_RANGE: "The version is not among those that the advisory calls affected.",
    Rule.ANOTHER_PRODUCT: "A person said that the advisory means another product.",
    Rule.NO_VERSION: "The inventory does not say which version is installed.",
    Rule.VERSION_UNREAD: "The version cannot be compared with what the advisory says of versions.",
    Rule.NO_VERSIONS_NAMED: "The advisory names the product but no versions.",
    Rule.OTHER_VERSIONS: "The advisory speaks of other versions of it, and not of this one.",
    Rule.FAMILY_ONLY: "The advisory may mean this product, but its name alone does not settle it.",
    Rule.DISTRIBUTION: "The maker calls this version affected, but the distribution may have mended it in its package "
    "without changing the number; only the distribution's own advisory tells.",
    Rule.CONDITION: "The advisory adds a condition that a person has to check.",
    Rule.PLATFORM: "The advisory means the product only on a certain platform, which the inventory does not tell.",
    Rule.INVESTIGATED: "The maker is still looking into it.",
}
