from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from inventory.advisories.documents import below, exact, one, osv, package, read, why
from tocsin.inventory.advisories.osv import _spans
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Span, Status, Versions
from tocsin.inventory.component import Unread
from tocsin.inventory.version import key, spans_of_events


def events(*pairs):
    return [{name: version} for name, version in pairs]


def versions_of(*pairs, **entry):
    advisory = one(osv(package(events=events(*pairs), **entry)))
    return advisory.claims[0].versions


def test_a_record_says_what_it_is_and_by_which_other_names_it_goes():
    advisory = one(
        osv(
            package(events=events(("introduced", "0"))),
            summary="Overflow",
            details="It overflows.",
            aliases=["CVE-2024-1", "PYSEC-1"],
            severity=[
                {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"},
                {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"},
                {"type": "Ubuntu", "score": "low"},
            ],
            database_specific={"cwe_ids": ["CWE-787"]},
        )
    )

    assert (advisory.form, advisory.id, advisory.publisher) == (Form.OSV, "GHSA-1", "GHSA")
    assert (advisory.title, advisory.text, advisory.aliases) == (
        "Overflow",
        "It overflows.",
        ("CVE-2024-1", "PYSEC-1"),
    )
    ((name, stakes),) = advisory.stakes
    assert name == advisory.claims[0].vulnerability == "CVE-2024-1"
    assert stakes.cvss == ("CVSS:4.0/AV:N", "CVSS:3.1/AV:N")
    assert stakes.weaknesses == ("CWE-787",)


def test_with_several_cves_the_record_keeps_its_own_name():
    advisory = one(osv(package(events=events(("introduced", "0"))), aliases=["CVE-2024-1", "CVE-2024-2"]))

    assert advisory.claims[0].vulnerability == "GHSA-1"


def test_the_one_vulnerability_that_a_distribution_writes_about_is_another_name():
    assert one(osv(package(events=events(("introduced", "0"))), upstream=["CVE-2024-1"])).aliases == (
        "CVE-2024-1",
    )
    assert (
        one(osv(package(events=events(("introduced", "0"))), upstream=["CVE-2024-1", "CVE-2024-2"])).aliases
        == ()
    )


def test_a_withdrawn_record_claims_nothing():
    advisory = one(osv(package(events=events(("introduced", "0"))), withdrawn="2024-03-01T00:00:00Z"))

    assert advisory.withdrawn == "2024-03-01T00:00:00Z"
    assert not advisory.claims
    assert not advisory.stakes


def test_a_fixed_version_ends_a_span():
    assert versions_of(("introduced", "0"), ("fixed", "2.0")) == Versions("pypi", (below("2.0", fixed=True),))


def test_a_last_affected_version_is_in_the_span():
    assert versions_of(("introduced", "1.0"), ("last_affected", "2.0")) == Versions(
        "pypi", (Span("1.0", "2.0", high_inclusive=True),)
    )


def test_without_an_end_all_later_versions_are_affected():
    assert versions_of(("introduced", "1.0")) == Versions("pypi", (Span("1.0"),))
    assert versions_of(("introduced", "0")) == Versions("pypi", every=True)


def test_events_count_in_the_order_of_their_versions_not_as_they_stand():
    assert versions_of(
        ("fixed", "4.0"), ("introduced", "3.10"), ("fixed", "2.0"), ("introduced", "1.0")
    ).spans == (Span("1.0", "2.0", fixed=True), Span("3.10", "4.0", fixed=True))


def test_at_one_version_what_was_fixed_there_was_fixed_before_it_came_again():
    assert versions_of(
        ("introduced", "0"), ("introduced", "3.1.1"), ("fixed", "3.1.1"), ("fixed", "3.2")
    ).spans == (below("3.1.1", fixed=True), Span("3.1.1", "3.2", fixed=True))


def test_a_limit_cuts_off_what_lies_beyond():
    assert versions_of(("introduced", "1.0"), ("limit", "2.0")).spans == (Span("1.0", "2.0"),)
    assert versions_of(("introduced", "1.0"), ("fixed", "3.0"), ("limit", "2.0")).spans == (
        Span("1.0", "2.0"),
    )
    assert versions_of(("introduced", "1.0"), ("fixed", "1.5"), ("limit", "2.0")).spans == (
        Span("1.0", "1.5", fixed=True),
    )
    assert versions_of(("introduced", "1.0"), ("limit", "*")).spans == (Span("1.0"),)


def test_several_ranges_and_the_versions_outside_of_them_are_united():
    entry = package(
        events=events(("introduced", "1.0"), ("fixed", "2.0")), versions=["1.1", "1.2rc1", "5.0", "6.0b1"]
    )
    entry["ranges"].append({"type": "ECOSYSTEM", "events": events(("introduced", "3.0"), ("fixed", "4.0"))})

    (claim,) = one(osv(entry)).claims

    assert claim.versions.spans == (
        Span("1.0", "2.0", fixed=True),
        Span("3.0", "4.0", fixed=True),
        exact("5.0"),
        exact("6.0b1"),
    )
    assert claim.text == "pump: >= 1.0 < 2.0, >= 3.0 < 4.0, 5.0, 6.0b1"


def test_listed_versions_alone_are_the_affected_ones():
    (claim,) = one(osv(package(versions=["1.0", "1.1", "1.0"]))).claims

    assert claim.versions == Versions("pypi", (exact("1.0"), exact("1.1")))


def test_commits_are_unread_unless_the_versions_are_said_in_another_way():
    commits = {"type": "GIT", "repo": "https://x", "events": events(("introduced", "0"), ("fixed", "abc"))}
    alone, beside, listed = one(
        osv(
            {"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [commits]},
            package(events=events(("introduced", "0"), ("fixed", "2"))) | {},
            {"package": {"ecosystem": "PyPI", "name": "b"}, "ranges": [commits], "versions": ["1"]},
        )
    ).claims

    assert alone.versions == Versions("pypi", unread=("commits of https://x: introduced 0, fixed abc",))
    assert beside.versions.unread == ()
    assert listed.versions == Versions("pypi", (exact("1"),))


def test_an_event_whose_version_is_none_leaves_its_range_unread():
    assert versions_of(("introduced", "0"), ("fixed", "not a version")) == Versions(
        "pypi", unread=("introduced 0, fixed not a version",)
    )


def test_a_range_that_does_not_begin_is_unread():
    advisory = one(osv(package(events=events(("fixed", "2.0")))))

    assert advisory.claims[0].versions.unread == ("fixed 2.0",)
    assert why(advisory) == {"$.affected[0].ranges[0]": "it does not say where the range begins"}


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl", "scheme"),
    [
        ("PyPI", "Pump_Core", "pkg:pypi/pump-core", "pypi"),
        ("npm", "@pump/core", "pkg:npm/%40pump/core", "npm"),
        ("Maven", "org.pump:core", "pkg:maven/org.pump/core", "maven"),
        ("Go", "github.com/pump/core", "pkg:golang/github.com/pump/core", "golang"),
        ("Go", "stdlib", "pkg:golang/stdlib", "golang"),
        ("Debian:12", "pump", "pkg:deb/debian/pump?distro=debian-12", "deb"),
        ("Alpine:v3.18", "pump", "pkg:apk/alpine/pump?distro=alpine-3.18", "apk"),
        ("Ubuntu:22.04:LTS", "pump", "pkg:deb/ubuntu/pump?distro=ubuntu-22.04", "deb"),
        ("Rocky Linux:9", "pump", "pkg:rpm/rocky-linux/pump?distro=rocky-linux-9", "rpm"),
        ("RubyGems", "pump", "pkg:gem/pump", "gem"),
        ("crates.io", "pump", "pkg:cargo/pump", "cargo"),
        ("Packagist", "pump/core", "pkg:composer/pump/core", "composer"),
        ("NuGet", "Pump.Core", "pkg:nuget/Pump.Core", "nuget"),
        ("Somewhere", "pump", None, "generic"),
    ],
    ids=range(14),
)
def test_a_package_has_the_purl_and_the_order_of_its_ecosystem(ecosystem, name, purl, scheme):
    (claim,) = one(osv(package(ecosystem, name, events(("introduced", "0"), ("fixed", "2.0.0"))))).claims

    assert claim.product.name == name
    assert claim.product.purls == ((purl,) if purl else ())
    assert claim.versions == Versions(scheme, (below("2.0.0", fixed=True),))


def test_the_purl_that_a_record_gives_counts():
    entry = package(events=events(("introduced", "0")))
    entry["package"]["purl"] = "pkg:pypi/other"

    assert one(osv(entry)).claims[0].product.purls == ("pkg:pypi/other",)


def test_a_semver_range_of_an_unknown_ecosystem_is_in_the_order_of_semver():
    (claim,) = one(
        osv(package("Somewhere", "pump", events(("introduced", "1.0.0"), ("fixed", "2.0.0")), kind="SEMVER"))
    ).claims

    assert claim.versions.scheme == "semver"


def test_an_unknown_order_is_followed_only_from_one_beginning_to_one_end():
    (claim,) = one(
        osv(package("Somewhere", "pump", events(("introduced", "a"), ("fixed", "b"), ("introduced", "c"))))
    ).claims

    assert claim.versions.unread == ("introduced a, fixed b, introduced c",)


def test_go_packages_are_told_and_numbers_that_are_not_the_modules_are_a_condition():
    specific = {
        "imports": [{"path": "net/http", "symbols": ["Serve"]}],
        "custom_ranges": [{"type": "ECOSYSTEM", "events": events(("introduced", "0"), ("fixed", "2.0.1"))}],
    }
    (claim,) = one(
        osv(package("Go", "stdlib", events(("introduced", "0")), kind="SEMVER", ecosystem_specific=specific))
    ).claims

    assert claim.text == "stdlib (net/http): all versions"
    assert claim.condition == "by version numbers that are not the module's: introduced 0, fixed 2.0.1"


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        {"type": 5},
        {"type": "ECOSYSTEM", "events": 5},
        {"type": "ECOSYSTEM", "events": [{"introduced": 0}]},
    ],
    ids=range(5),
)
def test_a_broken_range_is_said_and_leaves_the_others_in_doubt(broken):
    entry = package(events=events(("introduced", "1.0"), ("fixed", "2.0")))
    entry["ranges"].insert(0, broken)

    advisory = one(osv(entry))

    assert advisory.claims[0].versions == Versions(
        "pypi", (Span("1.0", "2.0", fixed=True),), unread=("ranges that could not be read",)
    )
    assert any(place.startswith("$.affected[0].ranges[0]") for place in why(advisory))


