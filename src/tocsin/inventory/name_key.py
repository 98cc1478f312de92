"""Keys by which a product in a bill of materials and one in an advisory are found to be the same.

Each name of an :class:`~tocsin.inventory.identity.Identity` gives a key, a text that is equal on both sides, and what
an agreement in it is worth. Matching is a join on these keys and nothing else; what a key cannot hold (a wildcard in
a model number, a distribution) is asked of the identities afterwards, by :func:`agree`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.cpe import parse_cpe
from tocsin.inventory.identity import Identity
from tocsin.inventory.purl import Purl, parse_purl

__all__ = ["Level", "NameKey", "agree", "maker_of", "name_keys", "purl_key", "purl_of"]


class Level(IntEnum):
    """What an agreement in a key is worth; a higher one is asked first."""

    POSSIBLE = 1
    """A family of products, or a product whose maker one side does not say: for a person to decide."""
    WORDS = 2
    """Maker and product as words."""
    CPE = 3
    PERSON = 4
    """The word of a person who looked: above what programs guess, below what names the product exactly."""
    CERTAIN = 5
    """A package's name in its own ecosystem, a model, order or serial number, a hash."""


class NameKey(msgspec.Struct, frozen=True, gc=False):
    """A key and its worth. Two products share a key where ``text`` is equal."""

    text: str
    level: Level


_LEGAL_FORMS: Final = frozenset(
    {
        "ab", "ag", "as", "asa", "bv", "co", "company", "corp", "corporation", "foundation", "gmbh", "group", "holding",
        "holdings", "inc", "incorporated", "international", "kg", "limited", "llc", "ltd", "nv", "oy", "plc", "project",
        "pty", "sa", "sarl", "sas", "se", "software", "spa", "srl", "systems", "technologies", "the",
    }
)  # fmt: skip
_FILLERS: Final = frozenset(
    {"all", "and", "devices", "families", "family", "for", "models", "product", "products", "series", "the", "version",
     "versions"}
)  # fmt: skip
_WORD: Final = re.compile(r"[a-z0-9]+(?:[.+-][a-z0-9]+)*\+*")
_HEAD: Final = 4
_LONGEST_KEY: Final = 300
_NO_ECOSYSTEM: Final = frozenset({"generic", "github", "bitbucket"})
_HEAD_OF_FAMILY: Final = 2


