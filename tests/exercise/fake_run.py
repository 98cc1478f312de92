"""A run of an exercise that nobody ran: the folder as it stands while it runs, and when it is done. By a seed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random

from exercise.drawn import written
from tocsin.exercise.score.scorer import main
from tocsin.model.sectors import sectors

ATTACKS = (
    (
        "solarwinds",
        "SolarWinds",
        "2020-12-13T21:00:00Z",
        "out in March 2020, known 13 December 2020",
        0.30,
        0.35,
        0,
    ),
    (
        "exchange",
        "Exchange",
        "2021-03-02T21:10:00Z",
        "first used 3 January 2021, known 2 March 2021",
        0.35,
        0.45,
        0,
    ),
    (
        "colonial",
        "Colonial Pipeline",
        "2021-05-07T11:00:00Z",
        "shut down on 7 May 2021, paid on 8 May",
        0.06,
        0.2,
        0.05,
    ),
    ("jbs", "JBS", "2021-05-30T09:00:00Z", "struck on 30 May 2021, paid on 1 June", 0.05, 0.12, 0.04),
)
FIRST = (
    "Brookmill",
    "Harrow Vale",
    "Tallow Bridge",
    "Kestrel Point",
    "Osier",
    "Quarry Hill",
    "Larkmere",
    "Fenwick Cross",
)
SECOND = ("Water", "Power", "Clinics", "Rail", "Mills", "Chemicals", "Bank", "Works")
STEPS = ("confirm", "vet", "release", "poll", "read")


def stamp(start, seconds):
    moment = datetime.fromisoformat(start) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Fake:
    """A nation of ``members`` by ``seed``."""

    def __init__(self, members=64, seed=1) -> None:
        self.chance = Random(seed)
        ids = [f"m{number:0{len(str(members))}}" for number in range(1, members + 1)]
        all_sectors = [one.id for one in sectors()]
        self.owners = [
            {
                "id": id,
                "name": f"{FIRST[number % 8]} {SECOND[number // 8 % 8]}{'' if number < 64 else f' {number // 64 + 1}'}",
                "sectors": [
                    all_sectors[number % 16],
                    *([all_sectors[(number + 5) % 16]] if number % 9 == 0 else []),
                ],
                "own_process": number < 8,
                "offline": number % 32 == 31,
            }
            for number, id in enumerate(ids)
        ]
        self.nation = {
            "members": members,
            "days": 4,
            "speed": "max",
            "seed": seed,
            "owners": self.owners,
            "attacks": [],
        }
        self.truth = {
            "seed": seed,
            "owners": {id: {"private": [f"host.{id}.example"], "attacks": {}} for id in ids},
        }
        self.seen, self.events, self.at = {}, [], 0.0
        for attack in ATTACKS:
            self._attack(*attack)
        self._say("done", "", "", "The exercise is over.", ATTACKS[-1][2], 90_000)

    def _attack(self, id, name, first, happened, hit, exposed, paying):
        chance, pattern = self.chance, f"[domain-name:value = '{id}.example']"
        affected = []
        for owner in self.owners:
            planted = {}
            if chance.random() < hit or owner is self.owners[len(self.nation["attacks"])]:
                planted["hit"] = [{"pattern": pattern, "log": "dns", "kept": chance.random() < 0.85}]
            if chance.random() < exposed:
                planted["exposed"] = [{"product": name, "version": "2.1", "known": chance.random() < 0.9}]
            if chance.random() < paying:
                planted["paying"] = [{"address": f"1{id}", "known": True}]
            if planted:
                self.truth["owners"][owner["id"]]["attacks"][id] = planted
                affected.append(owner["id"])
        victim = next(one for one in affected if "hit" in self.truth["owners"][one]["attacks"][id])
        self.truth["owners"][victim]["attacks"][id]["hit"][0]["kept"] = True
        self.nation["attacks"].append(
            {"id": id, "name": name, "first_report": first, "first_victim": victim, "happened": happened}
        )
        self._say("begins", id, "", f"{name} begins: {happened}.", first, -600)
        self._say("prepared", id, "", f"{len(self.owners)} members have their logs of that day.", first, -300)
        self._say("report", id, victim, f"{self._name(victim)} reports what it found.", first, 0)
        self._say("vetted", id, "hub", "The hub vetted the report.", first, 420)
        self._say("released", id, "hub", "The hub released the warning.", first, 600)
        for owner in self.owners:
            if not owner["offline"]:
                self._answer(owner["id"], id, pattern, name, first)
        self._say("ends", id, "", f"{name} ends.", first, 80_000)

    def _answer(self, owner, id, pattern, name, first):
        chance, planted = self.chance, self.truth["owners"][owner]["attacks"].get(id, {})
        steps = {"confirm": 240.0, "vet": 420.0, "release": 180.0, "poll": round(chance.uniform(1, 60), 1)}
        steps["read"] = round(chance.lognormvariate(7.2, 1.1), 1)
        transport = round(chance.uniform(0.4, 6.5), 2)
        hit, weak, pay = planted.get("hit"), planted.get("exposed"), planted.get("paying")
        answer = (
            "hit" if hit and hit[0]["kept"] else "cannot_tell" if hit or chance.random() < 0.2 else "not_seen"
        )
        gaps = [{"kind": "log", "what": "a log of name lookups that reaches back to 2020-03-26"}]
        answers = [{"warning": "i1", "answer": answer, "gaps": gaps if answer == "cannot_tell" else []}]
        exposures = [
            {"product": name, "version": "2.1" if weak[0]["known"] else "",
             "verdict": "affected" if weak[0]["known"] else "unknown", "vulnerability": "CVE-2020-10148",
             "why": "its version is not written down", "do": "Update it."}
        ] if weak else []  # fmt: skip
        demands = [
            {
                "address": f"1{id}",
                "verdict": "linked",
                "do": "Do not pay; call the office that keeps the list.",
            }
        ]
        self.seen[owner, id] = {
            "node": owner, "attack": id, "transport_s": transport, "people_s": round(transport + sum(steps.values()), 1),
            "steps": steps, "warnings": {"i1": pattern}, "check": {"answers": answers}, "exposures": exposures,
            "demands": demands if pay else [], "do": "Take it off the network.",
        }  # fmt: skip
        counts = {one: int(answer == one) for one in ("hit", "not_seen", "cannot_tell")}
        counts |= {
            "affected": int(bool(exposures) and exposures[0]["verdict"] == "affected"),
            "linked": int(bool(pay)),
        }
        self._say("warned", id, owner, f"{self._name(owner)} has the warning.", first, 610 + transport)
        self._say(
            "answer", id, owner, f"{self._name(owner)} has its answer.", first, sum(steps.values()), counts
        )
        if answer == "hit" and chance.random() < 0.5:
            self._say(
                "sighting",
                id,
                owner,
                f"{self._name(owner)} shared that it saw it, too.",
                first,
                sum(steps.values()),
            )

    def _name(self, id):
        return next(one["name"] for one in self.owners if one["id"] == id)

    def _say(self, kind, attack, node, text, first, seconds, answer=None):
        self.at = round(self.at + 0.11, 2)
        said = {
            "at": self.at,
            "now": stamp(first, seconds),
            "attack": attack,
            "kind": kind,
            "node": node,
            "text": text,
        }
        self.events.append(said | ({"answer": answer} if answer else {}))

    def write(self, folder, *, events=None, done=True):
        """The folder with the first ``events`` of it, and the result if it is ``done``."""
        left = {
            one["id"]: [
                {
                    "kind": kind,
                    "bytes": 700 + len(kind),
                    "body": f'{{"type": "{kind}", "note": "what was seen"}}',
                }
                for kind in ("sighting", "poll", "poll", "receipt")
            ]
            for one in self.owners
        }
        left["hub"] = [{"kind": "objects", "bytes": 5000, "body": "{}"}]
        if done:
            written(folder, self.truth, self.nation, self.seen, left)
            costs = {
                "cpu_s_per_member": 2.31, "peak_mb_total": 3120.5, "run_s": 141.2, "processes": 11,
                "truth_sha256": "ab" * 32,
                "measures": [
                    {"name": "Second factor for every way in from outside", "stops": ["Colonial Pipeline"], "why": "The way in was a password without a second factor."},
                    {"name": "Name lookups are logged and kept for a year", "stops": [], "why": "It stops nothing, and decides whether anybody can tell."},
                ],
            }  # fmt: skip
            (folder / "result.json").write_text(json.dumps(costs))
            main(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "nation.json").write_text(json.dumps(self.nation))
        lines = self.events[:events]
        (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
        return folder
