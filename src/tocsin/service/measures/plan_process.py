"""Makes one plan, in a process of its own: ``python -m tocsin.service.measures.plan_process``.

The question comes in on stdin and the plan goes out on stdout, both as JSON; a person is never asked anything.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import msgspec

from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.learned import Learned
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.learned import learned_catalogue
from tocsin.service.measures.plan import Asked, plan

__all__ = ["Question", "main"]

_NICER: Final = 5


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan is asked for: against what, how much may be chosen, and how much work it is worth.

    ``learned`` takes the place of the guesses that it is about.
    """

    attempts: tuple[Attempt, ...]
    wish: Wish
    asked: Asked
    learned: tuple[Learned, ...] = ()


def main() -> None:
    """Answer the question on stdin."""
    os.nice(_NICER)  # whoever reads a page meanwhile goes first
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    catalogue = learned_catalogue(catalogue_of(), question.learned)
    made = plan(question.attempts, catalogue, known(), question.wish, Model(), question.asked)
    sys.stdout.buffer.write(msgspec.json.encode(made))


if __name__ == "__main__":
    main()
