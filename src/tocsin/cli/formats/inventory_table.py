"""``check --inventory`` in a terminal: a dated list of what to do, first things first."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from tocsin.cli.formats.painted import Line, drawn, indented, labelled, within
from tocsin.inventory.exposure import Case, Exposure, InventoryResult
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.told.advice import (
    basis,
    binds_words,
    chance_words,
    compensating,
    deed_for_all,
    due_words,
    sector_words,
    state_words,
    title_of,
)
from tocsin.inventory.told.product import Entry, entries
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number
from tocsin.model.told.wrap import wrap

__all__ = ["PRODUCTS_SHOWN", "render"]

PRODUCTS_SHOWN: Final = 25
_SHOWN: Final = 5
_SITES: Final = 8
_LABEL: Final = 11
_STYLES: Final = {"affected": "bold red", "unknown": "bold yellow", "clean": "bold green", "heading": "bold"}
_DAY_S: Final = 86_400
_SETTLED_BY: Final = {
    Rule.FAMILY_ONLY: "A node asks it once, and keeps the answer: tocsin inventory review",
    Rule.NO_VERSIONS_NAMED: "CVE records and makers' advisories say which: tocsin sync cve osv csaf. "
    "Where these are silent, ask the maker. If another product is meant, say so: tocsin inventory review",
    Rule.NO_VERSION: "Write the version into the list, and add it again.",
}
"""What would settle it, where that is one thing."""


def render(result: InventoryResult, *, width: int = 100, colour: bool = False) -> Iterator[str]:
    """Draw ``result`` as lines of at most ``width`` columns."""
    return drawn(_document(result, within(width)), _STYLES, colour=colour)


def _document(result: InventoryResult, width: int) -> Iterator[Line]:
    yield from _verdict(result, width)
    yield from _to_do(result, width)
    yield from _settled(result, width)
    yield from _past_end(result, width)
    yield from _unknown(result, width)
    yield from _no_data(result, width)
    yield from _not_read(result, width)
    yield from _warned(result, width)
    yield from _stands_on(result, width)


def _verdict(result: InventoryResult, width: int) -> Iterator[Line]:
    counts = result.counts
    affected = [one for one in result.exposures.cases if one.verdict is Verdict.AFFECTED]
    if affected:
        exploited = len({one.judgement.vulnerability for one in affected if one.stakes.exploited})
        told = f"Affected: {number(counts.affected, 'product')} of {counts.releases:,}."
        if counts.treated:
            told += f" Of {number(counts.treated, 'product')} all of it is mitigated or accepted."
        if exploited:
            told += f" {number(exploited, 'vulnerability is', 'vulnerabilities are')} known to be exploited."
        style = "affected" if counts.affected > counts.treated else "unknown"
    elif not counts.releases:
        old = any(feed.makes_doubtful for feed in result.feeds)
        told = "No product here goes by a name that the advisories about it give."
        told += " But they are old, and newer ones may name more." if old else ""
        style = "unknown" if old else "clean"
    elif counts.unknown or counts.no_data or any(feed.makes_doubtful for feed in result.feeds):
        told = f"Nothing is known to be affected, but not all {number(counts.releases, 'product')} could be told."
        style = "unknown"
    else:
        told = f"Nothing affected among {number(counts.releases, 'product')}, all compared with current advisories."
        style = "clean"
    for text in wrap(told, width):
        yield text, style
    if not counts.releases:
        return
    rest = (
        f"{counts.unknown:,} cannot be told, {counts.fixed:,} fixed, {counts.not_affected:,} not affected, "
        f"{counts.unnamed:,} named by no advisory that was read, "
        f"{counts.no_data:,} of kinds of which no feed was read."
    )
    yield from indented(rest, "  ", width)


def _to_do(result: InventoryResult, width: int) -> Iterator[Line]:
    to_do = result.exposures.only(lambda one: one.verdict is Verdict.AFFECTED and one.is_open)
    if not to_do.cases:
        return
    found = entries(to_do)
    products = result.counts.affected - result.counts.treated
    sites = len({site for one in found for site in one.sites})
    where = f" at {number(sites, 'site')}" if sites > 1 else ""
    yield from _heading(f"TO DO ({number(products, 'product')}{where}, first things first)", width)
    for place, entry in enumerate(found[:PRODUCTS_SHOWN]):
        if place:
            yield "", ""
        yield from _product(entry, width)
    if len(found) > PRODUCTS_SHOWN:
        yield "", ""
        yield from indented(f"and {len(found) - PRODUCTS_SHOWN:,} more; --format csv lists all", "  ", width)
    if result.decided_by and any(one.decision for one in to_do.cases):
        yield "", ""
        yield from indented(result.decided_by, "  ", width)


def _product(entry: Entry, width: int) -> Iterator[Line]:
    several = entry.several
    first = several[0]
    yield from _styled(
        f"{due_words(first).capitalize()}: {visible(shown(first.component))}", "heading", width
    )
    if any(entry.sites):
        reach = ", reachable from the internet" if first.exposed else ""
        yield from labelled("at", f"{_sites(entry.sites)}{reach}", width, _LABEL)
    names = [one.judgement.vulnerability for one in several]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    yield from labelled("what", f"{', '.join(map(visible, names[:_SHOWN]))}{more}", width, _LABEL)
    title = title_of(first)
    if title:
        yield from labelled("", title, width, _LABEL)
    exploited = [one for one in several if one.stakes.exploited]
    if exploited:
        held = exploited[0].stakes.exploited
        ransom = (
            ", also for ransom"
            if any(x.stakes.exploited and x.stakes.exploited.ransomware for x in exploited)
            else ""
        )
        assert held is not None
        count = "it is" if len(several) == 1 else number(len(exploited), "of these is", "of these are")
        yield from labelled(
            "danger",
            f"{count} known to be exploited{ransom} (CISA's own date for federal agencies: {held.due})",
            width,
            _LABEL,
        )
    sector, chance = sector_words(first), _likeliest(several)
    if sector:
        yield from labelled("sector", visible(sector), width, _LABEL)
    if chance:
        yield from labelled("chance", chance, width, _LABEL)
    if first.decision and first.decision.outcome.says:
        yield from labelled("urgency", first.decision.outcome.says, width, _LABEL)
    yield from labelled("do", deed_for_all(several), width, _LABEL)
    meanwhile = compensating(first)
    if meanwhile:
        yield from labelled("now", meanwhile, width, _LABEL)
    if first.decision and first.decision.outcome.triage:
        yield from labelled(
            "and", "look whether it is broken into already: tocsin check its logs", width, _LABEL
        )
    yield from labelled("why", f"{first.rule.words} {basis(first)}", width, _LABEL)
    if binds_words(first):
        yield from labelled("", binds_words(first), width, _LABEL)
    for words, names in _by_state(several).items():
        told = words if len(names) == len(several) else f"{words} ({', '.join(map(visible, names[:_SHOWN]))})"
        yield from labelled("state", told, width, _LABEL)
    if first.treatment.owner:
        yield from labelled("owner", visible(first.treatment.owner), width, _LABEL)


def _sites(names: Iterable[str]) -> str:
    """Some sites in words."""
    named = [visible(one_line(name)) for name in sorted(names) if name]
    more = f" and {len(named) - _SITES:,} more" if len(named) > _SITES else ""
    return ", ".join(named[:_SITES]) + more


def _likeliest(several: Sequence[Exposure]) -> str:
    """How likely the likeliest of several is to be used, and which that is where there are several."""
    known = [one for one in several if chance_words(one)]
    if not known:
        return ""
    likeliest = max(known, key=lambda one: one.chance.probability if one.chance else 0.0)
    which = f"{visible(likeliest.judgement.vulnerability)}: " if len(several) > 1 else ""
    return f"{which}{chance_words(likeliest)}"


def _by_state(several: Sequence[Exposure]) -> dict[str, list[str]]:
    """What was noted of some vulnerabilities, in words, and of which."""
    found: dict[str, list[str]] = {}
    for one in several:
        words = state_words(one.treatment)
        if words and one.treatment.approved:
            words += "; the maker has approved the patch"
        if words:
            found.setdefault(words, []).append(one.judgement.vulnerability)
    return found


def _settled(result: InventoryResult, width: int) -> Iterator[Line]:
    settled = result.exposures.only(lambda one: one.is_to_do and one.is_settled)
    if not settled.cases:
        return
    count = len({one.judgement.vulnerability for one in settled.cases})
    yield from _heading(f"MITIGATED OR ACCEPTED ({number(count, 'vulnerability', 'vulnerabilities')})", width)
    found = entries(settled)
    for entry in found[:PRODUCTS_SHOWN]:
        several = entry.several
        at = f" at {_sites(entry.sites)}" if any(entry.sites) else ""
        yield from indented(f"{visible(shown(several[0].component))}{at}", "- ", width)
        for one in several[:_SHOWN]:
            why = f": {one_line(one.treatment.why)}" if one.treatment.why else ""
            owner = f" ({visible(one.treatment.owner)})" if one.treatment.owner else ""
            told = f"{visible(one.judgement.vulnerability)} {state_words(one.treatment)}{why}{owner}"
            yield from indented(told, "    ", width)
        if len(several) > _SHOWN:
            yield from indented(f"and {len(several) - _SHOWN:,} more", "    ", width)
    if len(found) > PRODUCTS_SHOWN:
        yield from indented(f"and {len(found) - PRODUCTS_SHOWN:,} more; --format csv lists all", "", width)


def _past_end(result: InventoryResult, width: int) -> Iterator[Line]:
    if not result.past_end:
        return
    over = sum(one.over for one in result.past_end)
    soon = len(result.past_end) - over
    yield from _heading(
        f"END OF LIFE ({number(over, 'product')} past it, {soon:,} soon): no more fixes will come", width
    )
    for one in result.past_end[:PRODUCTS_SHOWN]:
        when = f"since {one.on}" if one.over and one.on else f"on {one.on}" if one.on else "over"
        at = f" at {', '.join(one.sites)}" if any(one.sites) else ""
        told = f"{shown(one.component)}{at}: {when} ({one.product} {one.cycle})"
        yield from indented(visible(one_line(told)), "- ", width)
    if len(result.past_end) > PRODUCTS_SHOWN:
        yield from indented(
            f"and {len(result.past_end) - PRODUCTS_SHOWN:,} more; --format json lists all", "", width
        )


def _unknown(result: InventoryResult, width: int) -> Iterator[Line]:
    by_rule: dict[Rule, dict[str, list[Case]]] = {}
    for one in result.exposures.cases:
        if one.verdict is Verdict.UNKNOWN and one.is_open:
            by_rule.setdefault(one.judgement.rule, {}).setdefault(shown(one.component), []).append(one)
    if not by_rule:
        return
    yield from _heading("CANNOT BE TOLD", width)
    for rule, products in sorted(by_rule.items(), key=lambda item: -len(item[1])):
        yield from indented(f"{rule.words} ({number(len(products), 'product')})", "- ", width)
        if rule in _SETTLED_BY:
            yield from indented(_SETTLED_BY[rule], "    ", width)
        for name, several in islice(products.items(), _SHOWN):
            sites = {site for one in several for site in one.sites()}
            at = f" at {_sites(sites)}" if any(sites) else ""
            yield from indented(f"{visible(one_line(name))}{at}: {_names(several)}", "    ", width)
        if len(products) > _SHOWN:
            yield from indented(f"and {len(products) - _SHOWN:,} more; --format csv lists all", "    ", width)


def _names(several: list[Case]) -> str:
    names = list(dict.fromkeys(one.judgement.vulnerability for one in several))
    exploited = len({one.judgement.vulnerability for one in several if one.stakes.exploited})
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    danger = f"; known to be exploited: {exploited:,}" if exploited else ""
    due = min((one.due for one in several if one.due), default="")
    by = f"; if it is affected, it is due by {due}" if due else ""
    return f"{visible(names[0])}{more}{danger}{by}"


def _no_data(result: InventoryResult, width: int) -> Iterator[Line]:
    if not result.no_data:
        return
    yield from _heading(
        "NOTHING IS KNOWN OF THESE: no feed of advisories about such products was read", width
    )
    for one in result.no_data[:_SHOWN]:
        more = ", ..." if one.releases > len(one.examples) else ""
        told = f"{one.kind} ({one.releases:,}): {', '.join(one.examples)}{more}"
        yield from indented(visible(told), "- ", width)
    if len(result.no_data) > _SHOWN:
        yield from indented(
            f"and {len(result.no_data) - _SHOWN:,} more kinds; --format json lists all", "", width
        )


def _not_read(result: InventoryResult, width: int) -> Iterator[Line]:
    if not result.not_read:
        return
    yield from _heading(f"NOT READ ({number(len(result.not_read), 'part')})", width)
    for one in result.not_read[:_SHOWN]:
        place = f" {one.place}" if one.place else ""
        yield from indented(f"{visible(one.file)}{visible(place)}: {one_line(one.why)}", "- ", width)
    if len(result.not_read) > _SHOWN:
        yield from indented(f"and {len(result.not_read) - _SHOWN:,} more; --format json lists all", "", width)


def _warned(result: InventoryResult, width: int) -> Iterator[Line]:
    if not result.warned:
        return
    yield from _heading("WHO WARNS OF IT", width)
    for one in result.warned[:_SHOWN]:
        by = visible(one.by)
        if one.withdrawn:
            told = f"{by} warned of it and withdrew that{': ' if one.why else '.'}{one_line(one.why)}"
        else:
            says = "with an advisory that says" if one.says_versions else "without saying"
            told = f"{by}, {says} which versions are affected."
        if one.takes_answers and not one.withdrawn:
            told += (
                f" To tell it how many are: tocsin affected {one.vulnerability} --answer {shlex.quote(by)}"
            )
        yield from indented(told, "- ", width)


def _stands_on(result: InventoryResult, width: int) -> Iterator[Line]:
    yield from _heading("WHAT THIS STANDS ON", width)
    bills = number(result.bills, "bill of materials", "bills of materials")
    products = result.counts.releases
    yield from indented(f"{number(products, 'product')} from {bills}" if products else bills, "- ", width)
    for feed in result.feeds:
        if feed.age_s is None:
            age = "of an unknown day: it may be old"
        else:
            days = feed.age_s // _DAY_S
            age = f"of {feed.dated}, {number(days, 'day')} old" + (": OLD, get it anew" if feed.stale else "")
        yield from indented(
            f"{visible(feed.name)}: {number(feed.advisories, 'entry', 'entries')} {age}", "- ", width
        )


def _heading(text: str, width: int) -> Iterator[Line]:
    yield "", ""
    yield from _styled(text, "heading", width)


def _styled(text: str, style: str, width: int) -> Iterator[Line]:
    for line in wrap(text, width):
        yield line, style
