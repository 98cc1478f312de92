"""Package URLs: the public suite of tests, the errors, and the fast path held to the slow one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.inventory import purl as module
from tocsin.inventory.purl import Purl, make_purl, parse_purl

SUITE = Path(__file__).parents[2] / "../shared/data/conformance/purl"
needs_suite = pytest.mark.skipif(
    not SUITE.is_dir(), reason="the purl suite (shared/data/conformance/purl) is not on this machine"
)


def suite() -> list[tuple[str, dict]]:
    """Every test of the suite with a name of its own, in a fixed order."""
    cases = []
    for file in sorted(SUITE.glob("*/*.json")):
        for index, case in enumerate(json.loads(file.read_text())["tests"]):
            cases.append((f"{file.stem}-{index}-{case['test_type']}-{case['test_group']}", case))
    return cases


def outcome(case: dict) -> object:
    given = case["input"]
    try:
        if case["test_type"] == "build":
            return str(
                make_purl(
                    given.get("type") or "",
                    given.get("name") or "",
                    namespace=given.get("namespace") or "",
                    version=given.get("version") or "",
                    qualifiers=(given.get("qualifiers") or {}).items(),
                    subpath=given.get("subpath") or "",
                )
            )
        read = parse_purl(given, strict=case["test_type"] == "parse")
    except BadInput:
        return "refused"
    if case["test_type"] == "validate":
        return str(read)
    return {
        "type": read.type,
        "namespace": read.namespace or None,
        "name": read.name,
        "version": read.version or None,
        "qualifiers": dict(read.qualifiers) or None,
        "subpath": read.subpath or None,
    }


@needs_suite
def test_the_whole_public_suite_is_passed_required_and_recommended_alike() -> None:
    wrong, counts = [], {"required": 0, "recommended": 0}
    for name, case in suite():
        wanted = "refused" if case["expected_failure"] else case["expected_output"]
        if isinstance(wanted, dict):
            keys = ("type", "namespace", "name", "version", "qualifiers", "subpath")
            wanted = {key: wanted.get(key) or None for key in keys}
        if outcome(case) == wanted:
            counts[case["test_group"]] += 1
        else:
            wrong.append((name, case["input"], outcome(case), wanted))
    assert wrong == []
    assert counts == {"required": 521, "recommended": 65}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
         Purl("deb", "debian", "openssl", "3.0.11-1~deb12u2", (("arch", "amd64"), ("distro", "debian-12")))),
        ("pkg:npm/@babel/core@7.0.0", Purl("npm", "@babel", "core", "7.0.0")),
        ("pkg:golang/github.com%2FBurntSushi%2Ftoml@v0.3.1",
         Purl("golang", "github.com/BurntSushi", "toml", "v0.3.1")),
        ("pkg:rpm/RedHat/Foo@1?Arch=i686", Purl("rpm", "redhat", "Foo", "1", (("arch", "i686"),))),
        ("pkg:docker/x@refs/heads/main", Purl("docker", "", "x", "refs/heads/main")),
        ("pkg:generic/a@1?empty=&b=2", Purl("generic", "", "a", "1", (("b", "2"),))),
        ("pkg:pypi/Foo_Bar@1.0RC1", Purl("pypi", "", "foo-bar", "1.0rc1")),
    ],
    ids=["debian", "unencoded scope", "encoded slashes", "capital key", "slash in version", "empty value", "pypi"],
)  # fmt: skip
def test_what_is_met_in_the_wild_is_read(text: str, read: Purl) -> None:
    assert parse_purl(text) == read


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("openssl@1", "does not begin with pkg:"),
        ("", "does not begin with pkg:"),
        ("pkg:npm", "no type or no name"),
        ("pkg:npm/", "no type or no name"),
        ("pkg:npm/@1.0", "has no name"),
        ("pkg:npm/%20@1.0", "has no name"),
        ("pkg:n%70m/x", "is no type of package"),
        ("pkg:npm/x@%zz", "no percent-encoding"),
        ("pkg:npm/x@%ff", "not of UTF-8"),
        ("pkg:npm/x\x00@1", "control character"),
        ("pkg:npm/x%00@1", "control character"),
        ("pkg:npm/x?a=1&A=2", "the qualifier 'a' twice"),
        ("pkg:npm/x?a b=1", "is no key of a qualifier"),
        ("pkg:npm/x#a/%2E%2E/b", "encoded slash or dots"),
        ("pkg:pypi/ns/x", "has no namespaces"),
        ("pkg:swift/x@1", "needs a namespace"),
    ],
    ids=str,
)
def test_an_error_says_what_is_wrong_and_shows_the_text(text: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_purl(text)
    assert why in caught.value.what
    assert repr(text)[:20] in caught.value.what


def test_an_error_shows_no_more_than_the_beginning_of_a_long_text() -> None:
    with pytest.raises(BadInput) as caught:
        parse_purl("x" * 100_000)
    assert len(caught.value.what) < 400


def test_a_capital_key_is_refused_only_where_asked_to_be_strict() -> None:
    text = "pkg:rpm/fedora/curl@1?Arch=i386"
    assert parse_purl(text).qualifier("arch") == "i386"
    with pytest.raises(BadInput, match="begins with a capital"):
        parse_purl(text, strict=True)


def test_a_qualifier_that_is_not_there_is_empty() -> None:
    assert parse_purl("pkg:npm/x").qualifier("arch") == ""


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
TYPES = st.sampled_from(["npm", "maven", "deb", "rpm", "generic", "golang", "docker", "conan"])


@given(
    TYPES,
    st.lists(WORDS, max_size=2),
    WORDS,
    st.text(max_size=8) | WORDS,
    st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9_.-]{0,5}\Z"), WORDS, max_size=3),
)
def test_a_purl_put_together_reads_back_as_itself(type, namespace, name, version, qualifiers) -> None:
    try:
        made = make_purl(
            type, name, namespace="/".join(namespace), version=version, qualifiers=qualifiers.items()
        )
    except BadInput:
        return
    assert parse_purl(str(made)) == made
    assert str(parse_purl(str(made))) == str(made)


@given(st.from_regex(r"\Apkg:(npm|deb|pypi|pub|mlflow|git|cpan|rpm|oci)/(%40)?([a-zA-Z0-9._~-]{1,4}/){0,3}[A-Za-z0-9._~@%2B-]{1,8}"
                     r"(@[A-Za-z0-9._~:-]{1,5}(%2B)?)?(\?[a-z0-9._=&:-]{0,12})?\Z"))  # fmt: skip
def test_the_fast_way_gives_what_the_slow_way_gives(text: str) -> None:
    def told(read) -> object:
        try:
            return read(text)
        except BadInput:
            return "refused"

    slow = told(lambda each: module._parse(each, strict=False))
    assert told(parse_purl) == slow


@given(st.text() | st.text("pkg:/@?#%=&.aA1\x00é", max_size=30).map(lambda rest: "pkg:" + rest))
def test_any_text_is_a_purl_or_refused(text: str) -> None:
    try:
        read = parse_purl(text)
    except BadInput:
        return
    assert str(read).startswith("pkg:")
