"""What apk keeps and lists."""

from __future__ import annotations

from inventory.bom.listing import doubted, listed, read_text, unread


def test_the_installed_database_is_read_and_files_are_no_packages() -> None:
    found = read_text(
        """\
        C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
        P:alpine-base
        V:3.19.1-r0
        A:x86_64
        o:alpine-base
        F:dev
        R:x
        P:no

        P:libcrypto3
        V:3.1.4-r5
        A:x86_64
        o:openssl
        L:Apache-2.0

        V:1
        """
    )
    assert found.format == "apk-installed"
    assert listed(found) == [
        ("line 1", "3.19.1-r0", "pkg:apk/alpine/alpine-base@3.19.1-r0?arch=x86_64&distro=alpine-3.19.1"),
        ("line 10", "3.1.4-r5", "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1"),
    ]
    assert [(each.source, each.licences) for each in found.components] == [
        ("", ()),
        ("openssl", ("Apache-2.0",)),
    ]
    assert unread(found) == [("line 16", "is a paragraph without the name of a package (P)")]


def test_a_list_is_read_and_what_is_not_installed_set_aside() -> None:
    found = read_text(
        """\
        WARNING: opening from cache
        musl-1.2.4_git20230717-r4 x86_64 {musl} (MIT) [installed]
        libcrypto3-3.1.4-r5 x86_64 {openssl} (Apache-2.0) [upgradable from: libcrypto3-3.1.3-r0]
        zlib-1.3.1-r0 x86_64 {zlib} (Zlib)
        ca-certificates-20230506-r0
        what
        """,
        distro="alpine-3.19",
    )
    assert found.format == "apk-list"
    assert listed(found) == [
        ("line 2", "1.2.4_git20230717-r4",
         "pkg:apk/alpine/musl@1.2.4_git20230717-r4?arch=x86_64&distro=alpine-3.19"),
        ("line 3", "3.1.4-r5", "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19"),
        ("line 5", "20230506-r0", "pkg:apk/alpine/ca-certificates@20230506-r0?distro=alpine-3.19"),
    ]  # fmt: skip
    assert found.components[1].source == "openssl"
    assert found.set_aside == (("packages that are not installed", 1),)
    assert unread(found) == [("line 6", "is no name-version-rN of a package")]


def test_a_release_that_is_not_said_is_noted() -> None:
    found = read_text("musl-1.2.4-r4\n")
    assert found.notes == ("is taken to be Alpine's; of which release is not said",)
    assert doubted(found) == []
