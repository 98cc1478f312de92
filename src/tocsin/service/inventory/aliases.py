"""``inventory same``, ``different`` and ``forget``: what a product's name means, said once and kept.

It is kept beside the inventory and stays on this node until somebody exports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.alias import (
    Alias,
    alias_keys,
    held_key,
    means,
    name_words,
    pair_id,
    product_name,
    spelled,
)
from tocsin.inventory.cpe import parse_cpe
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import Level, name_keys
from tocsin.inventory.purl import parse_purl
from tocsin.inventory.release import shown
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.kept import day_of, decode_advisory, decode_alias, decode_component
from tocsin.store import log
from tocsin.store.advisories import advisory_bodies, claiming, naming
from tocsin.store.aliases import KeptAlias, aliases, forget_alias, keep_alias
from tocsin.store.bills import places_of, release_bodies, times_held
from tocsin.transparency.entry import Act

__all__ = [
    "Adopted",
    "Said",
    "adopt",
    "export",
    "forget",
    "forget_pair",
    "keep",
    "list_aliases",
    "say",
    "say_of",
]

_SHOWN: Final = 5
_MOST: Final = 1_000
_VERSION_WORDS: Final = 3
_WORDS: Final = 40


@dataclass(frozen=True, slots=True)
class Said:
    """What was noted, of how many versions of the product, at which sites; ``before`` is what was said until then."""

    alias: Alias
    versions: int
    sites: tuple[str, ...]
    before: Alias | None


def say(
    node: Node, product: str, named: str, *, same: bool, by: str, vendor: str = "", why: str = ""
) -> Said:
    """Note that the product of this name here is what is ``named``, or with ``same`` false: that it is not.

    ``product`` is a product as it is shown, with or without its version, its name, or its purl. ``named`` is a purl, a
    CPE name, or the name of a product that an advisory here speaks of; with ``vendor`` any name.

    Raises:
        NothingToCheck: no such product is here, or no advisory here speaks of such a product.
        BadInput: several products are called so; it is no purl or CPE name; or the two have one name that is certain.
    """
    with node.reading() as connection:
        held = _held(connection, product)
        meant = _named(connection, held, named, vendor)
    return say_of(node, held, meant, same=same, by=by, why=why)


def say_of(node: Node, held: Identity, named: Identity, *, same: bool, by: str, why: str = "") -> Said:
    """Note it of two names as they are written.

    Raises:
        BadInput: as in :func:`say`.
    """
    held = product_name(held)
    _require_sayable(held, named, same=same)
    why = " ".join(why.split())[:_MOST]
    alias = Alias(held, named, same, day_of(node.now_us).isoformat(), by, why)
    return keep(node, [alias], by=by)[0]


def keep(node: Node, said: Sequence[Alias], *, by: str) -> list[Said]:
    """Keep what was said; each is an act in the log, which tells nobody what it is about."""
    now_us = node.now_us

    def act(connection: Connection) -> list[Said]:
        before = {(one.held, one.named): decode_alias(one.body) for one in aliases(connection)}
        done = []
        for one in said:
            pair = spelled(one.held), spelled(one.named)
            kept = KeptAlias(*pair, now_us, msgspec.json.encode(one))
            keep_alias(connection, kept, alias_keys(one))
            log.append(connection, [node.salted_for_others(Act.ALIAS, by, _subject(pair, one.same), now_us)])
            places = _places(connection, one)
            sites = tuple(sorted({site for several in places.values() for site in several}))
            done.append(Said(one, len(places), sites, before.get(pair)))
        return done

    return node.write(act)


def _places(connection: Connection, alias: Alias) -> dict[int, set[str]]:
    """The releases that are called so, and the sites that have each."""
    wanted = spelled(alias.held)
    numbers = naming(connection, [held_key(alias)])
    called = [
        number
        for number, body in release_bodies(connection, numbers).items()
        if spelled(decode_component(body).identity) == wanted
    ]
    found: dict[int, set[str]] = {}
    for number, site, _ in places_of(connection, called):
        found.setdefault(number, set()).add(site)
    return found


def _subject(pair: tuple[str, str], same: bool | None) -> dict[str, object]:  # noqa: FBT001  None is forgotten
    said = "forgotten" if same is None else "same" if same else "different"
    # Whoever reads the log may be shown less than the inventory.
    return {"alias": pair_id(*pair), "said": said}


def forget(node: Node, product: str, named: str = "", *, by: str) -> list[Alias]:
    """Forget what was said of a product, or of it and the one name; the questions are open again. Returns what it was.

    Raises:
        NothingToCheck: nothing was said of it.
        BadInput: something was said of several that are called so.
    """
    now_us = node.now_us

    def act(connection: Connection) -> list[Alias]:
        there = [(one, decode_alias(one.body)) for one in aliases(connection)]
        about = [each for each in there if _is_called(each[1].held, product)]
        about = [each for each in about if name_words(each[1].held).lower() == product.lower()] or about
        if len({one.held for one, _ in about}) > 1:
            names = ", ".join(sorted({name_words(alias.held) for _, alias in about})[:_SHOWN])
            raise BadInput(
                f"something was said of several that are called {product}", hint=f"Name one: {names}"
            )
        gone = [each for each in about if not named or _is_called(each[1].named, named)]
        if not gone:
            raise NothingToCheck(
                f"nothing was said of {product}{f' and {named}' if named else ''}",
                hint="See what was: tocsin inventory aliases",
            )
        for one, _ in gone:
            _forget(node, connection, (one.held, one.named), now_us, by)
        return [alias for _, alias in gone]

    return node.write(act)


def forget_pair(node: Node, one: Alias, *, by: str) -> Alias:
    """Forget what was said of the two names of ``one``."""
    now_us = node.now_us

    def act(connection: Connection) -> Alias:
        _forget(node, connection, (spelled(one.held), spelled(one.named)), now_us, by)
        return one

    return node.write(act)


def _forget(node: Node, connection: Connection, pair: tuple[str, str], now_us: int, by: str) -> None:
    if not forget_alias(connection, *pair):
        raise NothingToCheck("this was forgotten already", hint="See what was said: tocsin inventory aliases")
    log.append(connection, [node.salted_for_others(Act.ALIAS, by, _subject(pair, None), now_us)])


def list_aliases(node: Node) -> list[Alias]:
    """All that was said, by the name of the product here."""
    with node.reading() as connection:
        return [decode_alias(one.body) for one in aliases(connection)]


def export(node: Node) -> list[Alias]:
    """What persons said here, for others: by this organisation's name, or whose list it was adopted from."""
    return [one if one.via else msgspec.structs.replace(one, by=node.own.name) for one in list_aliases(node)]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of another's list: ``taken`` is kept now, ``known`` were the same before.

    ``otherwise`` were said otherwise here, and stay so; ``refused`` cannot be said, with why.
    """

    taken: list[Said]
    known: int
    otherwise: list[Alias]
    refused: list[tuple[Alias, str]]


def adopt(node: Node, theirs: Iterable[Alias], *, by: str) -> Adopted:
    """Keep what others said, as theirs; a word of one's own stands."""
    ours = {(spelled(one.held), spelled(one.named)): one for one in list_aliases(node)}
    taken: dict[tuple[str, str], Alias] = {}
    known = 0
    otherwise, refused = [], []
    for one in theirs:
        pair = spelled(one.held), spelled(one.named)
        before = ours.get(pair)
        if before is not None and not before.via and before.same is not one.same:
            otherwise.append(one)
        elif before is not None and (not before.via or _as_said(before) == one):
            known += 1
        else:
            try:
                _require_sayable(one.held, one.named, same=one.same)
            except BadInput as error:
                refused.append((one, error.what))
            else:
                taken[pair] = msgspec.structs.replace(one, via=by)
    return Adopted(keep(node, list(taken.values()), by=by), known, otherwise, refused)


