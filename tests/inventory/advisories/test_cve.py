from __future__ import annotations

import pytest

from inventory.advisories.documents import below, cve, exact, one, read, why
from tocsin.inventory.advisory import Exploited, Form
from tocsin.inventory.claim import Remedy, Span, Status, Versions
from tocsin.inventory.component import Unread
from tocsin.inventory.identity import Identity


def pump(*versions, **entry):
    return {"vendor": "Pump Works", "product": "Pump 7", "versions": list(versions), **entry}


def version(text, status="affected", **more):
    return {"version": text, "status": status, **more}


def claimed(*affected):
    """Status to versions of what is claimed."""
    advisory = one(cve(*affected))
    found = {claim.status: claim.versions for claim in advisory.claims}
    assert len(found) == len(advisory.claims)
    return found


def test_a_record_says_who_published_it_and_what_it_is_about():
    advisory = one(
        cve(
            pump(version("1.0")),
            title="Overflow",
            descriptions=[{"lang": "es", "value": "Se desborda."}, {"lang": "en", "value": "It overflows."}],
            problemTypes=[{"descriptions": [{"lang": "en", "cweId": "CWE-787", "description": "x"}]}],
            solutions=[{"lang": "en", "value": "Update."}],
            workarounds=[{"lang": "en", "value": "Unplug it."}],
        )
    )

    assert (advisory.form, advisory.id, advisory.publisher) == (Form.CVE, "CVE-2024-1", "pumps")
    assert (advisory.title, advisory.text) == ("Overflow", "It overflows.")
    assert advisory.stakes[0][1].weaknesses == ("CWE-787",)
    (claim,) = advisory.claims
    assert claim.remedies == (Remedy("vendor_fix", "Update."), Remedy("workaround", "Unplug it."))
    assert (claim.product, claim.by) == (Identity("Pump 7", "Pump Works"), "")
    assert claim.place == "$.containers.cna.affected[0]"
    assert claim.text == "Pump Works Pump 7: 1.0"


def test_a_rejected_record_is_withdrawn_and_claims_nothing():
    record = cve(pump(version("1.0")), rejectedReasons=[{"lang": "en", "value": "A duplicate."}])
    record["cveMetadata"] |= {"state": "REJECTED", "dateRejected": "2024-03-01T00:00:00Z"}

    advisory = one(record)

    assert advisory.withdrawn == "2024-03-01T00:00:00Z"
    assert advisory.text == "A duplicate."
    assert not advisory.claims


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (version("1.0"), Versions(spans=(exact("1.0"),))),
        (version("0", lessThan="2.0"), Versions(spans=(below("2.0"),))),
        (version("1.0", lessThan="2.0"), Versions(spans=(Span("1.0", "2.0"),))),
        (version("1.0", lessThanOrEqual="2.0"), Versions(spans=(Span("1.0", "2.0", high_inclusive=True),))),
        (version("1.0", lessThan="*"), Versions(spans=(Span("1.0"),))),
        (version("5.15.100", lessThanOrEqual="5.15.*"), Versions(spans=(Span("5.15.100", "5.16"),))),
        (version("0", lessThan="*"), Versions(every=True)),
        (version("*"), Versions(every=True)),
        (version("unspecified", lessThan="2.0"), Versions(spans=(below("2.0"),))),
        (
            version("1.0.0", lessThan="2.0.0", versionType="semver"),
            Versions("semver", (Span("1.0.0", "2.0.0"),)),
        ),
        (version("1.0a1", lessThan="2.0", versionType="python"), Versions("pypi", (Span("1.0a1", "2.0"),))),
        (
            version("2.0-1.el8", lessThan="2.0-5.el8", versionType="rpm"),
            Versions("rpm", (Span("2.0-1.el8", "2.0-5.el8"),)),
        ),
        (version("1.0", lessThan="2.0", versionType="custom"), Versions(spans=(Span("1.0", "2.0"),))),
        (version("one two", lessThan="2.0", versionType="semver"), Versions(unread=("one two < 2.0",))),
        (version("6fc2bb9", lessThan="a1b2c3d", versionType="git"), Versions(unread=("6fc2bb9 < a1b2c3d",))),
        (version("a20cbdeffce2", lessThan="af585b921e5d"), Versions(unread=("a20cbdeffce2 < af585b921e5d",))),
        (version("prior to 2.1"), Versions(spans=(below("2.1"),))),
        (version(">= 1.0, < 1.5"), Versions(spans=(Span("1.0", "1.5"),))),
        (version("15.2(6)E0a"), Versions(spans=(exact("15.2(6)E0a"),))),
        (version("n/a"), Versions(unread=("n/a",))),
        (version("0"), Versions(unread=("0",))),
        (version("V7.6x"), Versions(unread=("V7.6x",))),
        (
            version("10 Version 1703 for x64-based Systems"),
            Versions(unread=("10 Version 1703 for x64-based Systems",)),
        ),
        (version("2.0", lessThan="1.0"), Versions(unread=("2.0 < 1.0",))),
        (version("2.0", lessThan="2.0"), Versions(unread=("2.0 < 2.0",))),
        (version("2.0", lessThanOrEqual="2.0"), Versions(spans=(exact("2.0"),))),
        (version("10.0.0", lessThan="publication"), Versions(unread=("10.0.0 < publication",))),
        (version("1.0", lessThan="2.x"), Versions(unread=("1.0 < 2.x",))),
    ],
    ids=range(28),
)
def test_an_entry_of_versions_is_read_or_kept_as_it_stands(entry, expected):
    assert claimed(pump(entry)) == {Status.AFFECTED: expected}


