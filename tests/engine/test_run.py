from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.evidence import MAPPING, add_json, add_lines, add_parquet, add_table, rows
from tocsin.detect.coverage import Seen
from tocsin.detect.mapping import Scope
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.readers.interface import Tally
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine import run as module
from tocsin.engine.layout import layout_of
from tocsin.engine.run import Outcome, Run
from tocsin.errors import BadInput

DAY_US = 86_400_000_000
NOON = 1614643200000000  # 2021-03-02T00:00:00Z, in microseconds


def plan_of(*texts: str) -> Plan:
    tally = WarningTally()
    plan = compile_plan([Warning_(id=f"w{n}", pattern=text) for n, text in enumerate(texts)], tally)
    assert not tally.not_checked
    return plan


@pytest.fixture
def started(tmp_path):
    """Runs of a plan, closed at the end; Parquet files of the folder may be read."""
    opened: list[Run] = []

    def start(plan: Plan, **more) -> Run:
        opened.append(
            Run(
                plan,
                threads=2,
                memory_bytes=400 << 20,
                temporary=tmp_path / "spill",
                **more,
            )
        )
        return opened[-1]

    yield start
    for run in opened:
        run.__exit__()


def give(run: Run, plan: Plan, *lines: str, file: int = 0, first: int = 1) -> None:
    add_lines(run, layout_of(MAPPING, plan.paths), lines, first, file)


def invalid(outcome: Outcome, file: int = 0) -> dict[str, tuple[int, list[int]]]:
    """The rows of a file that were no JSON: how many, and the first, by reason."""
    tally = outcome.refused.get(file, Tally())
    return {reason: (one.count, one.rows) for reason, one in tally.skipped.items()}


def row(second: int | None = 0, **fields) -> str:
    time = {} if second is None else {"ts": f"2021-03-02T00:{second // 60:02d}:{second % 60:02d}Z"}
    return json.dumps(time | fields)


EVIL = "[file:name = 'evil.exe']"


# -- rows that cannot be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        '{"image": "evil.exe"',
        "",
        "nonsense",
        '{"image": "evil.exe"} x',
        '{"image": "\\ud800"}',
        "{'image': 1}",
        '{"image": "evil.exe\n"}',
    ],
)
def test_a_row_that_is_no_json_is_counted_with_its_place_and_the_rest_goes_on(started, broken):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, row(image="evil.exe"), broken, row(image="evil.exe"), first=10)
    outcome = run.finish()
    (group,) = outcome.hits
    assert [sample.row for sample in group.samples] == [10, 12]
    assert invalid(outcome) == {"not valid JSON": (1, [11])}


def test_rows_that_are_no_json_are_told_to_their_own_files(started):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, "x", "y")
    give(run, plan, row(image="evil.exe"), "z", file=1)
    outcome = run.finish()
    assert invalid(outcome, 0) == {"not valid JSON": (2, [1, 2])}
    assert invalid(outcome, 1) == {"not valid JSON": (1, [2])}


@pytest.mark.parametrize(
    "line",
    [
        "5",
        '"text"',
        "[1]",
        "null",
        "true",
        '{"image": {"deep": 1}, "ts": [1], "pid": {}}',
        '{"ts": "\\u0000", "image": "\\u0000"}',
    ],
)
def test_a_row_of_any_json_is_read(started, line):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, line, row(image="evil.exe"))
    outcome = run.finish()
    assert [group.count for group in outcome.hits] == [1]
    assert invalid(outcome) == {}


def test_a_plan_that_reads_nothing_of_a_log_still_notices_what_is_no_json(started):
    plan = plan_of("[x:a = 'v']")
    run = started(plan)
    give(run, plan, row(), "nonsense")
    outcome = run.finish()
    assert outcome.hits == []
    assert invalid(outcome) == {"not valid JSON": (1, [2])}


# -- time -----------------------------------------------------------------------------------------------


def test_rows_outside_of_the_period_asked_for_are_left_out_and_those_without_a_time_kept(started):
    plan = plan_of(
        EVIL,
        "[file:name = 'evil.exe' AND process:pid = 4]",
        "[process:pid > 3]",
        "[process:command_line LIKE '%evil%']",
    )
    run = started(plan, since_us=NOON + 10_000_000, until_us=NOON + 20_000_000)
    fields = {"image": "evil.exe", "pid": 4, "ppid": 4, "id": 1, "win": {"cmd": "an evil one"}}
    give(run, plan, *(row(second, **fields) for second in (9, 10, 19, 20)), row(None, **fields))
    assert {
        (group.warning, group.count, tuple(sample.row for sample in group.samples))
        for group in run.finish().hits
    } == {(warning, *held) for warning in range(4) for held in ((2, (2, 3)), (1, (5,)))}


