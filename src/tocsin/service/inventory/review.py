"""``inventory review``: what a person is asked about names, and the answer to all of it."""

from __future__ import annotations

from tocsin.errors import NothingToCheck
from tocsin.inventory.question import Question, questions
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.aliases import Said, say_of
from tocsin.service.inventory.exposure_list import Known, known

__all__ = ["answer_question", "open_questions", "questions_of"]


def open_questions(node: Node) -> list[Question]:
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
    return questions_of(held)


def questions_of(held: Known) -> list[Question]:
    """The open questions about what is known."""
    return questions(held.result.exposures)


def answer_question(node: Node, held: str, named: str, *, same: bool, by: str, why: str = "") -> Said:
    """Answer the open question about these two names as they are compared.

    Raises:
        NothingToCheck: it is not open any more.
    """
    for one in questions_of(known(node)):
        if one.id == (held, named):
            return say_of(node, one.held, one.named, same=same, by=by, why=why)
    raise NothingToCheck("this is not asked any more", hint="Load the list again.")
