"""The scorer's figures, held to a plain reading of the same files and to what must not change them."""

from __future__ import annotations

import json
from copy import deepcopy

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from exercise.drawn import ADDRESSES, PATTERNS, PRODUCTS, exercises
from exercise.naive_score import figures
from tocsin.exercise.score.score import score
from tocsin.exercise.score.seen import Seen
from tocsin.exercise.score.truth import Nation, Truth


def scored(truth, nation, seen):
    return score(
        msgspec.convert(truth, Truth),
        msgspec.convert(nation, Nation),
        {key: msgspec.convert(one, Seen) for key, one in seen.items()},
    )


def one_owner(planted, said=None, **more):
    """The figures of an attack on one owner, which is not the first victim."""
    truth = {"owners": {"m01": {"attacks": {"exchange": planted, **more}}}}
    nation = {
        "owners": [{"id": "m01", "name": "One", "sectors": ["energy"]}],
        "attacks": [{"id": "exchange", "name": "E"}],
    }
    return scored(truth, nation, {("m01", "exchange"): said} if said is not None else {})


def trace(pattern=PATTERNS[0], *, kept=True):
    return {"pattern": pattern, "kept": kept, "log": "dns"}


def answered(*answers, patterns=PATTERNS, **more):
    return {
        "people_s": 10,
        "transport_s": 1,
        "warnings": {f"i{number}": pattern for number, pattern in enumerate(patterns)},
        "check": {
            "answers": [
                {"warning": f"i{number}", "answer": answer, "reason": "it says why"}
                for number, answer in enumerate(answers)
            ]
        },
        **more,
    }


def exposure(verdict, product=PRODUCTS[0], version="1.0", **more):
    return {"product": product, "version": version, "verdict": verdict, **more}


def weakness(product=PRODUCTS[0], version="1.0", *, known=True):
    return {"product": product, "version": version, "known": known}


@given(exercises())
@settings(max_examples=120, deadline=None)
def test_the_figures_are_those_of_a_plain_reading(drawn):
    done = scored(*drawn)
    told, alarms = figures(*drawn)
    for made, plain in zip(done.attacks, told, strict=True):
        shown = msgspec.to_builtins(made)
        assert {key: shown[key] for key in plain} == plain
    assert done.false_alarms == alarms


@given(exercises())
@settings(max_examples=50, deadline=None)
def test_the_counts_nest_and_the_sums_are_those_of_the_attacks(drawn):
    done = scored(*drawn)
    for one in done.attacks:
        assert one.within_4h <= one.right <= min(one.decidable, one.knew)
        assert max(one.decidable, one.knew) <= one.affected == len(one.owners)
        assert max(one.hit, one.exposed, one.paying) <= one.affected <= one.hit + one.exposed + one.paying
        assert one.within_4h <= one.next_step <= one.right
        assert {row.id for row in one.owners if not row.right and row.decidable} <= {
            line.owner for line in one.missed if line.decidable
        }
        assert one.false_not_seen == len({line.owner for line in one.false_not_seen_list})
    for name in ("affected", "decidable", "right", "knew", "within_4h", "next_step", "false_not_seen"):
        parts = [getattr(one, name) for one in done.attacks]
        assert getattr(done.in_all, name) == sum(parts)


@given(exercises(), st.data())
@settings(max_examples=50, deadline=None)
def test_an_owner_more_that_is_not_affected_and_heard_nothing_changes_no_figure_but_how_many_there_are(
    drawn, data
):
    truth, nation, seen = drawn
    before = scored(truth, nation, seen)
    place = data.draw(st.integers(0, len(nation["owners"])))
    more = deepcopy(nation)
    more["owners"].insert(place, {"id": "z99", "name": "Nobody", "sectors": []})
    truth["owners"]["z99"] = {"private": ["z99.example"], "attacks": {}}
    assert scored(truth, more, seen) == before


@given(exercises(), st.permutations(range(6)))
@settings(max_examples=50, deadline=None)
def test_other_names_and_another_order_change_nothing_but_the_names(drawn, order):
    truth, nation, seen = drawn
    named = {one["id"]: f"x{order[number]}" for number, one in enumerate(nation["owners"])}
    other = deepcopy(nation)
    for one in other["owners"]:
        one["id"] = named[one["id"]]
    for one in other["attacks"]:
        one["first_victim"] = named.get(one["first_victim"], "")
    other["owners"].sort(key=lambda one: one["id"])
    renamed = json.loads(json.dumps(truth))
    renamed["owners"] = {named[id]: one for id, one in renamed["owners"].items()}
    moved = {(named[owner], attack): _other_ids(one) for (owner, attack), one in seen.items()}
    before, after = scored(truth, nation, seen), scored(renamed, other, moved)
    assert after.in_all == before.in_all
    assert after.false_alarms == before.false_alarms
    assert [one.sectors for one in after.attacks] == [one.sectors for one in before.attacks]


