"""The version schemes: their names, how a version becomes a key, and which packages use which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.version.apk import apk_key, gentoo_key
from tocsin.inventory.version.composer import composer_key
from tocsin.inventory.version.conan import conan_key
from tocsin.inventory.version.deb import deb_key
from tocsin.inventory.version.gem import gem_key
from tocsin.inventory.version.lexicographic import lexicographic_key
from tocsin.inventory.version.maven import maven_key
from tocsin.inventory.version.moment import datetime_key
from tocsin.inventory.version.nuget import nuget_key
from tocsin.inventory.version.number_list import cran_key, dotted_key
from tocsin.inventory.version.openssl import openssl_key
from tocsin.inventory.version.pypi import pypi_key
from tocsin.inventory.version.rpm import alpm_key, rpm_key
from tocsin.inventory.version.semver import cargo_key, golang_key, npm_key, pub_key, semver_key
from tocsin.limits import MAX_VERSION_CHARS

__all__ = [
    "GENERIC",
    "SCHEMES",
    "Scheme",
    "extent",
    "find_scheme",
    "is_generic",
    "key",
    "scheme_of_ecosystem",
    "scheme_of_purl_type",
]

ANY_RELEASE: Final = 0x00
"""Last byte of a key that stands for every release of its version (rpm, alpm)."""

ABOVE_RELEASES: Final = b"\xff"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One order of versions. ``encode`` gives a version's key, or None for what is no version of it.

    With ``releases`` a version may leave its release out, and then stands for all of them.
    """

    name: str
    encode: Callable[[str], bytes | None]
    source: str
    releases: bool = False


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (
            Scheme("semver", semver_key, "Semantic Versioning 2.0.0, section 11"),
            Scheme("npm", npm_key, "node-semver"),
            Scheme("cargo", cargo_key, "Semantic Versioning 2.0.0, to the letter"),
            Scheme("golang", golang_key, "golang.org/x/mod/semver"),
            Scheme("hex", cargo_key, "Elixir's Version"),
            Scheme("pub", pub_key, "Dart's pub_semver"),
            Scheme("deb", deb_key, "Debian Policy, section 5.6.12"),
            Scheme("rpm", rpm_key, "rpm-version(7)", releases=True),
            Scheme("apk", apk_key, "apk-package(5)"),
            Scheme("alpm", alpm_key, "vercmp(8)", releases=True),
            Scheme("gentoo", gentoo_key, "Package Manager Specification 8, section 3.3"),
            Scheme("pypi", pypi_key, "PEP 440"),
            Scheme("maven", maven_key, "Maven's POM reference, Version Order Specification"),
            Scheme("gem", gem_key, "RubyGems' Gem::Version"),
            Scheme("nuget", nuget_key, "NuGet package versioning"),
            Scheme("composer", composer_key, "composer/semver and PHP's version_compare"),
            Scheme("cran", cran_key, "R's numeric_version"),
            Scheme("hackage", dotted_key, "Haskell Package Versioning Policy"),
            Scheme("conan", conan_key, "Conan's version ranges"),
            Scheme("openssl", openssl_key, "OpenSSL's release strategy"),
            Scheme("nginx", dotted_key, "nginx's security advisories"),
            Scheme("intdot", dotted_key, "the vers specification"),
            Scheme("datetime", datetime_key, "RFC 3339"),
            Scheme("lexicographic", lexicographic_key, "the vers specification"),
        )
    }
)
"""Name -> scheme, of all schemes with a key."""

_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alpine": "apk",
        "arch": "alpm",
        "crates.io": "cargo",
        "debian": "deb",
        "dpkg": "deb",
        "ebuild": "gentoo",
        "go": "golang",
        "packagist": "composer",
        "python": "pypi",
        "rubygems": "gem",
        "swift": "semver",
    }
)

_ECOSYSTEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "almalinux": "rpm",
        "alpaquita": "apk",
        "alpine": "apk",
        "azure linux": "rpm",
        "bellsoft hardened containers": "apk",
        "bioconductor": "cran",
        "bitnami": "semver",
        "chainguard": "apk",
        "conancenter": "conan",
        "cran": "cran",
        "crates.io": "cargo",
        "debian": "deb",
        "echo": "deb",
        "ghc": "hackage",
        "github actions": "semver",
        "go": "golang",
        "hackage": "hackage",
        "hex": "hex",
        "julia": "semver",
        "kubernetes": "semver",
        "mageia": "rpm",
        "maven": "maven",
        "minimos": "apk",
        "npm": "npm",
        "nuget": "nuget",
        "openeuler": "rpm",
        "opensuse": "rpm",
        "packagist": "composer",
        "photon os": "rpm",
        "pub": "pub",
        "pypi": "pypi",
        "red hat": "rpm",
        "rocky linux": "rpm",
        "rubygems": "gem",
        "suse": "rpm",
        "swifturl": "semver",
        "ubuntu": "deb",
        "wolfi": "apk",
    }
)
_PURL_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alpm": "alpm",
        "apk": "apk",
        "bitnami": "semver",
        "cargo": "cargo",
        "composer": "composer",
        "conan": "conan",
        "cran": "cran",
        "deb": "deb",
        "gem": "gem",
        "golang": "golang",
        "hackage": "hackage",
        "hex": "hex",
        "maven": "maven",
        "npm": "npm",
        "nuget": "nuget",
        "pub": "pub",
        "pypi": "pypi",
        "rpm": "rpm",
        "swift": "semver",
    }
)
GENERIC: Final = "generic"
"""The scheme without a key, for versions of no known order."""

_GENERIC_NAMES: Final = frozenset({GENERIC, "firmware"})


def is_generic(name: str) -> bool:
    """Whether ``name`` is the scheme of versions that have no known order."""
    return name.lower() in _GENERIC_NAMES


def find_scheme(name: str) -> Scheme | None:
    """Return the scheme of that name or alias, in any case; None where none with a key is known."""
    name = name.lower()
    return SCHEMES.get(_ALIASES.get(name, name))


def scheme_of_purl_type(purl_type: str) -> str | None:
    """Return the name of the scheme that packages of a purl type use, None where it is not known."""
    return _PURL_TYPES.get(purl_type.lower())


def scheme_of_ecosystem(ecosystem: str) -> str | None:
    """Return the name of the scheme of an OSV ecosystem (``Debian:12``), None where it is not known or has no order."""
    return _ECOSYSTEMS.get(ecosystem.partition(":")[0].lower())


def key(scheme: str, version: str) -> bytes:
    """Return the key of ``version``: keys compare, byte by byte, as the versions do by their scheme's own rule.

    No key begins another one. Keys of two schemes have no meaning side by side.

    Raises:
        NotAVersion: the text is no version of the scheme, or longer than ``MAX_VERSION_CHARS``.
        NoOrder: the scheme is not known, or has no order that a key could hold.
    """
    found = find_scheme(scheme)
    if found is None:
        raise NoOrder(
            f"versions of {scheme!r} have no known order",
            hint=f"Schemes with an order are {', '.join(SCHEMES)}.",
        )
    if len(version) > MAX_VERSION_CHARS:
        raise NotAVersion(
            f"a version of {len(version):,} characters is longer than {MAX_VERSION_CHARS:,}",
            hint="Take the version alone, without the text around it.",
        )
    made = found.encode(version)
    if made is None:
        raise NotAVersion(
            f"{version!r} is no version of {found.name} ({found.source})",
            hint="Correct it, or name the scheme that it is of.",
        )
    return made


def extent(scheme: str, version: str) -> tuple[bytes, bytes]:
    """Return the keys between which the versions lie that ``version`` stands for: the first, and one above the last.

    Only an rpm or alpm version without its release stands for more than one: for each of its releases.

    Raises:
        NotAVersion, NoOrder: as for :func:`key`.
    """
    low = key(scheme, version)
    found = find_scheme(scheme)
    if found is not None and found.releases and low[-1] == ANY_RELEASE:
        return low, low[:-1] + ABOVE_RELEASES
    # No key begins another, so that nothing lies between a key and itself with one byte more.
    return low, low + b"\x00"
