from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/tocsin/data/examples/gate"


def load():
    spec = importlib.util.spec_from_file_location("make_example_gate", ROOT / "scripts/make_example_gate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_files_that_ship_byte_for_byte():
    made = load().files()

    assert {
        one.relative_to(SHIPPED).as_posix(): one.read_bytes() for one in SHIPPED.rglob("*") if one.is_file()
    } == made


def test_the_script_writes_what_it_makes(tmp_path, capsys):
    script = load()
    script.FOLDER = tmp_path

    script.main()

    assert {one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*") if one.is_file()} == set(
        script.files()
    )
