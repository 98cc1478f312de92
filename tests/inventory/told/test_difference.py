from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings, strategies as st

from inventory.made import advisory, below, claim, only
from strategies import examples
from tocsin.inventory.advisory import Exploited, Form, Stakes
from tocsin.inventory.claim import Remedy, Status, Versions
from tocsin.inventory.told.difference import Change, differences
from tocsin.inventory.told.difference_words import difference_lines

PUMP = claim(below("2.0"), name="pump", vendor="V", vulnerability="CVE-1")
VALVE = claim(below("3.0"), name="valve", vendor="V", vulnerability="CVE-1")
FIX = Remedy("vendor_fix", "Update to 2.0", "https://v.example/fix")


def made(*claims, **more):
    return advisory(*claims, form=Form.CSAF, **more)


def lines(before, after):
    return [f"{sign} {text}" for sign, text in difference_lines(differences(before, after))]


def test_what_is_said_of_products_is_compared_by_vulnerability_and_product():
    before = made(PUMP, VALVE, title="Pumps")
    after = made(
        replace(PUMP, versions=below("2.1"), remedies=(FIX,)),
        replace(VALVE, status=Status.NOT_AFFECTED),
        claim(Versions(every=True), name="relay", vendor="V", vulnerability="CVE-1"),
        title="Pumps (Update A)",
    )
    assert lines(before, after) == [
        "~ title is now Pumps (Update A); before: Pumps",
        "~ CVE-1: V pump: the versions are now before 2.1, which mends it; before: before 2.0, which mends it",
        "+ CVE-1: remediation: vendor fix: Update to 2.0 (https://v.example/fix) (for V pump)",
        "~ CVE-1: V valve is not affected now, before: affected",
        "+ CVE-1: V relay is named now: affected: all versions",
    ]
    assert lines(after, made(VALVE, title="Pumps (Update A)"))[0] == (
        "- CVE-1: V pump is no longer named; before: affected: before 2.1, which mends it"
    )


def test_a_vulnerability_that_is_new_comes_with_what_is_said_of_it():
    other = replace(PUMP, vulnerability="CVE-2")
    after = made(PUMP, other, stakes=(("CVE-2", Stakes(score=9.8)),))
    assert lines(made(PUMP), after) == [
        "+ CVE-2: it speaks of it now",
        "+ CVE-2: V pump is named now: affected: before 2.0, which mends it",
        "+ CVE-2: score: 9.8",
    ]
    assert lines(after, made(PUMP))[0] == "- CVE-2: it no longer speaks of it"


def test_what_is_alike_of_many_products_and_vulnerabilities_is_one_line():
    names = [f"unit {number}" for number in range(6)]
    claims = [
        claim(below("2.0"), name=name, vulnerability=cve) for cve in ("CVE-1", "CVE-2") for name in names
    ]
    after = [replace(one, remedies=(FIX,)) for one in claims]
    (change,) = differences(made(*claims), made(*after))
    assert (change.vulnerabilities, change.products) == (("CVE-1", "CVE-2"), tuple(names))
    assert lines(made(*claims), made(*after)) == [
        "+ CVE-1, CVE-2: remediation: vendor fix: Update to 2.0 (https://v.example/fix) (for unit 0, unit 1, unit 2, unit 3 and 2 more)"
    ]


def test_several_statements_of_one_product_are_compared_as_they_are():
    second = replace(PUMP, status=Status.FIXED, versions=only("2.0"))
    third = replace(PUMP, status=Status.FIXED, versions=only("2.5"))
    assert lines(made(PUMP, second), made(third, PUMP)) == [
        "- CVE-1: V pump: fixed: 2.0",
        "+ CVE-1: V pump: fixed: 2.5",
    ]


def test_what_is_at_stake_is_compared():
    known = Exploited("2026-01-01", "2026-01-22", "Apply updates.", True)
    before = made(PUMP, stakes=(("CVE-1", Stakes(score=5.0, exploitation="none")),))
    after = made(PUMP, stakes=(("CVE-1", Stakes(score=9.1, exploitation="active", exploited=known)),))
    assert lines(before, after) == [
        "~ CVE-1: score is now 9.1; before: 5.0",
        "~ CVE-1: exploitation is now active; before: none",
        "+ CVE-1: exploited: in CISA's catalogue since 2026-01-01, due 2026-01-22, also for ransom: Apply updates.",
    ]


def test_order_and_places_are_no_difference():
    assert differences(made(PUMP, VALVE), made(replace(VALVE, place="$.x", text="y"), PUMP)) == ()


CLAIMS = st.builds(
    lambda name, cve, status, high, remedies: replace(
        claim(below(high), status, name=name, vulnerability=cve), remedies=remedies
    ),
    st.sampled_from("abc"),
    st.sampled_from(["CVE-1", "CVE-2"]),
    st.sampled_from(list(Status)),
    st.sampled_from(["1", "2"]),
    st.lists(st.sampled_from([FIX, Remedy("mitigation", "Block it")]), unique=True, max_size=2).map(tuple),
)
ADVISORIES = st.builds(
    lambda claims, title: made(*claims, title=title), st.lists(CLAIMS, max_size=5), st.sampled_from(["", "t"])
)


def said(one):
    """All that is said, naively: a set of statements, each for itself."""
    found = {("title", one.title)} if one.title else set()
    for held in one.claims:
        about = (held.vulnerability, held.product.name)
        found.add((*about, held.status, held.versions))
        found |= {(*about, remedy) for remedy in held.remedies}
    return found


@settings(max_examples=examples(200))
@given(ADVISORIES, ADVISORIES)
def test_there_is_a_difference_where_something_else_is_said_and_nowhere_else(one, other):
    assert bool(differences(one, other)) == (said(one) != said(other))
    turned = {"came": "went", "went": "came", "changed": "changed"}
    back = {
        Change(
            held.what,
            turned[held.how],
            held.after,
            held.before,
            tuple(sorted(held.vulnerabilities)),
            tuple(sorted(held.products)),
        )
        for held in differences(other, one)
    }
    assert back == {
        replace(
            held, vulnerabilities=tuple(sorted(held.vulnerabilities)), products=tuple(sorted(held.products))
        )
        for held in differences(one, other)
    }
