"""Signed notes: the vectors of others are read and written byte for byte, and nothing malformed is."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from tocsin.errors import BadInput, LimitExceeded, NotProven
from tocsin.limits import NOTE_BYTES, NOTE_SIGNATURES
from tocsin.transparency.note import Signer, Verifier, open_note, sign
from transparency.logs import flips

# The vectors of golang.org/x/mod/sumdb/note (note_test.go).
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
PETER, ENOCH = Verifier.parse(PETER_KEY), Verifier.parse(ENOCH_KEY)
# The example of c2sp.org/signed-note.
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
SIGNER = Signer("hub.example/log", bytes(32))


def note(*lines, text=TEXT):
    return f"{text}\n{''.join(lines)}".encode()


def test_the_published_notes_open():
    assert open_note(note(PETER_LINE), [PETER]) == TEXT
    assert open_note(note(PETER_LINE, ENOCH_LINE), [PETER, ENOCH]) == TEXT
    assert open_note(FOO_NOTE.encode(), [Verifier.parse(FOO_KEY)]) == "This is an example message.\n"


def test_the_published_note_is_signed_byte_for_byte():
    signer = Signer("PeterNeumann", PETER_SEED)
    assert signer.verifier_key == PETER_KEY
    assert sign(TEXT, signer) == note(PETER_LINE)


@given(st.text(alphabet=st.characters(exclude_categories=["C"])), st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_what_is_signed_opens(text, seed):
    signer = Signer("hub.example/log", seed)
    assert Verifier.parse(signer.verifier_key) == signer.verifier
    assert open_note(sign(text + "\n", signer), [signer.verifier]) == text + "\n"


@pytest.mark.parametrize(
    "text", ["\n", "a\n\n", "a\n\nb\n", "\n\n\na\n", "a\n\n— b Yg==\n", "— PeterNeumann AAAA\n"]
)
def test_a_text_may_hold_blank_lines_and_what_looks_like_signatures(text):
    assert open_note(sign(text, SIGNER), [SIGNER.verifier]) == text


def test_signatures_of_unknown_keys_are_ignored():
    data = note(PETER_LINE, ENOCH_LINE)
    assert open_note(data, [PETER]) == open_note(data, [ENOCH]) == TEXT
    with pytest.raises(NotProven, match="no key that is trusted here"):
        open_note(note(ENOCH_LINE), [PETER])
    with pytest.raises(NotProven, match="no key that is trusted here"):
        open_note(data, [])


def test_a_key_that_shares_name_or_id_only_is_unknown():
    # A key of the same name, and a line whose id is right but whose name is not.
    with pytest.raises(NotProven, match="no key that is trusted here"):
        open_note(note(PETER_LINE), [replace(PETER, public_key=ENOCH.public_key)])
    with pytest.raises(NotProven, match="no key that is trusted here"):
        open_note(note(PETER_LINE.replace("PeterNeumann", "PeterNewman")), [PETER])


def test_a_wrong_signature_of_a_known_key_refuses_the_note_though_another_is_right():
    good = sign(TEXT, SIGNER).decode().removeprefix(TEXT + "\n")
    wrong = PETER_LINE.replace("x08go/ZJ", "x08go/ZK")
    for lines in ((good, wrong), (wrong, good), (PETER_LINE, wrong)):
        with pytest.raises(NotProven, match="'PeterNeumann' does not fit"):
            open_note(note(*lines), [PETER, SIGNER.verifier])


def test_a_signature_of_another_length_is_wrong():
    for size in (1, 63, 65):
        line = f"— PeterNeumann {base64.b64encode(PETER.key_id + bytes(size)).decode()}\n"
        with pytest.raises(NotProven, match="does not fit"):
            open_note(note(line), [PETER])


def test_no_flipped_bit_of_a_note_is_accepted():
    data = sign("three\n12\nlines\n", SIGNER)
    assert open_note(data, [SIGNER.verifier])
    for changed in flips(data):
        with pytest.raises(BadInput):
            open_note(changed, [SIGNER.verifier])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        TEXT.encode(),
        note(),
        note(PETER_LINE[:-1]),
        (TEXT + PETER_LINE).encode(),
        b"\x01" + note(PETER_LINE),
        b"\t" + note(PETER_LINE),
        b"\xff" + note(PETER_LINE),
        note(PETER_LINE).replace(b"\n", b"\r\n"),
        note(PETER_LINE, "Unexpected line.\n"),
        note(PETER_LINE, "\n"),
        note(PETER_LINE.replace("— ", "- ")),
        note(PETER_LINE.replace("— ", "—")),
        note(PETER_LINE.replace("PeterNeumann", "Peter Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "Peter\u2003Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "Peter+Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "")),
        note(PETER_LINE.replace("AM=", "AN=")),
        note(PETER_LINE.replace("AM=", "AM")),
        note(PETER_LINE.replace("\n", " \n")),
        note(PETER_LINE, "— EnochRoot rwz+eA==\n"),
        note(PETER_LINE, "— EnochRoot \n"),
        note(PETER_LINE, "— EnochRoot\n"),
    ],
)
def test_what_is_no_note_is_refused(data):
    with pytest.raises(BadInput) as caught:
        open_note(data, [PETER])
    assert not isinstance(caught.value, NotProven)


def test_a_hundred_signatures_are_read_and_no_more():
    line = f"— other {base64.b64encode(b'x' * 68).decode()}\n"
    assert open_note(note(PETER_LINE, *[line] * (NOTE_SIGNATURES - 1)), [PETER]) == TEXT
    with pytest.raises(LimitExceeded, match="101 signatures"):
        open_note(note(PETER_LINE, *[line] * NOTE_SIGNATURES), [PETER])


def test_a_note_beyond_its_limit_is_neither_read_nor_signed():
    with pytest.raises(LimitExceeded, match="are read at most"):
        open_note(note(PETER_LINE, text="x" * NOTE_BYTES + "\n"), [PETER])
    with pytest.raises(LimitExceeded, match="are read at most"):
        sign("x" * NOTE_BYTES + "\n", SIGNER)


@pytest.mark.parametrize(
    "text", ["", "abc", "a\tb\n", "a\x00\n", "a\r\n", "a\ud800\n", "a\n\nb", "a\n\n— PeterNeumann YWJjZGVm"]
)
def test_a_text_that_would_not_open_again_is_not_signed(text):
    with pytest.raises(BadInput):
        sign(text, SIGNER)


def test_a_note_needs_a_signer():
    with pytest.raises(BadInput, match="needs a signature"):
        sign(TEXT)


def test_no_part_of_a_key_and_no_changed_key_is_read():
    for start in range(len(PETER_KEY)):
        for end in range(start, len(PETER_KEY) + 1):
            if end - start < len(PETER_KEY):
                with pytest.raises(BadInput):
                    Verifier.parse(PETER_KEY[start:end])
    for place in range(len(PETER_KEY)):
        with pytest.raises(BadInput):
            Verifier.parse(PETER_KEY[:place] + chr(ord(PETER_KEY[place]) + 1) + PETER_KEY[place + 1 :])


@pytest.mark.parametrize(
    ("key", "why"),
    [
        # Both from Go's note_test.go: their ids fit.
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "not a key"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "not an Ed25519 key"),
        (PETER_KEY.replace("c74f20a3", "C74F20A3"), "not a key"),
        (PETER_KEY.replace("c74f20a3", "c74f20a4"), "does not fit its id"),
        (PETER_KEY.replace("PeterNeumann", "PeterNewman"), "does not fit its id"),
        (PETER_KEY + "\n", "not a key"),
        (PETER_KEY + "\ud800", "not a key"),
    ],
)
def test_a_key_whose_parts_do_not_fit_is_refused(key, why):
    with pytest.raises(BadInput, match=why):
        Verifier.parse(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u200bb", "a\x7f", "\ud800"])
def test_a_name_that_people_cannot_read_or_a_note_cannot_hold_is_refused(name):
    with pytest.raises(BadInput, match="no name of a key"):
        Signer(name, bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_keys_and_seeds_have_32_bytes(size):
    with pytest.raises(BadInput, match="has 32 bytes"):
        Signer("hub.example/log", bytes(size))
    with pytest.raises(BadInput, match="has 32 bytes"):
        Verifier("hub.example/log", bytes(size))


def test_a_signer_does_not_show_its_seed():
    signer = Signer("hub.example/log", b"\x42" * 32)
    assert "42" * 32 not in repr(signer)
    assert "B" * 8 not in repr(signer)
    assert not hasattr(signer, "seed")


@given(st.binary(max_size=200))
def test_no_bytes_crash(data):
    with pytest.raises(BadInput):
        open_note(data, [PETER])


@given(st.text(max_size=80))
def test_no_text_crashes_the_reading_of_a_key(text):
    with pytest.raises(BadInput):
        Verifier.parse(text)
