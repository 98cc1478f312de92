"""A hub publishes ranges, not queries: a member holds them against its own inventory, on arrival and when it asks."""

from __future__ import annotations

import json

import pytest

from inventory.advisories.documents import csaf
from service.exchange.inventories import CVE, advisory, by_name, hold, stored, tell_advisory
from service.exchange.world import indicator, tell
from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.rule import Verdict
from tocsin.limits import PUBLISHED_ADVISORY_BYTES
from tocsin.model.tlp import Tlp, tlp_of
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.inventory.check_node import affected, check_node
from tocsin.service.inventory.publishing import advisory_objects
from tocsin.sharing.published_advisory import ADVISORY_EXTENSION, carried_by


@pytest.fixture
def member(world, hub, tmp_path):
    made = world.joined(hub, "Brookwater")
    hold(made, tmp_path / "bills", "pumpd==1.4", "valved==3.1")
    return made


def taken(world, node):
    [done] = world.sync(node)
    assert not done.problems
    assert not done.refused
    return done.advisories


def products(concerns):
    return [(one.component.identity.name, one.judgement.vulnerability, one.verdict) for one in concerns]


def test_a_new_advisory_is_matched_on_arrival(world, hub, member):
    tell_advisory(hub)
    came = taken(world, member)
    assert (came.name, came.advisories, came.new, came.unread) == ("Hub", 1, 1, 0)
    assert products(came.concerns) == [("pumpd", CVE, Verdict.AFFECTED)]
    result = affected(member, CVE, None)
    assert products(result.exposures) == [("pumpd", CVE, Verdict.AFFECTED)]
    assert result.exposures[0].feed.name == "Hub"


class TestWhatIsPublished:
    def test_the_document_is_carried_once_byte_for_byte(self, world, hub, member):
        data = advisory(details='Grüße\t"quoted" \\u0041')
        done = tell_advisory(hub, data)
        kinds = [one.type for one in done.intake.stored]
        assert kinds == ["vulnerability", "report"]
        world.sync(member)
        [report] = stored(member, "from-", "report")
        assert carried_by(report).document == data
        assert report["object_refs"] == list(done.advisory.vulnerabilities.values())

    def test_each_vulnerability_is_one_object_whichever_advisories_speak_of_it(self, hub):
        one = tell_advisory(hub)
        two = tell_advisory(hub, advisory("valved", id="VALVE-7"))
        assert one.advisory.vulnerabilities == two.advisory.vulnerabilities
        assert one.advisory.report != two.advisory.report
        assert [held.type for held in two.intake.stored] == ["report"]

    def test_published_again_it_is_nothing_new(self, world, hub):
        tell_advisory(hub)
        world.wait(60)
        again = tell_advisory(hub)
        assert not again.intake.stored
        assert len(again.intake.present) == 2

    def test_a_vulnerability_is_named_as_cve_names_it(self, hub):
        tell_advisory(hub)
        [held] = stored(hub, "warnings", "vulnerability")
        assert held["name"] == CVE
        assert held["external_references"] == [{"source_name": "cve", "external_id": CVE}]
        assert held["created_by_ref"] == hub.own.id

    def test_an_object_of_stix_is_no_advisory_though_it_has_an_id_and_a_time(self, hub):
        done = publish(hub, json.dumps(indicator(1)).encode(), name="one.json", by="ann")
        assert done.advisory is None
        assert [one.type for one in done.intake.stored] == ["indicator"]

    def test_a_document_that_may_hold_an_inventory_is_refused(self, hub):
        data = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}).encode()
        with pytest.raises(BadInput, match="may hold an inventory"):
            publish(hub, data, name="bom.json", by="ann")

    def test_a_catalogue_is_refused(self, hub):
        data = json.dumps({"catalogVersion": "1", "dateReleased": "x", "vulnerabilities": []}).encode()
        with pytest.raises(BadInput, match="a catalogue"):
            publish(hub, data, name="kev.json", by="ann")

    def test_one_that_is_too_large_is_refused(self, hub):
        data = advisory(details="x" * PUBLISHED_ADVISORY_BYTES)
        with pytest.raises(BadInput, match="at most 786,432"):
            publish(hub, data, name="a.json", by="ann")

    def test_it_is_amber_where_nobody_says_more(self, hub):
        tell_advisory(hub)
        assert {tlp_of(held["object_marking_refs"]) for held in stored(hub, "warnings")} == {"amber"}

    @pytest.mark.parametrize(
        ("own", "asked", "becomes"),
        [
            ("GREEN", None, "green"),
            ("WHITE", None, "clear"),
            ("AMBER", Tlp.GREEN, "amber"),
            ("GREEN", Tlp.AMBER, "amber"),
        ],
    )
    def test_it_is_marked_at_least_as_the_document_marks_itself(self, hub, own, asked, becomes):
        data = json.dumps(csaf(distribution={"tlp": {"label": own}})).encode()
        publish(hub, data, name="csaf.json", by="ann", tlp=asked)
        assert {tlp_of(held["object_marking_refs"]) for held in stored(hub, "warnings")} == {becomes}

    def test_a_marking_that_is_none_is_refused(self, hub):
        data = json.dumps(csaf(distribution={"tlp": {"label": "MAUVE"}})).encode()
        with pytest.raises(BadInput, match="MAUVE"):
            publish(hub, data, name="csaf.json", by="ann")

    def test_an_older_revision_does_not_take_the_place_of_a_newer(self, hub):
        tell_advisory(hub, advisory(modified="2026-03-02T00:00:00Z"))
        with pytest.raises(BadInput, match="PUMP-1 is of 2026-03-01"):
            publish(hub, advisory(), name="a.json", by="ann")

    def test_what_no_member_can_tell_by_is_said(self, hub):
        data = json.dumps(csaf(None, {"cve": CVE})).encode()
        done = publish(hub, data, name="csaf.json", by="ann")
        assert any("names no product" in note for note in done.notes)


