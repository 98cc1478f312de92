"""Package URLs: one text for a package, whatever installs it.

Source: the purl specification (ECMA-427) and its type definitions; held to its public suite of tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from tocsin.errors import BadInput

__all__ = ["Purl", "make_purl", "parse_purl"]

_PLAIN: Final = re.compile(
    r"pkg:([a-z][a-z0-9.-]*)/(?:((?:%40)?(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]+)/)?([A-Za-z0-9._~-]+)"
    r"(?:@([A-Za-z0-9._~:-]+(?:%2B[A-Za-z0-9._~:-]*)*))?(?:\?([a-z0-9._=&:-]+))?"
)
"""What most purls are: nothing percent-encoded but a scope's @ and a plus in the version, plain qualifiers."""
_TYPE: Final = re.compile(r"[a-z][a-z0-9.-]*")
_KEY: Final = re.compile(r"[a-z][a-z0-9._-]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNQUOTED: Final = "-._~:"

_LOWER_BOTH: Final = frozenset(
    [
        "alpm",
        "apk",
        "bitbucket",
        "brew",
        "composer",
        "deb",
        "github",
        "hex",
        "luarocks",
        "otp",
        "pypi",
        "vscode-extension",
    ]
)
"""Types whose namespace and name are the same in any case."""
_LOWER_NAME: Final = frozenset(["bitnami", "chrome-extension", "oci", "pub"])
_LOWER_NAMESPACE: Final = frozenset(["qpkg", "rpm", "yocto"])
_LOWER_VERSION: Final = frozenset(["huggingface", "oci", "pypi", "vscode-extension"])
_NO_NAMESPACE: Final = frozenset(
    [
        "bazel",
        "bitnami",
        "cargo",
        "chrome-extension",
        "cocoapods",
        "conda",
        "cran",
        "gem",
        "hackage",
        "julia",
        "mlflow",
        "nuget",
        "oci",
        "opam",
        "otp",
        "pub",
        "pypi",
        "vcpkg",
    ]
)
_NAMESPACE: Final = frozenset(["swift", "vscode-extension"])
"""Types that mean nothing without a namespace. Of others (deb, maven, golang) lists in the wild leave it out, and the
name still tells what it is."""
_RULED: Final = (
    _LOWER_BOTH
    | _LOWER_NAME
    | _LOWER_NAMESPACE
    | _LOWER_VERSION
    | _NO_NAMESPACE
    | _NAMESPACE
    | {"cpan", "git", "golang"}
)
_EXTENSION_NAME: Final = re.compile(r"[a-p]{32}")
_EXTENSION_VERSION: Final = re.compile(r"\d+(\.\d+){0,3}", re.ASCII)


class Purl(msgspec.Struct, frozen=True, gc=False):
    """A package URL taken apart and normalised: everything decoded, "" for what is not there.

    ``qualifiers`` are pairs in the order of their keys. ``str()`` gives the canonical text.
    """

    type: str
    namespace: str
    name: str
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str = ""

    def __str__(self) -> str:
        parts = ["pkg:", self.type, "/"]
        if self.namespace:
            parts += ["/".join(quote(each, _UNQUOTED) for each in self.namespace.split("/")), "/"]
        parts.append(quote(self.name, _UNQUOTED + "/" if self.type == "git" else _UNQUOTED))
        if self.version:
            parts += ["@", quote(self.version, _UNQUOTED)]
        if self.qualifiers:
            parts += ["?", "&".join(f"{key}={quote(value, _UNQUOTED)}" for key, value in self.qualifiers)]
        if self.subpath:
            parts += ["#", "/".join(quote(each, _UNQUOTED) for each in self.subpath.split("/"))]
        return "".join(parts)

    def qualifier(self, key: str) -> str:
        """The value of the qualifier ``key``, "" where there is none."""
        return next((value for each, value in self.qualifiers if each == key), "")


def parse_purl(text: str, *, strict: bool = False) -> Purl:
    """Read a purl, normalised as its type wants it.

    Unless ``strict``, what the specification's suite refuses but leaves no doubt about is accepted: a key of a
    qualifier that begins with a capital, and a slash in a namespace that is percent-encoded.

    Raises:
        BadInput: ``text`` is no purl; it says what is wrong with it.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        kind, namespace, name, version, query = plain.groups("")
        pairs = _plain_query(query) if query else ()
        if pairs is not None:
            version = version.replace("%2B", "+")
            if namespace[:1] == "%":
                namespace = "@" + namespace[3:]
            if kind not in _RULED:
                return Purl(kind, namespace, name, version, pairs)
            return _normalised(text, kind, namespace, name, version, pairs, "")
    return _parse(text, strict=strict)


def make_purl(
    type: str,
    name: str,
    *,
    namespace: str = "",
    version: str = "",
    qualifiers: Iterable[tuple[str, str]] = (),
    subpath: str = "",
) -> Purl:
    """Put a purl together from decoded parts, normalised as its type wants it. A qualifier without a value is dropped.

    Raises:
        BadInput: the parts make no purl.
    """
    kind = type.lower()
    shown = f"pkg:{kind}/{name}"
    if _TYPE.fullmatch(kind) is None:
        raise _wrong(shown, f"{type!r} is no type of package" if type else "it has no type")
    control = _CONTROL.search(f"{namespace}{name}{version}")
    if control is not None:
        raise _wrong(shown, f"it holds the control character {control.group()!r}")
    namespace = "/".join(each for each in namespace.split("/") if each)
    pairs = _sorted(shown, qualifiers, strict=False)
    inside = "/".join(each for each in subpath.split("/") if each not in {"", ".", ".."})
    return _normalised(shown, kind, namespace, name.strip("/"), version, pairs, inside)


def _parse(text: str, *, strict: bool) -> Purl:
    control = _CONTROL.search(text)
    if control is not None:
        raise _wrong(text, f"it holds the control character {control.group()!r}")
    bad = _BAD_PERCENT.search(text)
    if bad is not None:
        raise _wrong(text, "a % in it is no percent-encoding")
    rest, _, subpath = text.partition("#")
    rest, _, query = rest.partition("?")
    scheme, colon, rest = rest.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise _wrong(text, "it does not begin with pkg:")
    kind, slash, path = rest.strip("/").partition("/")
    if not slash:
        raise _wrong(text, "it has no type or no name")
    kind = kind.lower()
    if _TYPE.fullmatch(kind) is None:
        raise _wrong(text, f"{kind!r} is no type of package")
    version = ""
    at = path.rfind("@")
    # An @ that opens a segment is the scope of an npm package that somebody did not encode; the last one, a version.
    opens = at == 0 or path[at - 1 : at] == "/"
    if at >= 0 and opens and "/" not in path[at:]:
        raise _wrong(text, "it has no name")
    if at >= 0 and not opens:
        path, version = path[:at], _decoded(text, path[at + 1 :])
    segments = [_decoded(text, each) for each in path.split("/") if each]
    if not segments:
        raise _wrong(text, "it has no name")
    namespace, name = "/".join(segments[:-1]), segments[-1]
    if strict and any("/" in each for each in segments[:-1]):
        raise _wrong(text, "a segment of its namespace holds an encoded slash")
    pairs = ((key, _decoded(text, value)) for key, _, value in _pairs(query))
    qualifiers = _sorted(text, pairs, strict=strict)
    inside = [_decoded(text, each) for each in subpath.split("/") if each not in {"", ".", ".."}]
    if any("/" in each or each in {"", ".", ".."} for each in inside):
        raise _wrong(text, "a segment of its subpath holds an encoded slash or dots")
    return _normalised(text, kind, namespace, name, version, qualifiers, "/".join(inside))


@lru_cache(maxsize=1024)
def _plain_query(query: str) -> tuple[tuple[str, str], ...] | None:
    """The qualifiers of a query without percent-encoding, None if something is the matter with it.

    Remembered, since the packages of one machine all have the same few.
    """
    try:
        return _sorted("", ((key, value) for key, _, value in _pairs(query)), strict=True)
    except BadInput:
        return None


def _pairs(query: str) -> Iterable[tuple[str, str, str]]:
    return (pair.partition("=") for pair in query.split("&") if pair)


def _decoded(text: str, part: str) -> str:
    if "%" not in part:
        return part
    try:
        decoded = unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise _wrong(text, "its percent-encoding is not of UTF-8") from None
    control = _CONTROL.search(decoded)
    if control is not None:
        raise _wrong(text, f"it holds the control character {control.group()!r}")
    return decoded


def _sorted(text: str, pairs: Iterable[tuple[str, str]], *, strict: bool) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for written, value in pairs:
        key = written.lower()
        if strict and written[:1] != key[:1]:
            raise _wrong(text, f"the key of the qualifier {written!r} begins with a capital")
        if _KEY.fullmatch(key) is None:
            raise _wrong(text, f"{written!r} is no key of a qualifier")
        if key in found:
            raise _wrong(text, f"it gives the qualifier {key!r} twice")
        found[key] = value
    return tuple(sorted((key, value) for key, value in found.items() if value))


def _normalised(
    text: str,
    kind: str,
    namespace: str,
    name: str,
    version: str,
    qualifiers: tuple[tuple[str, str], ...],
    subpath: str,
) -> Purl:
    if not name.strip():
        raise _wrong(text, "it has no name")
    if kind not in _RULED:
        return Purl(kind, namespace, name, version, qualifiers, subpath)
    if kind in _LOWER_BOTH:
        namespace, name = namespace.lower(), name.lower()
    elif kind in _LOWER_NAME:
        name = name.lower()
    elif kind in _LOWER_NAMESPACE:
        namespace = namespace.lower()
    if kind in _LOWER_VERSION:
        version = version.lower()
    if namespace:
        if kind in _NO_NAMESPACE:
            raise _wrong(text, f"the type {kind} has no namespaces, but one is given: {namespace!r}")
    elif kind in _NAMESPACE:
        raise _wrong(text, f"the type {kind} needs a namespace")
    if kind == "pypi":
        name = name.replace("_", "-")
    elif kind == "pub":
        name = re.sub(r"[^a-z0-9]", "_", name)
    elif kind == "git":
        host, _, path = f"{namespace}/{name}".partition("/")
        if host in {"github", "github.com"}:
            path = path.lower()
        namespace, name = host, path
    elif kind == "golang" and "/" in name:
        # Tools of 2020 encoded the slashes of a module's path.
        namespace, _, name = f"{namespace}/{name}".lstrip("/").rpartition("/")
    else:
        name = _checked_name(text, kind, name, version, qualifiers)
    if not name:
        raise _wrong(text, "it has no name")
    return Purl(kind, namespace, name, version, qualifiers, subpath)


def _checked_name(
    text: str, kind: str, name: str, version: str, qualifiers: tuple[tuple[str, str], ...]
) -> str:
    if kind == "cpan" and "::" in name:
        raise _wrong(text, "the type cpan names distributions (A-B), not modules (A::B)")
    if kind == "julia" and not any(key == "uuid" for key, _ in qualifiers):
        raise _wrong(text, "the type julia needs the qualifier uuid")
    if kind == "chrome-extension":
        if _EXTENSION_NAME.fullmatch(name) is None:
            raise _wrong(text, "a Chrome extension is named by 32 letters from a to p")
        if version and _EXTENSION_VERSION.fullmatch(version) is None:
            raise _wrong(text, "a Chrome extension's version is one to four numbers")
    if kind == "mlflow" and any(key == "repository_url" and "databricks" in each for key, each in qualifiers):
        return name.lower()
    return name


def _wrong(text: str, what: str) -> BadInput:
    shown = text if len(text) <= 200 else f"{text[:200]}…"
    return BadInput(f"{shown!r} is no purl: {what}")
