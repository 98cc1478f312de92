from __future__ import annotations

from engine.test_block import MAPPING
from tocsin.engine.layout import layout_of


def names(*paths: str) -> tuple[list[str], list[str]]:
    layout = layout_of(MAPPING, paths)
    return [one.name for one in layout.columns], [one.name for one in layout.computed]


def test_only_columns_that_the_plan_reads_are_needed_with_what_makes_them_there():
    assert names("file:name") == (["id", "name", "size"], ["time", "host", "kind", "id", "name", "size"])


def test_a_joined_column_comes_after_its_pieces():
    assert names("url:value") == (["url"], ["time", "host", "kind", "server", "size", "url"])


def test_a_plan_that_reads_nothing_of_a_log_needs_its_time_host_and_kind():
    layout = layout_of(MAPPING, ["x:a"])
    assert (layout.columns, layout.bound) == ((), ())
    assert layout.fields == ("ts", "@timestamp", "host.name", "kind")
    assert layout.roles == {"t": "time", "h": "host", "k": "kind"}


def test_some_of_its_paths_need_less_and_name_fields_alike():
    layout = layout_of(MAPPING, ["file:name", "url:value"])
    part = layout.only(one for one in layout.bound if one.path == "url:value")
    assert [one.name for one in part.columns] == ["url"]
    assert "name" not in part.fields
    assert part.raw_names == layout.raw_names
