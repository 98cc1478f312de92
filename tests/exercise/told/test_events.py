from __future__ import annotations

import json

from hypothesis import given, settings, strategies as st

from tocsin.exercise.told.events import Events


def line(number):
    return (
        json.dumps(
            {"at": number, "kind": "warned", "node": f"m{number}", "text": "ö\u2028"}, ensure_ascii=False
        ).encode()
        + b"\n"
    )


def test_where_there_is_no_file_nothing_happened(tmp_path):
    assert Events(tmp_path / "events.jsonl").read() == ((), 0)


@given(st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=60, deadline=None)
def test_read_in_any_pieces_it_is_what_it_is_read_at_once(tmp_path_factory, cuts):
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    whole = b"".join(map(line, range(5)))
    events = Events(path)
    done = 0
    for cut in [*sorted({min(cut, len(whole)) for cut in cuts}), len(whole)]:
        with path.open("ab") as file:
            file.write(whole[done:cut])
        done = max(done, cut)
        found, broken = events.read()
        assert len(found) == whole[:done].count(b"\n")
    assert ([one.node for one in found], broken) == ([f"m{number}" for number in range(5)], 0)


def test_a_line_that_is_none_is_counted_and_the_rest_is_read(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(1) + b"{broken\n" + b"\xff\n" + line(2) + b'{"kind": "war')
    assert [one.node for one in Events(path).read()[0]] == ["m1", "m2"]
    assert Events(path).read()[1] == 2


def test_a_file_that_was_begun_again_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(1) + line(2))
    events = Events(path)
    events.read()
    path.write_bytes(line(3))
    assert [one.node for one in events.read()[0]] == ["m3"]
    path.unlink()
    assert events.read() == ((), 0)
