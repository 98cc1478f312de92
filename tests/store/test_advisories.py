"""What feeds say: kept, replaced, forgotten, and found again by whatever it may concern. On both databases."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete

from strategies import examples
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.alias import Alias, Aliases, alias_keys, product_name, spelled
from tocsin.inventory.claim import Claim, Span, Status, Versions
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import judge
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Releases, releases_of
from tocsin.inventory.rule import Rule
from tocsin.service.inventory.kept import anew
from tocsin.service.inventory.taking import kept_advisory
from tocsin.store.advisories import (
    Feed,
    advisories_named,
    advisory_bodies,
    concerned,
    feeds,
    forget_kinds,
    keep_advisories,
    keep_feed,
    kinds_of_feed,
    named,
    names_of,
    note_kinds,
    number_of_advisories,
    of_the_same,
    package_kinds,
    remove_feed,
    unlisted_advisories,
    withdraw,
)
from tocsin.store.aliases import KeptAlias, keep_alias
from tocsin.store.bills import NewBill, add_bills, keep_site
from tocsin.store.schema import (
    advisory,
    advisory_head,
    advisory_name,
    advisory_version,
    alias,
    alias_key,
    bill,
    claim_key,
    feed,
    feed_kind,
    holding,
    listing,
    release,
    release_key,
    site,
)

NOW_US = 1_790_000_000_000_000
DJANGO = Identity(purls=("pkg:pypi/django",))
BELOW_3 = Versions("pypi", (Span(None, "3.0", fixed=True),))


def made(id="CVE-2026-1", *, product=DJANGO, versions=BELOW_3, status=Status.AFFECTED, **more):
    """An advisory with one claim."""
    more.setdefault("form", Form.OSV)
    claims = (Claim(id, status, product, versions, "", "$"),)
    return Advisory(id=id, publisher="x", **{"claims": claims, **more})


def kept(connection, *advisories, name="osv", now_us=NOW_US):
    """Keep them as a feed's; what changed."""
    keep_feed(connection, Feed(name, "x", "", now_us, len(advisories), 0))
    return keep_advisories(
        connection, name, [kept_advisory(one) for one in advisories], now_us=now_us, anew=anew
    )


def held(connection, *components):
    """Put components into the inventory; their numbers."""
    several = Releases()
    listing = several.listing(components)
    at = keep_site(connection, "here", exposed=None, owner=None)
    new = NewBill(
        name="bill",
        form="cyclonedx",
        sha256=b"",
        made="",
        components=len(components),
        unread=b"{}",
        subject=None,
        listing=listing,
    )
    return add_bills(connection, at.number, [new], several.fresh, keys_of=positions, now_us=NOW_US)[1]


def component(version="2.2", identity=DJANGO, **more):
    return Component(identity, version, Kind.LIBRARY, "$", **more)


# -- kept, replaced, forgotten -----------------------------------------------------------------


def test_what_is_kept_again_unchanged_is_not_told_as_changed(database):
    with database.writing() as connection:
        assert [one.was for one in kept(connection, made(), made("CVE-2026-2"))] == [None, None]
    with database.writing() as connection:
        assert kept(connection, made(), made("CVE-2026-2")) == []
        assert number_of_advisories(connection, "osv") == 2


def test_a_replaced_advisory_counts_alone_and_keeps_the_time_at_which_it_was_first_read(database):
    first, second = made(), made(versions=Versions("pypi", (Span("4.0", "5.0"),)))
    with database.writing() as connection:
        (django,) = held(connection, component("2.2"))
        kept(connection, first)
        assert [pair[0] for pair in concerned(connection)] == [django]
    with database.writing() as connection:
        (changed,) = kept(connection, second, now_us=NOW_US + 5)
        assert changed.was == kept_advisory(first).digest
        assert concerned(connection) == []
        assert advisory_bodies(connection, [changed.number]) == [("osv", NOW_US, kept_advisory(second).body)]
        assert number_of_advisories(connection, "osv") == 1


