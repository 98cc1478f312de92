"""What is to be done first, by when, and what is known of nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from inventory.made import CVE, advisory, below, claim, component, package
from inventory.results import EXCHANGE, KEV, TODAY, answered, held, usual
from tocsin.inventory.advisory import Form, Stakes
from tocsin.inventory.claim import Status, Versions
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.identity import Identity
from tocsin.inventory.release import releases_of, shown
from tocsin.inventory.treatment import Treatment
from tocsin.inventory.urgency import merged

EVERY = Versions(every=True)


def first_of(*stakes: Stakes, exposed: bool = False):
    said = [
        advisory(claim(EVERY, **EXCHANGE), id=f"ADV-{n}", stakes=((CVE, one),))
        for n, one in enumerate(stakes)
    ]
    return answered([held(component(**EXCHANGE), exposed=exposed)], *said).exposures[0]


@pytest.mark.parametrize(
    ("stakes", "exposed", "due", "assumed"),
    [
        ((KEV, Stakes(automatable="yes", impact="total")), True, "2026-11-30", ()),
        ((Stakes(automatable="yes", impact="total"),), True, "2026-11-30", ()),
        ((Stakes(automatable="yes", impact="total"),), False, "2027-01-26", ()),
        ((Stakes(automatable="no", impact="partial"),), False, "", ()),
        ((Stakes(),), False, "2027-01-26", ("automatable", "impact")),
    ],
    ids=["exploited", "exposed", "inside", "harmless", "nobody says"],
)
def test_by_when_follows_from_what_is_known(stakes, exposed, due, assumed):
    found = first_of(*stakes, exposed=exposed)
    assert (found.due, found.decision.assumed) == (due, assumed)


def test_days_are_counted_from_when_both_were_known():
    release = held(component(**EXCHANGE), since=date(2026, 1, 1))
    said = advisory(claim(EVERY, **EXCHANGE), stakes=((CVE, KEV),))
    assert answered([release], said, since=date(2026, 2, 1)).exposures[0].due == "2026-02-04"
    assert answered([release], said, since=date(2025, 2, 1)).exposures[0].due == "2026-01-04"


def test_each_site_has_its_own_row_and_its_own_day():
    inside, outside = held(component(**EXCHANGE), "mill"), held(component(**EXCHANGE), "web", exposed=True)
    said = advisory(claim(EVERY, **EXCHANGE), stakes=((CVE, Stakes(automatable="yes", impact="total")),))
    rows = {one.site: one.due for each in (inside, outside) for one in answered([each], said).exposures}
    assert rows == {"mill": "2027-01-26", "web": "2026-11-30"}


def test_what_is_exploited_comes_first_then_what_is_due_first():
    said = [
        advisory(
            claim(EVERY, vulnerability="CVE-1", **EXCHANGE),
            id="A",
            stakes=(("CVE-1", Stakes(impact="partial")),),
        ),
        advisory(claim(EVERY, vulnerability="CVE-2", **EXCHANGE), id="B", stakes=(("CVE-2", KEV),)),
        advisory(claim(below("0.1"), vulnerability="CVE-3", **EXCHANGE), id="C"),
        advisory(claim(Versions(), vulnerability="CVE-4", **EXCHANGE), id="D"),
    ]
    found = answered([held(component(**EXCHANGE))], *said).exposures
    assert [one.judgement.vulnerability for one in found] == ["CVE-2", "CVE-1", "CVE-4", "CVE-3"]


def test_what_is_sound_has_no_day():
    assert {one.due for one in usual().exposures if one.verdict.value in {"fixed", "not_affected"}} == {""}


def test_the_counts_of_releases_add_up():
    counts = usual().counts
    assert counts.releases == 6
    assert [
        counts.affected,
        counts.unknown,
        counts.fixed,
        counts.not_affected,
        counts.unnamed,
        counts.no_data,
    ] == [1] * 6


def test_a_catalogue_of_what_is_exploited_covers_nothing():
    kev = advisory(claim(Versions(), **EXCHANGE), form=Form.KEV)
    found = answered([held(component(vendor="Microsoft", name="Word"))], kev)
    assert found.counts.no_data == 1
    assert [(one.kind, one.releases) for one in found.no_data] == [("products of Microsoft", 1)]


def test_silence_about_a_kind_that_nobody_speaks_of_is_no_good_news():
    said = advisory(claim(EVERY, purls=("pkg:pypi/django",)), form=Form.OSV)
    found = answered([held(package("pkg:deb/debian/bash")), held(package("pkg:pypi/flask"))], said)
    assert (found.counts.no_data, found.counts.unnamed) == (1, 1)
    assert [one.kind for one in found.no_data] == ["Debian packages"]


def test_a_component_that_is_listed_twice_is_one_release_and_counted():
    one, other = package("pkg:pypi/django"), package("pkg:pypi/flask")
    found = releases_of([one, other, one])
    assert [(shown(one.release.component), one.times) for one in found] == [
        ("django 1.2", 2),
        ("flask 1.2", 1),
    ]
    assert len({one.release.digest for one in found}) == 2


_stakes = st.builds(
    Stakes,
    exploitation=st.sampled_from(["", "none", "public poc", "active"]),
    automatable=st.sampled_from(["", "no", "yes"]),
    impact=st.sampled_from(["", "partial", "total"]),
    score=st.none() | st.floats(0, 10),
    exploited=st.none() | st.just(KEV.exploited),
)


@given(st.lists(_stakes, max_size=4))
def test_what_several_say_is_as_bad_as_the_worst_of_them(several):
    found = merged(several)
    for name, order in (("automatable", ["", "no", "yes"]), ("impact", ["", "partial", "total"])):
        assert order.index(getattr(found, name)) == max(
            (order.index(getattr(one, name)) for one in several), default=0
        )
    assert found.score == max((one.score for one in several if one.score is not None), default=None)
    assert bool(found.exploited) == any(one.exploited for one in several)


def test_what_a_person_said_that_the_subject_of_a_bill_is_counts_where_a_part_of_that_product_is_meant():
    shop = component(name="our shop")
    more = {"subcomponents": (Identity(purls=("pkg:pypi/django",)),)}
    vex = advisory(
        claim(Versions(), Status.NOT_AFFECTED, vendor="Acme", name="Shop", more=more), form=Form.OPENVEX
    )
    (bill,) = held(package("pkg:pypi/django", "2.0")).held
    for also, rules in (((), []), ((Identity(vendor="Acme", name="Shop"),), ["stated-not-affected"])):
        release = HeldRelease(
            package("pkg:pypi/django", "2.0"), {replace(bill, subject=shop, also=also): "$"}
        )
        assert [one.rule.value for one in answered([release], vex).exposures] == rules


SHOP, PUMP = component(vendor="Acme", name="Shop"), component(name="our pump")
BILLS = st.lists(
    st.builds(
        HeldBill,
        site=st.sampled_from(["mill", "office", "web"]),
        exposed=st.booleans(),
        owner=st.sampled_from(["", "ann"]),
        name=st.sampled_from(["a.json", "b.json"]),
        subject=st.sampled_from([None, SHOP, PUMP]),
        known_since=st.sampled_from([date(2026, 1, 1), date(2026, 11, 27)]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda bill: (bill.site, bill.name),
)
NOTED = st.dictionaries(
    st.sampled_from(["mill", "office"]),
    st.dictionaries(
        st.sampled_from(["CVE-1", "CVE-2"]),
        st.sampled_from(
            [Treatment("mitigated"), Treatment("accepted", "2026-01-02"), Treatment(owner="bob")]
        ),
    ),
)
SAID = (
    advisory(
        claim(below("2", "pypi"), purls=("pkg:pypi/django",), vulnerability="CVE-1"),
        claim(below("9", "pypi"), purls=("pkg:pypi/flask",), vulnerability="CVE-1"),
        form=Form.OSV,
        id="A",
        stakes=(("CVE-1", Stakes(automatable="yes", impact="total")),),
    ),
    advisory(
        claim(below("9", "pypi"), purls=("pkg:pypi/django",), vulnerability="CVE-2"), form=Form.OSV, id="B"
    ),
    advisory(
        claim(
            Versions(),
            Status.NOT_AFFECTED,
            vendor="Acme",
            name="Shop",
            vulnerability="CVE-2",
            more={"subcomponents": (Identity(purls=("pkg:pypi/django",)),)},
        ),
        form=Form.OPENVEX,
        id="C",
    ),
)


def alone(release, bill, place):
    noted = {site: held for site, held in release.treatments.items() if site == bill.site}
    return replace(release, held={bill: place}, treatments=noted)


def row_of(one):
    fields = (
        "component",
        "site",
        "exposed",
        "bill",
        "place",
        "judgement",
        "stakes",
        "decision",
        "due",
        "treatment",
    )
    return tuple(getattr(one, name) for name in fields)


@given(
    st.lists(
        st.tuples(st.sampled_from(["django", "flask"]), st.sampled_from(["1.0", "5.0"]), BILLS, NOTED),
        max_size=3,
    )
)
def test_judging_each_place_by_itself_gives_the_same_rows(asked):
    releases = [
        HeldRelease(
            package(f"pkg:pypi/{name}", version),
            dict.fromkeys(bills, f"$.components[{number}]"),
            treatments=noted,
        )
        for number, (name, version, bills, noted) in enumerate(asked)
    ]
    together = answered(releases, *SAID)
    apart = [
        one
        for release in releases
        for bill, place in release.held.items()
        for one in answered([alone(release, bill, place)], *SAID).exposures
    ]
    assert Counter(map(repr, map(row_of, together.exposures))) == Counter(map(repr, map(row_of, apart)))
    assert len(together.exposures) == len(apart)
    told = [row_of(one) for one in together.exposures]
    assert [row_of(together.exposures[at]) for at in range(len(told))] == told
    order = [
        (one.verdict.order, not one.is_open, one.due or "9999") for one in together.exposures if one.is_to_do
    ]
    assert order == sorted(order)


def test_what_stands_alike_is_told_by_site_and_bill():
    bills = [
        HeldBill(site, False, "", name, None, TODAY)
        for site, name in (("web", "a"), ("mill", "b"), ("mill", "a"))
    ]
    same = [
        HeldRelease(component(**EXCHANGE), {bill: place}) for place, bill in zip("xyz", bills, strict=True)
    ]
    found = answered(same, advisory(claim(EVERY, **EXCHANGE))).exposures
    assert [(one.site, one.bill) for one in found] == [("mill", "a"), ("mill", "b"), ("web", "a")]
