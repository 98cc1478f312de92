"""JavaScript's lockfiles."""

from __future__ import annotations

import base64
import json

import pytest

from inventory.bom.listing import doubted, listed, read_text, unread
from tocsin.errors import BadInput
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials

SHA512 = "cd" * 64
INTEGRITY = "sha512-" + base64.b64encode(bytes.fromhex(SHA512)).decode()


def read(document: object) -> BillOfMaterials:
    return read_bom(json.dumps(document).encode(), "package-lock.json")


@pytest.mark.parametrize("version", [2, 3])
def test_packages_are_known_by_their_folders(version: int) -> None:
    found = read(
        {
            "name": "x",
            "lockfileVersion": version,
            "packages": {
                "": {"name": "x", "version": "1.0.0"},
                "node_modules/@babel/core": {"version": "7.1.0", "integrity": INTEGRITY},
                "node_modules/a/node_modules/b": {"version": "2.0.0-rc.1+x"},
                "node_modules/alias": {"name": "real", "version": "3.0.0"},
                "node_modules/w": {"link": True, "resolved": "w"},
                "node_modules/g": {"version": 3},
                "node_modules/": {"version": "1.0.0"},
                "node_modules/n": 3,
            },
            "dependencies": {"ignored": {"version": "1.0.0"}},
        }
    )
    assert (found.format, found.format_version) == ("package-lock", str(version))
    assert listed(found) == [
        ('$.packages["node_modules/@babel/core"]', "7.1.0", "pkg:npm/%40babel/core@7.1.0"),
        ('$.packages["node_modules/a/node_modules/b"]', "2.0.0-rc.1+x", "pkg:npm/b@2.0.0-rc.1%2Bx"),
        ('$.packages["node_modules/alias"]', "3.0.0", "pkg:npm/real@3.0.0"),
        ('$.packages["node_modules/g"]', "", "pkg:npm/g"),
    ]
    assert found.components[0].identity.name == "@babel/core"
    assert found.components[0].identity.hashes == ("sha512:" + SHA512,)
    assert dict(found.set_aside) == {"the project itself": 1, "links into the workspace": 1}
    assert [each[0] for each in unread(found)] == [
        '$.packages["node_modules/"]',
        '$.packages["node_modules/n"]',
    ]
    assert doubted(found) == [
        ('$.packages["node_modules/g"].version', "is a number where text belongs"),
        ('$.packages["node_modules/g"]', "says no version"),
    ]


def test_version_1_nests_packages_and_names_aliases_in_versions() -> None:
    found = read(
        {
            "lockfileVersion": 1,
            "dependencies": {
                "a": {"version": "1.0.0", "dependencies": {"b": {"version": "npm:@x/real@2.0.0"}}},
                "g": {"version": "github:foo/bar#abc"},
                "h": {"version": "1.0.0", "dependencies": 3},
            },
        }
    )
    assert listed(found) == [
        ('$.dependencies["a"]', "1.0.0", "pkg:npm/a@1.0.0"),
        ('$.dependencies["a"].dependencies["b"]', "2.0.0", "pkg:npm/%40x/real@2.0.0"),
        ('$.dependencies["g"]', "", "pkg:npm/g"),
        ('$.dependencies["h"]', "1.0.0", "pkg:npm/h@1.0.0"),
    ]
    assert doubted(found) == [
        ('$.dependencies["g"]', "says no version, but 'github:foo/bar#abc'"),
        ('$.dependencies["h"].dependencies', "is no object"),
    ]


def test_a_version_of_the_file_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadInput, match="lockfile version 4; 1 to 3 can be read"):
        read({"lockfileVersion": 4})


def test_a_classic_yarn_lock_is_read() -> None:
    found = read_text(
        f"""\
        # yarn lockfile v1


        "@babel/code-frame@^7.0.0", "@babel/code-frame@^7.1":
          version "7.12.11"
          resolved "https://example.org/x"
          integrity {INTEGRITY}
          dependencies:
            version "^1"

        abbrev@1:
          version "1.1.1"

        other@npm:real@^2:
          "version" "2.0.1"

        broken@1:
          resolved "x"
        """
    )
    assert found.format == "yarn-lock"
    assert listed(found) == [
        ("line 4", "7.12.11", "pkg:npm/%40babel/code-frame@7.12.11"),
        ("line 11", "1.1.1", "pkg:npm/abbrev@1.1.1"),
        ("line 14", "2.0.1", "pkg:npm/real@2.0.1"),
    ]
    assert found.components[0].identity.hashes == ("sha512:" + SHA512,)
    assert unread(found) == [("line 17", "is an entry without a package or without its version")]


def test_a_berry_yarn_lock_is_read() -> None:
    found = read_text(
        """\
        __metadata:
          version: 6
          cacheKey: 8

        "@babel/code-frame@npm:^7.0.0, @babel/code-frame@npm:^7.1":
          "version": 7.12.11
          "resolution": "@babel/code-frame@npm:7.12.11"
          checksum: 10c0/abc
          languageName: node

        "mine@workspace:.":
          version: 0.0.0-use.local
          resolution: "mine@workspace:."
        """
    )
    assert listed(found) == [("line 5", "7.12.11", "pkg:npm/%40babel/code-frame@7.12.11")]
    assert found.set_aside == (("links into the workspace", 1),)


def test_the_keys_of_a_pnpm_lock_are_read_in_each_of_its_spellings() -> None:
    found = read_text(
        """\
        lockfileVersion: '9.0'

        importers:
          .:
            dependencies:
              x: 1

        packages:

          /@babel/core@7.1.0:
            resolution: {integrity: sha512-x}
          /foo@1.0.0(react@18.0.0):
            dev: true
          '@scope/bar@2.0.0':
            x: y
          baz@3.0.0-rc.1: {}
          /old/1.2.3_peer@1:
            x: y
          mine@file:packages/mine:
            x: y
          'far@https://example.org/far.tgz':
            x: y
          what:
            x: y

        snapshots:

          baz@3.0.0-rc.1: {}
        """
    )
    assert found.format == "pnpm-lock"
    assert [each[1:] for each in listed(found)] == [
        ("7.1.0", "pkg:npm/%40babel/core@7.1.0"),
        ("1.0.0", "pkg:npm/foo@1.0.0"),
        ("2.0.0", "pkg:npm/%40scope/bar@2.0.0"),
        ("3.0.0-rc.1", "pkg:npm/baz@3.0.0-rc.1"),
        ("1.2.3", "pkg:npm/old@1.2.3"),
        ("", "pkg:npm/far"),
    ]
    assert doubted(found) == [
        ("line 21", "is taken from an address, which says no version: //example.org/far.tgz")
    ]
    assert found.set_aside == (("links into the workspace", 1),)
    assert unread(found) == [("line 23", "is no key of a package and its version")]
