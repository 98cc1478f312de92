from __future__ import annotations

from types import SimpleNamespace

import pytest

from tocsin.limits import DECISION_SHOWN_S, SYNC_LATE_S, TOKEN_ENDS_SOON_S
from tocsin.service.exchange.node import moment
from tocsin.service.home.of_exchange import decisions, hits, inbox, late, withdrawn
from tocsin.store.hubs import Hub, Source
from web.things import finding

NOW = 1_750_000_000_000_000
S = 1_000_000


def hub(**more):
    return Hub(**{"name": "ISAC", "url": "u", "organisation": 1, "collection": 1, "token": b"", "log_key": "k",
                  "cursor": "", "synced_us": NOW, **more})  # fmt: skip


def source(**more):
    return Source(**{"name": "feed", "location": "l", "kind": "", "organisation": 1, "collection": 1, "cursor": "",
                     "synced_us": NOW, **more})  # fmt: skip


def sent(state="sent", *answers, hub="ISAC", objects=1):
    told = [SimpleNamespace(state=one, why=why, changed=moment(at)) for one, why, at in answers]
    return SimpleNamespace(state=state, hub=hub, objects=objects, answers=told)


def submitted(number=1, **more):
    return SimpleNamespace(**{"id": f"sighting--{number}", "type": "sighting", "about": "Servers", "about_id": "",
                              "anonymous": False, "from_": "Water works", **more})  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "tone", "more"),
    [
        ({"critical": 1, "low": 9}, "bad", 9),
        ({"high": 1}, "bad", 0),
        ({"medium": 2}, "over", 1),
    ],
    ids=["critical", "high", "medium"],
)
def test_a_hit_is_as_grave_as_the_worst_of_them(counts, tone, more):
    found = hits([finding(1)], counts)
    assert (found.tone, found.count, found.more) == (tone, sum(counts.values()), more)
    assert found.items[0].about == "MAIL01, 3 rows, last on 2025-02-01"


def test_a_hit_is_one_line_whatever_its_warning_says():
    found = hits([finding(1, title="a\nb\u202ec" + "x" * 5_000, where="")], {"low": 1}).items[0]
    assert "\n" not in found.words
    assert "<U+202E>" in found.words
    assert len(found.words) < 250
    assert found.about.startswith("host not known")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 finding is of a warning that was withdrawn"),
        (1_200, "1,200 findings are of warnings that were withdrawn"),
    ],
)
def test_findings_of_what_was_withdrawn_are_counted_in_one_line(count, words):
    found = withdrawn(count)
    assert (found.words, found.count, found.link) == (words, count, "/findings?withdrawn=yes")


def test_what_was_vetted_stands_in_one_line_and_counts():
    found = inbox([submitted(), submitted(2)], {"new": 7, "vetted": 3, "released": 9, "refused": 1})
    assert (found.count, found.more) == (10, 5)
    assert found.items[-1].words == "3 things were vetted and not released"
    assert found.items[-1].link == "/inbox?state=vetted"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (submitted(), "Seen: Servers"),
        (submitted(about_id="vulnerability--1"), "Affected: Servers"),
        (submitted(type="posture", about=""), "Which measures a member has"),
        (submitted(type="grouping", about=""), "One of the type grouping without a name"),
    ],
    ids=["seen", "affected", "posture", "no name"],
)
def test_what_a_member_sent_is_said_in_words(one, words):
    assert inbox([one], {"new": 1}).items[0].words == words


def test_who_asked_not_to_be_named_is_not_named():
    told = inbox([submitted(anonymous=True, from_="Water works")], {"new": 1}).items[0]
    assert told.about == "from a member who is not named"


def test_a_refusal_comes_before_a_release_and_says_why():
    found = decisions(
        [
            sent("released", ("released", "", NOW)),
            sent("refused", ("refused", "known for long", NOW - 5 * S)),
        ],
        NOW,
    )
    assert [one.words for one in found.items] == [
        "ISAC refused 1 thing of what you sent",
        "ISAC released 1 thing of what you sent",
    ]
    assert found.items[0].about == "known for long"
    assert found.tone == "over"


def test_what_was_decided_long_ago_or_in_a_time_to_come_is_not_told():
    old, wrong = NOW - DECISION_SHOWN_S * S - S, NOW + 2 * 86_400 * S
    assert decisions([sent("refused", ("refused", "", at)) for at in (old, wrong)], NOW).count == 0
    assert decisions([sent("vetted", ("vetted", "", NOW)), sent("sent")], NOW).count == 0


def test_what_waits_for_a_hub_is_one_line_a_hub():
    found = decisions([sent("waiting", objects=2), sent("waiting"), sent("waiting", hub="Other")], NOW)
    assert [one.words for one in found.items] == [
        "3 things for ISAC have not left this machine",
        "1 thing for Other has not left this machine",
    ]


@pytest.mark.parametrize(
    ("hubs", "sources", "tone", "words"),
    [
        ([hub(shut_out_us=NOW)], [], "bad", "ISAC lets this node in no longer, since 2025-06-15"),
        ([hub(token_expires_us=NOW)], [], "bad", "The token that opens ISAC has ended"),
        (
            [hub(token_expires_us=NOW + TOKEN_ENDS_SOON_S * S)],
            [],
            "over",
            "The token that opens ISAC ends in 14 days",
        ),
        ([hub(synced_us=None)], [], "over", "ISAC was never asked"),
        ([hub(synced_us=NOW - SYNC_LATE_S * S - S)], [], "over", "ISAC was not asked for 2 days"),
        ([], [source(synced_us=None)], "over", "feed was never asked"),
    ],
    ids=["shut out", "ended", "ends", "never", "late", "source"],
)
def test_what_brings_nothing_new_is_told(hubs, sources, tone, words):
    found = late(hubs, sources, [], NOW)
    assert (found.tone, [one.words for one in found.items]) == (tone, [words])


def test_what_was_asked_lately_and_holds_is_not_told():
    held = hub(token_expires_us=NOW + TOKEN_ENDS_SOON_S * S + S, synced_us=NOW - SYNC_LATE_S * S)
    fresh = SimpleNamespace(name="kev", stale=False, age_s=60)
    assert late([held], [source()], [fresh], NOW).count == 0


def test_an_old_feed_is_told_with_its_age():
    feeds = [
        SimpleNamespace(name="kev", stale=True, age_s=9 * 86_400),
        SimpleNamespace(name="cve", stale=True, age_s=None),
    ]
    assert [one.words for one in late([], [], feeds, NOW).items] == [
        "The feed kev is 9 days old",
        "The feed cve is of an unknown day",
    ]
