from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from inventory.made import advisory, component
from inventory.stocked import about, bill, exploited, feed
from taxii.hub import Hub
from tocsin.inventory.release import shown
from tocsin.limits import GATE_FAILURE_SHOWN_S
from tocsin.service.exchange.node import moment
from tocsin.service.home.of_products import advisories, due_products, exposures, gate_failures
from tocsin.service.inventory.exposure_list import Asked, fitting, known
from tocsin.service.inventory.exposure_rows import exposure_id
from tocsin.service.inventory.treat import Wish, treat

NOW = 1_750_000_000_000_000


def naive(found, today):
    """Every open exposure with a day, one by one, put together by product, site and verdict."""
    products = {}
    for one in found:
        if one.is_open and one.due:
            products.setdefault((shown(one.component), one.site, one.verdict), []).append(one)
    rows = sorted(
        (
            min(each.due for each in several),
            verdict.order,
            words,
            site,
            len({each.judgement.vulnerability for each in several}),
        )
        for (words, site, verdict), several in products.items()
    )
    return rows, sum(any(each.due < today for each in several) for several in products.values())


@pytest.fixture(params=range(4))
def held(request, tmp_path):
    """A node with drawn products at drawn sites, some of them exploited, known since drawn days, and one settled."""
    drawn = random.Random(request.param)
    hub = Hub(tmp_path / "hub")
    products = [component("1.0", name=f"p{n}", purls=(f"pkg:pypi/p{n}@1.0",)) for n in range(12)]
    for site in range(4):
        hub.now_us = NOW - drawn.randrange(60) * 86_400_000_000
        some = drawn.sample(products, drawn.randrange(1, 9))
        bill(hub, f"site-{site}", *some, exposed=drawn.random() < 0.5)
    claims = [
        about(one, f"CVE-{n}-{k}", "2.0") for n, one in enumerate(products) for k in range(drawn.randrange(4))
    ]
    for name in ("osv", "cve"):
        hub.now_us = NOW - drawn.randrange(60) * 86_400_000_000
        feed(
            hub,
            name,
            *(advisory(one, id=f"{name}-{n}") for n, one in enumerate(claims) if n % 2 == (name == "osv")),
        )
    hub.now_us = NOW
    feed(hub, "kev", exploited(*(one.vulnerability for one in claims if drawn.random() < 0.5)))
    yield hub
    hub.node.close()


@pytest.mark.parametrize("today", ["2025-06-15", "2025-01-01", "2026-01-01"])
def test_the_first_products_that_are_due_are_those_of_one_who_looks_at_each(held, today):
    found = known(held.node)
    rows, overdue = naive(found.result.exposures, today)
    due = due_products(fitting(found, Asked(due=True)), today)
    assert (due.count, due.overdue) == (len(rows), overdue)
    assert len(due.products) == min(5, len(rows))
    assert [(one.due, one.verdict.order) for one in due.products] == [row[:2] for row in rows[:5]]
    held_rows = {row[2:4]: row for row in rows}
    for one in due.products:
        row = held_rows[one.words, one.site]
        assert (one.due, one.several) == (row[0], row[4])
    need = exposures(due, today)
    assert need.count == need.more + len(need.items)
    links = {f"/exposures/{exposure_id(one)}" for one in found.result.exposures}
    assert {one.link for one in need.items} <= links


def test_what_is_accepted_is_not_due(held):
    before = due_products(fitting(known(held.node), Asked(due=True)), "2025-06-15")
    first = before.products[0]
    wish = Wish("accepted", "2030-01-01", why="It is off.")
    for name in {
        one.judgement.vulnerability
        for one in known(held.node).result.exposures
        if shown(one.component) == first.words
    }:
        treat(held.node, first.words, name, first.site, wish, by="ann")
    after = due_products(fitting(known(held.node), Asked(due=True)), "2025-06-15")
    assert after.count == before.count - 1


def test_a_day_that_is_past_is_grave_and_one_to_come_is_not(held):
    due = due_products(fitting(known(held.node), Asked(due=True)), "2026-01-01")
    assert exposures(due, "2026-01-01").tone == "bad"
    assert exposures(due, "2026-01-01").items[0].due.startswith("overdue since 20")
    early = due_products(fitting(known(held.node), Asked(due=True)), "2025-01-01")
    assert exposures(early, "2025-01-01").tone != "bad"
    assert exposures(early, "2025-01-01").items[0].due.startswith("due by 20")


def verdict(number, at):
    return SimpleNamespace(
        number=number, product=f"Pump {number}", kept=moment(at), as_of="2025-06-01T00:00:00Z", by="ann"
    )


def test_only_what_failed_at_the_gate_lately_is_told():
    old = NOW - GATE_FAILURE_SHOWN_S * 1_000_000 - 1_000_000
    found = gate_failures([verdict(9, NOW), verdict(8, NOW - 5), verdict(2, old)], NOW)
    assert [one.link for one in found.items] == ["/gate/9", "/gate/8"]
    assert found.count == 2


def test_of_unread_advisories_all_are_counted_and_a_few_named():
    rows = [SimpleNamespace(id=f"ICSA/{n}", title="T", affected=n % 2, unknown=1) for n in range(5)]
    found = advisories(rows, 40)
    assert (found.count, found.more) == (40, 35)
    assert found.items[1].link == "/advisory/ICSA%2F1"
    assert [one.mark for one in found.items[:2]] == ["unknown", "affected"]
