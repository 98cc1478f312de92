"""Links by trying everything: every pair, every value, every choice of steps. For small sets alone."""

from __future__ import annotations

from itertools import combinations


def naive_links(
    incidents, values, technique, attempts, actor, software, arms, share=0.01, shortest=3, enough=100
):
    """The links as (first, second, kind, value)."""
    found = set()
    rows = {one.id: naive_row(one, technique) for one in incidents}
    for one, other in combinations(sorted(incidents, key=lambda each: each.id), 2):
        for kind, held in _things(one, values, actor).items():
            found |= {(one.id, other.id, kind, value) for value in held & _things(other, values, actor)[kind]}
        tools = {each.id: {software(name) for name in each.software} - {""} for each in incidents}
        rest = [*arms, *(tools[each.id] for each in incidents if each not in (one, other) and tools[each.id])]
        rare = [tool for tool in sorted(tools[one.id] & tools[other.id])
                if sum(tool in each for each in rest) < share * len(rest)]  # fmt: skip
        if len(rest) >= enough and len(rare) >= 2:
            found.add((one.id, other.id, "software", ", ".join(rare)))
        others = [rows[each.id] or {technique(n.technique) for n in each.flow.actions} for each in incidents
                  if each not in (one, other)] + [set(each) for each in attempts]  # fmt: skip
        if len(others) >= enough:
            runs = [(sum(_holds(run, each) for each in others), -len(run), at, run)
                    for at, run in _runs(rows[one.id], rows[other.id]) if len(set(run)) >= shortest]  # fmt: skip
            if runs and min(runs)[0] / len(others) < share:
                found.add((one.id, other.id, "sequence", " > ".join(min(runs)[-1])))
    return found


def naive_row(one, technique):
    """The techniques in the order that the steps are written in: for flows that are lines."""
    row = []
    for node in one.flow.actions:
        name = technique(node.technique)
        if name and row[-1:] != [name]:
            row.append(name)
    return tuple(row) if one.flow.edges else ()


def _things(one, values, actor):
    paid = one.ransom.payments if one.ransom else ()
    wallets = [*(one.ransom.wallets if one.ransom else ()), *(w for each in paid for w in each.wallets)]
    return {
        "indicator": {value for text in one.indicators for value in values(text)},
        "vulnerability": {text.upper() for text in one.vulnerabilities},
        "actor": {actor(name) for name in one.actors} - {""},
        "wallet": set(wallets),
        "transaction": {id for each in paid for id in each.transactions},
    }


def _runs(first, second):
    inside = {second[at:to] for at in range(len(second)) for to in range(at + 1, len(second) + 1)}
    runs = [(at, first[at:to]) for at in range(len(first)) for to in range(at + 1, len(first) + 1)]
    return [(at, run) for at, run in runs if run in inside]


def _holds(row, whole):
    if isinstance(whole, set):
        return set(row) <= whole
    return any(
        list(row) == [whole[at] for at in places] for places in combinations(range(len(whole)), len(row))
    )
