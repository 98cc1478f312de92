"""What dpkg keeps and lists: packages, their sources, their distribution."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from inventory.bom.listing import doubted, listed, read_text, unread
from tocsin.errors import BadInput
from tocsin.inventory.bom.read import read_bom

STATUS = Path("/var/lib/dpkg/status")
needs_dpkg = pytest.mark.skipif(
    not STATUS.is_file() or shutil.which("dpkg-query") is None, reason="this machine has no dpkg"
)


def asked(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


@needs_dpkg
def test_this_machines_status_holds_what_dpkg_query_says() -> None:
    found = read_bom(STATUS.read_bytes(), "status")
    form = (
        "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
    )
    said = [row.split("\t") for row in asked("dpkg-query", "-W", "-f", form).decode().splitlines()]
    installed = sorted(row[1:] for row in said if row[0] == "installed")
    assert found.unread == found.doubts == ()
    assert len(found.components) == len(installed)
    assert (
        sorted(
            [
                each.identity.name,
                each.version,
                each.identity.purls[0].partition("arch=")[2].partition("&")[0],
                each.source or each.identity.name,
                each.source_version or each.version,
            ]
            for each in found.components
        )
        == installed
    )


@needs_dpkg
@pytest.mark.parametrize("command", [("dpkg", "-l"), ("dpkg-query", "-W")], ids=" ".join)
def test_what_dpkg_prints_lists_the_same_packages_as_its_status(command: tuple[str, ...]) -> None:
    found = read_bom(asked(*command), "list")
    status = read_bom(STATUS.read_bytes(), "status")
    assert found.unread == found.doubts == ()
    assert sorted((each.identity.name, each.version) for each in found.components) == sorted(
        (each.identity.name, each.version) for each in status.components
    )


STANZAS = """\
    Package: libssl3
    Status: install ok installed
    Architecture: amd64
    Source: openssl
    Version: 3.0.11-1~deb12u2
    Description: tls
     Version: 9 is not this one

    Package: bash
    Status: install ok installed
    Architecture: amd64
    Source: bash (5.2.15-2)
    Version: 5.2.15-2+b2

    Package: old
    Status: deinstall ok config-files
    Architecture: amd64
    Version: 1

    Status: install ok installed
    Version: 2

    Package: base-files
    Status: install ok installed
    Architecture: amd64
    Version: 12.4+deb12u5
    """


def test_a_package_knows_its_source_and_its_place() -> None:
    found = read_text(STANZAS)
    assert found.format == "dpkg-status"
    assert listed(found) == [
        ("line 1", "3.0.11-1~deb12u2", "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"),
        ("line 9", "5.2.15-2+b2", "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12"),
        ("line 23", "12.4+deb12u5", "pkg:deb/debian/base-files@12.4%2Bdeb12u5?arch=amd64&distro=debian-12"),
    ]
    assert [(each.source, each.source_version) for each in found.components] == [
        ("openssl", "3.0.11-1~deb12u2"),
        ("bash", "5.2.15-2"),
        ("", ""),
    ]


def test_what_is_removed_is_set_aside_and_a_paragraph_without_a_package_unread() -> None:
    found = read_text(STANZAS)
    assert found.set_aside == (("packages that are not installed", 1),)
    assert unread(found) == [("line 20", "is a paragraph without a Package")]
    assert found.notes == ("is taken to be of Debian 12 by its package base-files",)


def test_the_distribution_that_is_given_is_believed() -> None:
    found = read_text(STANZAS, distro="ubuntu-22.04")
    assert found.components[0].identity.purls[0].endswith("?arch=amd64&distro=ubuntu-22.04")
    assert found.components[0].identity.purls[0].startswith("pkg:deb/ubuntu/")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("version", "purl", "note"),
    [
        ("2.35-0ubuntu3.1", "pkg:deb/ubuntu/a@2.35-0ubuntu3.1", "is taken to be Ubuntu's by its versions"),
        ("1.0-1", "pkg:deb/debian/a@1.0-1", "is taken to be Debian's"),
    ],
    ids=["Ubuntu", "unsaid"],
)
def test_a_distribution_that_is_not_said_is_guessed_and_the_guess_noted(version, purl, note) -> None:
    found = read_text(f"Package: a\nStatus: install ok installed\nVersion: {version}\n")
    assert [each[2] for each in listed(found)] == [purl]
    assert found.notes[0].startswith(note)


def test_two_packages_in_one_paragraph_are_two() -> None:
    found = read_text("Package: a\nStatus: install ok installed\nVersion: 1\nPackage: b\nVersion: 2\n")
    assert [each[:2] for each in listed(found)] == [("line 1", "1"), ("line 4", "2")]


def test_a_package_without_a_version_is_doubted() -> None:
    assert doubted(read_text("Package: a\nStatus: install ok installed\n")) == [("line 1", "has no version")]


def test_the_columns_that_dpkg_query_can_add_are_read() -> None:
    found = read_text("libc6:amd64\t2.36-9+b1\tamd64\tglibc\t2.36-9\nzlib1g:amd64\t1:1.2.13\nold\t\nx y\n")
    assert found.format == "dpkg-query"
    assert listed(found) == [
        ("line 1", "2.36-9+b1", "pkg:deb/debian/libc6@2.36-9%2Bb1?arch=amd64"),
        ("line 2", "1:1.2.13", "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64"),
    ]
    assert (found.components[0].source, found.components[0].source_version) == ("glibc", "2.36-9")
    assert found.set_aside == (("packages that are not installed", 1),)
    assert unread(found) == [("line 4", "is no name and version with a tab between them")]


NARROW = """\
    Desired=Unknown/Install/Remove/Purge/Hold
    | Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
    |/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
    ||/ Name           Version      Architecture Description
    +++-==============-============-============-=================================
    ii  libssl3:amd64  3.0.11-1     amd64        tls
    ii  libverylongnam 1.0          amd64        cut off
    rc  gone           1.0          amd64        removed
    nonsense
    ii  short
    """


def test_a_table_of_a_narrow_terminal_is_doubted_where_it_cuts_names_off() -> None:
    found = read_text(NARROW)
    assert found.format == "dpkg-l"
    assert [each[:2] for each in listed(found)] == [("line 6", "3.0.11-1"), ("line 7", "1.0")]
    assert doubted(found) == [("line 7", "the name 'libverylongnam' fills its column, so it may be cut off")]
    assert found.set_aside == (("packages that are not installed", 1),)
    assert unread(found) == [
        ("line 9", "is no line of a package as dpkg -l prints it"),
        ("line 10", "has no version"),
    ]


def test_lines_of_windows_are_read_alike() -> None:
    text = "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nVersion: 2\n"
    assert listed(read_text(text)) == listed(read_text(text.replace("\n", "\r\n")))


def test_a_nul_byte_is_refused_with_its_place() -> None:
    with pytest.raises(BadInput, match="NUL byte") as caught:
        read_text("Package: a\nVersion: 1\nx: \0\n")
    assert str(caught.value.where) == "given:3:4"
