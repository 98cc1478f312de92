"""Before a ransom is paid: may this body pay at all, and whom would it pay. What is asked is kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import BadInput, TocsinError, UsageError
from tocsin.limits import SANCTIONS_STALE_DAYS, SCREENED_ADDRESSES
from tocsin.ransom.screening.by_incident import ransom_words
from tocsin.ransom.screening.next_steps import NOT_ADVICE
from tocsin.ransom.screening.payment_rules import MayPay, places_of
from tocsin.ransom.screening.screening import Verdict
from tocsin.service.incidents.access import check_may_read
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.lists import versions
from tocsin.service.ransom.sanctions_feed import LISTS
from tocsin.service.ransom.screen import Screening, place_of, places, screen
from tocsin.web.answers import page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import status_of
from tocsin.web.screen_words import (
    MAY_PAY,
    MAY_PAY_WHY,
    NAMES,
    VERDICTS,
    head_words,
    kind_words,
    match_words,
    verdict_words,
)
from tocsin.web.trace import error_beside

__all__ = ["screen_ways"]

_FIELDS: Final = ("addresses", "families", "actors", "payer", "where", "as_of")
_PAYERS: Final = ("public", "private")
_NAMES: Final = 20
_SHOWN: Final = 60


def screen_ways(desk: LedgerDesk) -> list[Way]:
    """The path of screening, for this node's own people. Addresses are sent in the body: browsers keep a URL."""
    about = "May this body pay a ransom at all, and is an address one of a sanctioned party."
    return [Way("/screen", {"GET": _form, "POST": partial(_screen, desk)}, "person", about)]


def _form(asked: Asked) -> Response:
    check_may_read(asked.who, "screenings")
    return _page(asked, dict.fromkeys(_FIELDS, ""), {})


def _screen(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "screenings")
    sent = {name: asked.sent(name).strip() for name in _FIELDS}
    addresses = list(dict.fromkeys(sent["addresses"].replace(",", " ").replace(";", " ").split()))
    errors: dict[str, tuple[str, str]] = {}
    day = _day(sent["as_of"], errors)
    families, actors = _names(sent["families"]), _names(sent["actors"])
    _check(sent, addresses, (*families, *actors), errors)
    if errors:
        return _page(asked, sent, errors, status=400)
    try:
        with desk.ledger(asked.node) as ledger:
            if ledger is None:
                errors["addresses"] = ("The ledger is being read for somebody else", "Press Screen again.")
                return _page(asked, sent, errors, status=503)
            found = screen(
                asked.node,
                addresses,
                payer=sent["payer"],
                where=sent["where"],
                as_of=day,
                families=families,
                actors=actors,
                ledger=ledger,
            )
    except TocsinError as error:
        field = "as_of" if isinstance(error, BadInput) and day else "addresses"
        return _page(asked, sent, {field: error_beside(error)}, status=status_of(error))
    return _page(
        asked, sent, {}, found, status=200 if found.screened or found.names or not found.is_asked else 400
    )


def _day(text: str, errors: dict[str, tuple[str, str]]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors["as_of"] = (f"{text[:20]!r} is no day", "Say it as 2025-03-04.")
        return None


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _check(
    sent: dict[str, str],
    addresses: Sequence[str],
    names: Sequence[str],
    errors: dict[str, tuple[str, str]],
) -> None:
    if not addresses and not names and not sent["payer"]:
        errors["addresses"] = (
            "There is no address, and no name",
            "Copy the address from the demand, or say whom the note names; or only who would pay, and where.",
        )
    if len(names) > _NAMES:
        errors["families"] = (f"These are {len(names):,} names", f"At most {_NAMES} are asked about at once.")
    if len(addresses) > SCREENED_ADDRESSES:
        errors["addresses"] = (
            f"These are {len(addresses):,} addresses, and {SCREENED_ADDRESSES:,} are screened at once",
            "Ask in several runs.",
        )
    if sent["payer"] not in {"", *_PAYERS}:
        errors["payer"] = (f"{sent['payer'][:20]!r} is no kind of payer", "Choose one of the list.")
    try:
        place_of(sent["where"])
    except UsageError as error:
        errors["where"] = error_beside(error)


def _page(
    asked: Asked,
    sent: dict[str, str],
    errors: dict[str, tuple[str, str]],
    found: Screening | None = None,
    *,
    status: int = 200,
) -> Response:
    return page(
        asked,
        "screen.html.j2",
        status=status,
        here="screen",
        sent=sent,
        errors=errors,
        found=found,
        newest=next(iter(versions(asked.node)), None),
        not_advice=NOT_ADVICE,
        # What somebody else told of theirs keeps its label on a page, too.
        tlp="red" if found and any(one.tlp == "red" for one in found.ransoms) else "amber+strict",
        **(_told(found, sent) if found else {}),
    )


def _told(found: Screening, sent: dict[str, str]) -> dict[str, Any]:
    unsaid = "payer" if not sent["payer"] else "where" if not sent["where"] else ""
    # That no rule is known is the answer itself.
    why = "" if found.payment.answer is MayPay.NO_RULE_KNOWN else found.payment.why
    if found.payment.answer is MayPay.UNKNOWN and unsaid:
        why = MAY_PAY_WHY[unsaid]
    order = list(Verdict)
    return {
        "head": head_words(found),
        "may_pay": MAY_PAY[found.payment.answer],
        "forbidden": found.payment.answer is MayPay.FORBIDDEN,
        "why": why,
        "screened": sorted(found.screened, key=lambda one: order.index(one.verdict)),
        "verdicts": VERDICTS,
        "name_verdicts": NAMES,
        "feeds": {name: feed for feed, name in LISTS.items()},
        "match_words": match_words,
        "verdict_words": verdict_words,
        "ransom_words": ransom_words,
        "kind_words": kind_words,
        "rule_places": lambda rule: places_of(rule, places()),
        "is_past": found.as_of < found.today,
        "stale_days": SANCTIONS_STALE_DAYS,
        "shown": _SHOWN,
        "bad": found.payment.answer is MayPay.FORBIDDEN or found.verdict in {Verdict.HIT, Verdict.LINKED},
    }
