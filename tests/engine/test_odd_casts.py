"""What Python casts is what SQL would: which of both casts a text is a matter of time alone."""

from __future__ import annotations

import re
from importlib import resources

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.mapping import Cast
from tocsin.engine.casts import cast_sql
from tocsin.engine.database import connect
from tocsin.engine.odd_casts import ODD_CASTS

BY_CAST = {
    Cast.TEXT: "composed_of",
    Cast.DOMAIN: "domain_of",
    Cast.REGISTRY_KEY: "registry_key_of",
    Cast.URL: "url_of",
    Cast.URL_HOST: "url_host_of",
    Cast.URL_PATH: "url_path_of",
}
PIECES = (
    "https://", "HTTP://", "hxxp://", "//", "user:pw@", "Evil", "mail", ".", "[.]", "[::1]", "[", ":8443", "/", "?", "#", "%2e", "\xe9",
    "e\u0301", "HKLM", "hku", "HKEY_USERS", "\\REGISTRY\\MACHINE", "\\registry\\user", "\\", ":", "C:", "\n", " ", "\x00",
)  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), st.text(min_size=1))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with connect(threads=1, memory_bytes=256 << 20, temporary=tmp_path_factory.mktemp("spill")) as held:
        yield held


@pytest.mark.parametrize("cast", BY_CAST)
def test_a_text_is_cast_to_the_same_by_both(database, cast):
    @settings(max_examples=examples(20))
    @given(st.lists(TEXTS, min_size=1, max_size=12))
    def holds(texts):
        # A domain that begins so and bears no bracket is the name that it says.
        some = [text for text in texts if cast is not Cast.DOMAIN or text[:3].lower() != "hxx"]
        database.register("given", pa.table({"n": range(len(some)), "x": pa.array(some, pa.string())}))
        rows = database.execute(f"SELECT {cast_sql(cast, 'x')} FROM given ORDER BY n").fetchall()
        for text, (value,) in zip(some, rows, strict=True):
            # A path of nothing is no path; SQL is asked about no text that is none.
            assert value == ODD_CASTS[BY_CAST[cast]](text), text

    holds()


def test_each_is_called_by_sql():
    engine = resources.files("tocsin") / "engine"
    sql = "".join((engine / name).read_text(encoding="utf-8") for name in ("casts.sql", "lookup.py"))
    assert set(ODD_CASTS) == {name for name in ODD_CASTS if re.search(rf"\b{name}\(", sql)}
