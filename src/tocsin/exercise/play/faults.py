"""What goes wrong, after the attacks: a hub that falls over, members that are off, poison, a lie, a forked log.

What happens then is told, and is in no other figure.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tocsin.errors import SourceUnavailable
from tocsin.model.told.number import number

if TYPE_CHECKING:
    from tocsin.exercise.play.processes import Event
    from tocsin.exercise.play.runner import Run

__all__ = ["play_faults"]

_WITHIN_S: Final = 120.0
_POISON: Final = "[ipv4-addr:value = '8.8.8.8']"
_HARMLESS: Final = "[domain-name:value = 'weather.example']"
"""What every owner's people look up each day."""
_NOTICED: Final = frozenset({"LogTampered", "Forked", "Rewound"})
"""Errors that say of a log that it is not what it was."""


def play_faults(run: Run) -> list[dict[str, str]]:
    """Play each, one after the other; what became of it, in words. The forked log is last: it ends all trust."""
    chance = random.Random(f"{run.plan.seed} faults")
    done = []
    for name, what, play in (
        ("The hub falls over", "killed just after it had published a warning, and started again", _restart),
        ("A tenth of the members is off", "for the day on which a warning comes", _offline),
        ("A poisoned indicator", "a member asks all others to look for 8.8.8.8", _poison),
        (
            "A member lies",
            "it tells of a harmless site as an attacker's, and the hub's people believe it",
            _lie,
        ),
        (
            "A forked log",
            "the hub is set back to an older state, and goes on from there with another history",
            _fork,
        ),
    ):
        try:
            effect = play(run, chance)
        except SourceUnavailable as error:
            effect = f"It was not played to its end: {error}"
        run.tell("fault", text=f"{name}: {effect}")
        done.append({"name": name, "what": what, "effect": effect})
    return done


def _restart(run: Run, _: random.Random) -> str:
    _listen(run)
    run.hub("warn", number=1)
    run.wait("published")
    run.processes.running["hub"].kill()
    shutil.copytree(run.folder / "nodes" / "hub", run.folder / "nodes" / "hub-before")
    down = time.time()
    run.start_hub()
    up = time.time()
    warned = _warned(run, set(run.ids))
    last = max((at - up for at in warned.values()), default=0.0)
    return (
        f"It was away for {up - down:.1f} s. {len(warned)} of {len(run.ids)} members have the warning, the last "
        f"{max(0.0, last):.1f} s after its return; nothing that it had published was lost."
        if len(warned) == len(run.ids)
        else f"{len(warned)} of {len(run.ids)} members have the warning {_WITHIN_S:.0f} s after its return."
    )


def _offline(run: Run, chance: random.Random) -> str:
    off = set(chance.sample(run.ids, max(1, len(run.ids) // 10)))
    _listen(run, off)
    run.hub("warn", number=2)
    run.wait("published")
    warned = _warned(run, set(run.ids) - off)
    run.processes.tell(run.members, "online")
    late = _warned(run, off)
    return (
        f"{number(len(off), 'member')} heard nothing that day, and nobody could tell them: {len(warned)} of "
        f"{len(run.ids)} knew. "
        f"At their return {len(late)} of the {len(off)} got the warning at their first sync."
    )


def _poison(run: Run, chance: random.Random) -> str:
    liar = chance.choice(run.ids)
    left_out = _send(run, liar, _POISON)
    run.hub("vet")
    run.wait("vetted")
    run.hub("release")
    refused = run.wait("released")["refused"]
    run.hub("refuse", why="It is what everybody uses.")
    run.wait("refused")
    why = refused[0]["why"] if refused else ""
    return (
        f"Its own program left it out ({len(left_out)} of 1). Sent by other means, the hub released "
        f"{'nothing of it' if refused else 'it'}{f': {why}' if why else ''}."
    )


def _lie(run: Run, chance: random.Random) -> str:
    liar = chance.choice(run.ids)
    _send(run, liar, _HARMLESS)
    _listen(run, attack=run.exercise.attacks[-1].id)
    run.hub("vet")
    run.wait("vetted")
    run.hub("release")
    released = run.wait("released")["wall"]
    alarmed: set[str] = set()

    def alarm(event: Event) -> None:
        if event["kind"] == "answer":
            (alarmed.add if _HARMLESS in event["hits"] else alarmed.discard)(event["node"])

    _current(run, released, alarm)
    many = len(alarmed)
    run.hub("withdraw", pattern=_HARMLESS)
    withdrawn = run.wait("withdrawn")["wall"]
    _current(run, withdrawn, alarm)
    return (
        f"{many} of {len(run.ids)} members raised a false alarm, as owners look that site up each day. The hub "
        f"withdrew it with the reason; {len(alarmed)} still look for it after their next sync. Who lied is in the "
        "hub's log, signed with its own key."
    )


def _fork(run: Run, _: random.Random) -> str:
    run.processes.running["hub"].kill()
    hub = run.folder / "nodes" / "hub"
    shutil.rmtree(hub)
    (run.folder / "nodes" / "hub-before").rename(hub)
    run.start_hub()
    for one in range(3, 7):
        run.hub("warn", number=one)
        run.wait("published")
    noticed: set[str] = set()
    _listen(run)

    def hear(event: Event) -> bool:
        if event["kind"] == "problem" and event["what"] in _NOTICED:
            noticed.add(event["node"])
        return len(noticed) == len(run.ids)

    _until(run, hear)
    return (
        f"{len(noticed)} of {len(run.ids)} members noticed it at their next sync, said so, and took nothing more from "
        "that hub."
    )


# -- what they share --------------------------------------------------------------------------


def _listen(run: Run, off: set[str] | None = None, attack: str = "") -> None:
    run.processes.tell(run.members, "listen", offline=sorted(off or ()), attack=attack)


def _send(run: Run, liar: str, pattern: str) -> list[str]:
    run.processes.tell([run.at[liar]], "lie", node=liar, pattern=pattern)
    return list(run.wait("lied")["left_out"])


def _warned(run: Run, wanted: set[str]) -> dict[str, float]:
    """When each of ``wanted`` had something new from the hub, by the wall's clock."""
    found: dict[str, float] = {}

    def hear(event: Event) -> bool:
        if event["kind"] == "warned" and event["node"] in wanted:
            found.setdefault(event["node"], event["wall"])
        return len(found) == len(wanted)

    _until(run, hear)
    return found


def _current(run: Run, since: float, told: Callable[[Event], Any]) -> None:
    """Hear until every member has asked the hub since then."""
    current: set[str] = set()

    def hear(event: Event) -> bool:
        told(event)
        if event["kind"] == "polled" and event["began"] >= since:
            current.add(event["node"])
        return len(current) == len(run.ids)

    _until(run, hear)


def _until(run: Run, hear: Callable[[Event], bool]) -> None:
    """Hear events until ``hear`` says that it is enough, or for so long as is waited at all."""
    for _, event in run.processes.events(time.monotonic() + _WITHIN_S):
        if hear(event):
            return
