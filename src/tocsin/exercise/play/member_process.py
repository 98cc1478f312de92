"""Some members in one process: ``python -m tocsin.exercise.play.member_process EXERCISE DIR ID...``.

Each has its own store and its own connection to the hub; they share the interpreter, and nothing else.
"""

from __future__ import annotations

import queue
import random
import resource
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.errors import TocsinError
from tocsin.exercise.nation.facts import Attack, Exercise, read_exercise
from tocsin.exercise.play.clock import NationClock
from tocsin.exercise.play.member import Member, Who
from tocsin.exercise.play.wire import Command, commands, say, telling_why

__all__ = ["main"]

_IDLE_S: Final = 0.05


class _Members:
    def __init__(self, exercise: str, folder: Path, ids: Sequence[str]) -> None:
        self.exercise = read_exercise(exercise)
        self.clock = NationClock(self.exercise.attacks[0].report_us)
        self.members = {
            id: Member(
                self.exercise,
                folder,
                msgspec.json.decode((folder / "members" / f"{id}.json").read_bytes(), type=Who),
                self.clock,
            )
            for id in ids
        }
        self.attack: Attack | None = None
        self.is_scored = True
        self.poll_s = 3.0
        self.due: dict[str, float] = {}
        self.answered: set[str] = set()
        self.chance = random.Random(" ".join(ids))
        self.seen_problems: set[tuple[str, str]] = set()

    def run(self) -> None:
        asked: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(asked,), daemon=True).start()
        while True:
            try:
                command = asked.get(timeout=_IDLE_S) if not self.is_due() else asked.get_nowait()
            except queue.Empty:
                self.poll_one()
                continue
            if command is None or command.do == "stop":
                break
            getattr(self, f"do_{command.do}")(**command.words)
        for one in self.members.values():
            one.close()
        used = resource.getrusage(resource.RUSAGE_SELF)
        say(kind="stopped", cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)

    def is_due(self) -> bool:
        return any(at <= time.monotonic() for at in self.due.values())

    def poll_one(self) -> None:
        """Sync a member; what is new is answered at once.

        First are those without an answer to this attack, of these the one that has waited longest: they are machines of
        their own, and none is kept waiting by another that asks once more.
        """
        waiting = [(id in self.answered, at, id) for id, at in self.due.items() if at <= time.monotonic()]
        if not waiting:
            return
        *_, id = min(waiting)
        self.poll(id)
        self.due[id] = time.monotonic() + self.poll_s

    def poll(self, id: str) -> None:
        member, began = self.members[id], time.time()
        done = member.sync()
        for problem in [problem for one in done for problem in one.problems]:
            told = (id, str(problem))
            if told not in self.seen_problems:
                self.seen_problems.add(told)
                say(kind="problem", node=id, text=str(problem), what=type(problem).__name__)
        news = sum(one.new + one.withdrawn + one.no_longer_listed for one in done)
        if news:
            say(kind="warned", node=id, wall=time.time(), new=news)
            if self.attack is not None:
                self.answer(id)
        say(kind="polled", node=id, began=began)

    def answer(self, id: str) -> None:
        assert self.attack is not None
        try:
            seen = self.members[id].answer(self.attack, is_scored=self.is_scored)
        except TocsinError as error:
            say(kind="problem", node=id, text=str(error), what=type(error).__name__)
            return
        self.answered.add(id)
        say(
            kind="answer",
            node=id,
            wall=time.time(),
            now_us=seen["at_us"],
            answer=_counts(seen, self.exercise, self.attack),
            hits=_hits(seen),
        )

    def do_prepare(self, hub: str, invitations: dict[str, str]) -> None:
        for id, invitation in invitations.items():
            self.members[id].prepare(hub, invitation)
            say(kind="joined", node=id)
        say(kind="prepared")

    def do_clock(self, us: int, speed: float) -> None:
        self.clock.set(us, speed)

    def do_begin(self, attack: str, offline: list[str], poll_s: float) -> None:
        self.attack, self.is_scored = self.exercise.attack(attack), True
        self.poll_s = poll_s
        for one in self.members.values():
            one.is_told(self.attack)
        self.ask(offline)

    def ask(self, offline: list[str]) -> None:
        """Let all but those who are off ask the hub, none at the same moment as another."""
        self.answered.clear()
        for id, one in self.members.items():
            one.online = id not in offline
        self.due = {
            id: time.monotonic() + self.chance.uniform(0, self.poll_s)
            for id, one in self.members.items()
            if one.online
        }

    def do_online(self) -> None:
        for id, one in self.members.items():
            if not one.online:
                one.online = True
                say(kind="returned", node=id, wall=time.time())
                self.due[id] = time.monotonic()

    def do_report(self, node: str) -> None:
        assert self.attack is not None
        began = time.time()
        sent, left_out = self.members[node].report(self.attack)
        say(kind="report", node=node, wall=began, bytes=sent, left_out=left_out)

    def do_share(self, nodes: list[str]) -> None:
        # The attack's answers are there; what the others' sightings bring has no time of its own in the figures.
        self.is_scored = False
        for id in nodes:
            if id in self.members and self.members[id].share_hit():
                say(kind="sighting", node=id)
        say(kind="shared")

    def do_listen(self, offline: list[str], attack: str) -> None:
        """Ask the hub, and check the logs of that attack's day if one is named; what is seen is not scored."""
        self.is_scored = False
        self.attack = self.exercise.attack(attack) if attack else None
        self.seen_problems.clear()
        self.ask(offline)

    def do_lie(self, node: str, pattern: str) -> None:
        say(kind="lied", node=node, left_out=self.members[node].lie(pattern))

    def do_rest(self) -> None:
        """Ask no more: the attack is over."""
        self.due = {}


def _listen(asked: queue.SimpleQueue[Command | None]) -> None:
    """Pass on what is said, and at its end that there will be no more: also where what is said makes no sense."""
    try:
        with telling_why():
            for command in commands(sys.stdin.buffer):
                asked.put(command)
                if command.do == "stop":
                    # The interpreter cannot end in order while a thread reads on.
                    return
    finally:
        asked.put(None)


def _counts(seen: dict[str, Any], exercise: Exercise, attack: Attack) -> dict[str, int]:
    """How many answers of each kind, of this attack's warnings, of the inventory and of what is to be paid."""
    wanted = set(exercise.patterns_of(attack))
    counts = {"hit": 0, "not_seen": 0, "cannot_tell": 0, "affected": 0, "linked": 0}
    for one in (seen["check"] or {}).get("answers", ()):
        if seen["warnings"].get(one["warning"]) in wanted:
            counts[one["answer"]] += 1
    about = attack.advisory.id if attack.advisory else ""
    counts["affected"] = sum(
        one["verdict"] == "affected" and about in (one["vulnerability"], one["advisory"])
        for one in seen["exposures"]
    )
    counts["linked"] = sum(one["verdict"] in ("hit", "linked") for one in seen["demands"])
    return counts


def _hits(seen: dict[str, Any]) -> list[str]:
    """The patterns of all that is hit."""
    answers = (seen["check"] or {}).get("answers", ())
    return sorted({seen["warnings"].get(one["warning"], "") for one in answers if one["answer"] == "hit"})


def main(arguments: Sequence[str]) -> None:
    """Run until the runner says stop."""
    exercise, folder, *ids = arguments
    with telling_why():
        _Members(exercise, Path(folder), ids).run()


if __name__ == "__main__":
    main(sys.argv[1:])
