"""What rpm lists."""

from __future__ import annotations

import pytest

from inventory.bom.listing import listed, read_text, unread

LIST = """\
    bash-5.1.8-6.el9_1.x86_64
    dbus-1:1.12.20-8.el9.x86_64|dbus-1.12.20-8.el9.src.rpm
    openssl-libs-1:3.0.7-24.el9.x86_64 openssl-3.0.7-24.el9.src.rpm
    gpg-pubkey-fd431d51-4ae0493b
    redhat-release-9.3-0.5.el9.x86_64
    python3.11-libs-3.11.5-1.el9_3.i686
    kernel-core-(none):5.14.0-362.el9.x86_64
    java-1.8.0-openjdk-1.8.0.402.b06-2.el9.x86_64
    not a package
    """


def test_name_epoch_version_and_architecture_are_told_apart() -> None:
    found = read_text(LIST)
    assert found.format == "rpm-qa"
    assert listed(found) == [
        ("line 1", "5.1.8-6.el9_1", "pkg:rpm/redhat/bash@5.1.8-6.el9_1?arch=x86_64&distro=rhel-9.3"),
        ("line 2", "1:1.12.20-8.el9", "pkg:rpm/redhat/dbus@1.12.20-8.el9?arch=x86_64&distro=rhel-9.3&epoch=1"),
        ("line 3", "1:3.0.7-24.el9", "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.3&epoch=1"),
        ("line 5", "9.3-0.5.el9", "pkg:rpm/redhat/redhat-release@9.3-0.5.el9?arch=x86_64&distro=rhel-9.3"),
        ("line 6", "3.11.5-1.el9_3", "pkg:rpm/redhat/python3.11-libs@3.11.5-1.el9_3?arch=i686&distro=rhel-9.3"),
        ("line 7", "5.14.0-362.el9", "pkg:rpm/redhat/kernel-core@5.14.0-362.el9?arch=x86_64&distro=rhel-9.3"),
        ("line 8", "1.8.0.402.b06-2.el9",
         "pkg:rpm/redhat/java-1.8.0-openjdk@1.8.0.402.b06-2.el9?arch=x86_64&distro=rhel-9.3"),
    ]  # fmt: skip
    assert [each.source for each in found.components] == ["", "", "openssl", "", "", "", ""]
    assert found.components[2].source_version == "3.0.7-24.el9"
    assert found.set_aside == (("public keys", 1),)
    assert unread(found) == [("line 9", "is no name-version-release.architecture")]


@pytest.mark.parametrize(
    ("line", "distro", "purl"),
    [
        ("a-1-1.fc40.noarch", "", "pkg:rpm/fedora/a@1-1.fc40?arch=noarch&distro=fedora-40"),
        ("a-1-1.el8.noarch", "", "pkg:rpm/redhat/a@1-1.el8?arch=noarch&distro=rhel-8"),
        ("a-1-1.noarch", "", "pkg:rpm/a@1-1?arch=noarch"),
        (
            "a-1-1.noarch",
            "opensuse-leap-15.5",
            "pkg:rpm/opensuse/a@1-1?arch=noarch&distro=opensuse-leap-15.5",
        ),
        ("a-1-1.noarch", "rocky-9.2", "pkg:rpm/rocky/a@1-1?arch=noarch&distro=rocky-9.2"),
    ],
    ids=["fedora by tag", "rhel by tag", "unsaid", "given", "rocky"],
)
def test_the_distribution_is_what_is_given_or_what_the_packages_tell(line, distro, purl) -> None:
    found = read_text(line + "\n", distro=distro)
    assert [each[2] for each in listed(found)] == [purl]
    assert bool(found.notes) == (not distro)


def test_the_day_of_installation_is_no_source() -> None:
    found = read_text("a-1-1.noarch              Mon Jan  1 10:00:00 2024\nb-1-1.noarch Montag\n", "rpm-qa")
    assert [each[:2] for each in listed(found)] == [("line 1", "1-1")]
    assert found.components[0].source == ""
    assert unread(found) == [("line 2", "is no name-version-release.architecture")]


def test_an_epoch_of_zero_is_none() -> None:
    assert listed(read_text("a-0:1-1.noarch\n", "rpm-qa", "fedora-40")) == [
        ("line 1", "1-1", "pkg:rpm/fedora/a@1-1?arch=noarch&distro=fedora-40")
    ]