def _other_ids(seen):
    text = json.dumps(seen)
    for number in range(6):
        text = text.replace(f"indicator--{number}", f"indicator--of-another-hub-{5 - number}")
    return json.loads(text)


@given(exercises(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_false_not_seen_that_is_planted_is_always_found(drawn, data):
    truth, nation, seen = drawn
    owner = data.draw(st.sampled_from(nation["owners"]))["id"]
    attack = data.draw(st.sampled_from(nation["attacks"]))["id"]
    planted = truth["owners"][owner]["attacks"].setdefault(attack, {})
    said = seen.setdefault((owner, attack), answered(patterns=()))
    match data.draw(st.sampled_from(["hit", "exposed", "paying"])):
        case "hit":
            what = "[url:value = 'planted']"
            planted.setdefault("hit", []).append(trace(what, kept=data.draw(st.booleans())))
            said["warnings"]["indicator--planted"] = what
            said["check"]["answers"].insert(0, {"warning": "indicator--planted", "answer": "not_seen"})
        case "exposed":
            what = "Planted 7"
            planted.setdefault("exposed", []).append(weakness("Planted", "7", known=data.draw(st.booleans())))
            verdict = data.draw(st.sampled_from(["not_affected", "fixed"]))
            version = data.draw(st.sampled_from(["7", ""]))
            said.setdefault("exposures", []).append(exposure(verdict, "planted", version))
        case _:
            what = "1Planted"
            planted.setdefault("paying", []).append({"address": what, "known": data.draw(st.booleans())})
            said.setdefault("demands", []).insert(0, {"address": what, "verdict": "no_match_found"})
    found = next(one for one in scored(truth, nation, seen).attacks if one.id == attack)
    assert found.false_not_seen >= 1
    assert any(
        line.owner == owner and line.what.casefold() in what.casefold() for line in found.false_not_seen_list
    )


@given(exercises())
@settings(max_examples=50, deadline=None)
def test_who_saw_nothing_knows_nothing_and_says_nothing_false(drawn):
    truth, nation, _ = drawn
    done = scored(truth, nation, {})
    assert (done.in_all.right, done.in_all.knew, done.in_all.false_not_seen, done.false_alarms) == (
        0,
        0,
        0,
        0,
    )
    assert done.in_all.transport_s.last is None
    assert done.in_all.decidable == sum(plain["decidable"] for plain in figures(truth, nation, {})[0])


def test_one_hit_among_what_is_planted_is_enough():
    planted = {"hit": [trace(PATTERNS[0]), trace(PATTERNS[1])]}
    assert one_owner(planted, answered("cannot_tell", "hit")).in_all.right == 1


def test_a_hit_on_something_that_is_not_planted_is_none_of_it_and_a_false_alarm():
    done = one_owner({"hit": [trace(PATTERNS[0])]}, answered("cannot_tell", "hit"))
    assert (done.in_all.right, done.in_all.knew, done.false_alarms) == (0, 0, 1)
    assert done.attacks[0].false_alarms_list[0].what == PATTERNS[1]


def test_a_hit_on_what_another_attack_planted_at_the_same_owner_is_no_false_alarm():
    done = one_owner({}, answered("hit"), solarwinds={"hit": [trace(PATTERNS[0])]})
    assert (done.in_all.affected, done.false_alarms) == (0, 0)


def test_a_hit_of_which_nobody_knows_the_pattern_is_a_false_alarm():
    assert one_owner({"hit": [trace()]}, answered("hit", patterns=())).false_alarms == 1


def test_a_trace_in_a_log_that_was_not_kept_cannot_be_decided_and_cannot_tell_is_no_fault():
    done = one_owner({"hit": [trace(kept=False)]}, answered("cannot_tell"))
    only = done.attacks[0]
    assert (only.affected, only.decidable, only.right, only.false_not_seen) == (1, 0, 0, 0)
    assert [(line.decidable, line.answer, line.why) for line in only.missed] == [
        (False, "cannot_tell", "it says why")
    ]


def test_not_seen_is_false_of_a_trace_that_was_not_kept_too():
    assert one_owner({"hit": [trace(kept=False)]}, answered("not_seen")).in_all.false_not_seen == 1


def test_not_seen_is_false_also_of_what_an_earlier_attack_left():
    early, late = ({**trace(), "at": f"2021-0{month}-01T00:00:00Z"} for month in (1, 5))
    truth = {"owners": {"m01": {"attacks": {"solarwinds": {"hit": [early]}}}}}
    nation = {
        "owners": [{"id": "m01", "name": "One"}],
        "attacks": [{"id": "exchange", "name": "E", "first_report": "2021-03-02T18:00:00Z"}],
    }
    said = {("m01", "exchange"): answered("not_seen")}
    done = scored(truth, nation, said)
    assert (done.in_all.affected, done.in_all.false_not_seen) == (0, 1)
    assert done.attacks[0].false_not_seen_list[0].what == PATTERNS[0]
    truth["owners"]["m01"]["attacks"]["solarwinds"]["hit"] = [late]
    assert scored(truth, nation, said).in_all.false_not_seen == 0


def test_a_denial_of_another_attacks_flaw_is_false_and_of_a_third_is_not():
    other = {"exposed": [{**weakness(), "cve": "CVE-2020-1"}]}
    for flaw, false in (("CVE-2020-1", 1), ("CVE-2020-9", 0)):
        said = answered(exposures=[exposure("fixed", vulnerability=flaw)])
        assert one_owner({}, said, solarwinds=other).in_all.false_not_seen == false


def test_a_denial_of_another_attacks_wallet_is_false():
    said = answered(demands=[{"address": "1First", "verdict": "no_match_found"}])
    other = {"paying": [{"address": "1First", "known": True}]}
    assert one_owner({}, said, solarwinds=other).in_all.false_not_seen == 1


def test_not_seen_of_which_nobody_knows_the_pattern_is_false_where_anything_was_planted():
    said = answered("not_seen", patterns=())
    assert one_owner({"hit": [trace()]}, said).in_all.false_not_seen == 1
    assert one_owner({}, said).in_all.false_not_seen == 0


def test_one_owner_with_two_false_answers_counts_once_and_both_are_listed():
    done = one_owner({"hit": [trace(PATTERNS[0]), trace(PATTERNS[1])]}, answered("not_seen", "not_seen"))
    assert (done.in_all.false_not_seen, len(done.attacks[0].false_not_seen_list)) == (1, 2)


def test_every_part_that_can_be_decided_must_be_right():
    planted = {
        "hit": [trace()],
        "exposed": [weakness()],
        "paying": [{"address": ADDRESSES[0], "known": True}],
    }
    said = answered(
        "hit", exposures=[exposure("affected")], demands=[{"address": ADDRESSES[0], "verdict": "linked"}]
    )
    assert one_owner(planted, said).in_all.right == 1
    for part in ("check", "exposures", "demands"):
        done = one_owner(planted, {key: value for key, value in said.items() if key != part})
        assert (done.in_all.right, done.in_all.knew) == (0, 1)


def test_a_part_that_cannot_be_decided_does_not_keep_an_owner_from_being_right():
    planted = {"hit": [trace()], "exposed": [weakness(known=False)]}
    assert one_owner(planted, answered("hit", exposures=[exposure("unknown")])).in_all.right == 1


@pytest.mark.parametrize(
    ("verdict", "right", "denied"),
    [("affected", 1, 0), ("unknown", 0, 0), ("not_affected", 0, 1), ("fixed", 0, 1)],
)
def test_an_exposure_is_right_if_the_product_is_affected_and_denied_if_it_is_said_not_to_be(
    verdict, right, denied
):
    done = one_owner({"exposed": [weakness()]}, answered(exposures=[exposure(verdict)]))
    assert (done.in_all.right, done.in_all.false_not_seen, done.false_alarms) == (right, denied, 0)


def test_another_version_of_a_product_is_another_thing():
    done = one_owner(
        {"exposed": [weakness(version="1.0")]}, answered(exposures=[exposure("fixed", version="2.0")])
    )
    assert done.in_all.false_not_seen == 0
    done = one_owner(
        {"exposed": [weakness(version="1.0")]}, answered(exposures=[exposure("affected", version="2.0")])
    )
    assert (done.in_all.right, done.false_alarms) == (0, 1)


@pytest.mark.parametrize(
    ("verdict", "right", "denied"),
    [("hit", 1, 0), ("linked", 1, 0), ("not_screenable", 0, 0), ("no_match_found", 0, 1)],
)
def test_a_demand_is_right_if_it_is_listed_or_linked(verdict, right, denied):
    demand = {"address": ADDRESSES[0], "verdict": verdict}
    done = one_owner({"paying": [{"address": ADDRESSES[0], "known": True}]}, answered(demands=[demand]))
    assert (done.in_all.right, done.in_all.false_not_seen, done.false_alarms) == (right, denied, 0)


def test_listed_is_a_false_alarm_where_nobody_is_to_pay():
    assert one_owner({}, answered(demands=[{"address": "1Other", "verdict": "linked"}])).false_alarms == 1
    assert (
        one_owner({}, answered(demands=[{"address": "1Other", "verdict": "no_match_found"}])).false_alarms
        == 0
    )


@pytest.mark.parametrize(("people_s", "soon"), [(14_400, 1), (14_400.001, 0), (None, 0)])
def test_four_hours_are_four_hours_and_no_time_is_not_within_them(people_s, soon):
    done = one_owner({"hit": [trace()]}, answered("hit", do="Leave it.") | {"people_s": people_s})
    assert (done.in_all.right, done.in_all.within_4h) == (1, soon)


def test_what_was_told_falsely_counts_though_it_was_taken_back_and_nothing_else_of_it_does():
    truth = {"owners": {"m1": {"attacks": {"exchange": {"hit": [trace()]}}}}}
    nation = {"owners": [{"id": "m1", "name": "One"}], "attacks": [{"id": "exchange", "name": "E"}]}
    key = ("m1", "exchange")
    kept = (msgspec.convert(truth, Truth), msgspec.convert(nation, Nation))
    right, denied = msgspec.convert(answered("hit"), Seen), msgspec.convert(answered("not_seen"), Seen)
    alarm = msgspec.convert(answered("hit", "hit"), Seen)
    once = score(*kept, {key: right}, {key: [denied, denied, alarm]})
    assert (once.in_all.false_not_seen, once.false_alarms) == (1, 1)
    assert len(once.attacks[0].false_not_seen_list) == 1
    assert score(*kept, {key: right}).in_all.false_not_seen == 0
    never = score(*kept, {key: msgspec.convert(answered("cannot_tell"), Seen)}, {key: [right]})
    assert (never.in_all.right, never.in_all.knew) == (0, 0)


def test_a_right_answer_without_a_next_step_is_counted_apart():
    assert one_owner({"hit": [trace()]}, answered("hit")).in_all.next_step == 0
    assert one_owner({"hit": [trace()]}, answered("hit", do="")).in_all.next_step == 0
    assert one_owner({"hit": [trace()]}, answered("hit", do="Take it off the network.")).in_all.next_step == 1
    planted = {"exposed": [weakness()]}
    assert one_owner(planted, answered(exposures=[exposure("affected", do="Update.")])).in_all.next_step == 1
    assert one_owner(planted, answered(exposures=[exposure("affected", do=" ")])).in_all.next_step == 0
    both = {"hit": [trace()], **planted}
    assert one_owner(both, answered("hit", exposures=[exposure("affected")])).in_all.next_step == 0
    told = [exposure("affected", do="Update.")]
    assert one_owner(both, answered("hit", exposures=told)).in_all.next_step == 0
    assert one_owner(both, answered("hit", exposures=told, do="Leave it.")).in_all.next_step == 1


def test_within_four_hours_asks_for_a_next_step_too():
    soon = {"people_s": 60}
    assert one_owner({"hit": [trace()]}, answered("hit") | soon).in_all.within_4h == 0
    assert one_owner({"hit": [trace()]}, answered("hit", do="Leave it.") | soon).in_all.within_4h == 1


def test_the_first_victim_counts_among_the_affected_and_not_in_the_times():
    owners = {f"m{n}": {"attacks": {"exchange": {"hit": [trace()]}}} for n in range(3)}
    nation = {
        "owners": [{"id": id, "name": id} for id in owners],
        "attacks": [{"id": "exchange", "name": "E", "first_victim": "m0"}],
    }
    seen = {
        (f"m{n}", "exchange"): answered("hit", do="Leave it.") | {"transport_s": n, "people_s": 100 * n}
        for n in range(3)
    }
    seen["m0", "exchange"] |= {"transport_s": 50, "people_s": 50}
    only = scored({"owners": owners}, nation, seen).attacks[0]
    assert (only.affected, only.right, only.within_4h) == (3, 3, 3)
    assert (only.transport_s.p50, only.transport_s.p95, only.transport_s.last) == (1, 2, 2)
    assert only.with_people_s.p50 == 100


def test_the_quantiles_of_a_hundred_are_the_fiftieth_the_ninety_fifth_and_the_last():
    owners = {f"m{n:03}": {"attacks": {"exchange": {"hit": [trace()]}}} for n in range(1, 101)}
    nation = {
        "owners": [{"id": id, "name": id} for id in owners],
        "attacks": [{"id": "exchange", "name": "E"}],
    }
    seen = {(id, "exchange"): answered("hit") | {"transport_s": int(id[1:]), "people_s": 1} for id in owners}
    times = scored({"owners": owners}, nation, seen).attacks[0].transport_s
    assert (times.p50, times.p95, times.last) == (50, 95, 100)


@pytest.mark.parametrize("first", ["unknown", "fixed", "not_affected"])
def test_one_right_answer_about_a_product_is_enough_whatever_stands_before_it(first):
    rows = [exposure(first, vulnerability="CVE-1"), exposure("affected", vulnerability="CVE-2")]
    done = one_owner({"exposed": [weakness()]}, answered(exposures=rows))
    assert (done.in_all.right, done.in_all.false_not_seen) == (1, int(first != "unknown"))


def test_an_unknown_is_shown_before_a_denial():
    rows = [exposure("fixed"), exposure("unknown", why="no version")]
    line = one_owner({"exposed": [weakness()]}, answered(exposures=rows)).attacks[0].missed[0]
    assert (line.answer, line.why) == ("unknown", "no version")


@pytest.mark.parametrize(("known", "why"), [(False, "its version is not written down"), (True, "")])
def test_of_an_unknown_without_a_reason_it_is_said_if_no_version_is_written_down(known, why):
    done = one_owner({"exposed": [weakness(known=known)]}, answered(exposures=[exposure("unknown")]))
    assert [line.why for line in done.attacks[0].missed] == [why]


def test_times_are_of_those_alone_that_are_right():
    done = one_owner({"hit": [trace()]}, answered("cannot_tell"))
    assert done.in_all.transport_s.last is None
    assert done.in_all.with_people_s.p50 is None


def test_what_an_owner_missed_is_told_in_the_words_of_its_answer_each_thing_once():
    gaps = [{"kind": "log", "what": "no DNS log"}, {"kind": "days", "what": "3 days"}]
    said = answered("cannot_tell", "cannot_tell")
    for one in said["check"]["answers"]:
        one["gaps"] = gaps
    done = one_owner({"hit": [trace(PATTERNS[0]), trace(PATTERNS[1])]}, said)
    assert [(line.why, line.lacks) for line in done.attacks[0].missed] == [
        ("no DNS log; 3 days", ("days", "log"))
    ]


@pytest.mark.parametrize(("offline", "why"), [(True, "offline"), (False, "heard nothing")])
def test_of_one_that_heard_nothing_that_is_said(offline, why):
    truth = {"owners": {"m01": {"attacks": {"exchange": {"hit": [trace()]}}}}}
    nation = {
        "owners": [{"id": "m01", "name": "One", "offline": offline}],
        "attacks": [{"id": "exchange", "name": "E"}],
    }
    line = scored(truth, nation, {}).attacks[0].missed[0]
    assert why in line.why
    assert line.answer == "no answer"


def test_an_owner_of_two_sectors_counts_in_both():
    truth = {"owners": {"m01": {"attacks": {"exchange": {"hit": [trace()]}}}, "m02": {}}}
    nation = {
        "owners": [
            {"id": "m01", "name": "One", "sectors": ["energy", "dams"]},
            {"id": "m02", "name": "Two", "sectors": ["energy"]},
        ],
        "attacks": [{"id": "exchange", "name": "E"}],
    }
    sectors = scored(truth, nation, {("m01", "exchange"): answered("hit")}).attacks[0].sectors
    assert {id: (one.owners, one.affected, one.right, one.knew) for id, one in sectors.items()} == {
        "dams": (1, 1, 1, 1),
        "energy": (2, 1, 1, 1),
    }
