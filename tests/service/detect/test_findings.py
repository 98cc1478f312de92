from __future__ import annotations

from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.result import Note
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.hits import HitGroup, Sample
from tocsin.engine.run import Outcome
from tocsin.model.observation import Observation
from tocsin.service.detect.findings import findings_of
from tocsin.service.detect.intake import FileReport
from tocsin.service.detect.notes import no_notes

NOON = 1614686400000000  # 2021-03-02T12:00:00Z, in microseconds
DAY = 86_400_000_000
SIMPLE = "[domain-name:value = 'evil.example']"
BOTH = "[x:a = 1 AND x:b = 2]"


def plan_of(*warnings: Warning_) -> Plan:
    return compile_plan(warnings, WarningTally())


def warning(pattern: str = SIMPLE, **fields) -> Warning_:
    return Warning_(id="indicator--1", pattern=pattern, **fields)


def group(
    ordinal: int = 0,
    *,
    first: int | None = NOON,
    last: int | None = NOON,
    host: str = "h",
    actor: str = "",
    count: int = 1,
    samples=None,
    sensors: tuple[str, ...] = (),
) -> HitGroup:
    return HitGroup(
        ordinal,
        host,
        actor,
        first,
        last,
        count,
        samples or (Sample(0, 7, first, "domain-name:value", "evil.example"),),
        sensors,
    )


def findings(plan: Plan, *groups: HitGroup, notes=no_notes, observations=None):
    outcome = Outcome(list(groups), [], {}, {}, set(), observations or {})
    files = [FileReport("a.log", 1), FileReport("b.log", 1)]
    return findings_of(plan, outcome, files, notes)


def test_a_finding_says_what_where_when_how_often_and_why():
    said = {
        "name": "n",
        "description": "d",
        "tlp": "amber",
        "confidence": 80,
        "labels": ("malicious-activity",),
        "source": "feed.json",
    }
    (found,) = findings(plan_of(warning(**said)), group(last=NOON + DAY, count=5, actor="root"))
    assert (found.warning, found.kind, found.title, found.description, found.source) == (
        "indicator--1",
        "hit",
        "n",
        "d",
        "feed.json",
    )
    assert (found.where, found.actor, found.count) == ("h", "root", 5)
    assert (found.first_seen, found.last_seen) == ("2021-03-02T12:00:00.000Z", "2021-03-03T12:00:00.000Z")
    assert (found.severity, found.confidence, found.tlp, found.pattern) == ("high", 80, "amber", SIMPLE)
    (example,) = found.examples
    assert (example.file, example.row, example.time) == ("a.log", 7, "2021-03-02T12:00:00.000Z")
    assert example.values == {"domain-name:value": "evil.example"}
    assert [node.kind for node in (found.why, found.why.children[0], found.why.children[0].children[0])] == [
        "warning",
        "clause",
        "row",
    ]


def test_a_warning_without_a_name_goes_by_its_pattern():
    (found,) = findings(plan_of(warning(f"[x:a = '{'v' * 500}']")), group())
    assert found.title == f"[x:a = '{'v' * 500}'"[:120]


def test_a_finding_is_where_its_hits_are_and_names_the_sensors_that_saw_it():
    (found,) = findings(plan_of(warning()), group(host="10.0.0.9", actor="10.0.0.9", sensors=("s1", "s2")))
    assert (found.where, found.actor, found.seen_by) == ("10.0.0.9", "10.0.0.9", ("s1", "s2"))


def test_a_finding_without_a_host_is_nowhere_whoever_acted():
    (found,) = findings(plan_of(warning()), group(host="", actor="203.0.113.9"))
    assert (found.where, found.actor, found.seen_by) == ("", "203.0.113.9", ())


def test_the_id_does_not_hang_on_the_sensors_that_saw_it():
    plan = plan_of(warning())
    one, other = (findings(plan, group(sensors=some))[0] for some in (("s1",), ("s1", "s2")))
    assert one.id == other.id


