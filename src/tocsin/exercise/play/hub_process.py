"""The hub of a nation: ``python -m tocsin.exercise.play.hub_process EXERCISE DIR PORT NOW_US SPEED``.

It serves, and its people act when they are told to.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from tocsin.exercise.nation.advisory import csaf
from tocsin.exercise.nation.facts import read_exercise
from tocsin.exercise.play.clock import NationClock
from tocsin.exercise.play.left import LeftLog, recorded
from tocsin.exercise.play.wire import commands, say, telling_why
from tocsin.exercise.told.page import exercise_ways
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.inbox import items, refuse, release, vet
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.node import NODE_FILE, Node, Surroundings, open_node
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.signing_in import keep_address, make_link
from tocsin.service.exchange.withdraw import withdraw
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from tocsin.web.server import Listening, serve

__all__ = ["HUB", "main"]

HUB: Final = "Nation CERT"
_SECTOR: Final = "government-services-and-facilities"
_DUTY: Final = "duty officer"
_HOST: Final = "127.0.0.1"


class _Desk:
    """What the hub's people do."""

    def __init__(self, exercise: str, node: Node, clock: NationClock, url: str) -> None:
        self.exercise = read_exercise(exercise)
        self.node, self.clock, self.url = node, clock, url

    def listen(self) -> None:
        try:
            with telling_why():
                for command in commands(sys.stdin.buffer):
                    if command.do == "stop":
                        break
                    getattr(self, f"do_{command.do}")(**command.words)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def do_clock(self, us: int, speed: float) -> None:
        self.clock.set(us, speed)

    def do_invite(self, members: list[dict[str, str]]) -> None:
        invitations = {
            one["id"]: add_member(self.node, name=one["name"], sector_names=[one["sector"]], by=_DUTY).text
            for one in members
        }
        say(kind="invited", invitations=invitations)

    def do_vet(self) -> None:
        reports = self.reports("new")
        for id in reports:
            vet(self.node, id, by=_DUTY)
        say(kind="vetted", wall=time.time(), count=len(reports))

    def reports(self, *states: str) -> list[str]:
        """What was sent together and is in one of these states, by its id."""
        return list(dict.fromkeys(one.submission for one in items(self.node, states=states)))

    def do_release(self) -> None:
        refused = []
        reports = self.reports("vetted")
        for id in reports:
            taken = release(self.node, id, by=_DUTY)
            refused += [{"id": one.id, "why": one.why} for one in taken.refused]
        say(kind="released", wall=time.time(), count=len(reports), refused=refused)

    def do_refuse(self, why: str) -> None:
        """Refuse what is left: what could not be released."""
        reports = self.reports("new", "vetted")
        for id in reports:
            refuse(self.node, id, why=why, by=_DUTY)
        say(kind="refused", count=len(reports))

    def do_advise(self, attack: str) -> None:
        one = self.exercise.attack(attack)
        if one.advisory is not None:
            publish(self.node, csaf(one), name=f"{one.id}.json", by=_DUTY, tlp=Tlp.GREEN)
        say(kind="advisory", wall=time.time())

    def do_warn(self, number: int) -> None:
        """Publish a warning of a drill, which finds nothing."""
        now = self.node.now_text
        held = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{uuid.uuid4()}",
            "created": now,
            "modified": now,
            "valid_from": now,
            "name": f"Drill {number}",
            "pattern": f"[domain-name:value = 'drill-{number}.example']",
            "pattern_type": "stix",
        }
        publish(self.node, msgspec.json.encode(held), name="drill", by=_DUTY, tlp=Tlp.GREEN)
        say(kind="published", wall=time.time())

    def do_withdraw(self, pattern: str) -> None:
        ids = [
            one.id
            for one in visible_objects(self.node, _DUTY)
            if one.type == "indicator" and msgspec.json.decode(one.body)["pattern"] == pattern
        ]
        for id in ids:
            withdraw(self.node, id, why="It is a harmless site; the report was false.", by=_DUTY)
        say(kind="withdrawn", wall=time.time(), count=len(ids))

    def do_link(self) -> None:
        link = make_link(self.node, _DUTY, by=_DUTY)
        say(kind="link", url=f"{self.url}signin/{link.secret}")


def main(arguments: Sequence[str]) -> None:
    """Serve until the runner says stop."""
    exercise, folder, port = arguments[0], Path(arguments[1]), int(arguments[2])
    clock = NationClock(int(arguments[3]), float(arguments[4]))
    around = Surroundings(clock.now_us, os.urandom, lambda: time.time_ns() // 1000)
    own = folder / "nodes" / "hub"
    if not (own / NODE_FILE).exists():
        init_node(own, around, name=HUB, sector_names=[_SECTOR]).close()
    node = open_node(own, around, serving=True)
    at = Listening(_HOST, port)
    desk = _Desk(exercise, node, clock, at.url)
    app = application(
        node, taxii_app(node), hosts={_HOST, "localhost"}, secure=False, more=exercise_ways(folder)
    )
    left = LeftLog(folder / "left" / "hub.jsonl")

    def ready() -> None:
        keep_address(node, at.url)
        say(kind="serving", url=at.url)
        threading.Thread(target=desk.listen, daemon=True).start()

    try:
        with telling_why():
            serve(recorded(app, left), at, ready=ready)
    finally:
        node.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    say(kind="stopped", cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


if __name__ == "__main__":
    main(sys.argv[1:])