def test_nothing_is_claimed_of_other_versions_unless_a_default_status_says_something():
    assert set(claimed(pump(version("1.0")))) == {Status.AFFECTED}
    assert set(claimed(pump(version("1.0"), defaultStatus="unknown"))) == {Status.AFFECTED}


def test_unaffected_by_default_means_all_versions_but_those_listed():
    found = claimed(pump(version("1.0", lessThan="2.0"), defaultStatus="unaffected"))

    assert found[Status.AFFECTED] == Versions(spans=(Span("1.0", "2.0"),))
    assert found[Status.NOT_AFFECTED] == Versions(every=True, but=(Span("1.0", "2.0"),))


def test_affected_by_default_means_all_versions_but_those_listed_as_unaffected():
    found = claimed(
        pump(
            version("0", "unaffected", lessThan="5.10"),
            version("6.8", "unaffected", lessThanOrEqual="*"),
            defaultStatus="affected",
        )
    )

    assert found[Status.NOT_AFFECTED] == Versions(spans=(below("5.10"), Span("6.8")))
    assert found[Status.AFFECTED] == Versions(every=True, but=(below("5.10"), Span("6.8")))


def test_where_an_exception_cannot_be_read_no_version_is_known_to_be_affected_by_default():
    found = claimed(pump(version("before May", "unaffected"), defaultStatus="affected"))

    assert found[Status.AFFECTED] == Versions(unread=("all versions but before May",))


def test_where_an_affected_version_cannot_be_read_nothing_is_called_unaffected_by_default():
    found = claimed(pump(version("before May"), defaultStatus="unaffected"))

    assert set(found) == {Status.AFFECTED}


@pytest.mark.parametrize(
    ("default", "status"),
    [
        ("affected", Status.AFFECTED),
        ("unaffected", Status.NOT_AFFECTED),
        ("unknown", Status.UNDER_INVESTIGATION),
    ],
)
def test_without_versions_the_default_status_is_of_all(default, status):
    assert claimed(pump(defaultStatus=default)) == {status: Versions(every=True)}


def test_unknown_versions_are_neither_affected_nor_not():
    assert set(claimed(pump(version("1.0", "unknown")))) == {Status.UNDER_INVESTIGATION}


def test_changes_split_a_range():
    entry = version(
        "1.0",
        lessThan="4.0",
        changes=[{"at": "2.0", "status": "unaffected"}, {"at": "3.0", "status": "affected"}],
    )

    found = claimed(pump(entry))

    assert found[Status.AFFECTED].spans == (Span("1.0", "2.0", fixed=True), Span("3.0", "4.0"))
    assert found[Status.NOT_AFFECTED].spans == (Span("2.0", "3.0"),)


@pytest.mark.parametrize(
    ("end", "at", "spans"),
    [
        ({"lessThan": "2.0"}, "2.0", (Span("1.0", "2.0", fixed=True),)),
        ({"lessThanOrEqual": "2.0"}, "2.1", (Span("1.0", "2.0", high_inclusive=True),)),
        ({"lessThanOrEqual": "2.0"}, "2.0", (Span("1.0", "2.0", fixed=True),)),
        ({"lessThan": "2.0"}, "3.0", (Span("1.0", "2.0"),)),
        ({}, "2.0", (Span("1.0", "2.0", fixed=True),)),
    ],
    ids=["at the end", "behind the last", "at the last", "far behind", "no end"],
)
def test_a_change_at_or_behind_the_end_of_a_range_does_not_stretch_it(end, at, spans):
    assert (
        claimed(pump(version("1.0", changes=[{"at": at, "status": "unaffected"}], **end)))[
            Status.AFFECTED
        ].spans
        == spans
    )


def test_a_change_at_the_beginning_of_a_range_leaves_it_unread():
    entry = version("1.0", lessThan="2.0", changes=[{"at": "1.0", "status": "unaffected"}])

    found = claimed(pump(entry, defaultStatus="unaffected"))

    assert found[Status.AFFECTED] == Versions(unread=("1.0 < 2.0, unaffected at 1.0",))
    assert found[Status.NOT_AFFECTED] == Versions(unread=("1.0 < 2.0, unaffected at 1.0",))


@pytest.mark.parametrize("at", ["before May", "0.5", "1.0", "15.2(7)S"])
def test_a_change_that_cannot_be_placed_leaves_the_range_unread(at):
    entry = version("1.0", lessThan="15.2(6)E", changes=[{"at": at, "status": "unaffected"}])

    versions = claimed(pump(entry))[Status.AFFECTED]

    assert versions.unread
    assert not versions.spans