def test_a_finding_without_a_time_has_none():
    (found,) = findings(plan_of(warning()), group(first=None, last=None))
    assert (found.first_seen, found.last_seen, found.examples[0].time) == ("", "", "")


def test_the_id_is_that_of_warning_host_actor_and_first_time():
    plan = plan_of(warning())
    (one,) = findings(plan, group())
    assert one.id.startswith("finding--")
    assert findings(plan, group(count=9, last=NOON + 1))[0].id == one.id
    others = [group(host="g"), group(actor="a"), group(first=NOON + 1), group(first=None)]
    assert len({one.id, *(found.id for other in others for found in findings(plan, other))}) == 5


def test_the_gravest_come_first_then_the_earliest():
    plan = plan_of(
        warning(name="low", labels=("benign",)),
        warning(name="critical", severity="critical"),
        warning(name="high", severity="high"),
    )
    found = findings(plan, group(0), group(2, first=NOON + 1, last=NOON + 1), group(1), group(2))
    assert [(one.title, one.first_seen[-5:]) for one in found] == [
        ("critical", ".000Z"), ("high", ".000Z"), ("high", "0001Z"), ("low", ".000Z"),
    ]  # fmt: skip


def test_a_pattern_of_several_comparisons_has_its_values_and_reason_from_the_observation():
    observation = Observation("1", 0, 0, 1, {"0": {"type": "x", "a": 1, "b": 2}}, ("0",))
    (found,) = findings(
        plan_of(warning(BOTH)),
        group(samples=(Sample(1, 3, NOON, "", ""),)),
        observations={(1, 3): observation},
    )
    assert found.examples[0].values == {"x:a": "1", "x:b": "2"}
    row = found.why.children[0].children[0]
    assert (row.kind, row.holds, row.file, row.row) == ("row", True, "b.log", 3)


def test_notes_on_values_are_there_once_and_temper_the_severity():
    def notes(path, value):
        return (Note(kind="known-good", text=f"{path} {value}", source="list"),)

    samples = tuple(Sample(0, row, NOON, "domain-name:value", "evil.example") for row in (1, 2, 3))
    (found,) = findings(plan_of(warning(severity="high")), group(samples=samples), notes=notes)
    assert [note.text for note in found.notes] == ["domain-name:value evil.example"]
    assert found.severity == "medium"


def kinds(valid_from: str, valid_until: str, first: int | None, last: int | None) -> list[str]:
    (found,) = findings(
        plan_of(warning(valid_from=valid_from, valid_until=valid_until)), group(first=first, last=last)
    )
    return [note.kind for note in found.notes]


def test_hits_wholly_outside_of_the_warning_s_period_are_noted():
    start, end = "2021-03-02T12:00:00Z", "2021-03-03T12:00:00Z"
    assert kinds(start, end, NOON - 2, NOON - 1) == ["before-validity"]
    assert kinds(start, end, NOON - 2, NOON) == []
    assert kinds(start, end, NOON, NOON) == []
    assert kinds(start, end, NOON + DAY - 1, NOON + 2 * DAY) == []
    assert kinds(start, end, NOON + DAY, NOON + 2 * DAY) == ["after-validity"]
    assert kinds(start, end, None, None) == ["no-time"]
    assert kinds("", "", NOON, NOON) == []
    assert kinds("soon", "never", NOON, NOON) == []


def test_the_note_of_a_hit_outside_of_the_period_is_a_whole_sentence():
    held = plan_of(warning(valid_from="2021-03-02T12:00:00Z", valid_until="2021-03-03T12:00:00Z"))
    texts = [findings(held, group(first=at, last=at))[0].notes[0].text for at in (NOON - 2, NOON + 2 * DAY)]
    assert texts == [
        "it was seen before 2021-03-02, the day from which the warning holds",
        "it was seen after 2021-03-03, the day until which the warning holds",
    ]


def test_no_hits_are_no_findings():
    assert findings(plan_of(warning())) == []


def test_a_warning_without_a_confidence_gives_a_finding_without_one():
    (found,) = findings(plan_of(warning(confidence=-1)), group())
    assert found.confidence is None