def test_of_two_with_one_name_in_a_batch_the_last_is_kept(database):
    with database.writing() as connection:
        kept(connection, made(title="one"), made(title="two"))
        ((_, _, body),) = advisory_bodies(connection, [1])
    assert b'"two"' in body


def test_two_feeds_keep_the_same_advisory_apart(database):
    with database.writing() as connection:
        kept(connection, made())
        kept(connection, made(), name="vex")
        assert len(advisories_named(connection, ["CVE-2026-1"])["CVE-2026-1"]) == 2
        assert remove_feed(connection, "vex") == 1
        assert number_of_advisories(connection, "osv") == 1


def test_a_withdrawn_advisory_is_found_by_its_name_and_concerns_nothing(database):
    with database.writing() as connection:
        held(connection, component())
        kept(connection, made(withdrawn="2026-01-01T00:00:00Z", aliases=("GHSA-x",)))
        assert concerned(connection) == []
        assert advisories_named(connection, ["GHSA-x"]).keys() == {"GHSA-x"}


def test_what_is_not_listed_is_what_is_forgotten(database):
    with database.writing() as connection:
        kept(connection, made("CVE-2026-1"), made("CVE-2026-2"))
        gone = unlisted_advisories(connection, "osv", {("osv", "CVE-2026-2")})
        withdraw(connection, gone)
        assert advisories_named(connection, ["CVE-2026-1", "CVE-2026-2"]).keys() == {"CVE-2026-2"}
        assert connection.execute(claim_key.select().where(claim_key.c.advisory.in_(gone))).all() == []


def test_a_feed_that_is_removed_leaves_nothing(database):
    with database.writing() as connection:
        kept(connection, made())
        note_kinds(connection, "osv", {"purl:pypi", "maker:x"})
        forget_kinds(connection, "osv", {"maker:x"})
        assert kinds_of_feed(connection, "osv") == {"purl:pypi"}
        assert remove_feed(connection, "osv") == 1
        assert remove_feed(connection, "osv") is None
        assert feeds(connection) == []
        left = [
            connection.execute(one.select()).all() for one in (advisory, advisory_name, claim_key, feed_kind)
        ]
    assert left == [[], [], [], []]


def test_advisories_of_one_vulnerability_are_found_together(database):
    with database.writing() as connection:
        kept(connection, made("GHSA-x", aliases=("CVE-2026-1",)), made("CVE-2026-2"))
        kept(connection, made("CVE-2026-1", form=Form.KEV), name="kev")
        (ghsa,) = advisories_named(connection, ["GHSA-x"])["GHSA-x"]
        assert of_the_same(connection, [ghsa]) == sorted(
            advisories_named(connection, ["CVE-2026-1"])["CVE-2026-1"]
        )
        assert names_of(connection, [ghsa]) == {"GHSA-x", "CVE-2026-1"}


def test_the_kinds_of_packages_here_are_told_with_the_distribution(database):
    debian = Identity(purls=("pkg:deb/debian/openssl@1?arch=amd64",))
    with database.writing() as connection:
        held(connection, component(), component("1", debian), component("1", Identity(name="x", vendor="y")))
        assert package_kinds(connection) == {"pypi", "deb", "deb/debian"}


# -- found -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "versions", "found"),
    [
        ("2.2", BELOW_3, True),
        ("3.0", BELOW_3, False),
        ("", BELOW_3, True),
        ("no version", BELOW_3, True),
        ("9", Versions("pypi", every=True), True),
        ("9", Versions("pypi"), True),
        ("9", Versions("pypi", (Span(None, "3.0"),), unread=("and some others",)), True),
        ("9", Versions("pypi", (Span(None, "no version"),)), True),
        ("9", Versions("generic", (Span(None, "3.0"),)), True),
        ("3.0rc1", Versions("pypi", (Span("3.0", "4.0"),)), False),
    ],
)
def test_a_release_is_found_where_a_range_may_hold_it(database, version, versions, found):
    with database.writing() as connection:
        held(connection, component(version))
        kept(connection, made(versions=versions))
        assert bool(concerned(connection)) is found