@pytest.mark.parametrize("key", ["aliases", "severity", "affected", "database_specific", "upstream"])
@pytest.mark.parametrize("value", [5, [5], "x"], ids=repr)
def test_a_member_of_the_wrong_type_costs_only_itself(key, value):
    assert one(osv(package(events=events(("introduced", "0")))) | {key: value}).unread


@pytest.mark.parametrize(
    "key", ["aliases", "severity", "affected", "database_specific", "summary", "published", "withdrawn"]
)
def test_null_is_as_good_as_nothing(key):
    advisory = one(osv(package(events=events(("introduced", "0")))) | {key: None})

    assert [held.why for held in advisory.unread] == (
        ["the record names no package"] if key == "affected" else []
    )


@pytest.mark.parametrize(
    "record",
    [{"id": "", "affected": []}, {"id": 5, "affected": []}, {"id": "X", "modified": 5}],
    ids=range(3),
)
def test_a_record_that_is_none_is_unread(record):
    (found,) = read(record)

    assert isinstance(found, Unread)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["introduced", "fixed", "last_affected"]),
        st.sampled_from(["0", "1.0", "1.1rc1", "1.1", "1.10", "2", "2.0", "3"]),
    ),
    min_size=1,
    max_size=7,
)


@given(
    EVENTS, st.sampled_from(["0.1", "1", "1.0.1", "1.1a1", "1.1", "1.2", "1.10", "2", "2.0.post1", "3", "9"])
)
def test_a_version_is_in_the_spans_as_it_is_in_those_of_the_order_itself(pairs, version):
    spans = _spans("pypi", pairs)
    naive = spans_of_events("pypi", [{name: text} for name, text in pairs]).spans

    assert any(holds(span, version) for span in spans) == any(key("pypi", version) in span for span in naive)


def holds(span, version):
    at = key("pypi", version)
    low = span.low is None or key("pypi", span.low) <= at
    high = (
        span.high is None
        or at < key("pypi", span.high)
        or (span.high_inclusive and at == key("pypi", span.high))
    )
    return low and high


def test_what_is_claimed_is_that_versions_are_affected():
    assert one(osv(package(events=events(("introduced", "0"))))).claims[0].status is Status.AFFECTED