def _words_in(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    # Of another script nothing is known, so the whole is one word.
    return words if words or not any(map(str.isalpha, text)) else [" ".join(text.lower().split())]


@lru_cache(maxsize=65_536)
def _maker(vendor: str) -> str:
    """The words that tell a maker from others, without its legal form; all of them if nothing else is left."""
    words = _words_in(vendor)
    telling = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(telling or words)


@lru_cache(maxsize=65_536)
def _words(name: str, maker: str) -> tuple[str, ...]:
    """The words of a product's name, without its maker in front."""
    words = _words_in(name)
    of_maker = maker.split()
    if of_maker and words[: len(of_maker)] == of_maker and len(words) > len(of_maker):
        words = words[len(of_maker) :]
    telling = [word for word in words if word not in _FILLERS]
    return tuple(telling or words)


@lru_cache(maxsize=65_536)
def purl_of(text: str) -> Purl | None:
    """The purl that ``text`` is, None if it is none; its reader has said so where it was read."""
    try:
        return parse_purl(text)
    except BadInput:
        return None


def maker_of(identity: Identity) -> str:
    """The maker of a product in the words by which makers are compared, "" where none is named."""
    return _maker(identity.vendor)


def purl_key(type: str, namespace: str, name: str) -> NameKey:
    """The key of a package in its ecosystem."""
    return _key(f"purl:{type}/{namespace + '/' if namespace else ''}{name}", Level.CERTAIN)


def _key(text: str, level: Level) -> NameKey:
    # Databases index no text of any length.
    if len(text) > _LONGEST_KEY:
        text = f"{text[:_LONGEST_KEY]}#{sha256(text.encode()).hexdigest()}"
    return NameKey(text, level)


def name_keys(identity: Identity, *, held: bool) -> list[NameKey]:
    """The keys of ``identity``, each once, the most exact first.

    ``held`` is whether it is what somebody has; else it is what an advisory means, in whose numbers may be wildcards.
    """
    return list(_sorted_keys(identity, held))


@lru_cache(maxsize=16_384)
def _sorted_keys(identity: Identity, held: bool) -> tuple[NameKey, ...]:  # noqa: FBT001  a key of the cache
    # Of what a bill lists several advisories speak, each by the same names.
    found: dict[str, NameKey] = {}
    for key in _all_keys(identity, held=held):
        found.setdefault(key.text, key)
    return tuple(sorted(found.values(), key=_rank))


def _rank(key: NameKey) -> tuple[int, str]:
    return -key.level, key.text


def _all_keys(identity: Identity, *, held: bool) -> Iterator[NameKey]:
    for text in identity.purls:
        purl = purl_of(text)
        if purl is not None:
            yield _key(
                f"purl:{purl.type}/{purl.namespace + '/' if purl.namespace else ''}{purl.name}", Level.CERTAIN
            )
    for hash in identity.hashes:
        yield _key(f"hash:{hash}", Level.CERTAIN)
    # What one side calls a model number the other calls an order number.
    for kind, numbers in (("number", identity.models + identity.skus), ("serial", identity.serials)):
        for number in numbers:
            head = _head(number)
            # What comes before a wildcard may be shorter than a head; so what somebody has goes by each of them.
            for length in range(len(head) + 1) if held else (len(head),):
                yield _key(f"{kind}:{head[:length]}", Level.CERTAIN)
    yield from _cpe_keys(identity)
    yield from _word_keys(identity, held=held)


def _cpe_keys(identity: Identity) -> Iterator[NameKey]:
    for text in identity.cpes:
        key = _cpe_key(text)
        if key is not None:
            yield key


@lru_cache(maxsize=65_536)
def _cpe_key(text: str) -> NameKey | None:
    try:
        cpe = parse_cpe(text)
    except BadInput:
        return None
    if isinstance(cpe.vendor, str) and isinstance(cpe.product, str):
        return _key(f"cpe:{cpe.part}:{cpe.vendor.lower()}:{cpe.product.lower()}", Level.CPE)
    return None


def _word_keys(identity: Identity, *, held: bool) -> Iterator[NameKey]:
    maker = _maker(identity.vendor)
    words = _words(identity.name, maker)
    if not words:
        return
    name = " ".join(words)
    if maker:
        yield _key(f"words:{maker}/{name}", Level.WORDS)
        for each in (identity.name, identity.family):
            head = _words(each, maker)[:_HEAD_OF_FAMILY]
            if head:
                yield _key(f"family:{maker}/{' '.join(head)}", Level.POSSIBLE)
    if not _is_package(identity):
        yield _key(f"product:{name}", Level.POSSIBLE)
        if maker:
            # The other side may have written the maker into the name and nowhere else ("Apache Tomcat").
            yield _key(f"product:{maker} {name}", Level.POSSIBLE)
        if maker == name:
            yield _key(f"own:{name}", Level.POSSIBLE)
    elif held and not maker:
        # Names of packages are words of every day ("file", "time"), and each is some maker's product too. Only where
        # maker and product have one name (git, openssl) does the name alone say something.
        yield _key(f"own:{name}", Level.POSSIBLE)


def _is_package(identity: Identity) -> bool:
    return any(purl.type not in _NO_ECOSYSTEM for purl in map(purl_of, identity.purls) if purl is not None)


def _head(number: str) -> str:
    """The first characters of a number that may hold wildcards; those after are compared by :func:`agree`."""
    plain = re.sub(r"[\s-]", "", number.lower())
    literal = re.split(r"[*?\\]", plain, maxsplit=1)[0]
    return literal[:_HEAD]


def agree(held: Identity, named: Identity, level: Level) -> bool:
    """Whether two identities that share a key of ``level`` are the same product, as far as their other names tell.

    ``held`` is what somebody has, ``named`` what an advisory means; only ``named`` may hold wildcards.
    """
    if not _numbers_agree(held, named) or not _distributions_agree(held, named):
        return False
    return level is not Level.POSSIBLE or _families_agree(held, named)


def _numbers_agree(held: Identity, named: Identity) -> bool:
    """An order or model number that both give has to be the same; where one gives none, nothing is said."""
    if not (held.models or held.skus or held.serials):
        return True
    return _one_is_like(held.models + held.skus, named.models + named.skus) and _one_is_like(
        held.serials, named.serials
    )


def _one_is_like(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return (
        not ours
        or not theirs
        or any(_is_like(_squeeze(our), _marks(their)) for our in ours for their in theirs)
    )


def _squeeze(number: str) -> str:
    return re.sub(r"[\s-]", "", number.lower())


@lru_cache(maxsize=16_384)
def _marks(pattern: str) -> tuple[str, ...]:
    """The marks of a number: ``*`` and ``?`` are wildcards, with a backslash before them they are meant."""
    return tuple(re.findall(r"\\.|.", _squeeze(pattern), re.DOTALL))


def _is_like(number: str, marks: tuple[str, ...]) -> bool:
    """Whether ``number`` is one of those that ``marks`` stand for, in time of the one times the other at most."""
    at = mark = 0
    star, resume = -1, 0
    while at < len(number):
        here = marks[mark] if mark < len(marks) else ""
        if here == "*":
            star, resume = mark, at
            mark += 1
        elif here and (here == "?" or here[-1] == number[at]):
            at += 1
            mark += 1
        elif star >= 0:
            # The last star takes one more; those before it need not be asked again.
            resume += 1
            at, mark = resume, star + 1
        else:
            return False
    return all(each == "*" for each in marks[mark:])


def _distributions_agree(held: Identity, named: Identity) -> bool:
    # Most have no qualifiers at all.
    if "?" not in "".join(held.purls) or "?" not in "".join(named.purls):
        return True
    ours, theirs = _distributions(held.purls), _distributions(named.purls)
    return not ours or not theirs or bool(ours & theirs)


@lru_cache(maxsize=4_096)
def _distributions(purls: tuple[str, ...]) -> frozenset[str]:
    read = (purl_of(text) for text in purls)
    return frozenset(
        value for purl in read if purl is not None for key, value in purl.qualifiers if key == "distro"
    )


def _families_agree(held: Identity, named: Identity) -> bool:
    """Whether one of the two names says all that the other says: a member of a family, or the family itself."""
    maker, their_maker = _maker(held.vendor), _maker(named.vendor)
    if maker and their_maker and maker != their_maker:
        return False
    ours = set(_words(held.name, maker))
    for name in (named.name, named.family):
        theirs = set(_words(name, their_maker))
        if theirs and (theirs <= ours or ours <= theirs):
            return True
    return False
