from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts/make_example_evidence.py"
EVIDENCE = Path(__file__).parents[2] / "src/tocsin/data/examples/evidence"


def load():
    spec = importlib.util.spec_from_file_location("make_example_evidence", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unpacked(name, data):
    # How well a library packs is its own affair; what is inside is not.
    return gzip.decompress(data) if name.endswith(".gz") else data


def test_the_script_makes_the_files_that_ship_byte_for_byte():
    made = load().files()

    shipped = {file.relative_to(EVIDENCE).as_posix() for file in EVIDENCE.rglob("*") if file.is_file()}
    assert shipped == set(made)
    for name, data in made.items():
        assert unpacked(name, (EVIDENCE / name).read_bytes()) == unpacked(name, data), name


def test_the_script_writes_what_it_makes(tmp_path, capsys):
    script = load()
    script.FOLDER = tmp_path

    script.main()

    assert {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()} == set(
        script.files()
    )
