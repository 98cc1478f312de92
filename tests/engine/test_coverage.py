"""What rows cover is what a plain reading of each says, however many columns one text is the source of."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings, strategies as st

from engine.evidence import add_json
from reference.casts import cast_value
from strategies import examples
from tocsin.detect.mapping import Cast
from tocsin.detect.mapping_file import read_mapping
from tocsin.detect.plan import compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.layout import layout_of
from tocsin.engine.run import Run

MAPPING = read_mapping(
    """
name = "started"
title = "Started"
format = "ndjson"
scope = "host"
time = "time"
host = "host"
[columns]
time = { field = "ts", cast = "time" }
host = ["host"]
image = ["image", "exe"]
image_name = { join = "{image}", cast = "basename" }
image_folder = { join = "{image}", cast = "dirname" }
md5 = { field = "hashes", cast = "sysmon-md5" }
sha1 = { field = "hashes", cast = "sysmon-sha1" }
[objects.folder]
type = "directory"
path = "image_folder"
[objects.file]
type = "file"
name = "image_name"
parent_directory_ref = "folder"
"hashes.MD5" = "md5"
"hashes.'SHA-1'" = "sha1"
""",
    "started.toml",
).mapping
READS = (
    "[file:name = 'a' AND file:parent_directory_ref.path = 'b' AND file:hashes.MD5 = 'c']",
    "[directory:path = 'a' AND file:hashes.'SHA-1' = 'b']",
)
DAYS = {None: None, 18_700: "2021-03-14T10:00:00Z", 18_701: "2021-03-15T23:59:59Z"}
IMAGES = ("", "-", "a.exe", r"C:\a.exe", "C:\\", "\\", "/", r"C:\w\\", "/usr/bin/x", "a/")
HASHES = ("", "MD5=AB", "SHA1=CD", "SHA1=CD,MD5=AB", "MD5=", "none", "(empty)")


def texts(values):
    return st.none() | st.sampled_from(values)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(list(DAYS)),
        st.sampled_from(("A", "B")),
        st.fixed_dictionaries({"image": texts(IMAGES), "exe": texts(IMAGES), "hashes": texts(HASHES)}),
    ),
    min_size=1,
    max_size=12,
)


def plainly(fields):
    """The object paths that a row has values for, by the rules of the mapping above."""
    image = next(
        (text for text in (fields["image"], fields["exe"]) if cast_value(Cast.TEXT, text or "") is not None),
        "",
    )
    values = {
        "file:name": cast_value(Cast.BASENAME, image),
        "file:parent_directory_ref.path": cast_value(Cast.DIRNAME, image),
        "directory:path": cast_value(Cast.DIRNAME, image),
        "file:hashes.MD5": cast_value(Cast.SYSMON_MD5, fields["hashes"] or ""),
        "file:hashes.'SHA-1'": cast_value(Cast.SYSMON_SHA1, fields["hashes"] or ""),
    }
    return {path for path, value in values.items() if value is not None}


@pytest.fixture(scope="module")
def covered(tmp_path_factory):
    """What a run says that rows cover: how many rows, and the paths, by host and day."""
    plan = compile_plan([Warning_(id=text, pattern=text) for text in READS], WarningTally())
    layout = layout_of(MAPPING, plan.paths)
    spill = tmp_path_factory.mktemp("spill")

    def run(rows):
        with Run(plan, threads=1, memory_bytes=256 << 20, temporary=spill) as running:
            add_json(
                running, layout, [{"ts": DAYS[day], "host": host} | fields for day, host, fields in rows]
            )
            return {(one.host, one.day): (one.rows, set(one.paths)) for one in running.finish().seen}

    return run


@given(rows=ROWS)
@settings(max_examples=examples(30))
def test_rows_cover_what_a_plain_reading_of_each_says(covered, rows):
    wanted = defaultdict(lambda: (0, set()))
    for day, host, fields in rows:
        count, paths = wanted[host, day]
        wanted[host, day] = (count + 1, paths | plainly(fields))
    assert covered(rows) == wanted


def test_a_path_of_a_folder_alone_shows_no_name_and_a_name_alone_no_folder(covered):
    folder = {"image": "\\", "exe": None, "hashes": None}
    name = {"image": "a.exe", "exe": None, "hashes": None}
    day = 18_700
    assert covered([(day, "A", folder), (day, "B", name)]) == {
        ("A", day): (1, plainly(folder)),
        ("B", day): (1, {"file:name"}),
    }