class TestWhatAMemberKeeps:
    def test_a_revision_takes_the_place_of_what_was_before(self, world, hub, member):
        tell_advisory(hub)
        taken(world, member)
        world.wait(60)
        tell_advisory(hub, advisory(below="1.2", modified="2026-03-02T00:00:00Z"))
        came = taken(world, member)
        assert (came.advisories, came.new, came.changed, came.gone) == (1, 0, 1, 0)
        assert not affected(member, CVE, None).counts.affected

    def test_a_second_sync_brings_nothing_twice(self, world, hub, member):
        tell_advisory(hub)
        taken(world, member)
        came = taken(world, member)
        assert (came.advisories, came.new, came.changed, came.gone) == (1, 0, 0, 0)
        assert not came.concerns

    def test_what_is_withdrawn_goes_and_affected_says_so(self, world, hub, member):
        done = tell_advisory(hub)
        taken(world, member)
        assert withdraw(hub, done.advisory.report, why="the wrong pump", by="ann") == 2
        came = taken(world, member)
        assert (came.advisories, came.gone) == (0, 1)
        with pytest.raises(NothingToCheck, match=f"{CVE} any more: Hub withdrew it: the wrong pump"):
            affected(member, CVE, None)

    def test_a_vulnerability_of_which_another_advisory_speaks_stands(self, world, hub, member):
        done = tell_advisory(hub)
        tell_advisory(hub, advisory("valved", "4.0", id="VALVE-7"))
        taken(world, member)
        assert withdraw(hub, done.advisory.report, why="the wrong pump", by="ann") == 1
        assert taken(world, member).gone == 1
        result = affected(member, CVE, None)
        assert products(result.exposures) == [("valved", CVE, Verdict.AFFECTED)]
        assert [(one.by, one.withdrawn, one.says_versions) for one in result.warned] == [("Hub", False, True)]

    def test_the_same_document_stays_withdrawn_and_a_revision_begins_anew(self, world, hub, member):
        done = tell_advisory(hub)
        taken(world, member)
        withdraw(hub, done.advisory.report, why="the wrong pump", by="ann")
        taken(world, member)
        with pytest.raises(BadInput, match="that is for good"):
            publish(hub, advisory(), name="a.json", by="ann")
        world.wait(60)
        again = tell_advisory(hub, advisory(modified="2026-03-02T00:00:00Z"))
        assert again.advisory.vulnerabilities != done.advisory.vulnerabilities
        came = taken(world, member)
        assert (came.advisories, came.new) == (1, 1)
        assert affected(member, CVE, None).counts.affected == 1

    def test_one_of_another_hash_is_not_read_and_that_is_told(self, world, hub, member):
        tell(hub, *forged(hub, document=advisory(below="9").decode()))
        came = taken(world, member)
        assert (came.advisories, came.unread) == (0, 1)
        assert "SHA-256" in came.why_unread[0].why

    def test_a_version_that_cannot_be_read_leaves_what_was_known(self, world, hub, member):
        tell_advisory(hub)
        taken(world, member)
        world.wait(60)
        tell(hub, *forged(hub, document="{}"))
        came = taken(world, member)
        assert (came.advisories, came.unread, came.gone) == (1, 1, 0)
        assert affected(member, CVE, None).counts.affected == 1

    def test_parts_that_cannot_be_read_are_counted(self, world, hub, member):
        record = json.loads(advisory())
        record["affected"].append({"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": "none"})
        publish(hub, json.dumps(record).encode(), name="a.json", by="ann")
        came = taken(world, member)
        assert came.advisories == 1
        assert came.unread > 0
        assert came.why_unread

    def test_one_advisory_does_not_make_its_kind_of_products_known(self, world, hub, member):
        """A hub tells of some, so that it says nothing of what it does not name."""
        tell_advisory(hub, advisory("other"))
        taken(world, member)
        counts = check_node(member, (), None).counts
        assert (counts.no_data, counts.unnamed) == (2, 0)

    def test_a_vulnerability_by_name_alone_is_told_by_affected(self, world, hub, member):
        tell(hub, by_name("CVE-2026-7777"))
        [done] = world.sync(member)
        assert done.advisories is None
        with pytest.raises(NothingToCheck, match="Hub warned of CVE-2026-7777 without saying which versions"):
            affected(member, "cve-2026-7777", None)

    def test_of_versions_that_spell_its_name_otherwise_the_last_counts(self, world, hub, member):
        tell(hub, by_name("cve-2026-7777"))
        world.sync(member)
        later = {"modified": "2026-01-02T00:00:00.000Z", "revoked": True}
        tell(hub, by_name("CVE-2026-7777", **later))
        world.sync(member)
        with pytest.raises(NothingToCheck, match="any more: Hub withdrew it"):
            affected(member, "cve-2026-7777", None)

    def test_what_is_not_meant_for_a_member_does_not_reach_it(self, world, hub, member):
        done = tell_advisory(hub, audience=["sector:energy"])
        [came] = world.sync(member)
        assert came.advisories is None
        assert not stored(member, "from-")
        power = world.joined(hub, "Riverton Power", "energy")
        assert taken(world, power).advisories == 1
        assert done.advisory.report in {held["id"] for held in stored(power, "from-", "report")}

    def test_a_hub_called_like_a_feed_is_called_otherwise_here(self, world):
        kev = world.node("kev")
        member = world.joined(kev, "Brookwater")
        assert [done.name for done in world.sync(member)] == ["kev 2"]


def forged(hub, **changes):
    """The report of the advisory as somebody else than this program might have written it."""
    made = advisory_objects(hub, advisory(), "a.json", tlp=Tlp.GREEN, audience=())
    vulnerability, report = json.loads(made.body)["objects"]
    report["extensions"][ADVISORY_EXTENSION].update(changes)
    return vulnerability, {**report, "modified": hub.now_text}
