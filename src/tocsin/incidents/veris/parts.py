"""The parts of a record, each as the part of an incident that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from tocsin.incidents.flow.flow import Node
from tocsin.incidents.incident import Impact, ImpactCategory, Source, System, Victim
from tocsin.incidents.moment import Moment
from tocsin.incidents.veris.held import Held
from tocsin.incidents.veris.when import hours
from tocsin.incidents.veris.words import (
    ACTIONS,
    ACTORS,
    ASSET_GROUPS,
    ASSETS,
    AVAILABILITY,
    CATEGORIES,
    DATA,
    DISCLOSURES,
    DISCOVERIES,
    INTEGRITY,
    METHODS,
    NOT_SAID,
    OT_ASSETS,
    RESULTS,
    TECHNIQUES,
    VECTORS,
    said,
)
from tocsin.model.sectors import sectors_of_naics

__all__ = [
    "read_actors",
    "read_discovery",
    "read_impacts",
    "read_references",
    "read_steps",
    "read_systems",
    "read_victim",
]

_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_REGION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII)
_NAICS: Final = re.compile(r"(?!0+\Z)\d{2,6}", re.ASCII)
_BETWEEN_URLS: Final = re.compile(r"[;,\s]+(?=https?://)|\s*;\s+")
_URL: Final = re.compile(r"https?://([^/\s?#]+)\S*")
_STATES: Final = frozenset({"US", "CA"})
_DELIBERATE: Final = frozenset({"hacking", "malware", "social", "misuse", "physical"})


def read_victim(part: Held) -> Victim:
    """Read ``victim``. The band of its employees is no number, so that it stays in the record."""
    countries = [one for one in part.texts("country") if one != "Other"]
    for one in countries:
        if not _COUNTRY.fullmatch(one):
            part.problem(f"{one[:40]!r} is no code of a country", "country")
    country = countries[0] if len(countries) == 1 and _COUNTRY.fullmatch(countries[0]) else ""
    industry = part.text("industry").partition("-")[0]
    naics = industry if _NAICS.fullmatch(industry) else ""
    if industry.strip("0") and not naics:
        part.problem(f"{industry[:40]!r} is no NAICS code", "industry")
    return Victim(
        name=part.text("victim_id"),
        sectors=tuple(sector.id for sector in sectors_of_naics(naics)),
        naics=naics,
        country=country,
        region=_region(part.text("state"), country),
    )


def _region(state: str, country: str) -> str:
    if _REGION.fullmatch(state):
        return state
    # Records give the states of the USA and Canada as two letters alone; what others mean by two is not known.
    return f"{country}-{state}" if country in _STATES and _COUNTRY.fullmatch(state) else ""


def read_steps(action: Held) -> tuple[Node, ...]:
    """Read ``action``: a step for each thing that was done, in no order.

    A step names a technique only where the word of VERIS means the same. ``rest`` has the word with its path, as the
    published mappings to ATT&CK spell it.
    """
    return tuple(
        step
        for category in sorted(action.held, key=lambda name: ([*CATEGORIES, name].index(name), name))
        for step in _steps(category, action.part(category))
    )


def _steps(category: str, part: Held) -> Iterator[Node]:
    words = said(CATEGORIES, category)
    described = _how(part)
    varieties = part.texts("variety")
    for number, word in enumerate(varieties or ("",)):
        name = said(ACTIONS.get(category, {}), word)
        yield Node(
            id=f"action--{category}-{number}",
            name=f"{words}: {name}"
            if name
            else words
            if category == "unknown"
            else f"{words}: not known how",
            description=described,
            technique=TECHNIQUES.get((category, word), ""),
            rest={"veris": f"action.{category}.variety.{word or 'Unknown'}"},
        )


def _how(part: Held) -> str:
    vectors = [said(VECTORS, one) for one in part.texts("vector")]
    results = [said(RESULTS, one) for one in part.texts("result")]
    targets = [said({}, one) for one in part.texts("target")]
    told = [
        f"Malware: {part.text('name')}." if part.text("name") else "",
        f"Through: {', '.join(vectors)}." if vectors else "",
        f"Aimed at: {', '.join(targets)}." if targets else "",
        f"Result: {', '.join(results)}." if results else "",
        part.text("notes"),
    ]
    return " ".join(filter(None, told))


def read_impacts(attribute: Held, impact: Held, exfiltrated: Moment | None) -> tuple[Impact, ...]:
    """Read ``attribute`` and ``impact``: what became of data, systems and money. No count stands in two impacts."""
    return (
        *_confidentiality(attribute.part("confidentiality"), exfiltrated),
        *_integrity(attribute.part("integrity")),
        *_availability(attribute.part("availability")),
        *_money(impact),
    )


def _confidentiality(part: Held, at: Moment | None) -> Iterator[Impact]:
    if not part.held:
        return
    disclosed = part.text("data_disclosure")
    whose = [said({}, one) for one in part.texts("data_victim")]
    about = f"of: {', '.join(whose)}" if whose else ""
    for word, records, in_all in _counted(part):
        said_of_it = (
            word and f"data: {said({}, word)}",
            about,
            f"{in_all:,} records in all" if in_all else "",
        )
        yield Impact(
            category=ImpactCategory.CONFIDENTIALITY,
            description=_told(*said_of_it, notes=part.text("notes")),
            information=DATA.get(word, ""),
            loss=DISCLOSURES.get(disclosed, ""),
            records=records,
            start=at if disclosed == "Yes" else None,
        )


def _counted(part: Held) -> list[tuple[str, int | None, int]]:
    """Each kind of data, its records, and the records in all where they are not the sum of the kinds'.

    The total counts as records where no kind has a count of its own; one record can be of several kinds.
    """
    data = [(one.text("variety"), one.count("amount")) for one in part.parts("data")]
    total = part.count("data_total")
    counts = [records for _, records in data if records is not None]
    if total is not None and not counts:
        data = [(data[0][0], total)] if len(data) == 1 else [*data, ("", total)]
    in_all = total if total is not None and counts and total != sum(counts) else 0
    data = data or [("", None)]
    return [(word, records, 0 if number else in_all) for number, (word, records) in enumerate(data)]


def _integrity(part: Held) -> Iterator[Impact]:
    if not part.held:
        return
    words = part.texts("variety")
    yield Impact(
        category=ImpactCategory.INTEGRITY,
        description=_told(*(said(INTEGRITY, one) for one in words), notes=part.text("notes")),
        loss="partial-modification" if "Modify data" in words else "",
    )


def _availability(part: Held) -> Iterator[Impact]:
    if not part.held:
        return
    words = [said(AVAILABILITY, one) for one in part.texts("variety")]
    yield Impact(
        category=ImpactCategory.AVAILABILITY,
        description=_told(*words, notes=part.text("notes")),
        hours=hours(part.part("duration")),
    )


def _money(part: Held) -> Iterator[Impact]:
    currency = part.text("iso_currency_code")
    paid = False
    for one in part.parts("loss"):
        amount = _amount(one, "amount")
        paid = paid or bool(amount)
        word, rating = one.text("variety"), one.text("rating")
        yield Impact(
            category=ImpactCategory.ECONOMIC,
            description=_told(said({}, word), f"rated {rating.lower()}" if rating else ""),
            kind=word.lower().replace(" ", "-"),
            amount=amount,
            currency=currency if amount else "",
        )
    overall, rating = _amount(part, "overall_amount"), part.text("overall_rating")
    if overall or rating:
        told = ("all in all", f"rated {rating.lower()}" if rating else "")
        # Where the losses have amounts, the sum of them stands in words, so that none counts twice.
        yield Impact(
            category=ImpactCategory.ECONOMIC,
            description=_told(
                *told, f"{overall} {currency}".strip() if paid else "", notes=part.text("notes")
            ),
            amount="" if paid else overall,
            currency=currency if overall and not paid else "",
        )


def _amount(part: Held, name: str) -> str:
    found = part.number(name)
    return "" if found is None else format(Decimal(str(found)).normalize(), "f")


def _told(*parts: str, notes: str = "") -> str:
    """One sentence of the parts, and the coder's own words after it."""
    sentence = ", ".join(filter(None, parts))
    return ". ".join(filter(None, (sentence[:1].upper() + sentence[1:], notes)))