def _as_said(adopted: Alias) -> Alias:
    return msgspec.structs.replace(adopted, via="")


def _is_called(identity: Identity, text: str) -> bool:
    wanted = " ".join(text.split()).lower()
    return wanted in {name_words(identity).lower(), identity.name.lower(), spelled(identity)}


def _held(connection: Connection, product: str) -> Identity:
    """The name of the one product here that is called ``product``."""
    wanted = " ".join(product.split()).lower()
    found: dict[str, Identity] = {}
    numbers = naming(connection, _keys_of_text(product))
    there = times_held(connection, numbers)
    for number, body in release_bodies(connection, numbers).items():
        component = decode_component(body)
        name = product_name(component.identity)
        called = {shown(component), shown(msgspec.structs.replace(component, version="")), name_words(name)}
        called |= {component.identity.name, *component.identity.purls, *name.purls}
        if number in there and wanted in {" ".join(one.split()).lower() for one in called if one}:
            found[spelled(name)] = name
    if not found:
        raise NothingToCheck(
            f"nothing here is called {product}", hint="See what is: tocsin inventory show WORD"
        )
    if len(found) > 1:
        names = ", ".join(sorted(map(name_words, found.values()))[:_SHOWN])
        raise BadInput(f"{len(found)} products here are called {product}", hint=f"Name one of them: {names}")
    return next(iter(found.values()))


