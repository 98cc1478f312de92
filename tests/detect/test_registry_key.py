from __future__ import annotations

import itertools

import pytest

from tocsin.detect.normalise import normalise_expression
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.registry_key import any_spelling, any_spelling_in_regex, whole_hive
from tocsin.model.observation import Observation

USER = "HKEY_USERS\\S-1-5-21-1-2-3-1001"
RUN = "\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
SERVICE = "\\Services\\Evil"

# Each group: places in which Windows shows one key, as readers of logs hand them on.
ONE_KEY = [
    [f"HKEY_CURRENT_USER{RUN}", f"{USER}{RUN}", f"HKEY_USERS\\.DEFAULT{RUN}", f"hkey_current_user{RUN.upper()}"],
    [
        "HKEY_CURRENT_USER\\Software\\Classes\\ms-settings\\Shell",
        f"{USER}\\SOFTWARE\\Classes\\ms-settings\\Shell",
        f"{USER}_Classes\\ms-settings\\shell",
        "HKEY_CLASSES_ROOT\\ms-settings\\Shell",
    ],
    ["HKEY_CLASSES_ROOT\\CLSID\\{0}", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\CLSID\\{0}"],
    [f"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet{SERVICE}", f"HKEY_LOCAL_MACHINE\\System\\ControlSet001{SERVICE}"],
]  # fmt: skip
OTHERS = [
    (f"{USER}{RUN}", f"HKEY_USERS\\S-1-5-21-1-2-3-1002{RUN}"),
    (f"{USER}{RUN}", f"HKEY_CURRENT_USER{RUN}"),
    (f"HKEY_CURRENT_USER{RUN}", f"HKEY_LOCAL_MACHINE{RUN}"),
    (f"HKEY_CURRENT_USER{RUN}", f"HKEY_CURRENT_USER{RUN}Once"),
    (f"HKEY_CURRENT_USER{RUN}", f"HKEY_USERS{RUN}"),
    (f"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001{SERVICE}", f"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002{SERVICE}"),
]  # fmt: skip


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def hits(comparison: str, key: str) -> bool:
    bracket = normalise_expression(parse_pattern(f"[windows-registry-key:key {comparison}]").expression)
    held = {"0": {"type": "windows-registry-key", "key": key}}
    return Evaluator(bracket).holds(Observation("", 0, 0, 1, held, ("0",)))


@pytest.mark.parametrize(
    ("written", "logged"), [pair for group in ONE_KEY for pair in itertools.product(group[:1], group)]
)
def test_a_key_is_found_in_every_place_where_windows_shows_it(written, logged):
    assert hits(f"= {quoted(written)}", logged)
    assert hits(f"IN ('x', {quoted(written)})", logged)
    assert not hits(f"!= {quoted(written)}", logged)
    assert not hits(f"NOT IN ('x', {quoted(written)})", logged)
    assert hits(f"LIKE {quoted(written[:-2] + '%')}", logged)
    assert hits(f"MATCHES {quoted('^' + written.replace(chr(92), chr(92) * 2).replace('{', '.').replace('}', '.') + '$')}", logged)  # fmt: skip


@pytest.mark.parametrize(("written", "logged"), OTHERS)
def test_another_key_is_not(written, logged):
    assert not hits(f"= {quoted(written)}", logged)
    assert hits(f"!= {quoted(written)}", logged)


@pytest.mark.parametrize(
    "like", ["HKCU%", "HKEY_CURRENT_USER%", "HKEY_CURRENT_USER\\%", "%\\Run", "hkcu\\%Run"]
)
def test_like_finds_the_hive_of_every_user(like):
    assert hits(f"LIKE {quoted(like)}", f"{USER}{RUN}")


@pytest.mark.parametrize(
    "like", ["%CurrentControlSet\\Services%", "HKLM\\SYSTEM\\CurrentControlSet\\%\\Evil"]
)
def test_like_finds_every_control_set(like):
    assert hits(f"LIKE {quoted(like)}", f"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002{SERVICE}")


def test_the_classes_of_a_named_user_are_that_users_alone():
    written = f"= {quoted(USER + '_Classes' + RUN)}"
    assert hits(written, f"{USER}\\Software\\Classes{RUN}")
    assert not hits(written, f"HKEY_USERS\\S-1-5-18_Classes{RUN}")


@pytest.mark.parametrize(
    "key", ["HKEY_LOCAL_MACHINE\\Software\\x", "HKEY_USERS\\S-1\\x", "x", "", "HKEY_CURRENT_USERS\\x", "HKEY_CLASSES_ROOTS"]
)  # fmt: skip
def test_a_key_that_lies_in_one_place_has_one_spelling(key):
    assert any_spelling(key) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hklm", "HKEY_LOCAL_MACHINE"),
        ("HKLM:\\a", "HKEY_LOCAL_MACHINE\\a"),
        ("\\registry\\machine\\a", "HKEY_LOCAL_MACHINE\\a"),
        ("\\REGISTRY\\USER", "HKEY_USERS"),
        ("HKLMX\\a", "HKLMX\\a"),
        ("\\REGISTRY\\USERS\\a", "\\REGISTRY\\USERS\\a"),
    ],
)
def test_a_hive_is_written_out(text, expected):
    assert whole_hive(text) == expected


@pytest.mark.parametrize(
    "regex", ["[HKCU]", "evil", "HKEY_LOCAL_MACHINE", "XHKCU", "HKCUX", "[CurrentControlSet]"]
)
def test_a_regular_expression_that_names_none_stays(regex):
    assert any_spelling_in_regex(regex) == regex
