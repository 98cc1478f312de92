"""What decides whether a product is affected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from inventory.made import CVE, advisory, below, claim, component, judged, only, package, rule_of
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Span, Status, Versions
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import Level
from tocsin.inventory.rule import Rule, Verdict

DJANGO = "pkg:pypi/django"
EXCHANGE = {"vendor": "Microsoft", "name": "Exchange Server"}
EVERY = Versions(every=True)


@pytest.mark.parametrize(
    ("version", "versions", "rule"),
    [
        ("1.2", below("1.3"), "in-range"),
        ("1.3", below("1.3"), "mended"),
        ("2.0", below("1.3"), "mended"),
        ("1.2", below("1.3", low="1.2.1"), "out-of-range"),
        ("1.2", EVERY, "every-version"),
        ("", EVERY, "every-version"),
        ("", below("1.3"), "no-version"),
        ("gone fishing", below("1.3"), "version-unread"),
        ("1.2", Versions(unread=("some of them",)), "version-unread"),
        (
            "1.2",
            Versions(spans=(Span("1.2", "1.2", high_inclusive=True),), unread=("some more",)),
            "in-range",
        ),
        ("1.2", Versions(), "no-versions-named"),
    ],
)
def test_a_version_is_held_to_the_versions_that_are_called_affected(version, versions, rule):
    assert rule_of(component(version, **EXCHANGE), advisory(claim(versions, **EXCHANGE))) == rule


@pytest.mark.parametrize(
    ("status", "versions", "rule"),
    [
        (Status.FIXED, only("1.2"), "stated-fixed"),
        (Status.NOT_AFFECTED, only("1.2"), "stated-not-affected"),
        (Status.NOT_AFFECTED, Versions(), "stated-not-affected"),
        (Status.FIXED, only("1.4"), "other-versions"),
        (Status.NOT_AFFECTED, only("1.1"), "other-versions"),
        (Status.UNDER_INVESTIGATION, only("1.2"), "under-investigation"),
    ],
)
def test_what_is_said_to_be_sound_is_sound_and_nothing_beside_it(status, versions, rule):
    assert rule_of(component("1.2", **EXCHANGE), advisory(claim(versions, status, **EXCHANGE))) == rule


def test_the_words_of_a_product_do_not_match_another_makers_product():
    assert (
        rule_of(component(**EXCHANGE), advisory(claim(EVERY, vendor="Kerio", name="Exchange Server"))) == ""
    )


@pytest.mark.parametrize(
    ("held", "named"),
    [
        (
            {"vendor": "Digi International Inc.", "name": "RealPort"},
            {"vendor": "Digi", "name": "Digi RealPort"},
        ),
        (
            {"vendor": "Apache", "name": "HTTP Server"},
            {"vendor": "Apache Software Foundation", "name": "Apache HTTP Server"},
        ),
        (
            {"vendor": "SIEMENS AG", "name": "SIMATIC S7-1200"},
            {"vendor": "Siemens", "name": "SIMATIC S7-1200 family"},
        ),
    ],
    ids=["maker in the name", "legal form", "family"],
)
def test_maker_and_product_are_the_same_in_other_words(held, named):
    assert rule_of(component(**held), advisory(claim(EVERY, **named))) == "every-version"


def test_a_member_of_a_family_is_for_a_person_to_decide():
    held = component("V4.2", vendor="Siemens", name="SIMATIC S7-1200 CPU 1214C")
    assert rule_of(held, advisory(claim(EVERY, vendor="Siemens", name="SIMATIC S7-1200"))) == "family-only"


def test_another_member_of_the_family_is_not_meant():
    held = component("V4.2", vendor="Siemens", name="SIMATIC S7-1200 CPU 1214C")
    assert rule_of(held, advisory(claim(EVERY, vendor="Siemens", name="SIMATIC S7-1200 CPU 1212"))) == ""


def test_a_product_without_a_maker_is_for_a_person_to_decide():
    assert rule_of(component(name="Exchange Server"), advisory(claim(EVERY, **EXCHANGE))) == "family-only"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"name": "Apache Tomcat"}, {"vendor": "Apache Software Foundation", "name": "Apache Tomcat"}),
        ({"name": "Apache Tomcat"}, {"vendor": "Apache", "name": "Tomcat"}),
        ({"vendor": "Apache", "name": "Tomcat"}, {"name": "Apache Tomcat"}),
    ],
    ids=["both in the name", "here in the name", "there in the name"],
)
def test_a_maker_who_is_named_in_the_products_name_alone_is_for_a_person_to_decide(ours, theirs):
    assert rule_of(component(**ours), advisory(claim(EVERY, **theirs))) == "family-only"


def test_a_package_is_not_taken_for_some_makers_product_of_the_same_name():
    fresh = package("pkg:npm/fresh", "0.5.0")
    assert rule_of(fresh, advisory(claim(EVERY, vendor="Drupal", name="Fresh"))) == ""
    assert (
        rule_of(package("pkg:deb/debian/git"), advisory(claim(EVERY, vendor="Git", name="Git")))
        == "family-only"
    )


def test_a_name_in_another_script_is_the_same_only_as_a_whole():
    held = component(vendor="Водоканал", name="насос  три")
    assert rule_of(held, advisory(claim(EVERY, vendor="водоканал", name="Насос три"))) == "every-version"
    assert rule_of(held, advisory(claim(EVERY, vendor="Водоканал", name="насос"))) == ""
    assert rule_of(component(name="—"), advisory(claim(EVERY, name="—"))) == ""


def test_a_package_of_another_ecosystem_is_another_package():
    assert rule_of(package("pkg:npm/django"), advisory(claim(EVERY, purls=(DJANGO,)))) == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "matches"),
    [
        ("6ES7214-1AG40-0XB0", "6ES7214-1AG40-0XB0", True),
        ("6es7214 1ag40 0xb0", "6ES7214-1AG40-0XB0", True),
        ("6ES7214-1AG40-0XB0", "6ES7214-?AG40*", True),
        ("6ES7214-1AG40-0XB0", "*AG40*", True),
        ("6ES7214-1AG40-0XB0", "6E*", True),
        ("6ES7214-1BG40-0XB0", "6ES7214-?AG40*", False),
        ("6ES7", "6ES7214", False),
        ("A*B", r"A\*B", True),
        ("AXB", r"A\*B", False),
    ],
)
def test_order_numbers_agree_with_their_wildcards(ours, theirs, matches):
    rule = rule_of(component(skus=(ours,)), advisory(claim(EVERY, models=(theirs,))))
    assert rule == ("every-version" if matches else "")


def test_an_order_number_that_differs_rules_out_a_product_of_the_same_name():
    held = component(models=("6ES7214-1BG40",), **EXCHANGE)
    assert rule_of(held, advisory(claim(EVERY, models=("6ES7214-1AG40",), **EXCHANGE))) == ""


def test_wildcards_do_not_make_the_search_go_back_and_forth():
    held = component(models=("a" * 200 + "b",))
    assert rule_of(held, advisory(claim(EVERY, models=("a*" * 40 + "c",)))) == ""


def test_the_most_exact_name_decides():
    held = component(
        "2.0", name="django", purls=(DJANGO,), cpes=("cpe:2.3:a:djangoproject:django:2.0:*:*:*:*:*:*:*",)
    )
    by_cpe = claim(EVERY, cpes=("cpe:2.3:a:djangoproject:django:*:*:*:*:*:*:*:*",))
    by_purl = claim(below("1.9", "pypi"), purls=(DJANGO,))
    assert rule_of(held, advisory(by_cpe)) == "every-version"
    assert rule_of(held, advisory(by_cpe), advisory(by_purl, id="ADV-2")) == "mended"


def test_what_names_no_versions_is_heard_only_where_nothing_else_is():
    kev = advisory(claim(Versions(), **EXCHANGE), form=Form.KEV)
    cve = advisory(claim(below("1.9"), **EXCHANGE), id="ADV-2")
    assert rule_of(component("2.0", **EXCHANGE), kev) == "no-versions-named"
    assert rule_of(component("2.0", **EXCHANGE), kev, cve) == "mended"
    assert rule_of(component("1.0", **EXCHANGE), kev, cve) == "in-range"


def test_a_makers_word_on_this_version_goes_before_a_range_of_somebody_else():
    osv = advisory(claim(below("3.0", "pypi"), purls=(DJANGO,)), form=Form.OSV)
    vex = advisory(
        claim(only("2.0", "pypi"), Status.NOT_AFFECTED, purls=(DJANGO,)), form=Form.OPENVEX, id="VEX-1"
    )
    assert rule_of(package(DJANGO, "2.0"), osv, vex) == "stated-not-affected"
    assert rule_of(package(DJANGO, "2.1"), osv, vex) == "in-range"


def test_a_makers_word_on_a_family_excuses_no_product():
    osv = advisory(claim(EVERY, **EXCHANGE))
    vex = advisory(
        claim(EVERY, Status.NOT_AFFECTED, vendor="Microsoft", name="Exchange"), form=Form.OPENVEX, id="VEX-1"
    )
    assert rule_of(component(**EXCHANGE), osv, vex) == "every-version"


def test_of_two_who_say_different_things_the_worse_counts():
    first = advisory(claim(below("1.1"), **EXCHANGE))
    second = advisory(claim(below("1.9"), **EXCHANGE), id="ADV-2")
    assert rule_of(component("1.2", **EXCHANGE), first, second) == "in-range"


def test_a_claim_about_a_part_counts_in_that_product_alone():
    shop, other = component("", name="shop", vendor="Acme"), component("", name="till", vendor="Acme")
    vex = advisory(
        claim(
            Versions(),
            Status.NOT_AFFECTED,
            vendor="Acme",
            name="shop",
            more={"subcomponents": (Identity(purls=(DJANGO,)),)},
        ),
        form=Form.OPENVEX,
        id="VEX-1",
    )
    osv = advisory(claim(EVERY, purls=(DJANGO,)), form=Form.OSV)
    held = package(DJANGO, "2.0")
    assert rule_of(held, osv, vex, within=(shop,)) == "stated-not-affected"
    assert rule_of(held, osv, vex, within=(other,)) == "every-version"
    assert rule_of(held, osv, vex) == "every-version"


SHOP = {"name": "shop", "vendor": "Acme"}
SHOP_1 = component("1.0", **SHOP)
PART = "pkg:pypi/django@2.0"


@pytest.mark.parametrize(
    ("status", "product", "part", "within", "rule"),
    [
        (Status.AFFECTED, "1.0", PART, SHOP_1, "in-range"),
        (Status.NOT_AFFECTED, "1.0", PART, SHOP_1, "stated-not-affected"),
        # Of another version of the product, or of the part, nothing good is said.
        (Status.NOT_AFFECTED, "1.1", PART, SHOP_1, "other-versions"),
        (Status.NOT_AFFECTED, "1.0", "pkg:pypi/django@2.1", SHOP_1, "other-versions"),
        (Status.AFFECTED, "1.0", "pkg:pypi/django@2.1", SHOP_1, "other-versions"),
        (Status.NOT_AFFECTED, "1.0", PART, component("1.1", **SHOP), "other-versions"),
        (Status.AFFECTED, "1.0", PART, component("1.1", **SHOP), "other-versions"),
        (
            Status.NOT_AFFECTED,
            "1.0",
            PART,
            component("", purls=("pkg:generic/acme/shop@1.0",), **SHOP),
            "stated-not-affected",
        ),
        # Nobody says which version of the product it is.
        (Status.AFFECTED, "1.0", PART, component("", **SHOP), "no-version"),
        (Status.NOT_AFFECTED, "1.0", PART, component("", **SHOP), "no-version"),
    ],
)
def test_a_claim_about_a_part_is_held_to_the_versions_of_product_and_part_each(
    status, product, part, within, rule
):
    versions = Versions(spans=(Span(product, product, high_inclusive=True),))
    more = {"subcomponents": (Identity(purls=(part,)),)}
    vex = advisory(
        claim(versions, status, vendor="Acme", name="shop", more=more), form=Form.CYCLONEDX_VEX, id="VEX-1"
    )

    assert rule_of(package(DJANGO, "2.0"), vex, within=(within,)) == rule


def test_silence_of_a_maker_about_a_version_is_no_good_word():
    vex = advisory(claim(only("2.0"), **EXCHANGE), form=Form.OPENVEX)
    assert rule_of(component("2.0", **EXCHANGE), vex) == "in-range"
    assert rule_of(component("1.0", **EXCHANGE), vex) == "other-versions"


def test_a_platform_narrows_and_never_matches_alone():
    there = {"vendor": "Acme", "name": "Box 9"}
    firmware = advisory(claim(EVERY, vendor="Acme", name="Firmware", more={"platform": Identity(**there)}))
    assert rule_of(component(**there), firmware) == ""
    assert rule_of(component(vendor="Acme", name="Firmware"), firmware) == "platform"
    assert (
        rule_of(component(vendor="Acme", name="Firmware"), firmware, within=(component(**there),))
        == "every-version"
    )


@pytest.mark.parametrize("status", [Status.NOT_AFFECTED, Status.FIXED])
@pytest.mark.parametrize("versions", [only("1.2"), Versions()], ids=["version", "none"])
def test_a_good_word_on_a_platform_is_none_elsewhere(status, versions):
    box = {"vendor": "Siemens", "name": "Box 9"}
    wall = {"vendor": "Acme", "name": "Firewall"}
    said = advisory(
        claim(versions, status, **wall, more={"platform": Identity(**box)}), form=Form.CSAF, id="CSAF-1"
    )
    cve = advisory(claim(below("1.9"), **wall))

    assert rule_of(component("1.2", **wall), said) == "platform"
    assert rule_of(component("1.2", **wall), said, cve) == "in-range"
    assert rule_of(component("2.0", **wall), said, cve) == "mended"
    assert (
        rule_of(component("1.2", **wall), said, cve, within=(component(**box),))
        == f"stated-{status.value.replace('_', '-')}"
    )


def test_a_good_word_about_a_package_by_its_exact_name_needs_no_platform():
    said = advisory(
        claim(
            only("1.2", "rpm"),
            Status.FIXED,
            purls=("pkg:rpm/redhat/openssl",),
            more={"platform": Identity(vendor="Red Hat", name="RHEL 8")},
        ),
        form=Form.CSAF,
    )
    assert rule_of(package("pkg:rpm/redhat/openssl", "1.2"), said) == "stated-fixed"


def test_a_platform_that_is_a_word_leaves_the_answer_as_it_is():
    said = advisory(claim(EVERY, **EXCHANGE, more={"platform": Identity(name="x64-based Systems")}))
    assert rule_of(component(**EXCHANGE), said) == "every-version"


def test_all_versions_but_some():
    said = advisory(claim(Versions(every=True, but=(Span("1.2", None),)), **EXCHANGE))
    assert rule_of(component("1.1", **EXCHANGE), said) == "every-version"
    assert rule_of(component("1.3", **EXCHANGE), said) == "out-of-range"
    assert rule_of(component("", **EXCHANGE), said) == "no-version"


def test_what_an_advisory_said_later_counts():
    def said(status, when):
        return claim(only("1.2"), status, **EXCHANGE, more={"stated": when})

    first, later = "2021-03-02T00:00:00Z", "2021-03-09T00:00:00Z"
    held = component("1.2", **EXCHANGE)
    for before, after, rule in (
        (Status.AFFECTED, Status.FIXED, "stated-fixed"),
        (Status.NOT_AFFECTED, Status.AFFECTED, "in-range"),
    ):
        assert rule_of(held, advisory(said(before, first), said(after, later), form=Form.OPENVEX)) == rule
        assert rule_of(held, advisory(said(after, later), said(before, first), form=Form.OPENVEX)) == rule


@pytest.mark.parametrize("versions", [Versions(), only("1.2")])
def test_a_good_word_under_a_condition_is_for_a_person(versions):
    said = claim(versions, Status.NOT_AFFECTED, **EXCHANGE, more={"condition": "in some product"})
    assert rule_of(component("1.2", **EXCHANGE), advisory(said)) == "condition"


def test_a_condition_in_prose_is_for_a_person():
    said = advisory(claim(EVERY, **EXCHANGE, more={"condition": "made before May 2020"}))
    assert rule_of(component(**EXCHANGE), said) == "condition"


@pytest.mark.parametrize(
    ("version", "rule"),
    [
        ("3.0.11-1~deb12u2", "distribution"),
        ("1:3.0.11-1", "distribution"),
        ("3.0.14-1", "mended"),
        ("1:3.0.14+dfsg-2", "mended"),
        ("3.0.14~ds1-1", "mended"),
        ("3.0.14+repack.2-1ubuntu1", "mended"),
        ("3.0.11+dfsg-2", "distribution"),
        ("3.0.14+really3.0.11-1", "version-unread"),
    ],
)
def test_a_distribution_may_have_mended_it_without_a_new_version(version, rule):
    held = component(version, vendor="OpenSSL", name="openssl", purls=("pkg:deb/debian/openssl",))
    assert rule_of(held, advisory(claim(below("3.0.12"), vendor="OpenSSL", name="OpenSSL"))) == rule


def test_a_distributions_own_word_on_its_package_decides():
    held = package("pkg:deb/debian/libssl3?distro=debian-12", "3.0.11-1", source="openssl")
    said = claim(below("3.0.11-2", "deb"), purls=("pkg:deb/debian/openssl?distro=debian-12",))
    assert rule_of(held, advisory(said)) == "in-range"
    later = package(
        "pkg:deb/debian/libssl3?distro=debian-12", "1.0", source="openssl", source_version="3.0.11-2"
    )
    assert rule_of(later, advisory(said)) == "mended"


def test_what_another_release_of_the_distribution_says_is_not_heard():
    held = package("pkg:deb/debian/openssl?distro=debian-12", "3.0.11-1")
    said = claim(below("3.0.11-2", "deb"), purls=("pkg:deb/debian/openssl?distro=debian-11",))
    assert rule_of(held, advisory(said)) == ""


def test_what_was_withdrawn_claims_nothing():
    assert (
        rule_of(component(**EXCHANGE), advisory(claim(EVERY, **EXCHANGE), withdrawn="2021-03-02T00:00:00Z"))
        == ""
    )


def test_each_vulnerability_has_its_own_answer():
    found = judged(
        component("1.2", **EXCHANGE),
        advisory(
            claim(below("1.3"), **EXCHANGE), claim(below("1.1"), vulnerability="CVE-2020-1", **EXCHANGE)
        ),
    )
    assert [(one.vulnerability, one.verdict) for one in found] == [
        ("CVE-2020-1", Verdict.FIXED),
        (CVE, Verdict.AFFECTED),
    ]


def test_every_rule_has_words_and_no_rule_of_doubt_is_called_sound():
    assert all(rule.words.endswith(".") for rule in Rule)
    sound = {rule.value for rule in Rule if rule.verdict in {Verdict.FIXED, Verdict.NOT_AFFECTED}}
    assert sound == {"mended", "stated-fixed", "stated-not-affected", "out-of-range", "another-product"}


def test_the_page_that_explains_names_every_rule_with_its_answer():
    page = (Path(__file__).parents[2] / "docs/explanation/how-an-inventory-is-judged.md").read_text(
        encoding="utf-8"
    )
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z ]+) \|", page, re.MULTILINE))
    assert rows == {rule.value: rule.verdict.value.replace("_", " ") for rule in Rule}


def test_the_page_that_explains_names_the_levels_from_the_highest_to_the_lowest():
    page = (Path(__file__).parents[2] / "docs/explanation/how-an-inventory-is-judged.md").read_text(
        encoding="utf-8"
    )
    levels = page.partition("| worth | the name |")[2].partition("\n\n")[0]
    words = re.findall(r"^\| ([\w' ]+) \|", levels, re.MULTILINE)
    names = {
        "certain": "CERTAIN",
        "a person's word": "PERSON",
        "CPE": "CPE",
        "words": "WORDS",
        "possible": "POSSIBLE",
    }
    assert [names[one] for one in words] == [level.name for level in sorted(Level, reverse=True)]


_versions = st.sampled_from(["0.9", "1.0", "1.1", "1.2", "1.10", "2.0"])
_spans = st.builds(
    Span,
    st.none() | _versions,
    st.none() | _versions,
    low_inclusive=st.booleans(),
    high_inclusive=st.booleans(),
    fixed=st.just(value=False),
)
_texts = st.builds(
    Versions,
    st.sampled_from(["generic", "pypi", "semver"]),
    st.lists(_spans, max_size=3).map(tuple),
    every=st.booleans(),
    unread=st.lists(st.just("prose"), max_size=1).map(tuple),
) | st.builds(Versions, every=st.just(value=True), but=st.lists(_spans, max_size=3).map(tuple))


def number(text: str) -> tuple[int, ...]:
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def naive(versions: Versions, version: str) -> str:
    """Where a version of plain numbers lies, written from the docstrings alone."""
    for span in versions.but if versions.every else versions.spans:
        low = (
            span.low is None
            or number(version) > number(span.low)
            or (span.low_inclusive and number(version) == number(span.low))
        )
        high = (
            span.high is None
            or number(version) < number(span.high)
            or (span.high_inclusive and number(version) == number(span.high))
        )
        if low and high:
            return "outside" if versions.every else "inside"
    if versions.every:
        return "unknown" if versions.unread else "inside"
    return "unknown" if versions.unread or not versions.spans else "outside"


@given(_texts, _versions)
def test_a_version_lies_where_a_naive_reading_says(versions, version):
    from tocsin.inventory.version_test import where

    assert where(versions, version).value == naive(versions, version)


@given(st.lists(_texts, min_size=1, max_size=4), _versions, st.randoms(use_true_random=False))
def test_no_order_of_the_advisories_changes_an_answer(several, version, chance):
    said = [advisory(claim(versions, **EXCHANGE), id=f"ADV-{n}") for n, versions in enumerate(several)]
    before = [(one.rule, one.match.advisory.id) for one in judged(component(version, **EXCHANGE), *said)]
    chance.shuffle(said)
    assert [
        (one.rule, one.match.advisory.id) for one in judged(component(version, **EXCHANGE), *said)
    ] == before


@given(st.lists(_texts, min_size=1, max_size=4), _texts, _versions)
def test_another_advisory_never_makes_an_affected_product_sound(several, more, version):
    held = component(version, **EXCHANGE)
    said = [advisory(claim(versions, **EXCHANGE), id=f"ADV-{n}") for n, versions in enumerate(several)]
    before = judged(held, *said)
    after = judged(held, *said, advisory(claim(more, **EXCHANGE), id="ADV-9"))
    if before[0].verdict is Verdict.AFFECTED:
        assert after[0].verdict is Verdict.AFFECTED


STATED = {Status.FIXED: "stated-fixed", Status.NOT_AFFECTED: "stated-not-affected"}


@given(
    st.sampled_from(Status),
    _texts | st.builds(Versions),
    st.sampled_from(["", "2.0", "2.1"]),
    _versions | st.just(""),
    st.sampled_from(["2.0", "2.1"]),
)
def test_a_claim_about_a_part_says_what_a_naive_reading_says(status, versions, part, product, held):
    more = {"subcomponents": (Identity(purls=(f"{DJANGO}@{part}" if part else DJANGO,)),)}
    vex = advisory(claim(versions, status, **SHOP, more=more), form=Form.OPENVEX, id="VEX-1")

    rule = rule_of(package(DJANGO, held), vex, within=(component(product, **SHOP),))

    named = versions.every or versions.spans or versions.unread
    place = "inside"
    if named and not product:
        place = "inside" if versions.every and not versions.but and not versions.unread else "unknown"
    elif named:
        place = naive(versions, product)
    if status is Status.UNDER_INVESTIGATION:
        assert rule == "under-investigation"
    elif (part and part != held) or place == "outside":
        assert rule == "other-versions"
    elif place == "unknown":
        assert rule == ("version-unread" if product else "no-version")
    elif not named:
        assert rule == {"affected": "no-versions-named"}.get(status.value, STATED.get(status))
    else:
        affected = "every-version" if versions.every else "in-range"
        assert rule == STATED.get(status, affected)