def test_versions_of_different_types_are_ordered_as_texts_of_no_type():
    found = claimed(
        pump(
            version("1.0.0", lessThan="2.0.0", versionType="semver"),
            version("3.0", lessThan="4.0", versionType="python"),
        )
    )

    assert found[Status.AFFECTED].scheme == "generic"


@pytest.mark.parametrize(
    ("collection", "name", "purl"),
    [
        ("https://registry." + "npmjs.org", "@pump/core", "pkg:npm/%40pump/core"),
        ("https://pypi.python.org/", "Pump_Core", "pkg:pypi/pump-core"),
        ("https://repo.maven.apache.org/maven2", "org.pump:core", "pkg:maven/org.pump/core"),
        ("https://packagist.org", "pump/core", "pkg:composer/pump/core"),
        ("https://wordpress.org/plugins", "pump", None),
        ("https://repo.maven.apache.org/maven2", "core", None),
    ],
    ids=range(6),
)
def test_a_package_of_a_known_collection_has_a_purl(collection, name, purl):
    advisory = one(cve(pump(version("1.0"), collectionURL=collection, packageName=name)))

    assert advisory.claims[0].product.purls == ((purl,) if purl else ())


def test_platforms_narrow_and_modules_are_told():
    advisory = one(
        cve(
            pump(
                version("1.0"),
                platforms=["Windows", "Unknown", "Linux"],
                modules=["web"],
                cpes=["cpe:2.3:a:p:p:*:*:*:*:*:*:*:*"],
            )
        )
    )

    (claim,) = advisory.claims
    assert claim.platform == Identity("Windows, Linux")
    assert claim.text == "Pump Works Pump 7 (web): 1.0"
    assert claim.product.cpes == ("cpe:2.3:a:p:p:*:*:*:*:*:*:*:*",)


@pytest.mark.parametrize("nothing", ["n/a", "N/A", "", "unknown", "-"])
def test_an_entry_that_names_nothing_is_unread(nothing):
    advisory = one(
        cve({"vendor": nothing, "product": nothing, "versions": [version("1.0")]}, pump(version("1.0")))
    )

    assert len(advisory.claims) == 1
    assert why(advisory) == {"$.containers.cna.affected[0]": "it names neither a vendor nor a product"}


def test_what_others_add_is_their_word_and_cisa_says_what_is_at_stake():
    cisa = {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": {"shortName": "CISA-ADP"},
        "affected": [pump(version("2.0"))],
        "metrics": [
            {"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N", "baseScore": 9.8}},
            {"cvssV4_0": {"vectorString": "CVSS:4.0/AV:N", "baseScore": 9.3}},
            {
                "other": {
                    "type": "ssvc",
                    "content": {
                        "options": [
                            {"Exploitation": "active"},
                            {"Automatable": "yes"},
                            {"Technical Impact": "total"},
                        ]
                    },
                }
            },
            {"other": {"type": "kev", "content": {"dateAdded": "2024-03-01"}}},
        ],
    }

    advisory = one(cve(pump(version("1.0")), adp=[cisa]))

    assert [claim.by for claim in advisory.claims] == ["", "CISA-ADP"]
    ((_, stakes),) = advisory.stakes
    assert (stakes.exploitation, stakes.automatable, stakes.impact) == ("active", "yes", "total")
    assert stakes.exploited == Exploited("2024-03-01", "", "", ransomware=False)
    assert (stakes.cvss, stakes.score) == (("CVSS:4.0/AV:N", "CVSS:3.1/AV:N"), 9.3)


def test_a_record_in_which_no_container_names_a_product_says_so():
    assert why(one(cve())) == {"$.containers": "no container names a product"}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        {"version": 1, "status": "affected"},
        {"version": "1"},
        {"version": "1", "status": "broken"},
        version("1", lessThan=5),
        version("1", changes=[5]),
    ],
    ids=range(7),
)
def test_a_broken_version_is_said_and_leaves_the_others_in_doubt(broken):
    advisory = one(cve(pump(broken, version("1.0"), defaultStatus="unaffected")))

    (claim,) = advisory.claims
    assert claim.status is Status.AFFECTED
    assert claim.versions == Versions(spans=(exact("1.0"),), unread=("versions that could not be read",))
    assert any(place.startswith("$.containers.cna.affected[0].versions[0]") for place in why(advisory))


@pytest.mark.parametrize("key", ["affected", "metrics", "descriptions", "problemTypes", "solutions", "title"])
@pytest.mark.parametrize("value", [5, [5], {"a": 5}], ids=repr)
def test_a_member_of_the_wrong_type_costs_only_itself(key, value):
    record = cve(pump(version("1.0")), adp=[{"affected": [pump(version("2.0"))]}])
    record["containers"]["cna"][key] = value

    advisory = one(record)

    assert advisory.claims[-1].versions == Versions(spans=(exact("2.0"),))
    assert advisory.unread


def test_a_record_without_an_id_is_unread():
    record = cve(pump(version("1.0")))
    record["cveMetadata"]["cveId"] = " "

    (found,) = read(record)
    assert isinstance(found, Unread)
