"""A policy of the gate, as data: which rules there are, whom to believe, and where each rule comes from.

A policy is TOML. It may build on another by ``extends``: its rules replace those of the same ``id``, rules named in
``without`` are left out, and whom it trusts comes on top. What it does not know it refuses: a word that is mistyped
must not switch a rule off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.limits import GATE_FILE_BYTES
from tocsin.model.toml_text import decode_toml

__all__ = [
    "Affected",
    "AnyRule",
    "ArtifactHash",
    "EndOfLife",
    "Key",
    "KnownExploited",
    "Policy",
    "Provenance",
    "Root",
    "SbomComplete",
    "Signer",
    "Trust",
    "VendorFact",
    "read_policy",
]

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Words = Annotated[str, msgspec.Meta(min_length=1)]
Severity = Literal["low", "medium", "high", "critical"]
Element = Literal["supplier", "name", "version", "identifier", "relationship", "hash", "licence"]


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="check"):
    """What every rule has: its name, what it asks, whether *unknown* stops the product, and whose rule it is."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    asks: Words
    source: Words
    url: str = ""
    required: bool = True
    severity: Severity = "high"


class SbomComplete(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sbom-complete"):
    """That the bill of materials says enough: ``least`` is the share of components that must have each element."""

    least: dict[Element, Share]
    author: bool = True
    timestamp: bool = True
    subject: bool = True
    oldest_days: Days | None = None


class Provenance(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="provenance"):
    """That a signer who is trusted vouches for how it was built.

    ``predicates`` are the types that count as provenance; ``builders`` the ids of builders that may have built it,
    all if none is named; ``missing`` is the verdict where nothing vouches for it.
    """

    predicates: tuple[Words, ...]
    builders: tuple[Words, ...] = ()
    oldest_days: Days | None = None
    missing: Literal["fail", "unknown"] = "fail"


class ArtifactHash(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="artifact-hash"):
    """That what is in hand is what was attested; ``artifact`` and ``sbom`` say which of the two has to be shown."""

    artifact: bool = True
    sbom: bool = True


class KnownExploited(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="known-exploited"):
    """That no component has a vulnerability that is known to be exploited.

    ``oldest_days`` is the age from which the data is too old, where the policy has its own.
    """

    oldest_days: Days | None = None


class Affected(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="affected"):
    """That no component has another vulnerability of at least this CVSS base score; one without a score counts.

    ``oldest_days`` is as of :class:`KnownExploited`.
    """

    least_score: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0
    oldest_days: Days | None = None


class EndOfLife(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="end-of-life"):
    """That no component is past its end of life, nor will be within so many days.

    ``least_known`` is the share of components whose end of life has to be known.
    """

    within_days: Days = 0
    least_known: Share = 0.0


class VendorFact(_Rule, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="vendor-fact"):
    """That the vendor answers a question with yes: with evidence, not long ago, and for as long as it matters.

    ``no`` is the verdict where the answer is no, ``passed`` where the day until which it holds has passed.
    ``until`` asks for such a day; ``not_applicable`` lets a vendor say that the question does not apply.
    """

    question: Words
    evidence: bool = True
    oldest_days: Days | None = None
    until: bool = False
    no: Literal["fail", "unknown", "pass"] = "fail"
    passed: Literal["fail", "unknown"] = "unknown"
    not_applicable: bool = False


AnyRule = SbomComplete | Provenance | ArtifactHash | KnownExploited | Affected | EndOfLife | VendorFact


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public key or certificate in PEM that is believed, from and until certain days if it says so."""

    name: Words
    pem: Words
    since: date | None = None
    until: date | None = None


class Signer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is believed if Sigstore vouches that it was them: the issuer of the identity, and the identity."""

    issuer: Words
    identity: Words


class Root(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of the root of trust of Sigstore.

    ``least`` is the day of the newest key that it has to know, at the least: an older root is a downgraded one.
    ``sha256`` pins its bytes; ``stale_days`` is the age at which it is warned of. ``file`` is a root of one's own (its
    path from the policy's folder), in place of that of Sigstore's public instance.
    """

    least: date | None = None
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    stale_days: Days = 365
    file: str = ""


class Trust(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the policy believes."""

    keys: tuple[Key, ...] = ()
    identities: tuple[Signer, ...] = ()
    root: Root | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Rules in the order in which they are told, and whom to believe."""

    name: str
    version: str
    rules: tuple[AnyRule, ...]
    trust: Trust = Trust()


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Words
    version: Words
    extends: str = ""
    without: list[str] = []
    trust: Trust = Trust()
    rule: list[AnyRule] = []


def read_policy(data: bytes, name: str, known: Mapping[str, Policy]) -> Policy:
    """Read a policy; ``known`` are those that it may build on.

    Raises:
        BadInput: it is no TOML, has a word or value that no policy has, builds on one that is not known, gives an
            id twice, leaves out what is not there, or has no rule; it names the place.
        LimitExceeded: it is larger than ``limits.GATE_FILE_BYTES``.
    """
    where = Place(file=name)
    held = decode_toml(data, name, _File, "policy", GATE_FILE_BYTES)
    base = None
    if held.extends:
        base = known.get(held.extends)
        if base is None:
            raise BadInput(
                f"builds on a policy {held.extends[:60]!r} that is not known",
                where=Place(file=name, path="$.extends"),
                hint=f"Policies that ship: {', '.join(known) or 'none'}.",
            )
    own: dict[str, AnyRule] = {}
    for number, rule in enumerate(held.rule):
        if rule.id in own:
            raise BadInput(
                f"gives the id {rule.id!r} twice", where=Place(file=name, path=f"$.rule[{number}].id")
            )
        own[rule.id] = rule
    inherited = {rule.id: rule for rule in base.rules} if base is not None else {}
    strangers = [one for one in held.without if one not in inherited]
    if strangers:
        raise BadInput(
            f"leaves out {strangers[0][:60]!r}, which is no rule of what it builds on",
            where=Place(file=name, path="$.without"),
        )
    rules = {key: rule for key, rule in (inherited | own).items() if key not in held.without or key in own}
    if not rules:
        raise BadInput("has no rule, so nothing would be judged", where=where)
    return Policy(
        name=held.name, version=held.version, rules=tuple(rules.values()), trust=_joined(base, held.trust)
    )


def _joined(base: Policy | None, own: Trust) -> Trust:
    if base is None:
        return own
    return Trust(
        keys=base.trust.keys + own.keys,
        identities=base.trust.identities + own.identities,
        root=own.root or base.trust.root,
    )
