"""Findings of a warning that was withdrawn: told by sync, kept, no hits that need somebody, and not shared."""

from __future__ import annotations

import json

import pytest

from service.exchange.world import envelope, finding, id_of, indicator, tell
from tocsin.errors import BadInput, NotPermitted
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.delete import last_word
from tocsin.service.exchange.finding_list import find_finding, list_findings
from tocsin.service.exchange.finding_store import keep
from tocsin.service.exchange.share import offer, queue
from tocsin.service.exchange.share_preview import preview, queue_previewed, seal
from tocsin.service.exchange.source import add_source
from tocsin.service.exchange.synced import WithFindings
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.home.gather import home

WHY = "shared hosting, a false alarm"


@pytest.fixture
def one(world, hub):
    """A member with a finding of each of two warnings of the hub."""
    made = world.joined(hub, "Riverton")
    tell(hub, indicator(1), indicator(2))
    world.sync(made)
    keep(made, [finding(1), finding(2, warning=id_of("indicator", 2))])
    return made


def feed(world, node, tmp_path, name, *objects):
    file = tmp_path / f"{name}.json"
    if not file.exists():
        file.write_bytes(b"")
        add_source(node, name=name, location=str(file), kind="", by="ann")
    file.write_bytes(envelope(*objects))
    return world.sync(node, name)[0]


def withdrawn(world, hub, node, number=1, why=WHY):
    """What the sync brings with which the withdrawal comes."""
    withdraw(hub, id_of("indicator", number), why=why, by="ann")
    return world.sync(node, "Hub")[0]


def seen(node, person="ann"):
    return home(node, access_of_person(node, person))


def hits(node):
    return sum(held.count for held in seen(node).needs if held.key == "hits")


def quiet(node):
    return [held.words for held in seen(node).quiet]


def listed(node, **asked):
    found = list_findings(node, access_of_person(node, "ann"), limit=9, **asked)
    return sorted(held.finding.id for held in found.findings)


class TestSync:
    def test_what_is_withdrawn_is_not_counted_as_new_and_is_named_with_its_findings(self, world, hub, one):
        keep(one, [finding(3)])
        done = withdrawn(world, hub, one)
        assert (done.new, done.withdrawn, done.proven, done.problems) == (0, 1, 1, [])
        assert done.with_findings == [WithFindings(id_of("indicator", 1), "A warning", WHY, 2)]

    def test_it_is_told_once(self, world, hub, one):
        withdrawn(world, hub, one)
        done = world.sync(one, "Hub")[0]
        assert (done.withdrawn, done.with_findings) == (0, [])

    def test_of_what_was_not_found_here_no_more_than_the_count_is_told(self, world, hub, one):
        tell(hub, indicator(3))
        world.sync(one)
        done = withdrawn(world, hub, one, 3)
        assert (done.withdrawn, done.with_findings) == (1, [])

    def test_what_came_and_was_withdrawn_between_two_syncs_counts_as_withdrawn(self, world, hub, one):
        tell(hub, indicator(3), indicator(4))
        done = withdrawn(world, hub, one, 3)
        assert (done.new, done.withdrawn) == (1, 1)

    def test_a_new_version_that_is_not_revoked_is_new(self, world, hub, one):
        tell(hub, indicator(1, modified="2026-03-01T00:00:00.000Z"))
        done = world.sync(one)[0]
        assert (done.new, done.withdrawn, done.with_findings) == (1, 0, [])

    def test_the_findings_name_a_warning_of_which_no_word_is_left(self, world, hub, one):
        tell(hub, json.loads(last_word(json.dumps(indicator(1)).encode(), world.now_us)))
        done = world.sync(one)[0]
        assert done.with_findings == [WithFindings(id_of("indicator", 1), "A warning", "", 1)]


class TestHome:
    def test_its_finding_needs_nobody_and_is_told_in_a_quiet_line(self, world, hub, one):
        assert (hits(one), quiet(one)) == (2, [])
        withdrawn(world, hub, one)
        assert (hits(one), quiet(one)) == (1, ["1 finding is of a warning that was withdrawn"])
        [need] = [held for held in seen(one).needs if held.key == "hits"]
        assert [held.link for held in need.items] == [f"/findings/{finding(2).id}"]
        assert [held.link for held in seen(one).quiet] == ["/findings?withdrawn=yes"]

    def test_several_are_counted_and_none_is_named_among_what_needs_somebody(self, world, hub, one):
        for number in (1, 2):
            withdrawn(world, hub, one, number)
        assert (seen(one).count, quiet(one)) == (0, ["2 findings are of warnings that were withdrawn"])
        assert "No finding is kept here" not in " ".join(held.words for held in seen(one).unknown)

    def test_one_that_was_shared_is_told_too_since_something_may_have_been_done(self, world, hub, one):
        queue(one, offer(one, [finding(1)], "Hub"))
        withdrawn(world, hub, one)
        assert quiet(one) == ["1 finding is of a warning that was withdrawn"]

    def test_what_is_no_longer_valid_was_not_withdrawn(self, world, hub, one):
        tell(hub, indicator(1, modified="2026-03-01T00:00:00.000Z", valid_until="2026-03-02T00:00:00Z"))
        world.sync(one)
        assert (hits(one), quiet(one)) == (2, [])

    def test_a_node_that_withdraws_its_own_warning_learns_so_at_once(self, hub):
        tell(hub, indicator(1))
        keep(hub, [finding(1)])
        withdraw(hub, id_of("indicator", 1), why="", by="ann")
        assert (hits(hub), quiet(hub)) == (0, ["1 finding is of a warning that was withdrawn"])


