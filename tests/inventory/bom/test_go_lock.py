"""Go's lists of modules."""

from __future__ import annotations

from inventory.bom.listing import doubted, listed, read_text, unread
from tocsin.inventory.component import Kind


def test_a_go_sum_lists_modules_and_sets_checksums_of_go_mod_aside() -> None:
    found = read_text(
        """\
        github.com/BurntSushi/toml v0.3.1 h1:WXkYYl6Yr3qBf1K79EBnL4mak0OimBfB0XUf9Vl28OQ=
        github.com/BurntSushi/toml v0.3.1/go.mod h1:xHWCNGjB5oqiDr8zfno3MHue2Ht5sIBksp03qcyfWMU=
        nonsense
        """
    )
    assert found.format == "go-sum"
    assert listed(found) == [("line 1", "v0.3.1", "pkg:golang/github.com/BurntSushi/toml@v0.3.1")]
    assert found.components[0].identity.name == "github.com/BurntSushi/toml"
    assert found.set_aside == (("checksums of go.mod files", 1),)
    assert unread(found) == [("line 3", "is no module, version and checksum")]


def test_a_go_mod_lists_what_it_requires_after_what_it_replaces() -> None:
    found = read_text(
        """\
        // a program
        module example.com/x

        go 1.21

        require github.com/a/b v1.0.0
        require (
        \tgithub.com/c/d/v2 v2.0.1+incompatible // indirect
        \tgolang.org/x/net v0.1.0
        \tgithub.com/local v1.0.0
        \tbroken
        )
        replace golang.org/x/net v0.1.0 => golang.org/x/net v0.2.0
        replace (
        \tgithub.com/local => ../local
        \twhat
        )
        exclude github.com/a/b v0.9.0
        reqire github.com/e/f v1.0.0
        reqire (
        \tgithub.com/g/h v1.0.0
        )
        """
    )
    assert found.format == "go-mod"
    assert listed(found) == [
        ("line 6", "v1.0.0", "pkg:golang/github.com/a/b@v1.0.0"),
        ("line 8", "v2.0.1+incompatible", "pkg:golang/github.com/c/d/v2@v2.0.1%2Bincompatible"),
        ("line 9", "v0.2.0", "pkg:golang/golang.org/x/net@v0.2.0"),
        ("line 10", "v1.0.0", "pkg:golang/github.com/local@v1.0.0"),
    ]
    assert doubted(found) == [
        ("line 16", "is no replacement of a module"),
        ("line 9", "is replaced: golang.org/x/net by golang.org/x/net v0.2.0"),
        ("line 10", "is replaced: github.com/local by ../local"),
    ]
    assert unread(found) == [
        ("line 11", "requires no module and version"),
        ("line 19", "begins with 'reqire', which is no directive that is known"),
        ("line 20", "begins with 'reqire', which is no directive that is known"),
        ("line 21", "begins with 'github.com/g/h', which is no directive that is known"),
    ]


def test_what_go_says_of_a_program_includes_the_standard_library() -> None:
    found = read_text(
        "/usr/bin/x: go1.21.5\n\tpath\texample.com/x\n\tmod\texample.com/x\t(devel)\t\n"
        "\tdep\tgithub.com/a/b\tv1.0.0\th1:x=\n\t=>\tgithub.com/c/b\tv1.0.1\th1:y=\n\tbuild\t-compiler=gc\n\twhat\n"
    )
    assert found.format == "go-version"
    assert listed(found) == [
        ("line 1", "1.21.5", "pkg:golang/stdlib@1.21.5"),
        ("line 3", "", "pkg:golang/example.com/x"),
        ("line 4", "v1.0.0", "pkg:golang/github.com/a/b@v1.0.0"),
        ("line 5", "v1.0.1", "pkg:golang/github.com/c/b@v1.0.1"),
    ]
    assert [each.kind for each in found.components][1] is Kind.APPLICATION
    assert [each[0] for each in doubted(found)] == ["line 3", "line 5"]
    assert unread(found) == [("line 7", "is no module and version")]
