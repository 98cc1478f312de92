"""Checkpoints: one spelling, signed by the log they are of."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, NotProven
from tocsin.limits import LOG_LEAVES
from tocsin.transparency.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from tocsin.transparency.note import Signer, sign
from tocsin.transparency.tree import EMPTY_ROOT
from transparency.logs import ORIGIN, SIGNER, flips

ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
# The example of c2sp.org/tlog-checkpoint.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

lines = st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1)


def test_the_specifications_example_is_read_and_written():
    checkpoint = Checkpoint("example.com/behind-the-sofa", 20_852_163, ROOT)
    assert parse_checkpoint(EXAMPLE) == checkpoint
    assert checkpoint.text == EXAMPLE


@given(lines, st.integers(1, LOG_LEAVES), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_a_checkpoint_is_read_as_it_was_written(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.text) == checkpoint


def test_extension_lines_are_kept():
    assert parse_checkpoint(EXAMPLE + "more\n").extensions == ("more",)
    assert parse_checkpoint(EXAMPLE + "more\n").text == EXAMPLE + "more\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "\n\n\n", EXAMPLE[:-1], EXAMPLE + "\n", EXAMPLE + "more", EXAMPLE + "more\n\n", "\n" + EXAMPLE,
        EXAMPLE.replace("\n", "\r\n"), EXAMPLE.replace("20852163", "020852163"), EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "+20852163"), EXAMPLE.replace("20852163", "20852163 "),
        EXAMPLE.replace("20852163", "2e7"), EXAMPLE.replace("20852163", ""), EXAMPLE.replace("20852163", "0"),
        EXAMPLE.replace("20852163", str(LOG_LEAVES + 1)), EXAMPLE.replace("20852163", "٢٠"),
        EXAMPLE.replace("q2I=", "q2J="), EXAMPLE.replace("q2I=", "q2I"), EXAMPLE.replace("q2I=", "q2I=="),
        EXAMPLE.replace("CsUYapGG", ""), EXAMPLE.replace("CsUYapGG", "CsUYapGGCsUY"),
        "example.com/behind-the-sofa\n20852163\n", "20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    ],
)  # fmt: skip
def test_any_other_text_is_refused(text):
    with pytest.raises(BadInput):
        parse_checkpoint(text)


@given(st.text(max_size=60))
def test_what_is_read_is_written_the_same(text):
    try:
        checkpoint = parse_checkpoint(text)
    except BadInput:
        return
    assert checkpoint.text == text


def test_an_empty_log_has_one_root():
    assert Checkpoint(ORIGIN, 0, EMPTY_ROOT).size == 0
    with pytest.raises(BadInput, match="one root only"):
        Checkpoint(ORIGIN, 0, ROOT)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, ROOT, ()),
        ("a\nb", 1, ROOT, ()),
        ("a\tb", 1, ROOT, ()),
        ("a", -1, ROOT, ()),
        ("a", LOG_LEAVES + 1, ROOT, ()),
        ("a", 1, ROOT[:-1], ()),
        ("a", 1, ROOT + b"x", ()),
        ("a", 1, ROOT, ("",)),
        ("a", 1, ROOT, ("a\nb",)),
    ],
)
def test_what_cannot_be_written_is_no_checkpoint(origin, size, root, extensions):
    with pytest.raises(BadInput):
        Checkpoint(origin, size, root, extensions)


def test_a_signed_checkpoint_opens_with_the_logs_key():
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    assert open_checkpoint(sign_checkpoint(checkpoint, SIGNER), SIGNER.verifier) == checkpoint


def test_a_witness_alone_does_not_vouch_for_a_checkpoint():
    witness = Signer("member.example", bytes(32))
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    both = sign_checkpoint(checkpoint, SIGNER, witness)
    assert open_checkpoint(both, SIGNER.verifier) == checkpoint
    with pytest.raises(
        NotProven, match=r"a checkpoint of the log 'hub\.example/log', signed with the key of 'member"
    ):
        open_checkpoint(both, witness.verifier)
    with pytest.raises(NotProven, match="no key that is trusted here"):
        open_checkpoint(sign_checkpoint(checkpoint, witness), SIGNER.verifier)


def test_a_log_of_another_name_is_refused_though_the_key_is_right():
    with pytest.raises(NotProven, match=r"signed with the key of 'hub\.example/log'"):
        open_checkpoint(sign_checkpoint(Checkpoint("other.example/log", 7, ROOT), SIGNER), SIGNER.verifier)


def test_a_signed_text_that_is_no_checkpoint_is_refused():
    with pytest.raises(BadInput, match="not a checkpoint"):
        open_checkpoint(sign("hello\n", SIGNER), SIGNER.verifier)


def test_no_flipped_bit_of_a_signed_checkpoint_is_accepted():
    data = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), SIGNER)
    for changed in flips(data):
        with pytest.raises(BadInput):
            open_checkpoint(changed, SIGNER.verifier)
