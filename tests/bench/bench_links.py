"""Whether what two attacks have in common tells that the same people were behind both: ``python tests/bench/bench_links.py``.

Pairs are related where ATT&CK attributes both campaigns to one group, and unrelated where it attributes them to
different ones. Groups are halved by turns; a threshold is the lowest that is right in 95 of 100 in one half, and is
judged on the other. Between groups, of which no two should be the same, it shows how often a threshold is wrong. The
published flows were used for no threshold.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from math import inf, log, sqrt

from real_data import shared
from tocsin.incidents.flow.afb import read_afb
from tocsin.incidents.incident import Incident
from tocsin.incidents.links import techniques_in_order
from tocsin.measures.knowledge import Adversary
from tocsin.service.incidents.links import links_of, technique
from tocsin.service.measures.known import known

SAME = (
    ("Conti CISA Alert", "Conti PWC", "Conti Ransomware"),
    ("FIN13 Case 1", "FIN13 Case 2"),
    ("Turla - Carbon Emulation Plan", "Turla - Snake Emulation Plan"),
    ("Cobalt Kitty Campaign", "OceanLotus"),
    ("Ivanti Vulnerabilities", "MITRE NERVE"),
    ("CISA AA22-138B VMWare Workspace (Alt)", "CISA AA22-138B VMWare Workspace (TA1)"),
)
"""Of the published flows those that tell of the same attackers."""

PRECISION = 0.95


@dataclass(frozen=True)
class Attack:
    """One attack: the techniques and software that it used, in order where ``row`` is one; by whom, as far as known."""

    name: str
    by: frozenset[str]
    techniques: frozenset[str]
    software: frozenset[str] = frozenset()
    row: tuple[str, ...] = ()
    began: str = ""


Score = Callable[[Attack, Attack], float]


class Scores:
    """Ways to say how alike two attacks are, by how rare what they share is in ``background``."""

    def __init__(self, background: Sequence[Attack]) -> None:
        self.count = len(background)
        self.held = Counter(one for attack in background for one in attack.techniques)
        self.armed = Counter(one for attack in background for one in attack.software)

    def weight(self, name: str, *both: Attack) -> float:
        """How much a technique says: the logarithm of how few of the others used it."""
        others = self.held[name] - sum(name in one.techniques for one in both if one.name)
        return log((self.count - 1) / (max(0, others) + 1))

    def sum(self, names: Iterable[str], *both: Attack) -> float:
        return sum(self.weight(one, *both) for one in names)

    def shared(self, a: Attack, b: Attack) -> float:
        return self.sum(a.techniques & b.techniques, a, b)

    def share(self, a: Attack, b: Attack) -> float:
        whole = self.sum(a.techniques | b.techniques, a, b)
        return self.shared(a, b) / whole if whole else 0.0

    def share_in_time(self, a: Attack, b: Attack) -> float:
        """The same where both began within two years of one another."""
        days = [date.fromisoformat(one.began) for one in (a, b) if one.began]
        return self.share(a, b) if len(days) == 2 and abs((days[0] - days[1]).days) <= 730 else 0.0

    def cosine(self, a: Attack, b: Attack) -> float:
        squares = [sum(self.weight(one, a, b) ** 2 for one in each) for each in (a.techniques, b.techniques)]
        both = sum(self.weight(one, a, b) ** 2 for one in a.techniques & b.techniques)
        return both / sqrt(squares[0] * squares[1]) if all(squares) else 0.0

    def in_order(self, a: Attack, b: Attack) -> float:
        """The heaviest row, with gaps, that both hold."""
        best = [[0.0] * (len(b.row) + 1) for _ in range(len(a.row) + 1)]
        for i, one in enumerate(a.row):
            for j, other in enumerate(b.row):
                along = best[i][j] + self.weight(one, a, b) if one == other else 0.0
                best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], along)
        return best[-1][-1]

    def in_order_share(self, a: Attack, b: Attack) -> float:
        whole = sqrt(self.sum(a.row, a, b) * self.sum(b.row, a, b)) if a.row and b.row else 0.0
        return self.in_order(a, b) / whole if whole else 0.0

    def near(self, a: Attack, b: Attack) -> float:
        """Pairs that follow one another with at most two between, by the weight of both."""

        def pairs(row: tuple[str, ...]) -> set[tuple[str, str]]:
            return {(x, y) for at, x in enumerate(row) for y in row[at + 1 : at + 4] if x != y}

        return sum(self.sum(pair, a, b) for pair in pairs(a.row) & pairs(b.row))

    def tools(self, a: Attack, b: Attack) -> float:
        """How many pieces of software that nobody else used."""
        return float(sum(self.armed[one] <= 2 for one in a.software & b.software))


def campaigns_and_groups() -> tuple[list[Attack], list[Attack]]:
    """ATT&CK's attributed campaigns, and its groups."""
    made = {"campaign": [], "group": []}
    for one in known().adversaries:
        by = frozenset(one.groups if one.kind == "campaign" else [one.id])
        if by and one.techniques:
            made[one.kind].append(_attack(one, by))
    return made["campaign"], made["group"]


