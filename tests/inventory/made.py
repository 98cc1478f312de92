"""Components, claims and advisories for the tests of the inventory."""

from __future__ import annotations

from typing import Any

from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.claim import Claim, Span, Status, Versions
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import Judgement, judge

CVE = "CVE-2021-26855"


def component(version: str = "1.2", *, kind: Kind = Kind.OTHER, **names: Any) -> Component:
    """A component that goes by ``names``."""
    more = {key: names.pop(key) for key in ("source", "source_version") if key in names}
    return Component(Identity(**names), version, kind, "$.components[0]", **more)


def package(purl: str, version: str = "1.2", **more: Any) -> Component:
    """A component that is a package."""
    return component(version, name=purl.rpartition("/")[2], purls=(purl,), **more)


def below(high: str, scheme: str = "generic", low: str | None = None) -> Versions:
    """All versions before the one that mends it."""
    return Versions(scheme, (Span(low, high, fixed=True),))


def only(version: str, scheme: str = "generic") -> Versions:
    """One version."""
    return Versions(scheme, (Span(version, version, high_inclusive=True),))


def claim(
    versions: Versions | None = None,
    status: Status = Status.AFFECTED,
    *,
    vulnerability: str = CVE,
    more: dict[str, Any] | None = None,
    **names: Any,
) -> Claim:
    """A claim about the product that goes by ``names``."""
    return Claim(
        vulnerability,
        status,
        Identity(**names),
        Versions() if versions is None else versions,
        "its text",
        "$",
        **(more or {}),
    )


def advisory(*claims: Claim, form: Form = Form.CVE, id: str = "ADV-1", **more: Any) -> Advisory:
    """An advisory that makes ``claims``."""
    return Advisory(id, form, "somebody", claims=claims, **more)


def judged(held: Component, *advisories: Advisory, within: tuple[Component, ...] = ()) -> list[Judgement]:
    """All judgements about ``held`` by ``advisories``."""
    return judge(held, ClaimIndex(advisories).matches(held), within)


def rule_of(held: Component, *advisories: Advisory, within: tuple[Component, ...] = ()) -> str:
    """The rule that decides about the one vulnerability that ``advisories`` speak of, "" if none concerns ``held``."""
    found = judged(held, *advisories, within=within)
    assert len(found) <= 1
    return found[0].rule.value if found else ""