def test_a_word_that_other_versions_are_sound_is_found_for_a_version_it_does_not_name(database):
    with database.writing() as connection:
        held(connection, component("2.2"))
        kept(
            connection,
            made(status=Status.FIXED, versions=Versions("pypi", (Span("3.0", "3.0", high_inclusive=True),))),
        )
        assert len(concerned(connection)) == 1


def test_a_package_of_a_distribution_is_found_for_its_makers_version(database):
    # 2.0-1 is the distribution's first revision of 2.0; PyPI would take it for what comes after 2.0.
    both = Identity(purls=("pkg:deb/debian/django", "pkg:pypi/django"))
    with database.writing() as connection:
        held(connection, component("2.0-1", both))
        kept(connection, made(versions=Versions("pypi", (Span(None, "2.0", high_inclusive=True),))))
        assert len(concerned(connection)) == 1


@pytest.mark.parametrize(
    ("kind", "version", "span"),
    [
        ("rpm/redhat", "2.0-1", Span("2.0", low_inclusive=False)),
        ("rpm/redhat", "2.0", Span(None, "2.0-1")),
        ("alpm/arch", "2.0", Span("2.0-1", "2.0-1", high_inclusive=True)),
        ("alpm/arch", "2.0-1", Span("2.0", "2.0", high_inclusive=True)),
    ],
)
def test_a_version_without_its_release_narrows_nothing_away(database, kind, version, span):
    product = Identity(purls=(f"pkg:{kind}/django",))
    versions = Versions(kind.partition("/")[0], (span,))
    with database.writing() as connection:
        held(connection, component(version, product))
        kept(connection, made(product=product, versions=versions))
        assert len(concerned(connection)) == 1


def test_what_is_asked_of_some_is_a_part_of_what_is_asked_of_all(database):
    with database.writing() as connection:
        held(connection, component("1.0"), component("2.0"))
        changed = kept(
            connection, made("CVE-2026-1"), made("CVE-2026-2", versions=Versions("pypi", (Span("2.0"),)))
        )
        everything = set(concerned(connection))
        assert len(everything) == 3
        for item in changed:
            some = set(concerned(connection, advisories=[item.number]))
            assert some == {pair for pair in everything if pair[1] == item.number}
        assert concerned(connection, advisories=[]) == []


# -- never too few -----------------------------------------------------------------------------

KINDS = {
    "pypi": ("pkg:pypi/django", ("1.0", "2.0", "2.0rc1", "2.0.1", "3.0")),
    "deb": ("pkg:deb/debian/django", ("1.0-1", "2.0-1", "2.0-2", "2.0~rc1-1", "1:1.0-1")),
    "npm": ("pkg:npm/django", ("1.0.0", "2.0.0", "2.0.0-rc.1", "2.0.1", "3.0.0")),
    "rpm": ("pkg:rpm/redhat/django", ("1.0-1", "2.0", "2.0-1", "2.0-2", "1:1.0-1")),
    "alpm": ("pkg:alpm/arch/django", ("1.0-1", "2.0", "2.0-1", "2.0-2", "1:1.0-1")),
}
UNREADABLE = ("", "all versions", "R2")
NAMED = (
    Identity(name="django", vendor="Django Foundation"),
    Identity(name="django", purls=("pkg:pypi/django",)),
    Identity(name="Server", vendor="Django Foundation", family="Django", models=("DJ-100",)),
    Identity(name="Django", vendor="Django Foundation", cpes=("cpe:2.3:a:django:django:*:*:*:*:*:*:*:*",)),
)  # fmt: skip
"""What has a name beside its purl is found by it whatever its version, so few have one."""


def pair_of(alias):
    return spelled(alias.held), spelled(alias.named)


def often(common, *others):
    """``common`` four times out of five."""
    return st.integers(0, 4).flatmap(lambda number: common if number else st.one_of(*others))


