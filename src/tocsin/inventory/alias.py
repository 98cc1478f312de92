"""What a person said once of a product's name: that advisories mean it by another name, or that they do not.

A word is about a name as an inventory writes it, so it holds for every version, every site and every bill to come. It
never outweighs a name that is certain: a package's own name, an order number, a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import Level, NameKey, agree, maker_of, name_keys, purl_of

__all__ = [
    "Alias",
    "Aliases",
    "alias_keys",
    "alias_words",
    "held_key",
    "means",
    "meant_keys",
    "name_words",
    "pair_id",
    "product_name",
    "spelled",
]

_PRODUCT: Final = "product:"
_NOTHING: Final = Identity()
_ID_LENGTH: Final = 32


class Alias(msgspec.Struct, frozen=True, gc=False):
    """That what the inventory calls ``held`` is what an advisory calls ``named``; with ``same`` false: that it is not.

    Both are names as they were written (:func:`product_name`). ``on`` is the day on which it was said
    (``YYYY-MM-DD``), ``by`` who said it, ``why`` for what reason ("" if none was given). ``via`` is who adopted it from
    another's list ("" for one's own word).
    """

    held: Identity
    named: Identity
    same: bool
    on: str
    by: str
    why: str = ""
    via: str = ""


def product_name(identity: Identity) -> Identity:
    """What a product is called, whatever its version: its package, else maker and name, else one name that it has."""
    package = next((purl for purl in map(purl_of, identity.purls) if purl is not None), None)
    if package is not None:
        space = f"{package.namespace}/" if package.namespace else ""
        return Identity(purls=(f"pkg:{package.type}/{space}{package.name}",))
    if identity.name:
        return Identity(name=_squeezed(identity.name), vendor=_squeezed(identity.vendor))
    numbers = (
        Identity(cpes=identity.cpes[:1]),
        Identity(models=identity.models[:1]),
        Identity(skus=identity.skus[:1]),
        Identity(serials=identity.serials[:1]),
        Identity(hashes=identity.hashes[:1]),
    )
    return next((one for one in numbers if one != _NOTHING), Identity(vendor=_squeezed(identity.vendor)))


@lru_cache(maxsize=65_536)
def spelled(identity: Identity) -> str:
    """The name of a product as one text, in any case and spacing the same."""
    name = product_name(identity)
    if name.name:
        return f"{name.vendor}\n{name.name}".lower()
    return "".join((*name.purls, *name.cpes, *name.models, *name.skus, *name.serials, *name.hashes)).lower()


def pair_id(held: str, named: str) -> str:
    """What two names that are spelled so are called together."""
    return sha256(f"{held}\n{named}".encode("utf-8", "surrogatepass")).hexdigest()[:_ID_LENGTH]


def held_key(alias: Alias) -> str:
    """A name key that each product has which the inventory calls so; "" if no key can be made of such a name."""
    keys = name_keys(product_name(alias.held), held=True)
    best = max(keys, key=lambda key: (key.level, len(key.text), key.text), default=None)
    return "" if best is None else best.text


def meant_keys(named: Identity) -> list[NameKey]:
    """The keys by which a claim is found that may mean what is ``named``.

    A family is none of them: who says which member it is has not spoken of the others.
    """
    keys = name_keys(named, held=True)
    sure = [key for key in keys if key.level > Level.POSSIBLE]
    return sure or [key for key in keys if key.text.startswith(_PRODUCT)]


def alias_keys(alias: Alias) -> list[tuple[str, str]]:
    """(key of a claim, key of a product): what goes by the second is to be asked about what goes by the first, too.

    None for what is denied: that is found by the names that agree anyway.
    """
    held = held_key(alias)
    return [(key.text, held) for key in meant_keys(alias.named)] if alias.same and held else []


def means(named: Identity, product: Identity) -> bool:
    """Whether an advisory that speaks of ``product`` speaks of what is ``named``."""
    keys = meant_keys(named)
    texts = {key.text for key in keys}
    shared = [key for key in name_keys(product, held=False) if key.text in texts]
    if not any(key.level > Level.POSSIBLE for key in shared) and (not shared or maker_of(product)):
        return False
    return agree(named, product, Level.PERSON)


class Aliases:
    """What persons said, by the name that it is about."""

    def __init__(self, aliases: Iterable[Alias] = ()) -> None:
        self._by_name: dict[str, list[Alias]] = {}
        for one in aliases:
            self._by_name.setdefault(spelled(one.held), []).append(one)

    def of(self, identity: Identity) -> Sequence[Alias]:
        """What was said of a product of this name."""
        return self._by_name.get(spelled(identity), ()) if self._by_name else ()

    def same_as(self, identity: Identity) -> tuple[Identity, ...]:
        """The further names that a product of this name was said to have."""
        return tuple(alias.named for alias in self.of(identity) if alias.same)


def alias_words(alias: Alias) -> str:
    """What was said, by whom and when, as a sentence without its stop."""
    is_ = "is" if alias.same else "is not"
    by = f"{alias.by}, adopted by {alias.via}," if alias.via else alias.by
    why = f": {alias.why.rstrip('.')}" if alias.why else ""
    return f"{by} said on {alias.on} that {name_words(alias.held)} {is_} {name_words(alias.named)}{why}"


def name_words(identity: Identity) -> str:
    """A product's name in words."""
    name = identity.name
    if identity.vendor and not name.lower().startswith(identity.vendor.lower()):
        name = f"{identity.vendor} {name}".rstrip()
    others = (*identity.purls, *identity.cpes, *identity.models, *identity.skus, *identity.serials)
    return name or next(iter(others + identity.hashes), "a product without a name")


def _squeezed(text: str) -> str:
    return " ".join(text.split())
