"""What of the exchange needs somebody: hits to share, what was sent in, what hubs decided, who brings nothing new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tocsin.detect.told.hosts import hosts_of, named
from tocsin.detect.told.period import day
from tocsin.incidents.rules.told.words import left_words
from tocsin.limits import DECISION_SHOWN_S, NEEDS_SHOWN, SYNC_LATE_S, TOKEN_ENDS_SOON_S
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.exchange.node import moment
from tocsin.service.home.home import Item, Need, Quiet
from tocsin.service.home.need import BAD, CALM, NAME, OVER, SECOND_US, SHORT, TONES, need, part

if TYPE_CHECKING:
    from tocsin.detect.result import Finding
    from tocsin.inventory.exposure import FeedAge
    from tocsin.service.exchange.following import Answer
    from tocsin.service.exchange.inbox_list import Item as Submitted
    from tocsin.service.exchange.sent_list import Sent
    from tocsin.store.hubs import Hub, Source

__all__ = ["decisions", "hits", "inbox", "late", "withdrawn"]


def hits(worst: Sequence[Finding], counts: Mapping[str, int]) -> Need:
    """Findings that were not shared: the ``worst``, the gravest first, and how many there are of each severity."""
    count = sum(counts.values())
    grave = counts.get("critical", 0) + counts.get("high", 0)
    return need(
        "hits",
        f"{number(count, 'hit')} in your own logs, shared with nobody yet",
        BAD if grave else OVER,
        [_hit(one) for one in worst[:NEEDS_SHOWN]],
        count,
        link="/findings?shared=no&withdrawn=no",
        verb="tocsin explain",
    )


def _hit(one: Finding) -> Item:
    last = day(one.last_seen)
    return Item(
        words=one_line(one.title, NAME) or "A warning without a name",
        link=f"/findings/{part(one.id)}",
        mark=one.severity,
        about=f"{named(hosts_of(one), SHORT) or 'host not known'}, {number(one.count, 'row')}"
        + (f", last on {last}" if last else ""),
    )


def withdrawn(count: int) -> Quiet:
    """Findings of which the warning was withdrawn since: a false alarm needs nobody, and is evidence all the same."""
    are = "finding is of a warning that was" if count == 1 else "findings are of warnings that were"
    return Quiet(
        key="withdrawn",
        words=f"{count:,} {are} withdrawn",
        count=count,
        link="/findings?withdrawn=yes",
        verb="tocsin explain --withdrawn yes",
    )


def inbox(new: Sequence[Submitted], counts: Mapping[str, int]) -> Need:
    """What members sent and nobody decided on: the ``new`` of it, and what was vetted and not released."""
    waiting, vetted = counts.get("new", 0), counts.get("vetted", 0)
    items = [
        Item(
            words=_submitted(one),
            link=f"/inbox/{part(one.id)}",
            mark="new",
            about="from a member who is not named" if one.anonymous else f"from {one_line(one.from_, SHORT)}",
        )
        for one in new[:NEEDS_SHOWN]
    ]
    if vetted:
        items.append(
            Item(
                words=f"{number(vetted, 'thing was', 'things were')} vetted and not released",
                link="/inbox?state=vetted",
                mark="vetted",
                stands_for=vetted,
            )
        )
    count = waiting + vetted
    return need(
        "inbox",
        f"{number(count, 'thing', 'things')} that members sent {'waits' if count == 1 else 'wait'} for a decision",
        OVER,
        items,
        count,
        link="/inbox?state=new",
        verb="tocsin inbox list --state new",
    )


def _submitted(one: Submitted) -> str:
    about = one_line(one.about, NAME) or one_line(one.about_id, NAME)
    match one.type:
        case "sighting":
            affected = one.about_id.startswith("vulnerability--")
            return f"{'Affected' if affected else 'Seen'}: {about}"
        case "posture":
            return "Which measures a member has"
    return about or f"One of the type {one.type} without a name"


def decisions(sent: Iterable[Sent], now_us: int) -> Need:
    """What hubs decided not long ago on what was sent to them, and what has not left yet."""
    since, until = moment(now_us - DECISION_SHOWN_S * SECOND_US), moment(now_us + 86_400 * SECOND_US)
    waiting: dict[str, int] = {}
    items: list[tuple[str, Item]] = []
    for one in sent:
        if one.state == "waiting":
            waiting[one.hub] = waiting.get(one.hub, 0) + one.objects
        else:
            items += _decided(one, [each for each in one.answers if since <= each.changed <= until])
    for hub, objects in waiting.items():
        left = f"{'has' if objects == 1 else 'have'} not left this machine"
        words = f"{number(objects, 'thing')} for {one_line(hub, SHORT)} {left}"
        items.append(
            (OVER, Item(words=words, link="/inbox/sent", mark="waiting", about="tocsin sync sends it"))
        )
    items.sort(key=lambda one: TONES.index(one[0]))
    return need(
        "sent",
        f"{number(len(items), 'thing')} to know of what you sent",
        items[0][0] if items else CALM,
        [one for _, one in items[:NEEDS_SHOWN]],
        len(items),
        link="/inbox/sent",
        verb="tocsin inbox sent",
    )


def _decided(sent: Sent, recent: Sequence[Answer]) -> Iterable[tuple[str, Item]]:
    """What a hub decided on one thing that was sent, refusals with the first reason."""
    hub = one_line(sent.hub, SHORT)
    refused = [one for one in recent if one.state == "refused"]
    released = sum(one.state == "released" for one in recent)
    if refused:
        words = f"{hub} refused {number(len(refused), 'thing')} of what you sent"
        about = one_line(next((one.why for one in refused if one.why), ""), NAME)
        yield OVER, Item(words=words, link="/inbox/sent", mark="refused", about=about)
    if released:
        words = f"{hub} released {number(released, 'thing')} of what you sent"
        yield CALM, Item(words=words, link="/inbox/sent", mark="released")


def late(hubs: Iterable[Hub], sources: Iterable[Source], feeds: Iterable[FeedAge], now_us: int) -> Need:
    """Hubs, sources and feeds that bring nothing new, or soon will not."""
    found = [
        *(one for hub in hubs if (one := _hub(hub, now_us))),
        *(one for source in sources if (one := _not_read(source.name, source.synced_us, now_us))),
        *(_feed(one) for one in feeds if one.stale),
    ]
    found.sort(key=lambda one: TONES.index(one[0]))
    return need(
        "feeds",
        f"{number(len(found), 'hub or feed brings', 'hubs and feeds bring')} nothing new",
        found[0][0] if found else CALM,
        [one for _, one in found[:NEEDS_SHOWN]],
        len(found),
        link="/warnings",
        verb="tocsin sync",
    )


def _hub(one: Hub, now_us: int) -> tuple[str, Item] | None:
    name = one_line(one.name, SHORT)
    if one.shut_out_us is not None:
        since = day(moment(one.shut_out_us))
        words = f"{name} lets this node in no longer, since {since}"
        return BAD, Item(
            words=words, link="/warnings", mark="shut out", about="ask its operator for an invitation"
        )
    left_us = None if one.token_expires_us is None else one.token_expires_us - now_us
    if left_us is not None and left_us <= 0:
        words = f"The token that opens {name} has ended"
        return BAD, Item(
            words=words, link="/warnings", mark="shut out", about="ask its operator for an invitation"
        )
    if left_us is not None and left_us <= TOKEN_ENDS_SOON_S * SECOND_US:
        words = f"The token that opens {name} ends in {left_words(left_us)}"
        return OVER, Item(words=words, link="/warnings", mark="ends", about="tocsin sync renews it")
    return _not_read(one.name, one.synced_us, now_us)


def _not_read(name: str, synced_us: int | None, now_us: int) -> tuple[str, Item] | None:
    told = one_line(name, SHORT)
    if synced_us is None:
        words = f"{told} was never asked"
    elif now_us - synced_us > SYNC_LATE_S * SECOND_US:
        words = f"{told} was not asked for {left_words(now_us - synced_us)}"
    else:
        return None
    return OVER, Item(words=words, link="/warnings", mark="late", about="tocsin sync asks it")


def _feed(one: FeedAge) -> tuple[str, Item]:
    age = "of an unknown day" if one.age_s is None else f"{number(one.age_s // 86_400, 'day')} old"
    words = f"The feed {one_line(one.name, SHORT)} is {age}"
    return OVER, Item(
        words=words, link="/advisories", mark="late", about=f"tocsin sync {one_line(one.name, SHORT)}"
    )
