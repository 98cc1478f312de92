"""What is answered about made products with aliases, written from the page that explains it and from no code of ours.

The products have plain names: no legal forms, fillers or numbers, one package and one CPE name at most.
"""

from __future__ import annotations

from inventory.made import advisory, claim
from tocsin.inventory.alias import Alias, product_name
from tocsin.inventory.claim import Span, Status, Versions
from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity

NAMES = ("Panel", "panel 800", "Panel 800 Plus", "Panel 900", "Valve")
MAKERS = ("", "Acme", "ACME", "Birch")
PURLS = ("pkg:npm/panel", "pkg:npm/valve")
CPES = ("cpe:2.3:a:acme:panel:*:*:*:*:*:*:*:*", "cpe:2.3:a:birch:valve:*:*:*:*:*:*:*:*")
VERSIONS = ("1.0", "2.0", "3.0")
POSSIBLE, WORDS, CPE, PERSON, CERTAIN = range(1, 6)


def identity(chance):
    purls = (chance.choice(PURLS),) if chance.random() < 0.2 else ()
    cpes = (chance.choice(CPES),) if chance.random() < 0.2 else ()
    return Identity(name=chance.choice(NAMES), vendor=chance.choice(MAKERS), purls=purls, cpes=cpes)


def component(chance):
    return Component(identity(chance), chance.choice(VERSIONS), Kind.APPLICATION, "$")


def named(chance):
    """What a person may say that something is: by one name."""
    kind = chance.choice(("words", "words", "purl", "cpe"))
    if kind == "purl":
        return Identity(purls=(chance.choice(PURLS),))
    if kind == "cpe":
        return Identity(cpes=(chance.choice(CPES),))
    return Identity(name=chance.choice(NAMES), vendor=chance.choice(MAKERS))


def aliases(chance, components, many):
    found = {}
    for _ in range(many):
        held = product_name(chance.choice(components).identity)
        one = Alias(held, named(chance), chance.random() < 0.6, "2026-11-27", "ann")
        found[one.held, said_lower(one.named)] = one
    return list(found.values())


def advisories(chance, many):
    made = []
    for number in range(many):
        claims = [
            claim(
                Versions("generic", (Span(None, chance.choice(VERSIONS), fixed=True),)),
                Status.AFFECTED,
                vulnerability=f"CVE-{chance.randint(1, 4)}",
                **{key: getattr(one, key) for key in ("name", "vendor", "purls", "cpes")},
            )
            for one in [identity(chance) for _ in range(chance.randint(1, 2))]
        ]
        made.append(advisory(*claims, id=f"ADV-{number}"))
    return made


def said_lower(one):
    return (one.vendor.lower(), one.name.lower(), one.purls, one.cpes)


def words(one):
    return one.name.lower().split()


def called(one):
    """What a product is called, whatever its version."""
    return one.purls or (one.vendor.lower(), one.name.lower())


def is_what_is_named(name, product):
    """Whether an advisory about ``product`` is about what a person named."""
    if name.purls:
        return name.purls == product.purls
    if name.cpes:
        return name.cpes == product.cpes
    if words(name) != words(product) or name.vendor.lower() != product.vendor.lower():
        return False
    return bool(name.vendor) or not product.purls


def own_level(held, product):
    """By what the two names agree without any word of a person; 0 where they do not."""
    if held.purls and held.purls == product.purls:
        return CERTAIN
    if held.cpes and held.cpes == product.cpes:
        return CPE
    makers = {held.vendor.lower(), product.vendor.lower()} - {""}
    if held.vendor and product.vendor and len(makers) == 1:
        if words(held) == words(product):
            return WORDS
        ours, theirs = set(words(held)), set(words(product))
        same_head = words(held)[:2] == words(product)[:2]
        return POSSIBLE if same_head and (ours <= theirs or theirs <= ours) else 0
    packages = held.purls or product.purls
    if len(makers) < 2 and words(held) == words(product) and not packages:
        return POSSIBLE
    return 0


def answers(held, said, issued):
    """The rule for each vulnerability of a component."""
    ours = [one for one in said if called(one.held) == called(held.identity)]
    about = {}
    for one in issued:
        for each in one.claims:
            level = own_level(held.identity, each.product)
            same = any(alias.same and is_what_is_named(alias.named, each.product) for alias in ours)
            denied = any(not alias.same and is_what_is_named(alias.named, each.product) for alias in ours)
            if level < CERTAIN and same:
                level, denied = PERSON, False
            if level:
                high = each.versions.spans[0].high
                about.setdefault(each.vulnerability, []).append(
                    (level, denied and level < CERTAIN, held.version < high)
                )
    return {name: _rule(heard) for name, heard in about.items()}


def _rule(heard):
    meant = [(level, inside) for level, denied, inside in heard if not denied]
    if not meant:
        return "another-product"
    top = max(level for level, _ in meant)
    inside = any(inside for level, inside in meant if level == top)
    if not inside:
        return "mended"
    return "family-only" if top == POSSIBLE else "in-range"
