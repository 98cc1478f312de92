"""Text as TOML writes it."""

from __future__ import annotations

import tomllib

from hypothesis import given, strategies as st

from tocsin.model.toml_text import toml_string


@given(st.text())
def test_what_is_written_is_read_again(text):
    assert tomllib.loads(f"a = {toml_string(text)}\n") == {"a": text}


def test_del_is_escaped_for_toml_forbids_it():
    assert toml_string("\x7f") == '"\\u007f"'
