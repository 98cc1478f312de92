from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import pytest

from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.registry import READERS
from tocsin.detect.warning import WarningTally
from tocsin.detect.warnings_in import read_warnings
from tocsin.model.observed import read_observations
from tocsin.sources import Stream
from tocsin.sources.origin import StandardInput
from tocsin.sources.unpack import streams

ROOT = Path(__file__).parents[2]
LARGEST_BYTES = 8 << 10


def load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script():
    return load("fuzz_corpus", ROOT / "scripts/fuzz_corpus.py")


@pytest.fixture(scope="module")
def seeds(script):
    return script.corpora()


def test_every_target_has_a_corpus_of_several_small_seeds(seeds):
    targets = {path.stem.removeprefix("fuzz_") for path in (ROOT / "tests/fuzz").glob("fuzz_*.py")}
    assert set(seeds) == targets
    for corpus in seeds.values():
        assert 3 <= len(set(corpus)) == len(corpus)
        assert all(0 < len(seed) <= LARGEST_BYTES for seed in corpus)


def test_each_seed_of_warnings_holds_one_that_is_read(seeds):
    for seed in seeds["warnings"]:
        assert list(read_warnings("seed", seed, WarningTally())), seed


def test_each_seed_of_observations_is_read(seeds):
    for seed in seeds["observations"]:
        assert read_observations(seed, "seed")


def test_each_seed_of_patterns_is_one_behind_the_byte_that_says_ascii(seeds):
    for seed in seeds["pattern"]:
        assert seed[:1] == b"\x01"
        assert parse_pattern(seed[1:].decode("ascii"), "2.1")


def test_each_seed_of_readers_is_read_as_its_format_and_every_format_has_one(seeds):
    fuzz = load("fuzz_readers", ROOT / "tests/fuzz/fuzz_readers.py")
    found = set()
    for seed in seeds["readers"]:
        fuzz.feed(seed)
        format_ = fuzz.FORMATS[seed[0]]
        tally = Tally()
        rows = sum(len(batch.rows) for batch in READERS[format_](fuzz.FIELDS)([seed[2:]], tally))
        assert rows or format_ == "evtx", format_  # an event log is not made in a few lines
        found.add(format_)
    assert found == set(READERS)


def test_each_seed_of_the_gate_is_read(seeds):
    fuzz = load("fuzz_gate", ROOT / "tests/fuzz/fuzz_gate.py")
    for seed in seeds["gate"]:
        fuzz.feed(seed)
        assert fuzz.KINDS[seed[0]](seed[1:]), seed
    assert {seed[0] for seed in seeds["gate"]} == set(range(len(fuzz.KINDS)))


def test_each_seed_of_packs_is_unpacked_to_its_end(seeds):
    names = set()
    for seed in seeds["packs"]:
        for found in streams("seed", StandardInput(io.BytesIO(seed))):
            assert isinstance(found, Stream), found
            assert b"".join(found.chunks())
            assert found.problem == ""
            names.add(found.name)
    assert len(names) > 1


def test_the_corpora_are_written_a_file_a_seed_and_what_was_found_since_stays(script, seeds, tmp_path):
    for _ in range(2):
        script.write(tmp_path)
        (tmp_path / "corpus-packs" / "found").write_bytes(b"x")
        for name, corpus in seeds.items():
            written = {path.read_bytes() for path in (tmp_path / f"corpus-{name}").iterdir()}
            assert written - {b"x"} == set(corpus)
