"""``inventory review``: what a person is asked about names, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.alias import Alias, pair_id, spelled
from tocsin.inventory.question import Question
from tocsin.inventory.told.asked import question_row
from tocsin.inventory.told.json_rows import said
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.aliases import Said, forget_pair, list_aliases, say_of
from tocsin.service.inventory.exposure_list import Known, known

__all__ = [
    "ReviewPage",
    "alias_id",
    "answer_question",
    "forget_by_id",
    "open_questions",
    "review_page",
]


class ReviewPage(msgspec.Struct, kw_only=True):
    """The open questions, the most useful first, and what persons said of names."""

    questions: list[dict[str, Any]]
    aliases: list[dict[str, Any]]


def open_questions(node: Node) -> Sequence[Question]:
    """The open questions about what is here, the most useful first.

    Raises:
        NothingToCheck: the node keeps no inventory, or no advisories.
    """
    held = known(node)
    if held.missing == "inventory":
        raise NothingToCheck(
            "this node keeps no inventory", hint="Add one: tocsin inventory add FILE --site NAME"
        )
    if held.missing:
        raise NothingToCheck(
            "this node has no advisories yet", hint="Bring some: tocsin sync kev cve osv csaf"
        )
    return held.questions


def review_page(node: Node, held: Known) -> ReviewPage:
    """Questions and answers, for machines."""
    return ReviewPage(
        questions=[question_row(one) for one in held.questions],
        aliases=[{"id": alias_id(one), **said(one)} for one in list_aliases(node)],
    )


def alias_id(one: Alias) -> str:
    """What an alias is called in forms."""
    return pair_id(spelled(one.held), spelled(one.named))


def answer_question(node: Node, id: str, *, same: bool, by: str, why: str = "") -> Said:
    """Answer the open question called ``id``.

    Raises:
        NothingToCheck: it is not open any more.
    """
    for one in known(node).questions:
        if one.id == id:
            return say_of(node, one.held, one.named, same=same, by=by, why=why)
    raise NothingToCheck("this is not asked any more", hint="Load the list again.")


def forget_by_id(node: Node, id: str, *, by: str) -> Alias:
    """Forget what was said under ``id``.

    Raises:
        NothingToCheck: nothing is.
    """
    for one in list_aliases(node):
        if alias_id(one) == id:
            return forget_pair(node, one, by=by)
    raise NothingToCheck("this was forgotten already", hint="Load the list again.")
