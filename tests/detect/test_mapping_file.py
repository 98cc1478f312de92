from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.mapping import Binding, Cast, Column, Scope, When
from tocsin.detect.mapping_file import (
    FORMATS,
    MappingFile,
    Recognition,
    choose_mapping,
    is_settled,
    read_mapping,
)
from tocsin.errors import MappingError

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "mappings.md"

SHORT = """
name = "pump"
title = "Pump"
format = "csv"
scope = "network"
[columns]
Time = "time"
dst = "ip"
[objects]
"ip-addr:value" = "dst"
"""

LONG = """
name = "gate"
title = "Gate"
format = ["csv", "ndjson"]
scope = "host"
status = "supported"
remedy = "Ask for it."
time = "when"
host = "machine"
kind = "channel"

[recognise]
all_of = ["a", "b.c"]
any_of = ["d", "e"]
specificity = 70

[columns]
when = { field = "ts", cast = "time-any" }
machine = ["host", "computer"]
channel = { cast = "lower" }
site = "domain"
target = ["path"]
url = { field = "full", join = ["http://{site}{target}", "{target}"], cast = "url" }
sha256 = "hash"

[objects.folder]
type = "directory"
path = "target"

[objects.file]
type = "file"
when = { channel = ["files", "smb"] }
partial = true
parent_directory_ref = "folder"
"hashes.'SHA-256'" = "sha256"
size = { constant = "1" }
"""


def read(text: str) -> MappingFile:
    return read_mapping(text, "own.toml")


def examples() -> dict[str, str]:
    return dict(re.findall(r'```toml title="([^"]+)"\n(.*?)```', DOCS.read_text(), re.DOTALL))


# -- reading --------------------------------------------------------------------------------------


def test_the_ten_lines_of_the_reference_are_no_more_and_load() -> None:
    text = examples()["pump-firewall.toml"]
    assert len(text.splitlines()) <= 10
    file = read(text)
    assert [(item.type, item.paths) for item in file.mapping.objects] == [
        ("ip-addr", (("value", Binding(column="From")),)),
        ("ip-addr", (("value", Binding(column="To")),)),
        ("domain-name", (("value", Binding(column="Site")),)),
    ]
    assert (file.mapping.time, file.mapping.actor, file.formats) == ("Time", "From", ("csv",))


def test_a_mapping_says_that_its_log_is_whole_by_true_or_false() -> None:
    assert read(examples()["pump-firewall.toml"]).mapping.whole
    assert not read(examples()["mail-gateway.toml"]).mapping.whole
    with pytest.raises(MappingError, match="true or false is expected") as refused:
        read(examples()["pump-firewall.toml"].replace("whole = true", 'whole = "yes"'))
    assert refused.value.where.path == "whole"


def test_the_long_example_of_the_reference_loads() -> None:
    mapping = read(examples()["mail-gateway.toml"]).mapping
    assert mapping.columns[2] == Column(
        "time",
        (),
        Cast.TIME,
        ((Binding(column="date"), Binding(constant="T"), Binding(column="clock"), Binding(constant="Z")),),
    )


def test_the_reference_names_every_cast_and_format() -> None:
    text = DOCS.read_text()
    assert [cast for cast in Cast if f"`{cast}`" not in text] == []
    assert [format for format in FORMATS if f"`{format}`" not in text] == []


def test_a_short_file_has_defaults() -> None:
    file = read(SHORT)
    assert file.name == "pump"
    assert file.mapping.status == "experimental"
    assert file.mapping.scope is Scope.NETWORK
    assert file.mapping.origin == "own.toml"
    assert file.mapping.columns == (Column("Time", ("Time",), Cast.TIME), Column("dst", ("dst",), Cast.IP))
    assert file.recognise == Recognition((), ("Time", "dst"), 50)


def test_a_long_file_is_read_whole() -> None:
    file = read(LONG)
    mapping = file.mapping
    assert file.formats == ("csv", "ndjson")
    assert file.recognise == Recognition(("a", "b.c"), ("d", "e"), 70)
    assert (mapping.time, mapping.host, mapping.actor, mapping.kind) == ("when", "machine", None, "channel")
    columns = {column.name: column for column in mapping.columns}
    assert columns["machine"] == Column("machine", ("host", "computer"))
    assert columns["channel"] == Column("channel", ("channel",), Cast.LOWER)
    assert columns["url"] == Column(
        "url",
        ("full",),
        Cast.URL,
        (
            (Binding(constant="http://"), Binding(column="site"), Binding(column="target")),
            (Binding(column="target"),),
        ),
    )
    folder, item = mapping.objects
    assert not folder.partial
    assert item.partial
    assert item.when == When("channel", ("files", "smb"))
    assert item.paths == (
        ("parent_directory_ref", Binding(reference="folder")),
        ("hashes.'SHA-256'", Binding(column="sha256")),
        ("size", Binding(constant="1")),
    )


