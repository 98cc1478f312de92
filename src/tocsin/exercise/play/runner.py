"""Plays an exercise: one attack after the other, from the first victim's report until every owner has its answer."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.errors import SourceUnavailable
from tocsin.exercise.nation.facts import Attack, read_exercise
from tocsin.exercise.nation.generator import Sealed, open_truth
from tocsin.exercise.nation.nation import OWN_PROCESS
from tocsin.exercise.play.faults import play_faults
from tocsin.exercise.play.people import DISTRIBUTIONS, poll_s, read_s, release_s, vet_s
from tocsin.exercise.play.processes import Event, Processes
from tocsin.exercise.play.programs import generated, measures, score
from tocsin.exercise.told.words import duration

__all__ = ["Plan", "Run"]

_HUB: Final = "hub"
_WORKERS: Final = 2
_POLL_S: Final = 3.0
_STEP_S: Final = 120.0
_LOOK_S: Final = 0.2
_READ_S: Final = 20.0
"""So long at most is waited for a reader, whatever the speed: who reads in the morning is told of as if it were."""
_PREPARED_S: Final = 900.0
_ANSWERED_S: Final = 240.0
_ANSWERING: Final = frozenset({"polled", "answer", "returned"})
_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _US
_PREPARING: Final = 60.0
"""How fast the nation's time goes on the day before the first report, so that all who join at once are no flood."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played. ``speed`` is how much faster than the wall's the nation's time goes; 0 waits for nobody.

    ``stays`` is whether the hub goes on serving at the end.
    """

    exercise: str
    members: int
    seed: int
    speed: float
    port: int
    faults: bool = True
    stays: bool = False


@dataclass(slots=True)
class _Played:
    """How one attack went: when what was heard, by the wall's clock; what each member's answer was."""

    reported: float = 0.0
    released: float = 0.0
    paused: float = 0.0
    answered: dict[str, float] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)
    steps: dict[str, dict[str, float]] = field(default_factory=dict)
    returned: dict[str, float] = field(default_factory=dict)


class Run:
    """One run below ``folder``. ``shown`` hears each line of ``events.jsonl`` as it is written."""

    def __init__(self, plan: Plan, folder: Path, shown: Callable[[Event], None] = lambda _: None) -> None:
        self.plan = plan
        self.folder = folder
        self.exercise = read_exercise(plan.exercise)
        self._shown = shown
        self.processes = Processes(folder / "logs")
        self._began = time.monotonic()
        self._owners: list[dict[str, Any]] = []
        self.at: dict[str, str] = {}
        self.members: list[str] = []
        self._nation_us, self._nation_at, self._nation_speed = 0, 0.0, 1.0
        self._played: dict[str, _Played] = {}
        self._problems: list[Event] = []
        self._early: list[tuple[str, Event]] = []
        self._workers = 0
        self._victims: dict[str, str] = {}
        self.ids: list[str] = []
        self.url = ""

    def run(self) -> dict[str, Any]:
        """Play all of it, and return the costs; what was seen lies in the folder then, and the truth beside it.

        Raises:
            SourceUnavailable: a process of the exercise ended, or does not answer.
        """
        sealed = self._generate()
        with self.processes:
            self.prepare()
            for attack in self.exercise.attacks:
                self.play(attack)
            faults = play_faults(self) if self.plan.faults else []
            stopped = self.processes.end()
        open_truth(self.folder, sealed.key)
        for attack in self.exercise.attacks:
            self._time_seen(attack)
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        chosen = self._measures()
        costs = {
            "exercise": self.plan.exercise,
            "seed": self.plan.seed,
            "members": self.plan.members,
            "speed": self.plan.speed or "max",
            "run_s": round(time.monotonic() - self._began, 1),
            "cpu_s_per_member": round((children.ru_utime + children.ru_stime) / max(1, self.plan.members), 2),
            "peak_mb_total": round(sum(one["peak_mb"] for one in stopped) + own.ru_maxrss / 1024),
            "processes": 1 + len(self.members),
            "members_in_workers": self.plan.members - (len(self.members) - self._workers),
            "distributions": dict(DISTRIBUTIONS),
            "poll_s": _POLL_S,
            "truth_sha256": sealed.sha256,
            "problems": [one["text"] for one in self._problems],
            **chosen,
            **({"faults": faults} if faults else {}),
        }
        (self.folder / "result.json").write_bytes(msgspec.json.encode(costs))
        score(self.folder)
        self.tell("done", text="All attacks are played, and the answers are held to the truth.")
        return costs

    def stay(self) -> None:
        """Serve the hub, with the page and the report, until the person says that it is enough."""
        with self.processes:
            self._clock(self._now_us(), 1.0)
            self.start_hub()
            self.sign_in("To look at the page and the report until Ctrl-C")
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(1)
            self.processes.end()

    def look_on(self) -> None:
        """Tell of the link for the run, and whether the page is there for longer."""
        ends = "" if self.plan.stays else " (the page ends with it; --stay goes on serving)"
        self.sign_in(f"To look on while it runs{ends}")

    def sign_in(self, what_for: str) -> None:
        """Tell of a link that signs somebody in at the hub, once."""
        self.hub("link")
        self.tell("link", text=f"{what_for}, open this once, within 15 minutes: {self.wait('link')['url']}")

    def _generate(self) -> Sealed:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clock(self.exercise.attacks[0].report_us - _DAY_US, _PREPARING)
        self.tell("making", text=f"A nation of {self.plan.members} owners is made, with their logs.")
        sealed = generated(self.plan.exercise, self.plan.members, self.plan.seed, self.folder)
        public = msgspec.json.decode((self.folder / "nation.json").read_bytes())
        self._owners = public["owners"]
        self._victims = {one["id"]: one["first_victim"] for one in public["attacks"]}
        return sealed

    def _measures(self) -> dict[str, Any]:
        try:
            return measures(self.folder / "nodes" / _HUB, [one.name for one in self.exercise.attacks])
        except SourceUnavailable as error:
            self._problems.append(_problem(error.what))
            return {}

    # -- before the first attack --------------------------------------------------------------

    def prepare(self) -> None:
        """Start the hub and the members, and let all join."""
        ids = self.ids = [one["id"] for one in self._owners]
        own = [[id] for id in ids[:OWN_PROCESS]]
        rest = ids[OWN_PROCESS:]
        shared = [rest[number::_WORKERS] for number in range(_WORKERS)]
        self._workers = sum(map(bool, shared))
        self._clock(self.exercise.attacks[0].report_us - _DAY_US, _PREPARING)
        self.start_hub()
        self.look_on()
        for group in filter(None, [*own, *shared]):
            name = group[0] if len(group) == 1 else f"worker-{group[0]}"
            self.processes.start(
                name, "tocsin.exercise.play.member_process", self.plan.exercise, str(self.folder), *group
            )
            self.at.update(dict.fromkeys(group, name))
            self.members.append(name)
        self._clock(self._now_us(), _PREPARING)
        self.hub(
            "invite",
            members=[
                {"id": one["id"], "name": one["name"], "sector": one["sectors"][0]} for one in self._owners
            ],
        )
        invited = self.wait("invited")
        for name in self.members:
            mine = {id: text for id, text in invited["invitations"].items() if self.at[id] == name}
            self.processes.tell([name], "prepare", hub=self.url, invitations=mine)
        self._joins()
        self.tell("prepared", text=f"{len(ids)} owners have joined {_HUB_NAME}.")

    def _joins(self) -> None:
        """Wait until all have joined, and tell of each: it takes as long as all of an attack."""
        joined: set[str] = set()

        def hear(name: str, event: Event) -> None:
            self._hear(name, event)
            if event["kind"] == "joined":
                joined.add(event["node"])
                text = f"{len(joined)} of {len(self.ids)} owners have joined {_HUB_NAME}."
                self.tell("joined", node=event["node"], text=text)

        for _ in self.members:
            self.processes.wait(lambda _, event: event["kind"] == "prepared", _PREPARED_S, hear, "prepared")

    def start_hub(self) -> None:
        """Start the hub, or start it again."""
        self.processes.start(
            _HUB,
            "tocsin.exercise.play.hub_process",
            self.plan.exercise,
            str(self.folder),
            str(self.plan.port),
            str(self._now_us()),
            str(self._nation_speed),
        )
        self.url = self.wait("serving")["url"]

    # -- one attack ---------------------------------------------------------------------------

    def play(self, attack: Attack) -> None:
        """Play one attack."""
        played = self._played[attack.id] = _Played()
        chance = random.Random(f"{self.plan.seed} {attack.id} people")
        offline = self._offline(attack)
        self._clock(attack.report_us, self.plan.speed or 1.0)
        self.processes.tell(self.members, "begin", attack=attack.id, offline=list(offline), poll_s=_POLL_S)
        victim = self._victims[attack.id]
        self.tell(
            "begins", attack, text=f"{attack.name}: {self._name(victim)} finds that it was broken into."
        )
        self.processes.tell([self.at[victim]], "report", node=victim)
        report = self.wait("report")
        played.reported = report["wall"]
        self._problems += [
            _problem(f"{attack.name}: the first report left out {one}")
            for one in report["left_out"]
            if "indicator" in one
        ]
        self.tell(
            "report", attack, node=victim, text=f"{self._name(victim)} tells {_HUB_NAME} what it found."
        )
        common = {"vet": vet_s(chance), "release": release_s(chance)}
        played.paused += self._pause(common["vet"])
        self.hub("vet")
        self.wait("vetted")
        self.tell("vetted", attack, text="The hub's duty officer has vetted the report.")
        played.paused += self._pause(common["release"])
        self._early.clear()
        self.hub("advise", attack=attack.id)
        self.wait("advisory")
        self.hub("release")
        released = self.wait("released")
        played.released, refused = released["wall"], released["refused"]
        self._problems += [
            _problem(f"{attack.name}: the hub refused {one['id']}: {one['why']}") for one in refused
        ]
        self.tell(
            "released",
            attack,
            text="The hub tells all members." + (f" {len(refused)} objects were refused." if refused else ""),
        )
        for inject in attack.injects:
            self.tell(
                "inject", attack, text=f"To {inject.to}, {duration(inject.after_s)} later: {inject.text}"
            )
        for one in self._owners:
            steps = {**common, "poll": poll_s(chance), "read": 0.0}
            if one["id"] in offline:
                steps["offline"] = float(offline[one["id"]])
            arrived = attack.report_us + int(sum(steps.values()) * _US)
            steps["read"] = read_s(chance, one["watch"], arrived)
            played.steps[one["id"]] = steps
        self._answers(attack, set(self.ids) - set(offline))
        if offline:
            self.processes.tell(self.members, "online")
            self._answers(attack, set(self.ids))
        self._sightings(attack)
        self.processes.tell(self.members, "rest")
        self.tell(
            "ends",
            attack,
            text=f"{attack.name}: {len(played.answered)} of {len(self._owners)} owners have their answer.",
        )

    def _answers(self, attack: Attack, wanted: set[str]) -> None:
        """Hear answers until all of ``wanted`` have asked the hub since it told them, and answered what was new."""
        played = self._played[attack.id]
        unread: list[tuple[float, str, Event]] = []

        def hear(name: str, event: Event) -> None:
            if event["kind"] not in _ANSWERING:
                self._hear(name, event)
            elif event["kind"] == "returned":
                played.returned[event["node"]] = event["wall"]
            elif event["kind"] == "polled":
                if event["began"] >= played.released:
                    played.current.add(event["node"])
            else:
                node = event["node"]
                played.answered[node] = event["wall"]
                self.tell(
                    "warned", attack, node=node, text="The machine has its answer; nobody has read it yet."
                )
                unread.append((self._read_at(played.steps[node]), node, event["answer"]))
            self._read(attack, unread)

        # Who asked the hub at the moment of its release may have answered before the hub said that it was done.
        early, self._early = self._early, []
        for one in early:
            hear(*one)
        try:
            if not wanted <= played.current:
                self.processes.wait(lambda *_: wanted <= played.current, _ANSWERED_S, hear, "answers")
        except SourceUnavailable as error:
            missing = sorted(wanted - played.current)
            text = f"{attack.name}: no whole answer of {', '.join(missing)} ({error.what})"
            self._problems.append(_problem(text))
        while unread:
            self._read(attack, unread)
            time.sleep(_LOOK_S)

    def _read_at(self, steps: Mapping[str, float]) -> float:
        """When, by the clock that never goes back, somebody reads an answer that is there now."""
        if not self.plan.speed:
            return 0.0
        return time.monotonic() + min((steps["poll"] + steps["read"]) / self.plan.speed, _READ_S)

    def _read(self, attack: Attack, unread: list[tuple[float, str, Event]]) -> None:
        """Tell of the answers that somebody has read by now."""
        now = time.monotonic()
        for one in [one for one in unread if one[0] <= now]:
            unread.remove(one)
            _, node, answer = one
            self.tell("answer", attack, node=node, text=_said(answer), answer=answer)

    def _sightings(self, attack: Attack) -> None:
        """Those who were hit tell the hub of it, and the hub releases that."""
        self.processes.tell(self.members, "share", nodes=sorted(self._played[attack.id].answered))
        for _ in self.members:
            self.wait("shared")
        self.hub("vet")
        self.wait("vetted")
        self.hub("release")
        self.wait("released")

    def _offline(self, attack: Attack) -> Mapping[str, int]:
        """Whose machine is off, and for how many seconds."""
        found = {}
        for one in self._owners:
            held = msgspec.json.decode((self.folder / "members" / f"{one['id']}.json").read_bytes())
            if attack.id in held["offline_s"]:
                found[one["id"]] = held["offline_s"][attack.id]
        return found

    def _time_seen(self, attack: Attack) -> None:
        """Write into what was seen how long it took: the machines' seconds, and people's beside them."""
        played = self._played[attack.id]
        for id, answered in played.answered.items():
            path = self.folder / "seen" / id / f"{attack.id}.json"
            seen = msgspec.json.decode(path.read_bytes())
            began = played.returned.get(id, played.reported + played.paused)
            transport = answered - began
            steps = {name: round(value, 1) for name, value in played.steps[id].items()}
            seen |= {
                "reported_us": attack.report_us,
                "transport_s": round(transport, 3),
                "people_s": round(transport + sum(steps.values()), 1),
                "steps": steps,
            }
            path.write_bytes(msgspec.json.encode(seen))

    # -- small things -------------------------------------------------------------------------

    def _name(self, id: str) -> str:
        return str(next(one["name"] for one in self._owners if one["id"] == id))

    def _clock(self, us: int, speed: float) -> None:
        self._nation_us, self._nation_at, self._nation_speed = us, time.monotonic(), speed
        self.processes.tell(self.processes.running, "clock", us=us, speed=speed)

    def _now_us(self) -> int:
        """The time in the nation."""
        return self._nation_us + int((time.monotonic() - self._nation_at) * self._nation_speed * _US)

    def _pause(self, seconds: float) -> float:
        """Wait for people, as fast as the exercise is played; returns the seconds of the wall that it took."""
        began = time.monotonic()
        if self.plan.speed:
            time.sleep(seconds / self.plan.speed)
        return time.monotonic() - began

    def hub(self, do: str, **rest: Any) -> None:
        """Tell the hub's people what to do."""
        self.processes.tell([_HUB], do, **rest)

    def wait(self, kind: str, within_s: float = _STEP_S) -> Event:
        """Wait until something of this kind happens, and return it.

        Raises:
            SourceUnavailable: it does not happen in time.
        """
        return self.processes.wait(lambda _, event: event["kind"] == kind, within_s, self._hear, kind)

    def _hear(self, name: str, event: Event) -> None:
        if event["kind"] == "problem":
            self._problems.append(event)
        elif event["kind"] in _ANSWERING:
            self._early.append((name, event))

    def tell(self, kind: str, attack: Attack | None = None, **rest: Any) -> None:
        """Note what happened, for the page and for whoever looks on."""
        now = self._now_us()
        event = {
            "at": round(time.monotonic() - self._began, 2),
            "now": f"{datetime.fromtimestamp(now / _US, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "attack": attack.id if attack else "",
            "kind": kind,
            **rest,
        }
        with (self.folder / "events.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(event) + b"\n")
        self._shown(event)


_HUB_NAME: Final = "Nation CERT"


def _problem(text: str) -> Event:
    return {"kind": "problem", "text": text}


def _said(answer: Mapping[str, int]) -> str:
    """An answer in plain words, the gravest first."""
    words = {
        "hit": "hit by {}",
        "linked": "about to pay a criminal ({})",
        "affected": "exposed ({})",
        "cannot_tell": "cannot tell {}",
        "not_seen": "not seen {}",
    }
    return (
        ", ".join(text.format(answer[key]) for key, text in words.items() if answer.get(key))
        or "nothing to say"
    )