def _attack(one: Adversary, by: frozenset[str]) -> Attack:
    used = frozenset(technique(id) for id in one.techniques)
    return Attack(one.name, by, used, frozenset(one.software), began=one.began)


def flows() -> list[tuple[Attack, Incident]]:
    """The published flows."""
    lines = gzip.decompress(shared("intel/attack-flow.jsonl.gz").read_bytes()).splitlines()
    found = []
    for at, one in enumerate(map(json.loads, lines)):
        name, flow = one["file"].removesuffix(".afb"), read_afb(one["flow"]).flow
        row = techniques_in_order(flow, technique)
        by = frozenset(str(number) for number, names in enumerate(SAME) if name in names)
        used = frozenset(technique(node.technique) for node in flow.actions) - {""}
        attack = Attack(name, by or frozenset({name}), used, row=row)
        found.append((attack, Incident(id=f"incident--{at:02}", name=name, flow=flow)))
    return found


def threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The lowest at which 95 of 100 that reach it are right."""
    best, right = inf, 0
    for count, (score, related) in enumerate(sorted(scored, reverse=True), 1):
        right += related
        if related and score > 0 and right / count >= PRECISION:
            best = score
    return best


def judged(scored: Sequence[tuple[float, bool]], least: float) -> str:
    """Right of all that reach ``least``, of all that are related."""
    reached = [related for score, related in scored if score >= least]
    return (
        f"{sum(reached)} right of {len(reached)} linked, {sum(related for _, related in scored)} to be found"
    )


def scored(pairs: Iterable[tuple[Attack, Attack]], score: Score) -> list[tuple[float, bool]]:
    return [(score(a, b), bool(a.by & b.by)) for a, b in pairs]


def halves(campaigns: Sequence[Attack]) -> tuple[set[str], set[str]]:
    ids = sorted({id for one in campaigns for id in one.by})
    return set(ids[::2]), set(ids[1::2])


def main() -> None:
    campaigns, groups = campaigns_and_groups()
    everything = [_attack(one, frozenset()) for one in known().adversaries if one.techniques]
    scores = Scores(everything)
    drawn = [attack for attack, _ in flows()]
    of_flows = Scores([*everything, *drawn])
    first, second = halves(campaigns)
    print(f"{len(campaigns)} campaigns, {len(groups)} groups, {len(drawn)} flows")
    for name in ("shared", "share", "share_in_time", "cosine", "tools"):
        score = getattr(scores, name)
        for ours, theirs in ((first, second), (second, first)):
            sets = [[one for one in campaigns if one.by & half] for half in (ours, theirs)]
            train, test = (scored(combinations(held, 2), score) for held in sets)
            least = threshold(train)
            wrong = sum(value >= least for value, _ in scored(combinations(groups, 2), score))
            print(
                f"{name}: tuned {judged(train, least)}; held out {judged(test, least)}; groups taken for one: {wrong}"
            )
    for ours, theirs in ((first, second), (second, first)):
        made = []
        for half in (ours, theirs):
            held = [one for one in campaigns if one.by & half]
            made.append(scored(product(held, [one for one in groups if one.by & half]), scores.tools))
        for least in (1, 2):
            print(
                f"tools >= {least}, campaign and group: {judged(made[0], least)}; other half {judged(made[1], least)}"
            )
    for least in (1, 2):
        wrong = sum(value >= least for value, _ in scored(combinations(groups, 2), scores.tools))
        print(f"tools >= {least}: groups taken for one: {wrong} of {len(groups) * (len(groups) - 1) // 2}")
    for name in ("shared", "share", "cosine", "in_order", "in_order_share", "near"):
        held = scored(combinations(drawn, 2), getattr(of_flows, name))
        print(f"flows, {name}: at best {judged(held, threshold(held))}")
    related = {one.id: attack.by for attack, one in flows()}
    found = [one for one in links_of([one for _, one in flows()]) if one.strength.value != "weak"]
    right = sum(bool(related[one.first] & related[one.second]) for one in found)
    print(f"flows, as it ships: {right} right of {len(found)} linked")


if __name__ == "__main__":
    main()
