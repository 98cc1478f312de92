"""Products as the entries of a list, beside a naive reading of each exposure."""

from __future__ import annotations

from hypothesis import given, strategies as st

from inventory.made import advisory, below, claim, package
from inventory.results import TODAY, answered
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.release import shown
from tocsin.inventory.told.product import entries
from tocsin.inventory.treatment import Treatment

BILLS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=5)
SAID = [
    advisory(
        claim(below(high, "npm"), purls=(f"pkg:npm/{name}",), vulnerability=f"CVE-2020-{number}"), id=f"A{number}"
    )
    for number, (name, high) in enumerate((("x", "5.0"), ("x", "3.0"), ("y", "5.0")))
]  # fmt: skip


def release(name, version, sites, noted):
    bills = [
        HeldBill(site, site == "c", "J. Doe" if site == "b" else "", "bill", None, TODAY) for site, _ in sites
    ]
    treatments = (
        {site: {"CVE-2020-0": Treatment("mitigated", why="off")} for site, _ in sites} if noted else {}
    )
    return HeldRelease(package(f"pkg:npm/{name}", version), dict.fromkeys(bills, "$"), treatments=treatments)


@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("24"), BILLS, st.booleans()), max_size=4))
def test_entries_say_of_each_site_what_its_exposures_say_and_nothing_twice(made):
    found = answered(
        [release(name, f"{version}.0", sites, noted) for name, version, sites, noted in made], *SAID
    )
    naive = {(shown(one.component), one.site, one.judgement.vulnerability) for one in found.exposures}
    told = [
        (shown(one.component), site, one.judgement.vulnerability)
        for entry in entries(found.exposures)
        for site in entry.sites
        for one in entry.several
    ]
    assert set(told) == naive
    assert len(told) == len(naive)
    for entry in entries(found.exposures):
        for one in entry.several:
            alike = [
                each
                for each in found.exposures
                if each.site in entry.sites
                and shown(each.component) == shown(one.component)
                and each.judgement.vulnerability == one.judgement.vulnerability
            ]
            first = {each.site: each for each in reversed(alike)}.values()
            assert {(each.due, each.exposed, each.treatment) for each in first} == {
                (one.due, one.exposed, one.treatment)
            }
