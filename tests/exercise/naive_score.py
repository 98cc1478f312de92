"""The figures of an exercise, read off its files one by one: slow, plain, and apart from the scorer."""

from __future__ import annotations


def folded(text):
    return " ".join(text.lower().split())


def is_about(row, planted):
    if folded(row["product"]) != folded(planted["product"]):
        return False
    return "" in {row["version"], planted["version"]} or row["version"] == planted["version"]


def answers_to(seen, pattern):
    ids = [id for id, held in seen["warnings"].items() if held == pattern]
    return [one["answer"] for one in seen["check"]["answers"] if one["warning"] in ids]


def has_step(planted, seen):
    """Whether everything that was found came with something to do."""
    done = (
        [seen.get("do", "")]
        if any("hit" in answers_to(seen, one["pattern"]) for one in planted.get("hit", []))
        else []
    )
    for one in planted.get("exposed", []):
        rows = [row for row in seen["exposures"] if row["verdict"] == "affected" and is_about(row, one)]
        if rows:
            done.append("".join(row.get("do", "") for row in rows))
    for one in planted.get("paying", []):
        rows = [row for row in seen["demands"] if row["verdict"] in ("hit", "linked")]
        if mine := [row for row in rows if row["address"] == one["address"]]:
            done.append("".join(row.get("do", "") for row in mine))
    return "" not in [text.strip() for text in done]


NOTHING = {"warnings": {}, "check": {"answers": []}, "exposures": [], "demands": []}


def of_owner(planted, elsewhere, seen, until=""):
    seen = seen or NOTHING
    hit, exposed, paying = (planted.get(kind, []) for kind in ("hit", "exposed", "paying"))
    parts = []
    if hit:
        found = False
        for trace in hit:
            if "hit" in answers_to(seen, trace["pattern"]):
                found = True
        parts.append((any(trace["kept"] for trace in hit), found))
    for one in exposed:
        twins = [x for x in exposed if (x["product"], x["version"]) == (one["product"], one["version"])]
        found = [row for row in seen["exposures"] if row["verdict"] == "affected" and is_about(row, one)]
        parts.append((any(x["known"] for x in twins), bool(found)))
    for one in paying:
        twins = [x for x in paying if x["address"] == one["address"]]
        found = [
            row
            for row in seen["demands"]
            if row["verdict"] in ("hit", "linked") and row["address"] == one["address"]
        ]
        parts.append((any(x["known"] for x in twins), bool(found)))
    earlier = [
        trace["pattern"]
        for each in elsewhere
        for trace in each.get("hit", [])
        if not until or trace.get("at", "") <= until
    ]
    denials = sum(
        answers_to(seen, pattern).count("not_seen")
        for pattern in {*(trace["pattern"] for trace in hit), *earlier}
    )
    alarms = 0
    known = [trace["pattern"] for each in (planted, *elsewhere) for trace in each.get("hit", [])]
    for id, pattern in seen["warnings"].items():
        said = [one["answer"] for one in seen["check"]["answers"] if one["warning"] == id]
        alarms += said.count("hit") if pattern not in known else 0
    products = [one for each in (planted, *elsewhere) for one in each.get("exposed", [])]
    for row in seen["exposures"]:
        if row["verdict"] in ("not_affected", "fixed"):
            others = [one for each in elsewhere for one in each.get("exposed", [])]
            same_flaw = [one for one in others if one["cve"] == row["vulnerability"]]
            denials += any(is_about(row, one) for one in exposed + same_flaw)
        if row["verdict"] == "affected":
            alarms += not any(is_about(row, one) for one in products)
    addresses = [one["address"] for each in (planted, *elsewhere) for one in each.get("paying", [])]
    for row in seen["demands"]:
        if row["verdict"] == "no_match_found":
            denials += row["address"] in addresses
        if row["verdict"] in ("hit", "linked"):
            alarms += row["address"] not in addresses
    return parts, denials, alarms


def middle(values, percent):
    """The first value in order by which so many of a hundred are reached."""
    for value in sorted(values):
        if sum(one <= value for one in values) * 100 >= percent * len(values):
            return value
    return None


def figures(truth, nation, seen):
    told, all_alarms = [], 0
    for attack in nation["attacks"]:
        sums = dict.fromkeys(("affected", "decidable", "right", "knew", "within_4h", "false_not_seen"), 0)
        transport, people = [], []
        for owner in nation["owners"]:
            planted = truth["owners"][owner["id"]]["attacks"]
            here = planted.get(attack["id"], {})
            elsewhere = [one for id, one in planted.items() if id != attack["id"]]
            said = seen.get((owner["id"], attack["id"]))
            parts, denials, alarms = of_owner(here, elsewhere, said, attack.get("first_report", ""))
            all_alarms += alarms
            sums["false_not_seen"] += denials > 0
            if not parts:
                continue
            sums["affected"] += 1
            decidable = [found for can, found in parts if can]
            right = bool(decidable) and False not in decidable
            sums["decidable"] += bool(decidable)
            sums["right"] += right
            sums["knew"] += True in [found for _, found in parts]
            sums["within_4h"] += right and has_step(here, said) and said["people_s"] <= 4 * 60 * 60
            if right and owner["id"] != attack["first_victim"]:
                transport.append(said["transport_s"])
                people.append(said["people_s"])
        sums["transport_s"] = {
            "p50": middle(transport, 50),
            "p95": middle(transport, 95),
            "last": middle(transport, 100),
        }
        sums["with_people_s"] = {
            "p50": middle(people, 50),
            "p95": middle(people, 95),
            "last": middle(people, 100),
        }
        told.append({"name": attack["name"], **sums})
    return told, all_alarms
