"""Components whose right answers are known, made from the bounds of real ranges: a class for each way of going wrong.

An answer is a pair of component and vulnerability. It is right by construction: the version is a bound of the range, or
stands to it in the order of plain numbers (:mod:`inventory_facts`), or of ``packaging`` for Python's packages. *Open* is
what these facts cannot settle: a version that is none, a product without its maker, a distribution's package whose
maker's version is in the range.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from inventory_facts import Facts, Naive, Row, by_product, holds, naive, within
from packaging.version import Version

__all__ = ["Labelled", "bill", "labelled"]

_PRE_RELEASES: Final = (
    "-rc1", "-rc.2", "-beta.2", "-alpha1", "rc2", "-RC1", "-SNAPSHOT", "-preview1", "-dev"
)  # fmt: skip
_OF_DEBIAN: Final = ("-2", "-1+deb12u1", "+dfsg-3", "-0ubuntu2.1")
_NO_VERSIONS: Final = (
    "unspecified", "latest", "${project.version}", "see release notes", "HEAD", "git-4f3a2b1", "production", "x.y"
)  # fmt: skip
_CLOSED: Final = frozenset(
    {"adobe", "apple", "autodesk", "cisco", "citrix", "dell", "fortinet", "foxit", "ibm", "intel", "ivanti", "microsoft",
     "moxa", "nvidia", "oracle", "pdf-xchange", "sap", "siemens", "solarwinds", "vmware", "d-link", "tenda", "acronis",
     "mitel", "phoenixcontact", "samsung", "qnap"}
)  # fmt: skip
"""Makers whose products are not in any registry of packages."""

_REGISTRIES: Final = ("npm", "gem", "pypi", "cargo")
_OTHER_MAKERS: Final = ("Northwind Tools", "Contoso Labs", "Fabrikam Works")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{2,40}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A component as CycloneDX writes it, its class, and which vulnerabilities it has or may have."""

    kind: str
    document: dict[str, Any]
    affected: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    @property
    def name(self) -> tuple[str, str]:
        """Product and version, by which a component is known in an answer that names no place."""
        return self.document["name"].lower(), self.document["version"]


@dataclass(slots=True)
class _Products:
    """The products whose every bound is plain, so that the naive order settles each of their ranges."""

    rows: dict[tuple[str, str], list[Row]]
    chance: random.Random
    several: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.several = sorted(self.rows)

    def any(self, fits: Callable[[str, str], bool] = lambda vendor, product: True) -> tuple[str, str]:
        """A product that ``fits``."""
        while True:
            one = self.chance.choice(self.several)
            if fits(*one):
                return one

    def bound(self, one: tuple[str, str], which: str) -> str:
        """A bound of one of its ranges, "" if it has none of that kind."""
        found = [getattr(row, which) for row in self.rows[one]]
        return self.chance.choice(found)

    def holding(self, one: tuple[str, str], version: Naive) -> frozenset[str]:
        """The vulnerabilities of a product whose ranges hold a version."""
        return frozenset(row.vulnerability for row in self.rows[one] if within(row, version))

    def near(self, one: tuple[str, str], *, held: bool | None = None) -> str:
        """A version beside a bound that is none itself, in a range or (``held``) not; "" if chance finds none."""
        bounds = [text for row in self.rows[one] for text in row.bounds]
        known = {naive(text) for text in bounds}
        for _ in range(12):
            text = _beside(self.chance.choice(bounds), self.chance)
            place = naive(text)
            if place and place not in known and (held is None or held == bool(self.holding(one, place))):
                return text
        return ""


def _beside(text: str, chance: random.Random) -> str:
    parts = [int(part) for part in text.split(".")]
    at = chance.randrange(len(parts))
    parts[at] = max(0, parts[at] + chance.choice((-2, -1, -1, 1, 1, 3)))
    return ".".join(map(str, parts))