def test_files_say_their_times_and_hosts(started):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, row(30, host="A"), row(10, host="b"), row(None))
    give(run, plan, row(None), file=1)
    found = run.finish().files
    assert (found[0].first_us, found[0].last_us, found[0].hosts) == (
        NOON + 10_000_000,
        NOON + 30_000_000,
        {"a", "b"},
    )
    assert (found[1].first_us, found[1].last_us, found[1].hosts) == (None, None, set())


def test_a_pattern_over_time_whose_rows_bear_none_is_told(started):
    plan = plan_of("[file:name = 'evil.exe'] FOLLOWEDBY [file:name = 'evil.exe']")
    run = started(plan)
    give(run, plan, row(None, image="evil.exe"), row(None, image="evil.exe"))
    outcome = run.finish()
    assert (outcome.hits, outcome.timeless) == ([], {0})


def test_a_pattern_over_several_rows_reaches_across_blocks_and_files(started, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_BYTES", 1)
    plan = plan_of(
        "([file:name = 'evil.exe'] FOLLOWEDBY [domain-name:value = 'evil.example']) WITHIN 60 SECONDS"
    )
    run = started(plan)
    give(run, plan, row(40, query="evil.example"), file=1)
    give(run, plan, row(10, image="evil.exe"))
    give(run, plan, row(39, image="evil.exe"), first=2)
    (group,) = run.finish().hits
    assert [(sample.file, sample.row) for sample in group.samples] == [(0, 2), (1, 1)]


# -- coverage -------------------------------------------------------------------------------------------


def covered(outcome: Outcome) -> dict[tuple, tuple[int, frozenset[str]]]:
    found: dict[tuple, tuple[int, frozenset[str]]] = {}
    for one in outcome.seen:
        key = (one.file, one.kind, one.scope, one.host, one.day)
        count, paths = found.get(key, (0, frozenset()))
        found[key] = (count + one.rows, paths | one.paths)
    return found


def test_coverage_is_told_by_file_host_and_day_with_the_paths_that_have_values(started):
    plan = plan_of("[file:name = 'x' OR process:pid = 1 OR url:value = 'u' OR domain-name:value = 'd']")
    run = started(plan)
    give(
        run,
        plan,
        row(host="a", image="y"),
        row(host="a", server="partial.example"),
        row(host="b", pid=4, id=1),
        row(None, host="b", url="u"),
    )
    assert covered(run.finish()) == {
        (0, "a small log", Scope.HOST, "a", 18688): (2, frozenset({"file:name"})),
        (0, "a small log", Scope.HOST, "b", 18688): (1, frozenset({"process:pid"})),
        (0, "a small log", Scope.HOST, "b", None): (1, frozenset({"url:value"})),
    }


PLAN = plan_of(
    "[file:name = 'evil.exe' OR network-traffic:dst_ref.value = '10.0.0.1' OR process:pid = 4 OR domain-name:value = 'x']"
)


def test_coverage_is_the_same_for_json_and_columns_however_they_are_cut(started, monkeypatch):
    log = rows(Random(3), 40)
    whole = started(PLAN)
    layout = layout_of(MAPPING, PLAN.paths)
    add_json(whole, layout, log)
    monkeypatch.setattr(module, "BLOCK_BYTES", 1)
    cut = started(PLAN)
    for first in range(0, 40, 7):
        add_table(cut, layout, log[first : first + 7], first + 1)
    assert covered(cut.finish()) == covered(whole.finish())


def test_fault_coverage_of_a_parquet_file_is_that_of_its_rows(started, tmp_path):
    log = [
        {"ts": "2021-03-01T00:00:00Z", "host": "a", "image": "x"},
        {"ts": "2021-03-01T00:00:00Z", "host": "b", "query": "y"},
        {"ts": "2021-03-02T00:00:00Z", "host": "a", "query": "y"},
    ]
    layout = layout_of(MAPPING, PLAN.paths)
    one, other = started(PLAN), started(PLAN)
    add_json(one, layout, log)
    add_parquet(other, layout, log, tmp_path / "a.parquet")
    assert covered(other.finish()) == covered(one.finish())


def test_fault_rows_that_a_condition_refuses_cover_nothing(started):
    plan = plan_of("[process:command_line = 'evil']")
    run = started(plan)
    give(run, plan, row(host="a", id=3, win={"cmd": "other"}))
    assert covered(run.finish()) == {(0, "a small log", Scope.HOST, "a", 18688): (1, frozenset())}


# -- what Parquet files give ----------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_raises(started, tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nothing PAR1")
    run = started(PLAN)
    with pytest.raises(BadInput):
        list(run.add_parquet(0, layout_of(MAPPING, PLAN.paths), path))


def damaged(path: Path) -> None:
    """A file whose end is whole and whose pages are not."""
    pq.write_table(
        pa.table(
            {
                "ts": ["2021-03-02T00:00:00Z"] * 1000,
                "image": [f"{n}.exe" for n in range(1000)],
                "host": ["a"] * 1000,
            }
        ),
        path,
        compression="snappy",
        use_dictionary=False,
    )
    data = bytearray(path.read_bytes())
    for at in range(40, 4000):
        data[at] ^= 0x5A
    path.write_bytes(bytes(data))


def test_fault_after_a_damaged_file_the_next_is_read(started, tmp_path):
    plan = plan_of(EVIL)
    layout = layout_of(MAPPING, plan.paths)
    run = started(plan)
    damaged(tmp_path / "a.parquet")
    with pytest.raises(BadInput):
        list(run.add_parquet(0, layout, tmp_path / "a.parquet"))
    give(run, plan, row(image="evil.exe"), file=1)
    assert [group.count for group in run.finish().hits] == [1]


@pytest.mark.parametrize(
    ("field", "path"),
    [("win.cmd", "process:command_line"), ("sha", "file:hashes.'SHA-256'"), ("query", "domain-name:value")],
)
@pytest.mark.parametrize("absent", ["-", "null", "(empty)"])
def test_fault_no_value_equals_no_literal(started, tmp_path, field, path, absent):
    plan = plan_of(f"[{path} = '{absent}']")
    run = started(plan)
    add_parquet(
        run,
        layout_of(MAPPING, plan.paths),
        [{"ts": "2021-03-02T00:00:00Z", "id": "1", "pid": "4", field: one} for one in (absent, "other")],
        tmp_path / "a.parquet",
    )
    assert run.finish().hits == []


# -- reasons ----------------------------------------------------------------------------------------------


def test_the_observations_behind_samples_are_kept(started):
    plan = plan_of("[file:name = 'evil.exe' AND process:pid = 4]")
    run = started(plan)
    give(run, plan, *(row(second, image="evil.exe", ppid=4) for second in range(5)))
    outcome = run.finish()
    (group,) = outcome.hits
    assert all((sample.file, sample.row) in outcome.observations for sample in group.samples)


def test_fault_the_observations_behind_all_samples_are_kept(started):
    plan = plan_of("[file:name = 'evil.exe' AND process:pid = 4]")
    run = started(plan)
    early = [row(second, image="evil.exe", ppid=4) for second in range(40)]
    late = [json.dumps({"ts": "2021-03-09T00:00:00Z", "image": "evil.exe", "ppid": 4})]
    give(run, plan, *early, *late)
    outcome = run.finish()
    assert len(outcome.hits) == 2
    for group in outcome.hits:
        assert all((sample.file, sample.row) in outcome.observations for sample in group.samples)


def test_the_observations_kept_do_not_depend_on_the_order_of_rows(started):
    plan = plan_of("[file:name = 'evil.exe' AND process:pid = 4]")
    run = started(plan)
    give(run, plan, *(row(59 * 60 - second, image="evil.exe", ppid=4) for second in range(100)))
    outcome = run.finish()
    (group,) = outcome.hits
    assert all((sample.file, sample.row) in outcome.observations for sample in group.samples)


@pytest.mark.parametrize("seed", range(4))
def test_the_observations_behind_all_samples_are_kept_whatever_the_order_hosts_and_days(started, seed):
    random = Random(seed)
    plan = plan_of("[file:name = 'evil.exe' AND process:pid = 4]")
    run = started(plan)
    log = [
        {"host": random.choice("abc"), "user": random.choice("xy"), "image": "evil.exe", "ppid": 4}
        | ({"ts": f"2021-03-{day:02d}T{random.randrange(24):02d}:00:00Z"} if day else {})
        for day in random.choices([0, 2, 3, 7, 9], k=300)
    ]
    give(run, plan, *map(json.dumps, log))
    outcome = run.finish()
    assert sum(group.count for group in outcome.hits) == 300
    for group in outcome.hits:
        assert all((sample.file, sample.row) in outcome.observations for sample in group.samples)


@pytest.mark.parametrize(
    "pattern",
    [
        "[file:name = 'evil.exe'] FOLLOWEDBY [process:pid = 4]",
        "[file:name = 'evil.exe'] AND [process:pid = 4]",
        "[file:name = 'evil.exe'] REPEATS 2 TIMES WITHIN 5 SECONDS",
    ],
)
def test_which_of_several_rows_of_one_moment_a_sequence_names_rests_on_what_they_say(started, pattern):
    plan = plan_of(pattern)
    log = [row(image="evil.exe", ppid=4, host=host, x=host) for host in "cabd"]
    named = set()
    for order in (log, log[::-1], [*log[2:], *log[:2]]):
        run = started(plan)
        for number, line in enumerate(order):
            give(run, plan, line, file=number)
        named.add(tuple((group.host, group.count) for group in run.finish().hits))
    assert len(named) == 1


def test_nothing_given_is_nothing_found(started):
    outcome = started(PLAN).finish()
    assert (outcome.hits, outcome.seen, outcome.files) == ([], [], {})
    assert started(plan_of()).finish().hits == []


def test_seen_is_what_coverage_takes(started):
    run = started(PLAN)
    give(run, PLAN, row(host="a", image="x"))
    assert all(isinstance(one, Seen) for one in run.finish().seen)


def test_fault_a_nul_hides_nothing(started):
    plan = plan_of("[process:command_line LIKE '%evil.exe%']")
    run = started(plan)
    give(run, plan, '{"ts": "2021-03-02T00:00:00Z", "id": 1, "win": {"cmd": "a\\u0000 \xe9 evil.exe"}}')
    assert len(run.finish().hits) == 1


@pytest.mark.parametrize(
    "line", ['{"\\u0069mage": "evil.exe"}', '{"ts": "2021-03-02T00:00:00Z", "im\\u0061ge": "evil.exe"}']
)
def test_fault_a_key_written_with_escapes_is_the_same_key(started, line):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, line)
    assert len(run.finish().hits) == 1


