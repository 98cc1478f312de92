from __future__ import annotations

import hashlib
from datetime import date

import pytest

from ransom.sanctions.lists import advanced_xml
from sources.web_server import Answer, serving
from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import SANCTIONS_STALE_DAYS, SCREENED_ADDRESSES
from tocsin.ransom.screening import Verdict
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.screen import screen
from tocsin.sources.http_client import HttpClient

DAY_S = 86_400
OTHER = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
TODAY = (2026, 9, 21)
"""The day on which a world of nodes begins."""


@pytest.fixture
def node(world):
    return world.node("Riverton", database=world.database)


@pytest.fixture
def sync(node):
    """Asks a server that holds one list, and tells whether it changed since it was asked last."""
    page = advanced_xml(TODAY)

    def answer(asked):
        etag = f'"{hashlib.sha256(page).hexdigest()}"'
        if asked.headers.get("if-none-match") == etag:
            return Answer(304, headers={"ETag": etag})
        return Answer(200, page, {"ETag": etag})

    with serving(answer) as server:

        def read():
            wishes = FeedWishes(addresses={"ofac": [server.url("/SDN_ADVANCED.XML")]})
            (done,) = sync_feeds(node, ["ofac"], wishes, lambda url: HttpClient(allowed_origins=[url]))
            assert done.problems == []
            return done

        yield read


def test_a_list_that_its_publisher_confirms_stays_current(world, node, sync):
    sync()
    world.wait((SANCTIONS_STALE_DAYS + 1) * DAY_S)
    stale = screen(node, [OTHER])
    assert (stale.age_days, stale.is_current) == (SANCTIONS_STALE_DAYS + 1, False)
    assert sync().unchanged
    fresh = screen(node, [OTHER])
    assert (fresh.age_days, fresh.is_current, fresh.verdict) == (0, True, Verdict.NO_MATCH_FOUND)
    world.wait(2 * DAY_S)
    assert screen(node, [OTHER]).age_days == 2
    # As of a day between, the list was known to hold.
    assert screen(node, [OTHER], as_of=date(2026, 9, 25)).age_days == 0


def test_a_mirror_confirms_nothing(world, node, tmp_path):
    path = tmp_path / "sdn.xml"
    path.write_bytes(advanced_xml(TODAY))
    for days in (0, 9):
        world.wait(days * DAY_S)
        sync_feeds(node, ["ofac"], FeedWishes(str(path)), None)
    assert screen(node, [OTHER]).age_days == 9


def test_what_is_asked_is_bounded_and_of_the_past(node):
    with pytest.raises(LimitExceeded):
        screen(node, [OTHER] * (SCREENED_ADDRESSES + 1))
    with pytest.raises(BadInput, match="a day to come"):
        screen(node, [OTHER], as_of=date(2026, 9, 22))