def labelled(facts: Facts, each: int, seed: int = 1) -> list[Labelled]:
    """Up to ``each`` components of each class, no two of one name and version."""
    chance = random.Random(seed)
    grouped = by_product(facts.rows)
    plain = {
        key: rows
        for key, rows in grouped.items()
        if all(naive(text) for row in rows for text in row.bounds) and len({row.part for row in rows}) == 1
    }
    products = _Products(plain, chance)
    packages = by_product(facts.osv_rows)
    makers = _Makers(products, frozenset(grouped), frozenset(name for _, name in packages))
    found: list[Labelled] = []
    seen: set[tuple[str, str]] = set()
    for make in (*makers.classes(), _python(packages, frozenset(name for _, name in grouped), chance)):
        count = 0
        for _ in range(each * 60):
            one = make()
            if one is not None and one.name not in seen:
                seen.add(one.name)
                found.append(one)
                count += 1
                if count == each:
                    break
    return found


@dataclass(slots=True)
class _Makers:
    """What makes one component of a class, or None where chance found nothing fit."""

    products: _Products
    known: frozenset[tuple[str, str]]
    packages: frozenset[str]

    def classes(self) -> Iterator[Callable[[], Labelled | None]]:
        of = self.of_cpe
        near = self.products.near
        bound = self.products.bound
        yield lambda: of("in a range", lambda one: near(one, held=True))
        yield lambda: of("out of every range", lambda one: near(one, held=False))
        yield lambda: of("a listed version", lambda one: bound(one, "exact"))
        yield lambda: of("first of a range", lambda one: bound(one, "low"))
        yield lambda: of("last of a range (<=)", lambda one: self.end(one, inclusive=True))
        yield lambda: of("end of a range (<)", lambda one: self.end(one, inclusive=False))
        yield lambda: of("before a release (rc1)", self.any_bound, self.products.chance.choice(_PRE_RELEASES))
        yield lambda: of("a zero more or less", self.zero)
        yield lambda: of("a digit more", self.digit)
        yield lambda: of("leading v", lambda one: near(one) or self.any_bound(one), before="v")
        yield self.of_debian
        yield self.of_words
        yield self.of_other_maker
        yield self.of_registry
        yield self.without_version
        yield self.without_maker

    def any_bound(self, one: tuple[str, str]) -> str:
        return self.products.chance.choice([text for row in self.products.rows[one] for text in row.bounds])

    def end(self, one: tuple[str, str], *, inclusive: bool) -> str:
        ends = [row.high for row in self.products.rows[one] if row.high_inclusive == inclusive]
        return self.products.chance.choice(ends) if ends else ""

    def zero(self, one: tuple[str, str]) -> str:
        text = self.any_bound(one)
        if text.endswith(".0") and text.count(".") > 1:
            return text.removesuffix(".0")
        return f"{text}.0"

    def digit(self, one: tuple[str, str]) -> str:
        text = self.any_bound(one)
        return f"{text}.{self.products.chance.choice((1, 7, 2021))}"

    def of_cpe(
        self, kind: str, version_of: Callable[[tuple[str, str]], str], after: str = "", before: str = ""
    ) -> Labelled | None:
        one = self.products.any()
        text = version_of(one)
        place = naive(text)
        if place is None:
            return None
        version = f"{before}{text}{after}"
        vendor, product = one
        part = self.products.rows[one][0].part
        document = {
            "type": "operating-system" if part == "o" else "application",
            "name": product,
            "version": version,
            "cpe": f"cpe:2.3:{part}:{vendor}:{product}:{version}:*:*:*:*:*:*:*",
        }
        place = (place[0], -1) if after else place
        return Labelled(kind, document, self.products.holding(one, place))

    def of_debian(self) -> Labelled | None:
        one = self.products.any(lambda vendor, product: _NAME.fullmatch(product) is not None)
        upstream = self.products.near(one)
        place = naive(upstream)
        if place is None:
            return None
        chance = self.products.chance
        version = f"{chance.choice(('', '1:', '2:'))}{upstream}{chance.choice(_OF_DEBIAN)}"
        vendor, product = one
        escaped = version.replace(":", "\\:").replace("+", "\\+")
        document = {
            "type": "library",
            "name": product,
            "version": version,
            "cpe": f"cpe:2.3:{self.products.rows[one][0].part}:{vendor}:{product}:{escaped}:*:*:*:*:*:*:*",
            "purl": f"pkg:deb/debian/{product}@{quote(version, safe='')}?distro=debian-12",
        }
        return Labelled("a Debian package", document, open=self.products.holding(one, place))

    def of_words(self) -> Labelled | None:
        one = self.products.any()
        words = next((row.words for row in self.products.rows[one] if row.words[1].lower() == one[1]), None)
        text = self.products.near(one) or self.any_bound(one)
        if words is None or not words[0]:
            return None
        return Labelled(
            "maker and product in words",
            _named(words[1], text, words[0]),
            self.products.holding(one, naive(text) or ((), 0)),
        )

    def of_other_maker(self) -> Labelled | None:
        one = self.products.any()
        text = self.products.near(one, held=True)
        if not text:
            return None
        maker = self.products.chance.choice(_OTHER_MAKERS)
        return Labelled("another maker's product of the name", _named(one[1], text, maker))

    def of_registry(self) -> Labelled | None:
        one = self.products.any(
            lambda vendor, product: vendor in _CLOSED and _NAME.fullmatch(product) is not None
        )
        text = self.products.near(one, held=True)
        registry = self.products.chance.choice(_REGISTRIES)
        if not text or one[1] in self.packages:
            return None
        document = {
            "type": "library",
            "name": one[1],
            "version": text,
            "purl": f"pkg:{registry}/{one[1]}@{text}",
        }
        return Labelled("a registry's package of the name", document)

    def without_version(self) -> Labelled | None:
        one = self.products.any(lambda vendor, product: sum(name == product for _, name in self.known) == 1)
        rows = [row for row in self.products.rows[one] if row.words[1].lower() == one[1] and row.words[0]]
        if not rows:
            return None
        text = self.products.chance.choice(_NO_VERSIONS)
        document = _named(rows[0].words[1], text, rows[0].words[0])
        return Labelled(
            "a version that is none", document,
            open=frozenset(row.vulnerability for row in self.products.rows[one]),
        )  # fmt: skip

    def without_maker(self) -> Labelled | None:
        one = self.products.any()
        text = self.products.near(one, held=True)
        place = naive(text)
        if place is None:
            return None
        makers = [key for key in self.products.several if key[1] == one[1]]
        maybe = frozenset(name for key in makers for name in self.products.holding(key, place))
        return Labelled(
            "no maker named", {"type": "application", "name": one[1], "version": text}, open=maybe
        )


