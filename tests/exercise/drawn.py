"""Nations at random, what was planted in them, and what their people saw of it; written as a run writes them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

ATTACKS = ("solarwinds", "exchange", "colonial")
PATTERNS = tuple(f"[domain-name:value = '{name}.example']" for name in ("a", "b", "c", "d"))
PRODUCTS = ("Orion Platform", "Exchange Server")
VERSIONS = ("", "1.0", "2.0")
ADDRESSES = ("1First", "1Second")
SECTORS = ("energy", "dams", "chemical")


def lists(of, most=3):
    return st.lists(of, max_size=most)


TRACE = st.fixed_dictionaries(
    {
        "pattern": st.sampled_from(PATTERNS),
        "kept": st.booleans(),
        "log": st.sampled_from(["dns", "proxy"]),
        "at": st.sampled_from([f"2021-0{month}-01T00:00:00Z" for month in range(1, 7)]),
    }
)
WEAKNESS = st.fixed_dictionaries(
    {
        "product": st.sampled_from(PRODUCTS),
        "version": st.sampled_from(VERSIONS),
        "cve": st.sampled_from(["CVE-2020-1", "CVE-2020-2"]),
        "known": st.booleans(),
    }
)
DEMAND = st.fixed_dictionaries({"address": st.sampled_from(ADDRESSES), "known": st.booleans()})
PLANTED = st.fixed_dictionaries(
    {}, optional={"hit": lists(TRACE), "exposed": lists(WEAKNESS), "paying": lists(DEMAND)}
)
SECONDS = st.sampled_from([0, 1.5, 3.25, 60, 14_399.5, 14_400, 14_400.5, 90_000])


@st.composite
def seens(draw):
    """What one owner's people saw of one attack."""
    warnings = {
        f"indicator--{number}": pattern
        for number, pattern in enumerate(draw(lists(st.sampled_from(PATTERNS), 5)))
    }
    answers = [
        {
            "warning": id,
            "answer": answer,
            "reason": "because",
            "gaps": [{"kind": "log", "what": "no DNS log"}] if answer == "cannot_tell" else [],
        }
        for id in warnings
        if (answer := draw(st.sampled_from(["hit", "not_seen", "cannot_tell", None])))
    ]
    exposures = st.fixed_dictionaries(
        {
            "product": st.sampled_from([*PRODUCTS, "orion  platform"]),
            "version": st.sampled_from(VERSIONS),
            "verdict": st.sampled_from(["affected", "not_affected", "fixed", "unknown"]),
            "vulnerability": st.just("CVE-2020-1"),
            "why": st.just("so it is"),
            "do": st.sampled_from(["", "update"]),
        }
    )
    demands = st.fixed_dictionaries(
        {
            "address": st.sampled_from([*ADDRESSES, "1Third"]),
            "verdict": st.sampled_from(["hit", "linked", "no_match_found", "not_screenable"]),
            "do": st.sampled_from(["", "do not pay"]),
        }
    )
    return {
        "transport_s": draw(SECONDS),
        "people_s": draw(SECONDS),
        "warnings": warnings,
        "check": {"schema": "tocsin/check/1", "answers": answers},
        "exposures": draw(lists(exposures)),
        "demands": draw(lists(demands)),
        "do": draw(st.sampled_from(["", "take it off the network"])),
    }


@st.composite
def exercises(draw):
    """``(truth, nation, seen)`` as their files hold them; ``seen`` goes by owner and attack."""
    ids = [f"m{number:02}" for number in range(1, draw(st.integers(1, 6)) + 1)]
    owners = {
        id: {
            "private": [f"{id}-host.example"],
            "attacks": draw(st.dictionaries(st.sampled_from(ATTACKS), PLANTED)),
        }
        for id in ids
    }
    nation = {
        "members": len(ids),
        "days": 4,
        "owners": [
            {
                "id": id,
                "name": f"Owner {id}",
                "sectors": draw(st.lists(st.sampled_from(SECTORS), max_size=2, unique=True)),
                "offline": draw(st.booleans()),
            }
            for id in ids
        ],
        "attacks": [
            {
                "id": one,
                "name": one.title(),
                "first_victim": draw(st.sampled_from([*ids, ""])),
                "first_report": f"2021-0{2 * number}-01T00:00:00Z",
            }
            for number, one in enumerate(ATTACKS, 1)
        ],
    }
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ATTACKS))
    seen = draw(st.dictionaries(pairs, seens(), max_size=12))
    return {"seed": 1, "owners": owners}, nation, seen


def written(folder, truth, nation, seen, left=None):
    """``folder`` with the files of an exercise."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "nation.json").write_text(json.dumps(nation))
    for (owner, attack), said in seen.items():
        path = folder / "seen" / owner / f"{attack}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(said))
    (folder / "left").mkdir(exist_ok=True)
    for node, lines in (left or {}).items():
        (folder / "left" / f"{node}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return folder
