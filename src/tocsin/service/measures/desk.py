"""Where a serving node has its plans made: one at a time, in a process of its own; the last ones are kept.

Solving takes seconds and all of a core. No request waits for it: whoever asks is told that it is being made.
"""

from __future__ import annotations

import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock, Thread

import msgspec

from tocsin.errors import SourceUnavailable, TocsinError
from tocsin.limits import PLAN_PROCESS_S, PLANS_KEPT
from tocsin.measures.plan import Plan
from tocsin.service.measures.plan_process import Question

__all__ = ["PlanDesk", "in_a_process"]


def in_a_process(question: bytes) -> bytes:
    """The plan (JSON of :class:`Plan`) that answers ``question`` (JSON of :class:`Question`).

    Raises:
        SourceUnavailable: it took too long, or the process failed.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tocsin.service.measures.plan_process"],
            input=question,
            capture_output=True,
            check=True,
            timeout=PLAN_PROCESS_S,
            start_new_session=True,  # who ends the server at a terminal does not have to see this one fall
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise SourceUnavailable("the plan could not be made", hint="Make it with: tocsin plan") from error
    return done.stdout


class PlanDesk:
    """Gives plans that are made, and has one made that is not. ``make`` is what makes them."""

    def __init__(self, make: Callable[[bytes], bytes] = in_a_process) -> None:
        self._make = make
        self._lock = Lock()
        self._busy = False
        self._made: OrderedDict[str, Plan | TocsinError] = OrderedDict()

    def ask(self, question: Question) -> Plan | None:
        """The plan; None while it, or another, is being made. Equal questions have one answer.

        Raises:
            SourceUnavailable: it could not be made; asked again, it is tried again.
        """
        sent = msgspec.json.encode(question, order="sorted")
        key = sha256(sent).hexdigest()
        with self._lock:
            found = self._made.get(key)
            if isinstance(found, TocsinError):
                del self._made[key]
                raise found
            if found is not None:
                self._made.move_to_end(key)
                return found
            if not self._busy:
                self._busy = True
                Thread(target=self._work, args=(key, sent), daemon=True).start()
        return None

    def _work(self, key: str, sent: bytes) -> None:
        try:
            made: Plan | TocsinError = msgspec.json.decode(self._make(sent), type=Plan)
        except TocsinError as error:
            made = error
        except Exception as error:  # noqa: BLE001  a plan that is never answered would be waited for for ever
            made = SourceUnavailable(f"the plan could not be made: {type(error).__name__}")
        with self._lock:
            self._made[key] = made
            while len(self._made) > PLANS_KEPT:
                self._made.popitem(last=False)
            self._busy = False