class TestSeveralGivers:
    def test_as_long_as_one_still_gives_it_it_is_a_hit_as_it_is_looked_for(self, world, hub, one, tmp_path):
        feed(world, one, tmp_path, "feed", indicator(1))
        done = withdrawn(world, hub, one)
        assert (done.withdrawn, done.with_findings, hits(one), quiet(one)) == (1, [], 2, [])
        [told] = json.loads(offer(one, [finding(1)], "Hub").body)["objects"]
        assert told["sighting_of_ref"] == id_of("indicator", 1)

    def test_when_the_last_who_gave_it_lists_it_no_longer_it_is_withdrawn_and_not_by_who_listed_it(
        self, world, hub, one, tmp_path
    ):
        feed(world, one, tmp_path, "feed", indicator(1), indicator(7))
        withdrawn(world, hub, one)
        done = feed(world, one, tmp_path, "feed", indicator(7))
        assert (done.no_longer_listed, done.with_findings) == (1, [])
        assert len(quiet(one)) == 1

    def test_who_never_gave_it_withdraws_nothing(self, world, one, tmp_path):
        feed(world, one, tmp_path, "feed", indicator(5), indicator(7))
        keep(one, [finding(5, warning=id_of("indicator", 5))])
        before = hits(one)
        feed(world, one, tmp_path, "other", indicator(5, modified="2026-05-01T00:00:00.000Z", revoked=True))
        done = feed(world, one, tmp_path, "feed", indicator(7))
        assert (done.no_longer_listed, done.with_findings) == (1, [])
        assert (hits(one), quiet(one)) == (before, [])

    def test_a_source_cannot_withdraw_what_a_hub_still_warns_of(self, world, hub, one, tmp_path):
        later = "2026-05-01T00:00:00.000Z"
        done = feed(world, one, tmp_path, "feed", indicator(1, revoked=True, modified=later))
        assert (done.withdrawn, done.with_findings, hits(one)) == (1, [], 2)

    def test_what_is_no_longer_listed_was_not_withdrawn(self, world, one, tmp_path):
        keep(one, [finding(8, warning=id_of("indicator", 8))])
        feed(world, one, tmp_path, "feed", indicator(8), indicator(9))
        done = feed(world, one, tmp_path, "feed", indicator(9))
        assert (done.no_longer_listed, done.with_findings, quiet(one)) == (1, [], [])


class TestList:
    def test_it_says_since_when_and_why(self, world, hub, one):
        world.wait(60)
        withdrawn(world, hub, one)
        access = access_of_person(one, "ann")
        held = {each.finding.id: each for each in list_findings(one, access, limit=9).findings}
        ended, stands = held[finding(1).id], held[finding(2).id]
        assert (ended.withdrawn, ended.why_withdrawn) == (hub.now_text, WHY)
        assert (stands.withdrawn, stands.why_withdrawn) == ("", "")
        assert find_finding(one, access, finding(1).id) == ended

    def test_it_is_asked_for_those_that_were_withdrawn_and_for_the_others(self, world, hub, one):
        first, second = finding(1).id, finding(2).id
        assert listed(one, withdrawn=True) == []
        assert listed(one, withdrawn=False) == sorted([first, second])
        withdrawn(world, hub, one)
        assert listed(one) == sorted([first, second])
        assert (listed(one, withdrawn=True), listed(one, withdrawn=False)) == ([first], [second])
        assert listed(one, withdrawn=True, shared=True) == []

    def test_all_that_are_kept_stay_counted(self, world, hub, one):
        withdrawn(world, hub, one)
        found = list_findings(one, access_of_person(one, "ann"), withdrawn=True, limit=9)
        assert (found.counts["high"], found.withdrawn) == (2, 1)


class TestShare:
    def test_its_finding_is_held_back_and_the_rest_goes(self, world, hub, one):
        withdrawn(world, hub, one)
        offered = offer(one, [finding(1), finding(2, warning=id_of("indicator", 2))], "Hub")
        assert offered.findings == (finding(2).id,)
        [(id, why)] = offered.held_back
        assert id == finding(1).id
        assert why.startswith(f"its warning was withdrawn on {hub.now_text[:10]}; ")
        assert WHY not in why
        assert id_of("indicator", 1).encode() not in offered.body

    @pytest.mark.parametrize("anonymous", [False, True])
    def test_by_itself_it_is_refused(self, world, hub, one, anonymous):
        withdrawn(world, hub, one, why="")
        with pytest.raises(NotPermitted, match="may go to Hub: its warning was withdrawn on 2026-"):
            offer(one, [finding(1)], "Hub", anonymous=anonymous)

    def test_a_hub_that_was_not_joined_is_told_first(self, world, hub, one):
        withdrawn(world, hub, one)
        with pytest.raises(BadInput, match="Nobody"):
            offer(one, [finding(1)], "Nobody")

    def test_what_was_withdrawn_after_it_was_previewed_does_not_go(self, world, hub, one):
        access = access_of_person(one, "ann")
        shown = preview(one, access, [finding(1).id], "Hub", anonymous=False)
        sealed = seal(one, shown, one.now_us, "s")
        made = one.now_us
        withdrawn(world, hub, one)
        with pytest.raises(NotPermitted, match="withdrawn"):
            queue_previewed(one, access, shown, made, "s", sealed)