def read_systems(part: Held) -> tuple[System, ...]:
    """Read ``asset``: what was hit, with how many of it. A role that the record gives to all of it counts for each."""
    roles = [one.lower() for one in part.texts("role") if one in {"IT", "OT"}]
    level = roles[0] if len(roles) == 1 else ""
    return tuple(_system(one, level) for one in part.parts("assets"))


def _system(part: Held, level: str) -> System:
    word = part.text("variety")
    group, dash, kind = word.partition(" - ")
    if not dash:
        group, kind = "", word
    function = ASSET_GROUPS.get(group, "")
    name = said(ASSETS, kind) if kind not in NOT_SAID else ""
    return System(
        name=": ".join(filter(None, (function, name))) or "Something that is not known",
        function=function.lower(),
        level="ot" if word in OT_ASSETS else level,
        count=part.count("amount"),
    )


def read_discovery(record: Held) -> tuple[str, ...]:
    """Read ``discovery_method``: how it was found, in words of the incident extension and as it was coded."""
    if isinstance(record.held.get("discovery_method"), str):
        alone = record.text("discovery_method")  # "Ext - law enforcement", before 1.3.1
        return () if alone.casefold().endswith("unknown") or not alone else (alone,)
    part = record.part("discovery_method")
    found: dict[str, None] = {}
    for where in ("external", "partner", "internal"):
        inside = part.part(where)
        if where not in part.held:
            continue
        words = inside.texts("variety")
        for word in words or ("",):
            method = METHODS.get(word, "") if where == "internal" or word == "Actor disclosure" else ""
            found[method or ("" if where == "internal" else "external-notification")] = None
            found[said(DISCOVERIES, word)] = None
    return tuple(filter(None, found))


def read_actors(record: Held, deliberate: Mapping[str, object]) -> tuple[str, ...]:
    """Read ``actor``: the names that somebody gave the attacker, or what kind of attacker it was.

    Whoever made a mistake is no attacker, and stays in the record.
    """
    part = record.part("actor")
    names = [name for where in ("external", "partner") for name in part.part(where).texts("name")]
    if names or not _DELIBERATE.intersection(deliberate):
        return tuple(dict.fromkeys(names))
    outside = part.part("external").texts("variety")
    inside = part.part("internal").texts("variety")
    return (
        *(said(ACTORS, one) for one in outside if one in ACTORS),
        *(f"an insider ({said({}, one)})" for one in inside if one != "Other"),
    )


def read_references(text: str) -> tuple[Source, ...]:
    """Read ``reference``: addresses, between which stands a semicolon or a comma, or words."""
    return tuple(_source(piece) for one in _BETWEEN_URLS.split(text) if (piece := one.strip(" ;,\t\r\n")))


def _source(piece: str) -> Source:
    found = _URL.fullmatch(piece)
    return Source(title=found[1].removeprefix("www."), url=piece) if found else Source(title=piece)
