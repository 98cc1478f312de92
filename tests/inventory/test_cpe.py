"""CPE names: both forms, values without quoting, and what is wrong with a name that is none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.inventory.cpe import Cpe, Logical, parse_cpe

ANY, NA = Logical.ANY, Logical.NA


def test_the_examples_of_the_specification_are_read() -> None:
    # NIST IR 7695, 6.1.3.2 and 6.2.3.2: the same names in both forms.
    assert parse_cpe(r"cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*") == Cpe(
        "a", "microsoft", "internet_explorer", "8.0.6001", "beta"
    )
    assert parse_cpe("cpe:/a:microsoft:internet_explorer:8.0.6001:beta").version == "8.0.6001"
    assert parse_cpe(r"cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*").version == "8.*"
    packed = parse_cpe("cpe:/a:hp:insight_diagnostics:7.4.0.1570::~~online~win2003~x64~")
    assert packed == parse_cpe("cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:*:*:*:online:win2003:x64:*")
    assert packed.target_sw == "win2003"
    assert parse_cpe("cpe:/a:hp:openview_network_manager:7.51:-:~~~linux~~").update is NA
    odd = parse_cpe("cpe:/a:foo%5cbar:big%24money_2010:::~~special~ipod_touch~80gb~")
    assert odd == Cpe(
        "a", r"foo\\bar", "big$money_2010", sw_edition="special", target_sw="ipod_touch", target_hw="80gb"
    )
    assert str(odd) == r"cpe:2.3:a:foo\\bar:big\$money_2010:*:*:*:*:special:ipod_touch:80gb:*"


def test_a_quoted_character_is_itself_and_a_wildcard_stays_one() -> None:
    read = parse_cpe(r"cpe:2.3:a:foo\\bar:big\$money_2010\:x:1\*:2*:-:*:*:*:*:*")
    assert (read.vendor, read.product) == (r"foo\\bar", "big$money_2010:x")
    assert (read.version, read.update) == (r"1\*", "2*")
    assert read.edition is NA
    assert read.language is ANY


def test_any_and_not_applicable_are_no_values() -> None:
    read = parse_cpe(r"cpe:2.3:h:acme:dash:\-:-:*:*:*:*:*:*")
    assert (read.version, read.update, read.edition) == ("-", NA, ANY)
    assert str(read) == r"cpe:2.3:h:acme:dash:\-:-:*:*:*:*:*:*"


@pytest.mark.parametrize(
    ("uri", "string"),
    [
        ("cpe:/o:linux:linux_kernel", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"),
        ("cpe:/a:Apache:HTTP_Server:2.4.1:-", "cpe:2.3:a:apache:http_server:2.4.1:-:*:*:*:*:*:*"),
        ("cpe:/h:siemens:s7-1200", "cpe:2.3:h:siemens:s7-1200:*:*:*:*:*:*:*:*"),
        ("cpe:/a:c%2b%2b:x%21", r"cpe:2.3:a:c\+\+:x\!:*:*:*:*:*:*:*:*"),
        ("cpe:/a:x:y:1%02", "cpe:2.3:a:x:y:1*:*:*:*:*:*:*:*"),
        ("cpe:/a:x:y:1%2a", r"cpe:2.3:a:x:y:1\*:*:*:*:*:*:*:*"),
    ],
    ids=["kernel", "capitals", "hardware", "percent", "wildcard", "literal star"],
)
def test_a_uri_is_written_as_a_formatted_string(uri: str, string: str) -> None:
    assert str(parse_cpe(uri)) == string
    assert str(parse_cpe(string)) == string


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins neither with"),
        ("cpe:2.2:a:b:c", "begins neither with"),
        ("cpe:2.3:a:b:c", "has 3 of the 11 attributes"),
        ("cpe:2.3:a:b:c" + ":*" * 9, "has 12 of the 11 attributes"),
        ("cpe:2.3:x:b:c" + ":*" * 8, "none of a, o and h"),
        ("cpe:2.3:a::c" + ":*" * 8, "its vendor is empty"),
        ("cpe:2.3:a:b b:c" + ":*" * 8, "characters that a CPE name cannot"),
        ("cpe:2.3:a:b\x00:c" + ":*" * 8, "characters that a CPE name cannot"),
        ("cpe:2.3:a:b:c:1*2" + ":*" * 7, "a wildcard elsewhere than at an end"),
        ("cpe:2.3:a:b:c" + ":*" * 7 + ":x\\", "ends in a backslash"),
        ("cpe:/a:b:c:1:2:3:4:5", "at most 7"),
        ("cpe:/a:b:c:%zz", "no percent-encoding"),
        ("cpe:/a:b:c:1:2:~a~b", "does not have five parts"),
        ("cpe:/x:b:c", "none of a, o and h"),
    ],
    ids=str,
)
def test_an_error_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_cpe(text)
    assert why in caught.value.what


VALUE = st.one_of(
    st.sampled_from([ANY, NA]),
    st.text("abz019._-+!$%&'()/:;<=>@[]^`{|}~,\"#\\*?", min_size=1, max_size=6),
)


@given(st.sampled_from(["a", "o", "h"]), st.lists(VALUE, min_size=10, max_size=10))
def test_any_values_written_down_read_back(part: str, values: list) -> None:
    # As values they have to be escaped once: a star, a question mark and a backslash that mean themselves.
    plain = [
        each
        if isinstance(each, Logical)
        else each.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
        for each in values
    ]
    cpe = Cpe(part, *plain)
    assert parse_cpe(str(cpe)) == cpe


@given(st.text() | st.text("cpe:2.3/aoh*-\\?~%0x", max_size=40).map(lambda rest: "cpe:2.3:" + rest)
       | st.text("cpe:/aoh*-\\?~%0x", max_size=40).map(lambda rest: "cpe:/" + rest))  # fmt: skip
def test_any_text_is_a_cpe_name_or_refused(text: str) -> None:
    try:
        read = parse_cpe(text)
    except BadInput:
        return
    assert parse_cpe(str(read)) == read
