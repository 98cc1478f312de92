"""The logs of an owner are read by the program as any others are, and hold just what was planted."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tocsin.exercise.nation.facts import read_exercise
from tocsin.exercise.nation.nation import make_nation
from tocsin.exercise.nation.traffic import logs
from tocsin.service.detect.check import check
from tocsin.service.detect.request import CheckRequest
from tocsin.service.progress import SilentProgress

EXERCISE = read_exercise("2021")
SEED = 5
NATION = make_nation(EXERCISE, 12, SEED)


def warnings_of(attack, folder):
    """What the first victim gives the others to look for, from the day on which the attack began."""
    objects = [
        {
            "type": "indicator", "spec_version": "2.1", "id": id, "created": "2021-01-01T00:00:00.000Z",
            "modified": "2021-01-01T00:00:00.000Z", "valid_from": f"{attack.began}T00:00:00Z", "pattern_type": "stix",
            "pattern": EXERCISE.pattern(id),
        }
        for id in attack.warnings
    ]  # fmt: skip
    path = folder / "warnings.json"
    path.write_text(
        json.dumps(
            {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects}
        )
    )
    return path


def checked(owner, attack, folder):
    first = owner.keeps_from(attack.first_report.date(), EXERCISE.logs_from)
    planted = [one for part in owner.parts.values() for one in part.planted]
    evidence = folder / "evidence"
    for name, data in logs(owner, planted, first, attack.first_report, SEED):
        path = evidence / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    asked = CheckRequest(
        evidence=(str(evidence),), against=(str(warnings_of(attack, folder)),), since=None, until=None, as_format=None,
        mapping=None, cache=None, threads=1, memory_bytes=256 << 20, known_good=True, now=attack.report_us * 1000,
        list_answers=True,
    )  # fmt: skip
    return check(asked, SilentProgress()), first


@pytest.mark.parametrize("attack", EXERCISE.attacks, ids=lambda one: one.id)
def test_what_was_planted_and_is_kept_is_hit_and_what_is_lost_or_never_was_is_not(attack, tmp_path):
    counted = Counter()
    for owner in NATION.owners:
        folder = tmp_path / owner.id
        folder.mkdir()
        result, first = checked(owner, attack, folder)
        assert result.totals.skipped == 0
        assert result.totals.files_unread == 0
        planted = {}
        for one in owner.parts[attack.id].planted:
            for shown in one.trace.shows:
                kept = one.trace.log in owner.logs and one.day >= first
                planted[shown] = planted.get(shown, False) or kept
        for answer in result.answers:
            kept = planted.get(answer.warning)
            counted[kept, answer.answer] += 1
            if kept is None:
                assert answer.answer != "hit", (owner.id, answer)
            else:
                assert answer.answer == ("hit" if kept else "cannot_tell"), (owner.id, answer)
    assert counted[True, "hit"]
    assert counted[None, "not_seen"] or attack.id == "exchange"


def test_the_same_owner_has_the_same_bytes_and_later_logs_go_on_from_earlier_ones():
    owner = next(one for one in NATION.owners if "dns" in one.logs)
    early, late = EXERCISE.attacks[0].first_report, EXERCISE.attacks[1].first_report
    first = EXERCISE.logs_from
    made = dict(logs(owner, [], first, early, SEED))
    assert dict(logs(owner, [], first, early, SEED)) == made
    assert dict(logs(owner, [], first, late, SEED))["sensor/dns.log"].startswith(made["sensor/dns.log"])
    assert dict(logs(owner, [], first, early, SEED + 1)) != made
