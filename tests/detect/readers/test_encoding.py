from __future__ import annotations

import codecs

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, chunked
from tocsin.detect.readers.encoding import utf8_chunks
from tocsin.detect.readers.interface import Tally


def whole(data: bytes, cuts: list[int] | None = None) -> bytes:
    return b"".join(utf8_chunks(chunked(data, cuts or [len(data)]), Tally()))


def test_a_utf8_byte_order_mark_is_removed_only_at_the_start():
    assert whole(codecs.BOM_UTF8 + b"a" + codecs.BOM_UTF8) == b"a" + codecs.BOM_UTF8


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@given(text=st.text(max_size=60), cuts=CUTS)
def test_utf16_with_a_mark_comes_out_as_utf8_however_it_is_cut(encoding, text, cuts):
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert whole(mark + text.encode(encoding), cuts) == text.encode()


def test_a_lone_surrogate_stays_as_bytes_that_are_no_utf8():
    data = codecs.BOM_UTF16_LE + "a\n".encode("utf-16-le") + b"\x00\xd8" + "\nb".encode("utf-16-le")
    assert whole(data) == b"a\n\xed\xa0\x80\nb"


def test_half_a_character_at_the_end_is_noted():
    tally = Tally()
    assert b"".join(utf8_chunks([codecs.BOM_UTF16_LE + b"a\0b"], tally)) == b"a"
    assert tally.notes == ["ends in the middle of a character"]


@given(data=st.binary(max_size=80), cuts=CUTS)
def test_bytes_without_a_mark_pass_unchanged(data, cuts):
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert whole(data, cuts) == data
