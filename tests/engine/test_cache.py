from __future__ import annotations

import os
import shutil
import time

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine import cache as module
from tocsin.engine.cache import load_plan, plan_key, save_plan

PATTERNS = (
    "[x:a = 'v']",
    "[x:a = 5]",
    "[ipv4-addr:value = '10.0.0.0/24']",
    "[x:a LIKE '%evil%'] FOLLOWEDBY [x:b > 5]",
    "[y:a = '\xe9']",
)


def plan(*patterns: str) -> tuple[Plan, WarningTally]:
    tally = WarningTally(seen=len(patterns) + 2, read=len(patterns))
    tally.skip("a comment", "line 3")
    tally.leave_unchecked("a YARA rule", "line 4")
    made = compile_plan(
        [Warning_(id=f"w{n}", pattern=one, labels=("l",), version="2.0") for n, one in enumerate(patterns)],
        tally,
    )
    return made, tally


def same(one: Plan, other: Plan) -> bool:
    return (
        one.warnings.to_pylist() == other.warnings.to_pylist()
        and one.warnings.schema == other.warnings.schema
        and [(g.kind, g.path, g.rows.to_pylist(), g.rows.schema) for g in one.groups]
        == [(g.kind, g.path, g.rows.to_pylist(), g.rows.schema) for g in other.groups]
        and (one.reads, one.slow) == (other.reads, other.slow)
    )


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("patterns", [PATTERNS, PATTERNS[:1], ()])
def test_a_plan_comes_back_as_it_was(tmp_path, patterns):
    made, tally = plan(*patterns)
    save_plan(tmp_path, "key", made, tally)
    found = load_plan(tmp_path, "key")
    assert found is not None
    assert same(found[0], made)
    assert found[1] == tally
    assert [found[0].expression(n) for n in range(len(patterns))] == [
        made.expression(n) for n in range(len(patterns))
    ]


def test_what_was_not_kept_is_not_found(tmp_path):
    assert load_plan(tmp_path, "key") is None
    assert load_plan(tmp_path / "nowhere", "key") is None


@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "other"])
def test_what_cannot_be_read_is_made_anew(tmp_path, damage):
    for number in range(len(files_of(tmp_path))):
        made, tally = plan(*PATTERNS)
        save_plan(tmp_path, "key", made, tally)
        victim = files(tmp_path)[number]
        if damage == "cut":
            victim.write_bytes(victim.read_bytes()[: victim.stat().st_size // 2])
        elif damage == "empty":
            victim.write_bytes(b"")
        elif damage == "gone":
            victim.unlink()
        else:
            victim.write_bytes(b'{"groups": 5}')
        assert load_plan(tmp_path, "key") is None, victim.name
        save_plan(tmp_path, "key", made, tally)
        assert load_plan(tmp_path, "key") is not None


def files_of(folder):
    made, tally = plan(*PATTERNS)
    save_plan(folder, "key", made, tally)
    return files(folder)


def test_the_key_depends_on_the_bytes_their_names_and_order_and_on_our_version(monkeypatch):
    one = plan_key([("a", "1"), ("b", "2")])
    others = [
        plan_key([("a", "1"), ("b", "3")]),
        plan_key([("a", "1"), ("c", "2")]),
        plan_key([("b", "2"), ("a", "1")]),
        plan_key([("a", "1")]),
        plan_key([]),
    ]
    assert len({one, *others}) == 6
    assert plan_key(iter([("a", "1"), ("b", "2")])) == one
    monkeypatch.setattr(module, "__version__", "0.0.1")
    assert plan_key([("a", "1"), ("b", "2")]) != one


def test_a_name_that_is_no_utf_8_has_a_key():
    assert plan_key([(os.fsdecode(b"\xff"), "1")]) != plan_key([("\xff", "1")])


def test_the_oldest_plans_are_removed_and_one_in_use_is_not_old(tmp_path):
    made, tally = plan("[x:a = 'v']")
    for number in range(module._KEPT):
        save_plan(tmp_path, f"key{number}", made, tally)
        os.utime(tmp_path / "plans" / f"key{number}", (number + 1, number + 1))
    assert load_plan(tmp_path, "key0") is not None
    save_plan(tmp_path, "new", made, tally)
    assert load_plan(tmp_path, "key0") is not None
    assert load_plan(tmp_path, "key1") is None
    assert load_plan(tmp_path, "new") is not None


def test_a_plan_that_is_kept_again_takes_the_place_of_the_first(tmp_path):
    save_plan(tmp_path, "key", *plan("[x:a = 'v']", "[x:b = 'v']"))
    save_plan(tmp_path, "key", *plan("[x:c = 'w']"))
    found = load_plan(tmp_path, "key")
    assert found is not None
    assert found[0].paths == {"x:c"}
    assert [path.name for path in (tmp_path / "plans").iterdir()] == ["key"]


def test_nothing_is_left_behind_where_the_cache_cannot_be_written(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError

    monkeypatch.setattr(module, "_write", broken)
    with pytest.raises(OSError):
        save_plan(tmp_path, "key", *plan("[x:a = 'v']"))
    assert list((tmp_path / "plans").iterdir()) == []


def test_a_plan_in_use_outlives_its_file(tmp_path):
    made, tally = plan(*PATTERNS)
    save_plan(tmp_path, "key", made, tally)
    found = load_plan(tmp_path, "key")
    assert found is not None
    save_plan(tmp_path, "key", *plan("[x:c = 'w']"))
    assert same(found[0], made)


def test_the_cache_is_for_its_owner_alone(tmp_path):
    save_plan(tmp_path, "key", *plan("[x:a = 'v']"))
    assert (tmp_path / "plans").stat().st_mode & 0o077 == 0


def test_a_hundred_thousand_warnings_are_loaded_at_once(tmp_path):
    warnings = [Warning_(id=f"w{n}", pattern=f"[x:a = 'v{n}']") for n in range(100_000)]
    save_plan(tmp_path, "key", compile_plan(warnings, WarningTally()), WarningTally())
    began = time.process_time()
    found = load_plan(tmp_path, "key")
    assert time.process_time() - began < 5
    assert found is not None
    assert found[0].warnings.num_rows == 100_000


def test_a_changed_byte_is_noticed(tmp_path):
    made, tally = plan("[domain-name:value = 'evil.example']")
    save_plan(tmp_path, "key", made, tally)
    for path in files(tmp_path):
        path.write_bytes(path.read_bytes().replace(b"evil.example", b"good.example"))
    found = load_plan(tmp_path, "key")
    assert found is None or same(found[0], made)


@settings(max_examples=examples(100))
@given(st.data())
def test_whichever_byte_of_whichever_file_is_changed_the_plan_is_made_anew(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cache")
    made, tally = plan(*PATTERNS)
    save_plan(folder, "key", made, tally)
    victim = data.draw(st.sampled_from(files(folder)))
    whole = bytearray(victim.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    victim.write_bytes(whole)
    found = load_plan(folder, "key")
    assert found is None or (victim.name == "index.json" and same(found[0], made) and found[1] == tally)


def test_a_file_of_another_plan_does_not_pass_for_its_own(tmp_path):
    save_plan(tmp_path, "key", *plan("[domain-name:value = 'evil.example']"))
    save_plan(tmp_path, "other", *plan("[domain-name:value = 'good.example']"))
    plans = tmp_path / "plans"
    shutil.copy(plans / "other" / "group-0.arrow", plans / "key" / "group-0.arrow")
    assert load_plan(tmp_path, "key") is None
    assert load_plan(tmp_path, "other") is not None