@st.composite
def cases(draw):
    """Some components and some advisories, nearly all of one package in one ecosystem, so that they meet."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    purl, pool = KINDS[kind]
    other = st.sampled_from([held for held, _ in KINDS.values()])
    version = often(st.sampled_from(pool), st.sampled_from((*UNREADABLE, *KINDS["deb"][1])))
    identity = often(
        st.just(Identity(purls=(purl,))),
        other.map(lambda more: Identity(purls=tuple(dict.fromkeys((purl, more))))),
        st.sampled_from(NAMED),
    )
    bound = often(st.sampled_from(pool), st.none(), st.just("R2"))
    flag = st.booleans()
    span = st.builds(Span, bound, bound, flag, flag, flag)
    versions = often(
        st.builds(
            Versions,
            often(st.just(kind), st.sampled_from(("generic", "deb", "pypi", "nothing-known"))),
            st.lists(span, min_size=1, max_size=2).map(tuple),
            unread=often(st.just(()), st.just(("some",))),
        ),
        st.just(Versions(kind, every=True)),
        st.just(Versions(kind)),
    )
    claim = st.builds(
        Claim,
        vulnerability=st.sampled_from(("CVE-2026-1", "CVE-2026-2")),
        status=often(st.just(Status.AFFECTED), st.sampled_from(Status)),
        product=identity,
        versions=versions,
        text=st.just(""),
        place=st.just("$"),
        subcomponents=often(st.just(()), st.just((Identity(purls=(purl,)),))),
    )
    issued = st.builds(
        Advisory,
        id=st.just(""),
        form=st.sampled_from(Form),
        publisher=st.just("x"),
        withdrawn=often(st.just(""), st.just("2026-01-01")),
        claims=st.lists(claim, min_size=1, max_size=2).map(tuple),
    )
    installed = st.builds(
        Component,
        identity=identity,
        version=version,
        kind=st.just(Kind.LIBRARY),
        place=st.just("$"),
        source=often(st.just(""), st.just("django")),
        source_version=often(st.just(""), version),
    )
    advisories = draw(st.lists(issued, min_size=1, max_size=5))
    components = draw(st.lists(installed, min_size=1, max_size=5))
    said = st.builds(
        Alias,
        held=st.sampled_from([product_name(one.identity) for one in components]),
        named=st.sampled_from([product_name(one) for one in (*NAMED, Identity(purls=(purl,)))]),
        same=often(st.just(value=True), st.just(value=False)),
        on=st.just("2026-11-27"),
        by=st.just("ann"),
    )
    return (
        components,
        [replace(one, id=f"A-{number}") for number, one in enumerate(advisories)],
        draw(often(st.just([]), st.lists(said, min_size=1, max_size=3, unique_by=pair_of))),
    )


OUTSIDE = frozenset({Rule.MENDED, Rule.OUT_OF_RANGE})
"""Rules by which a version is none of those that a claim is about: nobody is told."""


def emptied(database):
    with database.writing() as connection:
        for table in (
            alias_key, alias, claim_key, advisory_name, advisory_head, advisory_version, advisory, feed_kind, feed, holding,
            listing, bill, release_key, release, site,
        ):  # fmt: skip
            connection.execute(delete(table))


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases())
def test_each_advisory_that_says_anything_of_a_release_is_found_for_it(database, case):
    """The naive answer is every advisory against every release; the store may give more, never less."""
    components, advisories, said = case
    emptied(database)
    listed = [one.release.component for one in releases_of(components)]
    with database.writing() as connection:
        numbers = held(connection, *components)
        changed = {one.id: one.number for one in kept(connection, *advisories)}
        for one in said:
            keep_alias(connection, KeptAlias(*pair_of(one), NOW_US, b""), alias_keys(one))
        found = set(concerned(connection))
        by_name = set(named(connection))
        by_advisory = set(
            itertools.chain.from_iterable(concerned(connection, advisories=[one]) for one in changed.values())
        )
    assert found == by_advisory
    assert found <= by_name
    for number, one in zip(numbers, listed, strict=True):
        for each in advisories:
            index = ClaimIndex([each])
            within = [
                Component(claim.product, version, Kind.OTHER, "$")
                for claim in each.claims
                if claim.subcomponents
                for version in ("1.0", "")
            ]
            for judgement in judge(one, index.matches(one, Aliases(said).of(one.identity)), within):
                if judgement.rule not in OUTSIDE:
                    assert (number, changed[each.id]) in found, judgement.rule
