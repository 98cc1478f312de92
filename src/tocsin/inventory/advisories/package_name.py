"""From the names of packages in advisories to purls, and to the order that their versions have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote

from tocsin.errors import BadInput
from tocsin.inventory.claim import Span, Versions
from tocsin.inventory.cpe import Logical, parse_cpe
from tocsin.inventory.identity import Identity
from tocsin.inventory.version import GENERIC, scheme_of_ecosystem, scheme_of_purl_type

__all__ = [
    "cpe_version",
    "purl_of",
    "purl_of_collection",
    "purl_version",
    "scheme_of_package",
    "scheme_of_purl",
    "versions_of_names",
    "versions_of_purls",
]

# Ecosystem of OSV (schema 1.7, "Defined ecosystems") -> purl type, namespace.
_ECOSYSTEMS: Final = {
    "almalinux": ("rpm", "almalinux"),
    "alpaquita": ("apk", "alpaquita"),
    "alpine": ("apk", "alpine"),
    "android": ("generic", ""),
    "azure linux": ("rpm", "azurelinux"),
    "bellsoft hardened containers": ("apk", "bellsoft-hardened-containers"),
    "bioconductor": ("bioconductor", ""),
    "bitnami": ("bitnami", ""),
    "chainguard": ("apk", "chainguard"),
    "conancenter": ("conan", ""),
    "cran": ("cran", ""),
    "crates.io": ("cargo", ""),
    "debian": ("deb", "debian"),
    "github actions": ("githubactions", ""),
    "go": ("golang", ""),
    "hackage": ("hackage", ""),
    "hex": ("hex", ""),
    "mageia": ("rpm", "mageia"),
    "maven": ("maven", ""),
    "minimos": ("apk", "minimos"),
    "npm": ("npm", ""),
    "nuget": ("nuget", ""),
    "openeuler": ("rpm", "openeuler"),
    "opensuse": ("rpm", "opensuse"),
    "packagist": ("composer", ""),
    "photon os": ("rpm", "photon"),
    "pub": ("pub", ""),
    "pypi": ("pypi", ""),
    "red hat": ("rpm", "redhat"),
    "rocky linux": ("rpm", "rocky-linux"),
    "rubygems": ("gem", ""),
    "suse": ("rpm", "suse"),
    "swifturl": ("swift", ""),
    "ubuntu": ("deb", "ubuntu"),
    "wolfi": ("apk", "wolfi"),
}


def purl_of(ecosystem: str, name: str) -> str:
    """The purl of an OSV package, "" for an ecosystem that purl has no type for.

    What follows the ecosystem's colon (``Debian:12``, ``Alpine:v3.18``) becomes the qualifier ``distro``, in the
    form that inventories use: ``debian-12``, ``alpine-3.18``.
    """
    base, _, release = ecosystem.partition(":")
    type, namespace = _ECOSYSTEMS.get(base.strip().casefold(), ("", ""))
    if not type or not name:
        return ""
    if type == "pypi":
        name = name.casefold().replace("_", "-")
    elif type == "maven":
        namespace, _, name = name.rpartition(":")
    elif type in {"npm", "golang", "composer", "swift", "githubactions"} and "/" in name:
        namespace, _, name = name.rpartition("/")
    parts = [*(namespace.split("/") if namespace else ()), name]
    path = "/".join(quote(part, safe="") for part in parts if part)
    if type not in {"deb", "rpm", "apk"} or not release.strip():
        return f"pkg:{type}/{path}"
    distro = f"{namespace}-{release.strip().removeprefix('v').removesuffix(':LTS')}"
    return f"pkg:{type}/{path}?distro={quote(distro, safe='')}"


# What the beginning of a CVE record's ``collectionURL`` says of the package's ecosystem.
_COLLECTIONS: Final = {
    "npmjs.org": "npm",
    "npmjs.com": "npm",
    "pypi.org": "PyPI",
    "pypi.python.org": "PyPI",
    "repo.maven.apache.org": "Maven",
    "repo1.maven.org": "Maven",
    "mvnrepository.com": "Maven",
    "central.sonatype.com": "Maven",
    "rubygems.org": "RubyGems",
    "crates.io": "crates.io",
    "packagist.org": "Packagist",
    "pkg.go.dev": "Go",
    "nuget.org": "NuGet",
    "hex.pm": "Hex",
    "pub.dev": "Pub",
    "cran.r-project.org": "CRAN",
    "hackage.haskell.org": "Hackage",
}


def purl_of_collection(url: str, name: str) -> str:
    """The purl of a package that a CVE record names by its collection and name, "" where that is no purl's."""
    host = (
        url.strip()
        .casefold()
        .partition("://")[2]
        .partition("/")[0]
        .removeprefix("www.")
        .removeprefix("registry.")
    )
    ecosystem = _COLLECTIONS.get(host, "")
    if not ecosystem or not name or (ecosystem == "Maven" and ":" not in name):
        return ""
    return purl_of(ecosystem, name)


def scheme_of_package(ecosystem: str, purl: str) -> str:
    """The order of a package's versions, by its OSV ecosystem or else its purl; ``generic`` where none is known."""
    return scheme_of_ecosystem(ecosystem) or scheme_of_purl(purl)


def scheme_of_purl(purl: str) -> str:
    """The order of the versions of a purl's type, ``generic`` where it has none of its own."""
    return scheme_of_purl_type(_type(purl)) or GENERIC


def purl_version(purl: str) -> str:
    """The version of a purl, with the epoch of an RPM before it; "" if it names none."""
    path, _, qualifiers = purl.partition("#")[0].partition("?")
    name, at, version = path.rpartition("@")
    if not at or "/" not in name or "/" in version:
        return ""
    version = unquote(version)
    epoch = next((held[6:] for held in qualifiers.split("&") if held.startswith("epoch=")), "")
    return f"{epoch}:{version}" if epoch and version and ":" not in version else version


def versions_of_purls(purls: Iterable[str]) -> Versions | None:
    """The versions that ``purls`` name, None unless each names one and all are of one order."""
    listed = tuple(purls)
    found = [purl_version(purl) for purl in listed]
    schemes = {scheme_of_purl(purl) for purl in listed}
    if not listed or not all(found) or len(schemes) != 1:
        return None
    return Versions(
        schemes.pop(), tuple(Span(version, version, high_inclusive=True) for version in dict.fromkeys(found))
    )


def versions_of_names(identity: Identity) -> Versions:
    """The versions that the names themselves say: those of its purls, else of its CPE, else all there are."""
    if versions := versions_of_purls(identity.purls):
        return versions
    if any(map(purl_version, identity.purls)):
        return Versions(unread=identity.purls)
    scheme = scheme_of_purl(identity.purls[0]) if identity.purls else GENERIC
    for name in identity.cpes if not identity.purls else ():
        version = cpe_version(name)
        if version is None:
            return Versions(scheme, unread=(name,))
        if version:
            return Versions(scheme, (Span(version, version, high_inclusive=True),))
    return Versions(scheme, every=True)


def cpe_version(name: str) -> str | None:
    """The version of a CPE name, "" where it is any; None where it is not one version alone."""
    try:
        cpe = parse_cpe(name)
    except BadInput:
        return None
    if cpe.version is Logical.ANY:
        return ""
    if (
        isinstance(cpe.version, Logical)
        or cpe.update not in {Logical.ANY, Logical.NA}
        or "*" in cpe.version
        or "?" in cpe.version
    ):
        return None
    return cpe.version


def _type(purl: str) -> str:
    scheme, _, rest = purl.partition(":")
    return rest.lstrip("/").partition("/")[0].casefold() if scheme.casefold() == "pkg" else ""
