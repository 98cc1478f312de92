"""The rules that decide whether a product is affected: each has a name, a verdict, and plain words."""

from __future__ import annotations

from enum import Enum

__all__ = ["Rule", "Verdict"]


class Verdict(Enum):
    """The answer about one product and one vulnerability, the worst first; ``order`` is its place among them.

    ``is_to_do`` is whether it is affected, or may be.
    """

    AFFECTED = "affected"
    UNKNOWN = "unknown"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"

    def __init__(self, value: str) -> None:
        # Attributes, since each answer is asked for them and an enumeration's hash is slow.
        self.order = len(type(self).__members__)
        self.is_to_do = value in {"affected", "unknown"}


class Rule(Enum):
    """Why the answer is what it is. The value is its name in every output.

    ``verdict`` is what it answers, ``words`` are the reason as a sentence.
    """

    verdict: Verdict
    words: str

    def __new__(cls, value: str, verdict: Verdict, words: str) -> Rule:  # noqa: PYI034  as enumerations are made
        """Make a member."""
        made = object.__new__(cls)
        made._value_ = value
        made.verdict = verdict
        made.words = words
        return made

    IN_RANGE = (
        "in-range",
        Verdict.AFFECTED,
        "The version is among those that the advisory calls affected.",
    )
    EVERY_VERSION = (
        "every-version",
        Verdict.AFFECTED,
        "The advisory calls every version affected.",
    )
    MENDED = (
        "mended",
        Verdict.FIXED,
        "The version is at or after the one that mends it.",
    )
    STATED_FIXED = (
        "stated-fixed",
        Verdict.FIXED,
        "The advisory names this version as fixed.",
    )
    STATED_NOT_AFFECTED = (
        "stated-not-affected",
        Verdict.NOT_AFFECTED,
        "The advisory states that this version is not affected.",
    )
    OUT_OF_RANGE = (
        "out-of-range",
        Verdict.NOT_AFFECTED,
        "The version is not among those that the advisory calls affected.",
    )
    ANOTHER_PRODUCT = (
        "another-product",
        Verdict.NOT_AFFECTED,
        "A person said that the advisory means another product.",
    )
    NO_VERSION = (
        "no-version",
        Verdict.UNKNOWN,
        "The inventory does not say which version is installed.",
    )
    VERSION_UNREAD = (
        "version-unread",
        Verdict.UNKNOWN,
        "The version cannot be compared with what the advisory says of versions.",
    )
    NO_VERSIONS_NAMED = (
        "no-versions-named",
        Verdict.UNKNOWN,
        "The advisory names the product but no versions.",
    )
    OTHER_VERSIONS = (
        "other-versions",
        Verdict.UNKNOWN,
        "The advisory speaks of other versions of it, and not of this one.",
    )
    FAMILY_ONLY = (
        "family-only",
        Verdict.UNKNOWN,
        "The advisory may mean this product, but its name alone does not settle it.",
    )
    DISTRIBUTION = (
        "distribution",
        Verdict.UNKNOWN,
        "The distribution may have mended it under the same number, and only its own advisory would tell.",
    )
    CONDITION = (
        "condition",
        Verdict.UNKNOWN,
        "The advisory adds a condition that a person has to check.",
    )
    PLATFORM = (
        "platform",
        Verdict.UNKNOWN,
        "The advisory means the product only on a certain platform, which the inventory does not tell.",
    )
    INVESTIGATED = (
        "under-investigation",
        Verdict.UNKNOWN,
        "The maker is still looking into it.",
    )
