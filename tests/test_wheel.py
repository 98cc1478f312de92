"""The built wheel installs, brings its data, and runs where the checkout is not."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=120)
    (built,) = folder.glob("tocsin-*.whl")
    return built


@pytest.fixture(scope="module")
def tocsin(wheel, tmp_path_factory):
    """Install the wheel into an environment of its own, which borrows the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True, timeout=60
    )
    # A folder named in a .pth file has its own .pth files left alone, so the checkout is not found through it.
    (Path(where.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)],
        check=True,
        timeout=60,
    )
    outside = tmp_path_factory.mktemp("outside")

    def run(*arguments):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(outside),
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
        }
        return subprocess.run(
            [python.parent / "tocsin", *arguments],
            cwd=outside, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


def test_the_wheel_holds_the_package_its_data_and_its_licence_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "tocsin").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == here
    assert {Path(name).name for name in names - packed} >= {
        "LICENSE",
        "NOTICE",
        "METADATA",
        "entry_points.txt",
    }


def test_the_installed_program_is_sound(tocsin):
    done = tocsin("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_program_checks_the_examples(tocsin):
    data = ROOT / "src" / "tocsin" / "data" / "examples"
    if not data.exists():
        pytest.skip("there are no examples yet")
    done = tocsin(
        "check", str(data / "evidence"), "--against", str(data / "warnings-2021.json"), "--format", "jsonl"
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.count('"finding--') >= 1