def _keys_of_text(text: str) -> set[str]:
    """The keys of what may be called so: a purl, a number, or maker, name and version in one text."""
    words = text.split()[:_WORDS]
    ends = range(max(1, len(words) - _VERSION_WORDS), len(words) + 1)
    identities = [Identity(models=(text,)), Identity(name=text)]
    # A package whose maker is not told goes by its name alone.
    identities += [Identity(name=name, vendor=name) for end in ends for name in (" ".join(words[:end]),)]
    identities += [
        Identity(name=" ".join(words[start:end]), vendor=" ".join(words[:start]))
        for end in ends
        for start in range(end)
    ]
    if text.startswith(("pkg:", "cpe:")):
        identities = [Identity(purls=(text,), cpes=(text,))]
    return {key.text for one in identities for key in name_keys(one, held=False)}


def _named(connection: Connection, held: Identity, text: str, vendor: str) -> Identity:
    """What ``text`` names: by an identifier, by maker and name, or as an advisory here writes it."""
    text = " ".join(text.split())
    if text.startswith("pkg:"):
        purl = parse_purl(text)
        space = f"{purl.namespace}/" if purl.namespace else ""
        # A release of a distribution is a part of the name: its packages are mended apart.
        distro = dict(purl.qualifiers).get("distro")
        return Identity(purls=(f"pkg:{purl.type}/{space}{purl.name}{f'?distro={distro}' if distro else ''}",))
    if text.startswith("cpe:"):
        cpe = parse_cpe(text)
        if not (isinstance(cpe.vendor, str) and isinstance(cpe.product, str)):
            raise BadInput(f"{text} leaves open which product it is", hint="Name vendor and product in it.")
        return Identity(cpes=(text,))
    if vendor:
        return product_name(Identity(name=text, vendor=vendor))
    found = {spelled(one): one for one in _spoken_of(connection, held, text)}
    # A product without a maker has a whole name that may be a part of another's.
    found = {key: one for key, one in found.items() if name_words(one).lower() == text.lower()} or found
    if not found:
        raise NothingToCheck(
            f"no advisory here speaks of a product called {text}",
            hint="Say who makes it (--vendor), or name it by a purl or a CPE name.",
        )
    if len(found) > 1:
        makers = ", ".join(sorted(f"{one.vendor!r}" for one in found.values())[:_SHOWN])
        raise BadInput(
            f"{len(found)} makers have a product called {text}", hint=f"Say which (--vendor): {makers}"
        )
    return next(iter(found.values()))


def _spoken_of(connection: Connection, held: Identity, text: str) -> Iterable[Identity]:
    """The products called ``text`` of which advisories speak: what may be ``held``, and what else is called so."""
    keys = {key.text for key in (*name_keys(held, held=True), *name_keys(Identity(name=text), held=True))}
    for _, _, body in advisory_bodies(connection, claiming(connection, keys)):
        for claim in decode_advisory(body).claims:
            for part in claim.subcomponents or (claim.product,):
                name = product_name(part)
                if _is_called(name, text):
                    yield name


def _require_sayable(held: Identity, named: Identity, *, same: bool) -> None:
    """Make sure that it says something, and that no name that is certain says otherwise.

    Raises:
        BadInput: it does not, or one does.
    """
    if same:
        if spelled(held) == spelled(named):
            raise BadInput(f"{name_words(held)} is called so already", hint="There is nothing to say of it.")
        return
    certain = {key.text for key in name_keys(held, held=True) if key.level is Level.CERTAIN}
    if any(key.text in certain for key in name_keys(named, held=False)) and means(held, named):
        raise BadInput(
            f"{name_words(held)} goes by that very name, which no word outweighs",
            hint="If the inventory has it wrong, mend the bill of materials and add it again.",
        )