def _named(name: str, version: str, maker: str) -> dict[str, Any]:
    return {
        "type": "application",
        "name": name,
        "version": version,
        "supplier": {"name": maker},
        "publisher": maker,
    }


def _python(
    packages: dict[tuple[str, str], list[Row]], products: frozenset[str], chance: random.Random
) -> Callable[[], Labelled | None]:
    names = sorted(name for _, name in packages if name not in products and "." not in name)

    def make() -> Labelled | None:
        name = chance.choice(names)
        rows = packages["unknown", name]
        text = chance.choice([bound for row in rows for bound in row.bounds])
        version = text + chance.choice(("", "", "rc1", "a1", ".dev2", ".post1", ".1", ".0"))
        try:
            place = Version(version)
        except ValueError:
            return None
        found = frozenset(row.vulnerability for row in rows if holds(row, place))
        document = {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{quote(version, safe='')}",
        }
        return Labelled("a Python package, by OSV", document, found)

    return make


def bill(components: Iterable[Labelled], size: int, seed: int = 2) -> dict[str, Any]:
    """A CycloneDX document of ``size`` components: these, in any order, among others that no record speaks of."""
    chance = random.Random(seed)
    listed = [dict(one.document) for one in components]
    for number in range(size - len(listed)):
        registry = chance.choice(("npm", "maven", "pypi", "golang", "deb"))
        space = {"maven": "org.example/", "golang": "example.org/", "deb": "debian/"}.get(registry, "")
        version = f"{chance.randrange(9)}.{chance.randrange(30)}.{chance.randrange(12)}"
        name = f"{chance.choice(('fast', 'tiny', 'core', 'open', 'net'))}-{chance.choice(('xml', 'queue', 'cache', 'http', 'log'))}-u{number}"
        listed.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:{registry}/{space}{name}@{version}",
            }
        )
    chance.shuffle(listed)
    for number, one in enumerate(listed):
        one["bom-ref"] = f"c{number}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "estate", "version": "1.0", "bom-ref": "estate"}},
        "components": listed,
    }  # fmt: skip
