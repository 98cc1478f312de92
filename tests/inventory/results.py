"""Answers about an inventory, for the tests of what they say."""

from __future__ import annotations

from datetime import date

from inventory.made import advisory, below, claim, component, package
from tocsin.inventory.advisory import Advisory, Exploited, Form, Stakes
from tocsin.inventory.assess import assess, count, without_data
from tocsin.inventory.claim import Remedy, Status, Versions
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.covered import covered_by
from tocsin.inventory.exposure import FeedAge, InventoryResult, NotRead
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.urgency import Priorities
from tocsin.service.inventory.check import decision_table

TODAY = date(2026, 11, 27)
FEED = FeedAge("kev.json", 2, "2026-11-26", 3600, stale=False)
OLD = FeedAge("osv.zip", 1, "2024-01-01", 90_000_000, stale=True)
EXCHANGE = {"vendor": "Microsoft", "name": "Exchange Server"}
KEV = Stakes(exploited=Exploited("2021-11-03", "2021-04-16", "Apply updates.", ransomware=True))


def held(
    one: Component, *sites: str, exposed: bool = False, subject: Component | None = None, since: date = TODAY
) -> HeldRelease:
    """A release at some sites."""
    bills = [HeldBill(site, exposed, "J. Doe", "bill.json", subject, since) for site in sites or ("mill",)]
    return HeldRelease(one, dict.fromkeys(bills, one.place))


def answered(
    releases: list[HeldRelease],
    *advisories: Advisory,
    feed: FeedAge = FEED,
    not_read: tuple[NotRead, ...] = (),
    since: date = TODAY,
    priorities: Priorities | None = None,
) -> InventoryResult:
    """The answer about ``releases``, all advisories of one feed."""
    exposures = assess(
        releases,
        ClaimIndex(advisories),
        lambda _: feed,
        lambda _: since,
        priorities or Priorities(decision_table()),
    )
    covered = covered_by(advisories)
    return InventoryResult(
        exposures=exposures,
        counts=count(releases, exposures, covered),
        no_data=without_data(releases, exposures, covered),
        feeds=(feed,),
        not_read=not_read,
        sites=len({bill.site for release in releases for bill in release.held}),
        bills=1,
        made="2026-11-27T09:00:00Z",
        tocsin="0.0",
        decided_by=(priorities.table if priorities else decision_table()).told,
    )


def usual() -> InventoryResult:
    """Affected, unknown, fixed, not affected, not named and without data, one each."""
    return answered(
        [
            held(component("15.2.721", **EXCHANGE), "mill", "office", exposed=True),
            held(component("", vendor="Siemens", name="SIMATIC S7-1200"), "pumps"),
            held(package("pkg:pypi/django", "4.0"), "office"),
            held(package("pkg:pypi/flask", "4.0"), "office"),
            held(package("pkg:pypi/requests", "4.0"), "office"),
            held(package("pkg:npm/fresh", "4.0"), "office"),
        ],
        advisory(
            claim(
                below("15.2.792"),
                **EXCHANGE,
                more={"remedies": (Remedy("mitigation", "Turn it off."), Remedy("vendor_fix", "Install KB5000871."))},
            ),
            title="Exchange runs what anybody sends it",
            url="https://example.org/adv-1",
        ),
        advisory(claim(Versions(), **EXCHANGE), form=Form.KEV, id="KEV-1", stakes=((claim().vulnerability, KEV),)),
        advisory(
            claim(below("4.5"), vendor="Siemens", name="SIMATIC S7-1200", vulnerability="CVE-2020-1"),
            form=Form.CSAF,
            id="ICSA-1",
        ),
        advisory(
            claim(below("3.0", "pypi"), purls=("pkg:pypi/django",), vulnerability="CVE-2020-2"),
            claim(Versions(), Status.NOT_AFFECTED, purls=("pkg:pypi/flask",), vulnerability="CVE-2020-3"),
            form=Form.OSV,
            id="OSV-1",
        ),
        not_read=(NotRead("bill.json", "$.components[7]", "it has no name"),),
    )  # fmt: skip


def hostile() -> InventoryResult:
    """Names that steer a screen, a spreadsheet or a page."""
    bad = "=cmd|' /C calc'!A0 <script>alert(1)</script> \x1b[31m {0} [x](javascript:1)\u202e"
    return answered(
        [held(component("1.0", vendor=bad, name=bad), bad)],
        advisory(
            claim(Versions(every=True), vendor=bad, name=bad, vulnerability=bad),
            id=bad,
            title=bad,
            url="javascript:1",
        ),
        not_read=(NotRead(bad, bad, bad),),
    )


def nothing() -> InventoryResult:
    """All was compared with what is current, and nothing is affected."""
    return answered(
        [held(package("pkg:pypi/django", "4.0"))],
        advisory(claim(below("3.0", "pypi"), purls=("pkg:pypi/django",)), form=Form.OSV),
    )
