"""Archives that others made, against the standard library's own reading of them."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from sources.packing import contents, drained, find, left_out

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data set is not on this machine")


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.gz"))[:12], ids=lambda path: path.name)
def test_gzip_files_are_read_as_the_standard_library_reads_them(path):
    assert drained(find(path)) == (gzip.decompress(path.read_bytes()), "")


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.zip")), ids=lambda path: path.name)
def test_zip_archives_are_read_as_the_standard_library_reads_them(path):
    found = find(path)
    with zipfile.ZipFile(path) as archive:
        expected = {
            f"{path}!/{one.filename}": archive.read(one) for one in archive.infolist() if not one.is_dir()
        }
    assert contents(found) == expected
    assert left_out(found) == {}
