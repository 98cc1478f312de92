"""Packages of RPM distributions, as rpm lists them.

Source: rpm(8), ``rpm -qa`` and ``--queryformat``; purl's type ``rpm``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.bom.source_package import split_nvr
from tocsin.inventory.component import BillOfMaterials, Kind

__all__ = ["is_rpm_line", "read_rpm_list"]

_ARCHES: Final = (
    r"noarch|x86_64|x86_64_v2|i[3-6]86|athlon|aarch64|armv[5-7]\w*|ppc|ppc64|ppc64le|s390|s390x|riscv64|mips\w*"
    r"|loongarch64|ia64|\(none\)"
)
_LINE: Final = re.compile(
    r"(?:(?P<before>\d+):)?(?P<name>[^\s|]+)-(?:(?P<epoch>\d+|\(none\)):)?(?P<version>[^\s|:-]+)"
    rf"-(?P<release>[^\s|:-]+?)(?:\.(?P<arch>{_ARCHES}))?(?:[\s|]+(?P<source>\S+))?(?P<more>\s.*)?"
)
_SOURCE: Final = re.compile(r"[^\s|]+\.(?:no)?src\.rpm|\(none\)")
_DAYS: Final = frozenset(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
_RELEASES: Final = {
    "redhat-release": "rhel",
    "redhat-release-server": "rhel",
    "centos-release": "centos",
    "centos-linux-release": "centos",
    "centos-stream-release": "centos",
    "rocky-release": "rocky",
    "almalinux-release": "almalinux",
    "fedora-release-common": "fedora",
    "fedora-release": "fedora",
    "oraclelinux-release": "ol",
    "system-release": "amzn",
    "openSUSE-release": "opensuse-leap",
    "sles-release": "sles",
}
_NAMESPACES: Final = {
    "rhel": "redhat",
    "ol": "oracle",
    "amzn": "amazon",
    "opensuse-leap": "opensuse",
    "sles": "suse",
}
_TAGS: Final = (
    (re.compile(r"\.fc(\d+)"), "fedora"),
    (re.compile(r"\.el(\d+)"), "rhel"),
    (re.compile(r"\.amzn(\d+)"), "amzn"),
)


@dataclass(frozen=True, slots=True)
class _Package:
    line: int
    name: str
    epoch: str
    version: str
    arch: str
    source: str


def is_rpm_line(line: str) -> bool:
    """Whether ``line`` is one of ``rpm -qa``, with its architecture."""
    found = _LINE.fullmatch(line)
    return found is not None and (found["arch"] is not None or line.startswith("gpg-pubkey-"))


def read_rpm_list(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    r"""Read what ``rpm -qa`` prints; ``distro`` is the purl qualifier (``rhel-9.4``), "" if it is to be guessed.

    With ``--qf '%{NEVRA}|%{SOURCERPM}\n'`` the epoch and the source package are read too. Public keys are set aside.
    A version is ``epoch:version-release``, the epoch only where one is said.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages = []
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip():
            continue
        row = _LINE.fullmatch(line.strip())
        dated = row is not None and row["source"] in _DAYS  # rpm -qa --last, and the lists of sos
        if row is None or (not dated and (row["more"] or not _SOURCE.fullmatch(row["source"] or "(none)"))):
            found.lose(f"line {number}", "is no name-version-release.architecture")
            continue
        if row["name"] == "gpg-pubkey":
            found.aside("public keys", 1)
            continue
        epoch = (row["epoch"] or row["before"] or "").replace("(none)", "")
        arch = (row["arch"] or "").replace("(none)", "")
        source = "" if dated else (row["source"] or "").replace("(none)", "")
        version = f"{row['version']}-{row['release']}"
        packages.append(_Package(number, row["name"], epoch if epoch != "0" else "", version, arch, source))
    distro = distro or _guessed(found, packages)
    id = distro.rpartition("-")[0] or distro
    for each in packages:
        source, source_version = split_nvr(each.source) if each.source else ("", "")
        found.package(
            "rpm",
            each.name,
            each.version,
            f"line {each.line}",
            namespace=_NAMESPACES.get(id, id),
            qualifiers=(
                ("arch", each.arch),
                ("epoch", each.epoch),
                ("distro", distro if id != distro else ""),
            ),
            kind=Kind.APPLICATION,
            source=source,
            source_version=source_version,
            written=f"{each.epoch}:{each.version}" if each.epoch else each.version,
        )
    return found.bill("rpm-qa")


def _guessed(found: Collected, packages: list[_Package]) -> str:
    """The distribution, as far as the packages tell it; a note says how."""
    for each in packages:
        id = _RELEASES.get(each.name, "")
        if id:
            release = f"{id}-{each.version.partition('-')[0]}"
            found.notes.append(f"is taken to be of {release} by its package {each.name}")
            return release
    for tag, id in _TAGS:
        counts: dict[str, int] = {}
        for each in packages:
            for release in tag.findall(each.version):
                counts[release] = counts.get(release, 0) + 1
        if counts:
            release = f"{id}-{max(sorted(counts), key=counts.__getitem__)}"
            found.notes.append(f"is taken to be of {release} or rebuilt from it by the tags of its releases")
            return release
    found.notes.append("of which distribution it is is not said")
    return ""