def test_a_sensor_and_the_ends_of_what_it_saw_are_columns() -> None:
    roles = 'sensor = "probe"\noriginator = "dst"\nresponder = "to"\n[columns]\nprobe = "text"\nto = "ip"'
    mapping = read(SHORT.replace("[columns]", roles)).mapping
    assert (mapping.host, mapping.sensor, mapping.ends) == (None, "probe", ("dst", "to"))


def test_an_actor_that_is_an_address_is_the_originator() -> None:
    assert read(SHORT.replace("[columns]", 'actor = "dst"\n[columns]')).mapping.ends == ("dst", None)
    assert read(SHORT.replace("[columns]", 'actor = "who"\n[columns]\nwho = "text"')).mapping.ends == (
        None,
        None,
    )


def test_a_path_is_kept_in_one_spelling() -> None:
    file = read(SHORT + '\n[objects.f]\ntype = "file"\n"hashes.\'MD5\'" = "dst"\n')
    assert file.mapping.objects[1].paths[0][0] == "hashes.MD5"


def test_a_list_of_one_object_path_makes_an_object_for_each_column() -> None:
    file = read(SHORT.replace('= "dst"', '= ["dst", "Time"]'))
    assert len({item.name for item in file.mapping.objects}) == 2


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "path", "what"),
    [
        ('name = "gate"', 'name = "Gate 1"', "name", "no short name"),
        ('name = "gate"\n', "", "name", "missing"),
        ('title = "Gate"', 'titel = "Gate"', "titel", "unknown key 'titel'"),
        ('title = "Gate"', 'title = " "', "title", "not empty"),
        ('scope = "host"', 'scope = "hosts"', "scope", "'hosts' is not one of: host, network"),
        ('["csv", "ndjson"]', '["csv", "xls"]', "format", "'xls'"),
        ('["csv", "ndjson"]', "[]", "format", "at least one"),
        ('["csv", "ndjson"]', '["csv", "csv"]', "format", "twice"),
        ('status = "supported"', 'status = "fine"', "status", "'fine'"),
        ('time = "when"', 'time = "then"', "time", "no column 'then'"),
        ('time = "when"', 'time = "site"', "time", "not cast to a time"),
        ('kind = "channel"', 'kind = ["channel"]', "kind", "a text"),
        ('kind = "channel"', 'sensor = "probe"', "sensor", "no column 'probe'"),
        ('kind = "channel"', 'originator = "site"', "originator", "not cast to an address"),
        ('kind = "channel"', 'responder = "sha256"', "responder", "not cast to an address"),
        ("specificity = 70", "specificity = 101", "recognise.specificity", "0 to 100"),
        ("specificity = 70", "specificity = true", "recognise.specificity", "0 to 100"),
        ("specificity = 70", "order = 1", "recognise.order", "unknown key"),
        ('all_of = ["a", "b.c"]\nany_of = ["d", "e"]\n', "", "recognise", "all_of or any_of"),
        ('any_of = ["d", "e"]', 'any_of = ["d", 1]', "recognise.any_of[1]", "a text"),
        ('site = "domain"', 'site = "domian"', "columns.site", "'domian' is not one of"),
        ('site = "domain"', 'Site = "domain"\nsite = "domain"', "columns.site", "in case only"),
        ('site = "domain"', 'site = "domain"\n"{x}" = "text"', 'columns."{x}"', "without braces"),
        ('site = "domain"', 'site = { fields = ["a"], field = "b" }', "columns.site.fields", "keep one"),
        ('site = "domain"', 'site = { feld = "b" }', "columns.site.feld", "unknown key"),
        ('site = "domain"', "site = 4", "columns.site", "a table"),
        ('"{target}"]', '"{later}"]', "columns.url.join", "no column 'later' above"),
        ('"{target}"]', '"{target"]', "columns.url.join", "brace"),
        ('"{target}"]', '"target"]', "columns.url.join", "names no column"),
        ('"{target}"]', '"{sha256}"]', "columns.url.join", "no column 'sha256' above"),
        ('type = "directory"', 'type = "folder"', "objects.folder.type", "no STIX observable type"),
        ('type = "directory"\n', "", "objects.folder.type", "a text"),
        ('path = "target"', 'pathh = "target"', "objects.folder.pathh", "directory has no property 'pathh'"),
        ('path = "target"', 'path = "targt"', "objects.folder.path", "no column 'targt'"),
        ('path = "target"', 'path = { constant = "x" }', "objects.folder", "comes from the log"),
        ('path = "target"', 'path = { value = "x" }', "objects.folder.path.value", "unknown key"),
        ('= "folder"', '= "fodler"', "objects.file.parent_directory_ref", "no object 'fodler'"),
        ("hashes.'SHA-256'", "hashes.SHA-256", 'objects.file."hashes.SHA-256"', "no object path"),
        ("hashes.'SHA-256'", "contains_refs[0]", 'objects.file."contains_refs[0]"', "one element"),
        ("size = {", "\"hashes.'SHA-256' \" = {", "objects.file.\"hashes.'SHA-256' \"", "given twice"),
        ("partial = true", "partial = 1", "objects.file.partial", "true or false"),
        ('when = { channel = ["files", "smb"] }', "when = {}", "objects.file.when", "one column"),
        ('when = { channel = ["files", "smb"] }', 'when = { chanel = "x" }', "objects.file.when.chanel", "no column"),
        ('path = "target"', 'path = "target"\n"contains_refs[*]" = "file"', "objects.folder", "circle"),
    ],
)  # fmt: skip
def test_an_error_names_the_key(old: str, new: str, path: str, what: str) -> None:
    assert old in LONG
    with pytest.raises(MappingError) as caught:
        read(LONG.replace(old, new))
    where = caught.value.where
    assert where is not None
    assert (where.file, where.path) == ("own.toml", path)
    assert what in caught.value.what


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('site = "domain"', 'site = "domian"', "Did you mean 'domain'?"),
        ('site = "domain"', 'site = "Host header"', '{ field = "Host header" }'),
        ('title = "Gate"', 'titel = "Gate"', "Did you mean 'title'?"),
        ('type = "file"', 'type = "fle"', "Did you mean 'file'?"),
        ('path = "target"', 'pth = "target"', "Did you mean 'path'?"),
        ("hashes.'SHA-256'", "hashes.SHA-256", "Quote steps like hashes.'SHA-256'."),
    ],
)
def test_an_error_says_what_to_do(old: str, new: str, hint: str) -> None:
    with pytest.raises(MappingError) as caught:
        read(LONG.replace(old, new))
    assert caught.value.hint is not None
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ('"ipaddr:value" = "dst"', "no STIX observable type"),
        ('"ip-addr:valeu" = "dst"', "no property 'valeu'"),
        ('"ip-addr:value" = "dest"', "no column 'dest'"),
        ('"network-traffic:dst_ref" = "dst"', "table of its own"),
        ("x = 1", "a table with a type"),
    ],
)
def test_a_short_object_is_checked_too(value: str, what: str) -> None:
    with pytest.raises(MappingError, match=re.escape(what)):
        read(SHORT.replace('"ip-addr:value" = "dst"', value))