# -- lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "hit"),
    [
        ("[file:name = 'evil.exe']", True),
        ("[file:name = 'b.exe' AND windows-registry-key:key = 'x']", False),
        ("[file:name = 'b.exe'] AND [file:name = 'evil.exe']", False),
        ("[file:name LIKE '%evil%']", True),
        ('[file:name = \'["b.exe","evil.exe"]\']', False),
    ],
)
def test_each_value_of_a_list_is_a_value_of_the_one_observation(started, pattern, hit):
    plan = plan_of(pattern)
    run = started(plan)
    give(run, plan, row(image=["b.exe", "evil.exe"], pid=[6, 7]), row(image="other"))
    assert [(group.count, group.samples[0].row) for group in run.finish().hits] == [(1, 1)] * hit


def test_lists_of_parquet_are_values_too(started, tmp_path):
    plan = plan_of(EVIL)
    run = started(plan)
    pq.write_table(pa.table({"image": [["x"], ["y", "evil.exe"]]}), tmp_path / "a.parquet")
    list(run.add_parquet(0, layout_of(MAPPING, plan.paths), tmp_path / "a.parquet"))
    assert [group.samples[0].row for group in run.finish().hits] == [2]


def test_a_row_with_too_long_lists_is_skipped_and_told(started):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, row(image=["evil.exe"] * 1001), row(image="evil.exe"))
    outcome = run.finish()
    assert [group.samples[0].row for group in outcome.hits] == [2]
    assert invalid(outcome) == {"lists of more than 1,000 values": (1, [1])}


def test_a_list_covers_its_path(started):
    plan = plan_of(EVIL)
    run = started(plan)
    give(run, plan, row(image=["a", "b"], host="h"))
    (seen,) = run.finish().seen
    assert (seen.rows, seen.paths) == (1, frozenset({"file:name"}))


# -- what the sieve leaves to the joins -------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "[network-traffic:dst_ref.type = 'ipv4-addr']",
        "[network-traffic:type = 'network-traffic']",
        "[network-traffic:extensions.'x-sensor'.kind = 'flow']",
        "[network-traffic:dst_port > 442]",
        "[network-traffic:dst_port = 443]",
        "[network-traffic:protocols[*] = 'tcp']",
    ],
)
def test_what_no_text_tells_is_found_all_the_same(started, pattern):
    plan = plan_of(pattern)
    run = started(plan)
    give(run, plan, row(src="10.0.0.1", dst="10.0.0.2", port=443, proto="tcp"), row(image="other"))
    assert [(group.count, group.samples[0].row) for group in run.finish().hits] == [(1, 1)]
