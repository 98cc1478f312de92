"""What only a person can tell about names: the questions, with buttons to answer them, and what was answered."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.inventory.question import question_words, why_possible
from tocsin.service.inventory.aliases import list_aliases
from tocsin.service.inventory.exposure_list import check_may_read
from tocsin.service.inventory.review import (
    ReviewPage,
    alias_id,
    answer_question,
    forget_by_id,
    review_page,
)
from tocsin.web.answers import json, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held
from tocsin.web.paging import first_of
from tocsin.web.problem import Problem

__all__ = ["review_ways"]

WHY: Final = 1_000
QUESTIONS: Final = 25
_SAID: Final = {"same": True, "different": False}


def review_ways() -> list[Way]:
    """The paths of the questions; only this node's own people and tokens have any."""
    about, kind = "Which products here may be those that advisories name otherwise.", "application/json"
    return [
        Way("/review", {"GET": _page}, "person", about),
        Way("/review.json", {"GET": _json}, "either", about, ReviewPage, kind, own_only=True),
        Way("/api/review", {"GET": _json}, "either", about, ReviewPage, kind, own_only=True),
        Way("/review/answer", {"POST": _answer}, "person", "Say what a product's name means, or forget it."),
    ]


def _page(asked: Asked) -> Response:
    there = held(asked)
    found = there.questions
    first = first_of(asked)
    return page(
        asked,
        "review.html.j2",
        here="exposures",
        missing=there.missing,
        releases=there.result.counts.releases,
        questions=[
            (one, question_words(one), why_possible(one.held, one.named))
            for one in found[first : first + QUESTIONS]
        ],
        found=len(found),
        next=str(first + QUESTIONS) if first + QUESTIONS < len(found) else "",
        aliases=[(alias_id(one), one) for one in list_aliases(asked.node)],
        done=asked.query("done"),
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    return json(review_page(asked.node, held(asked)))


def _answer(asked: Asked) -> Response:
    check_may_read(asked.who)
    id, said, by = asked.sent("id"), asked.sent("said"), asked.who.name
    if said == "forget":
        forget_by_id(asked.node, id, by=by)
    elif said in _SAID:
        answer_question(asked.node, id, same=_SAID[said], by=by, why=asked.sent("why")[:WHY])
    else:
        raise Problem(400, "There is no such answer.", "It is same, different or forget.")
    return see_other(f"/review?done={said}")