def test_text_that_is_no_toml_names_line_and_column() -> None:
    with pytest.raises(MappingError) as caught:
        read('name = "x"\ntitle = = 1\n')
    assert str(caught.value.where) == "own.toml:2:9"


def test_nesting_without_end_is_an_error() -> None:
    with pytest.raises(MappingError):
        read("x = " + "[" * 100_000)


def test_a_type_and_a_property_of_ones_own_are_taken() -> None:
    file = read(
        SHORT + '\n[objects.p]\ntype = "x-pump"\nspeed = "dst"\n[objects.f]\ntype = "file"\nx_owner = "dst"\n'
    )
    assert [item.type for item in file.mapping.objects] == ["ip-addr", "x-pump", "file"]


toml_values = st.recursive(
    st.text(max_size=5) | st.integers(-3, 99) | st.booleans() | st.sampled_from(["ip", "dst", "file", "{dst}", "csv"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "when", "field", "cast", "join", "a"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, str):
        return (
            '"' + "".join(f"\\U{ord(c):08x}" if not 0xD800 <= ord(c) < 0xE000 else "?" for c in value) + '"'
        )
    return str(value)


@given(
    key=st.sampled_from(["format", "time", "status", "recognise", "columns", "objects"]), value=toml_values
)
def test_any_value_is_read_or_named_in_an_error(key: str, value: object) -> None:
    keys = {
        "name": '"pump"',
        "title": '"Pump"',
        "format": '"csv"',
        "scope": '"host"',
        "columns": '{dst = "ip"}',
    }
    keys |= {"objects": '{"ip-addr:value" = "dst"}', key: _toml(value)}
    try:
        file = read("\n".join(f"{name} = {text}" for name, text in keys.items()))
    except MappingError as error:
        named = error.where and error.where.path
    else:
        named = file.name
    assert named


# -- choosing -------------------------------------------------------------------------------------


def made(
    name: str, all_of: tuple[str, ...] = (), any_of: tuple[str, ...] = (), specificity: int = 50
) -> MappingFile:
    return MappingFile(
        read(SHORT.replace('"pump"', f'"{name}"')).mapping,
        ("csv", "ndjson"),
        Recognition(all_of, any_of, specificity),
    )


def test_none_is_chosen_where_none_fits() -> None:
    files = [made("a", all_of=("x", "y")), made("b", any_of=("p", "q"))]
    assert choose_mapping("csv", ["x"], files) is None
    assert choose_mapping("evtx", ["x", "y"], files) is None
    assert choose_mapping("csv", [], []) is None


def test_all_of_and_any_of_must_both_hold() -> None:
    file = made("a", all_of=("x",), any_of=("p", "q"))
    assert file.fits("csv", ["x", "q", "z"])
    assert not file.fits("csv", ["x", "z"])
    assert not file.fits("csv", ["q"])


def test_the_most_specific_wins_then_the_most_fields_then_the_name() -> None:
    plain, specific = made("a", all_of=("x",)), made("z", all_of=("x",), specificity=60)
    assert choose_mapping("csv", ["x"], [plain, specific]) is specific
    knows_more = MappingFile(
        read(SHORT.replace("dst", "x").replace('"pump"', '"y"')).mapping, ("csv",), Recognition(("x",))
    )
    assert choose_mapping("csv", ["x"], [plain, knows_more]) is knows_more
    first, second = made("b", all_of=("x",)), made("c", all_of=("x",))
    assert choose_mapping("csv", ["x"], [second, first]) is first


def test_a_path_stands_for_those_that_lead_to_it() -> None:
    file = made("a", all_of=("Event.System", "winlog"))
    assert file.fits("ndjson", ["Event.System.Channel.text", "winlog.channel"])
    assert not file.fits("ndjson", ["Event.Systems", "winlog.channel"])


@given(
    st.permutations(
        [made(name, any_of=("x", name), specificity=s) for name, s in zip("abcd", (1, 2, 2, 0), strict=True)]
    )
)
def test_the_order_of_the_files_does_not_matter(files: list[MappingFile]) -> None:
    chosen = choose_mapping("csv", {"x"}, files)
    assert chosen is not None
    assert chosen.name == "b"


def test_a_choice_is_settled_once_no_other_mapping_of_the_format_could_win() -> None:
    plain, specific = made("a", any_of=("x", "y")), made("z", all_of=("y",), specificity=60)
    equal = made("b", all_of=("p", "q"), specificity=60)
    other = MappingFile(plain.mapping, ("evtx",), Recognition(("x",), specificity=90))
    assert is_settled("csv", ["x"], [plain, other])
    assert not is_settled("csv", ["x"], [plain, specific])
    assert is_settled("csv", ["x", "y"], [plain, specific])
    assert not is_settled("csv", ["x", "y"], [plain, specific, equal])
    assert not is_settled("csv", ["n"], [plain])
    assert not is_settled("csv", ["x"], [])


@given(
    st.lists(
        st.builds(
            made,
            st.sampled_from("abcd"),
            all_of=st.lists(st.sampled_from("pqxy"), max_size=2).map(tuple),
            any_of=st.lists(st.sampled_from("pqxy"), max_size=2).map(tuple),
            specificity=st.integers(1, 3),
        ),
        max_size=4,
    ),
    st.sets(st.sampled_from("pqxy")),
    st.sets(st.sampled_from("pqxy")),
)
def test_more_fields_change_no_settled_choice(
    files: list[MappingFile], fields: set[str], more: set[str]
) -> None:
    if is_settled("csv", fields, files):
        assert choose_mapping("csv", fields | more, files) is choose_mapping("csv", fields, files)
