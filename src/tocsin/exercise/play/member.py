"""One member in an exercise: its node, and the people who work with it as they would with their own.

What it hears comes over TAXII from the hub that it joined; what its people see is written to a file that is read after
the end.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.detect.result import CheckResult
from tocsin.errors import NothingToCheck
from tocsin.exercise.nation.facts import Attack, Exercise, example_incident
from tocsin.exercise.play.clock import NationClock
from tocsin.exercise.play.left import LeftLog, RecordingClient
from tocsin.incidents.form import read_whole_form
from tocsin.incidents.incident import Incident, Moments, Ransom
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.detect.check import check
from tocsin.service.detect.request import CheckRequest
from tocsin.service.exchange.finding_store import keep, kept_by_id
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.known_warnings import visible_objects, warnings_file, with_sources
from tocsin.service.exchange.node import Node, Surroundings
from tocsin.service.exchange.share import Offer, offer, queue
from tocsin.service.exchange.sync import sync_all
from tocsin.service.exchange.synced import Synced
from tocsin.service.incidents.record import keep as keep_incidents, new_incident
from tocsin.service.incidents.send import send
from tocsin.service.inventory.add import add
from tocsin.service.inventory.exposure_list import Asked, exposure_page, known
from tocsin.service.progress import SilentProgress
from tocsin.service.ransom.screen import screen
from tocsin.sources.http_client import HttpClient
from tocsin.store import hubs

__all__ = ["Member", "Who"]

_PERSON: Final = "defender"
_SITE: Final = "plant"
_EXPOSURES: Final = 1_000
_CHECK_BYTES: Final = 256 << 20
_PARTS: Final = ("name", "summary", "actors", "software", "actions", "indicators", "descriptions")


class Who(msgspec.Struct, frozen=True):
    """What a member knows of itself: ``demands`` are who wants to be paid where, by attack."""

    id: str
    name: str
    sector: str
    watch: str
    demands: Mapping[str, Mapping[str, str]] = {}
    offline_s: Mapping[str, int] = {}


class Member:
    """One member. ``folder`` is that of the whole exercise, of which it opens its own parts alone."""

    def __init__(self, exercise: Exercise, folder: Path, who: Who, clock: NationClock) -> None:
        self.who = who
        self._exercise = exercise
        self.online = True
        self._folder = folder
        self._clock = clock
        self._evidence = folder / "evidence" / who.id
        self._left = LeftLog(folder / "left" / f"{who.id}.jsonl")
        self._node: Node | None = None
        self._shared: set[str] = set()
        self._found: Sequence[str] = ()

    @property
    def node(self) -> Node:
        """Its node, once it is made."""
        assert self._node is not None
        return self._node

    def prepare(self, hub_url: str, invitation: str) -> None:
        """Make the node, join the hub, and list what runs here."""
        around = Surroundings(self._clock.now_us, os.urandom)
        self._node = init_node(
            self._folder / "nodes" / self.who.id, around, name=self.who.name, sector_names=[self.who.sector]
        )
        with self._client(hub_url) as http:
            join(self.node, http, hub_url, invitation, by=_PERSON)
        add(self.node, [str(self._evidence / "assets.csv")], None, site=_SITE, exposed=True, owner=None)

    def is_told(self, attack: Attack) -> None:
        """Somebody wants to be paid: its people note it, as they do before they know of anybody else."""
        demand = self.who.demands.get(attack.id)
        if demand is not None:
            made = new_incident(self.node, f"Demand of {demand['family']}")
            keep_incidents(self.node, [_demanded(made, demand)], by=_PERSON)

    def report(self, attack: Attack) -> tuple[int, tuple[str, ...]]:
        """Tell the hub what happened here; returns how many bytes went, and in words what was left out."""
        (made,) = keep_incidents(
            self.node,
            [_found_first(new_incident(self.node, attack.name), self._exercise, attack)],
            by=_PERSON,
        )
        hub = self._hub()
        sending = send(self.node, made.id, hub, parts=_PARTS, tlp="green")
        queue(self.node, sending.offer)
        for problem in self.sync()[0].problems:
            raise problem
        return len(sending.offer.body), sending.left_out

    def lie(self, pattern: str) -> list[str]:
        """Tell the hub of ``pattern`` as an attacker's: as others do, and where that leaves it out, by hand.

        Returns what was left out the first time, in words.
        """
        hub = self._hub()
        made = msgspec.structs.replace(new_incident(self.node, "An attack"), indicators=(pattern,))
        (kept,) = keep_incidents(self.node, [made], by=_PERSON)
        sending = send(self.node, kept.id, hub, parts=("indicators",), tlp="green")
        queue(self.node, sending.offer)
        if sending.left_out:
            queue(self.node, Offer(hub, _by_hand(self.node, pattern), (), (), anonymous=False))
        self.sync()
        return list(sending.left_out)

    def sync(self) -> list[Synced]:
        """Ask the hub what is new, and send what waits."""
        return sync_all(self.node, (), self._client)

    def answer(self, attack: Attack, *, is_scored: bool = True) -> dict[str, Any]:
        """Check the logs, the inventory and what is to be paid, as after a sync; returns what its people see.

        It is written down for the scorer if ``is_scored``: what a fault made people see is in no figure.
        """
        found = self._check(attack)
        seen = {
            "node": self.who.id,
            "attack": attack.id,
            "at_us": self._clock.now_us(),
            "warnings": self._patterns(),
            "check": found,
            "do": _steps(found),
            "exposures": self._exposures(),
            "demands": self._demands(attack),
        }
        if is_scored:
            _keep(self._folder / "seen" / self.who.id, attack.id, msgspec.json.encode(seen))
        return seen

    def share_hit(self) -> bool:
        """Tell the hub that the first finding was seen here; whether there was one that it does not know of."""
        new = [one for one in kept_by_id(self.node, self._found) if one.warning not in self._shared]
        if not new:
            return False
        queue(self.node, offer(self.node, new[:1], self._hub()))
        self._shared.add(new[0].warning)
        self.sync()
        return True

    def close(self) -> None:
        """Close the node."""
        if self._node is not None:
            self._node.close()

    def _client(self, url: str) -> HttpClient:
        return RecordingClient(self._left, allowed_origins=[url])

    def _hub(self) -> str:
        with self.node.reading() as connection:
            return hubs.hubs(connection)[0].name

    def _check(self, attack: Attack) -> dict[str, Any] | None:
        try:
            against = str(warnings_file(self.node, _PERSON))
        except NothingToCheck:
            return None
        result = check(
            CheckRequest(
                evidence=(str(self._evidence / attack.id),),
                against=(against,),
                since=None,
                until=None,
                as_format=None,
                mapping=None,
                cache=None,
                threads=1,
                memory_bytes=_CHECK_BYTES,
                known_good=True,
                now=self._clock.now_us() * 1000,
                list_answers=True,
            ),
            SilentProgress(),
        )
        named: CheckResult = msgspec.structs.replace(
            result, findings=with_sources(self.node, _PERSON, result.findings)
        )
        keep(self.node, named.findings)
        self._found = [one.id for one in named.findings]
        return dict(msgspec.json.decode(msgspec.json.encode(named)))

    def _patterns(self) -> dict[str, str]:
        return {
            one.id: str(json.loads(one.body).get("pattern", ""))
            for one in visible_objects(self.node, _PERSON)
            if one.type == "indicator"
        }

    def _exposures(self) -> list[dict[str, Any]]:
        page = exposure_page(known(self.node), Asked(), first=0, limit=_EXPOSURES)
        return [
            {
                "product": one["release"].removesuffix(one["version"] or "").strip(),
                "version": one["version"],
                "verdict": one["verdict"],
                "vulnerability": one["vulnerability"],
                "advisory": one["advisory"],
                "do": one["do"],
            }
            for one in page.rows
        ]

    def _demands(self, attack: Attack) -> list[dict[str, Any]]:
        demand = self.who.demands.get(attack.id)
        if demand is None:
            return []
        answer = screen(self.node, [demand["address"]])
        return [
            {
                "address": one.given,
                "verdict": one.verdict.value,
                "why": "; ".join(match.proof for match in one.matches),
                "do": " ".join(answer.next_steps),
            }
            for one in answer.screened
        ]


def _keep(folder: Path, attack: str, seen: bytes) -> None:
    """Write down what is seen now; what was seen before stays among what was seen earlier."""
    last, earlier = folder / f"{attack}.json", folder / "earlier"
    earlier.mkdir(parents=True, exist_ok=True)
    if last.exists():
        last.rename(earlier / f"{attack}.{sum(1 for _ in earlier.glob(f'{attack}.*.json')) + 1}.json")
    last.write_bytes(seen)


def _steps(check: Mapping[str, Any] | None) -> str:
    """What a check says is to be done, as one text; "" where there was nothing to check against."""
    steps = check["next_steps"] if check is not None else ()
    return " ".join(f"{step['do']} {step.get('how', '')}".strip() for step in steps)


def _demanded(made: Incident, demand: Mapping[str, str]) -> Incident:
    """What one writes down on the day of the note: that somebody wants to be paid, and where."""
    ransom = Ransom(wallets=(demand["address"],), note_names=(demand["family"],))
    return msgspec.structs.replace(made, kinds=("ransomware",), ransom=ransom)


def _found_first(made: Incident, exercise: Exercise, attack: Attack) -> Incident:
    """What the first victim writes: how the attack went, as the example tells it, and what to look for."""
    example = example_incident(attack)
    told = (
        read_whole_form(example, made) if example else msgspec.structs.replace(made, summary=attack.summary)
    )
    began = Moment(_day_us(attack), Fidelity.DAY)
    ransom = Ransom(wallets=(attack.address,), note_names=(attack.family,)) if attack.address else None
    return msgspec.structs.replace(
        made,
        summary=told.summary,
        kinds=told.kinds or (attack.kind,),
        determination=told.determination,
        actors=told.actors,
        moments=Moments(began=began, detected=Moment(made.created_us)),
        ransom=ransom,
        flow=told.flow,
        measures=told.measures,
        indicators=exercise.patterns_of(attack),
    )


def _by_hand(node: Node, pattern: str) -> bytes:
    """An indicator as another program would send it."""
    held = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid4()}",
        "created_by_ref": node.own.id,
        "created": node.now_text,
        "modified": node.now_text,
        "valid_from": node.now_text,
        "pattern": pattern,
        "pattern_type": "stix",
        "object_marking_refs": [marking_id(Tlp.GREEN)],
    }
    return msgspec.json.encode({"objects": [held]})


def _day_us(attack: Attack) -> int:
    return int(datetime.combine(attack.began, time(0), UTC).timestamp()) * 1_000_000
