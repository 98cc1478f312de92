"""Lists of assets: columns by any usual name, devices by model and part number, rows that cannot be read."""

from __future__ import annotations

import pytest

from inventory.bom.listing import doubted, read_text, unread
from tocsin.errors import BadInput
from tocsin.inventory.component import Kind
from tocsin.inventory.identity import Identity


def test_a_utilitys_list_of_devices_is_read() -> None:
    found = read_text(
        """\
        \ufeffAsset Tag;Device Name;Manufacturer;Model;Order Number;Firmware Version;Serial No.;Type;Site
        P-01;Pump PLC;Siemens;SIMATIC S7-1200 CPU 1214C;6ES7214-1AG40-0XB0;V4.2.1;S C-X4U*;PLC;North
        P-02;;Siemens;;6ES7 315-2EH14-0AB0;n/a;;PLC;North
        H-01;Historian;OSIsoft;;;2018 SP3;;Software;Head office
        """
    )
    assert found.format == "asset-csv"
    first, second, third = found.components
    assert first.identity == Identity(
        name="Pump PLC",
        vendor="Siemens",
        models=("SIMATIC S7-1200 CPU 1214C", "6ES7214-1AG40-0XB0"),
        skus=("6ES7214-1AG40-0XB0",),
        serials=("S C-X4U\\*",),
    )
    assert (first.version, first.kind, first.place, first.ref) == ("V4.2.1", Kind.DEVICE, "line 2", "P-01")
    assert second.identity == Identity(
        vendor="Siemens", models=("6ES7 315-2EH14-0AB0",), skus=("6ES7 315-2EH14-0AB0",)
    )
    assert second.version == ""
    assert (third.identity.name, third.kind, third.version) == ("Historian", Kind.APPLICATION, "2018 SP3")
    assert found.notes == ("columns that are not read: Site",)
    assert (found.unread, found.doubts) == ((), ())


@pytest.mark.parametrize("delimiter", list(",;\t|"), ids=["comma", "semicolon", "tab", "bar"])
def test_cells_are_separated_by_whatever_the_header_holds_most(delimiter: str) -> None:
    rows = [["PRODUCT", "vendor_name", "Version"], ["a", "b", "1"]]
    found = read_text("\n".join(delimiter.join(row) for row in rows) + "\n")
    assert [(each.identity.name, each.identity.vendor, each.version) for each in found.components] == [
        ("a", "b", "1")
    ]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Model Number", "models"), ("MODEL", "models"), ("part-number", "skus"), ("Part No.", "skus"),
        ("MLFB", "skus"), ("SKU", "skus"), ("Article number (MLFB)", "skus"), ("S/N", "serials"),
        ("Serial_Number", "serials"),
    ],
    ids=str,
)  # fmt: skip
def test_a_column_is_known_by_any_usual_name(column: str, field: str) -> None:
    found = read_text(f"name,{column}\nx,y\n", "asset-csv")
    assert getattr(found.components[0].identity, field) == ("y",)


def test_purls_and_cpes_are_read_and_those_that_are_none_doubted() -> None:
    found = read_text("name,purl,cpe\na,pkg:npm/a@1,cpe:/a:b:c\nd,x,y\n,x,\n")
    assert [(each.identity.purls, each.identity.cpes) for each in found.components] == [
        (("pkg:npm/a@1",), ("cpe:/a:b:c",)),
        ((), ()),
    ]
    assert [each[0] for each in doubted(found)] == ["line 3", "line 3", "line 4"]
    assert unread(found) == [
        ("line 4", "names neither a product nor a model, a part number, a purl or a CPE")
    ]


def test_the_asset_is_the_ref_where_the_product_is_named_beside() -> None:
    found = read_text("Asset,Product,Firmware\nRTU-7,SCADAPack 334,8.19\n")
    assert (found.components[0].ref, found.components[0].identity.name) == ("RTU-7", "SCADAPack 334")
    assert found.components[0].kind is Kind.DEVICE


def test_two_versions_that_differ_are_doubted() -> None:
    found = read_text("name,version,firmware\na,1,2\nb,1,1\nc,,2\n")
    assert [each.version for each in found.components] == ["1", "1", "2"]
    assert doubted(found) == [("line 2", "gives several versions, of which the first is taken: 1, 2")]


def test_a_row_with_too_few_or_too_many_cells_is_doubted() -> None:
    found = read_text("name,vendor\na\nb,c,d\n\ne,f\n")
    assert [each.identity.name for each in found.components] == ["a", "b", "e"]
    assert doubted(found) == [
        ("line 2", "has 1 cells where the header has 2"),
        ("line 3", "has 3 cells where the header has 2"),
    ]


def test_a_quote_that_is_never_closed_swallows_no_rows() -> None:
    found = read_text('name,vendor\na,b\n"19 inch rack,c\nd,e\nf,g\n')
    assert [(each.place, each.identity.name) for each in found.components] == [
        ("line 2", "a"),
        ("line 3", "19 inch rack"),
        ("line 4", "d"),
        ("line 5", "f"),
    ]


def test_a_quoted_cell_may_span_lines() -> None:
    found = read_text('name,vendor\n"a\nb",c\nd,e\n')
    assert [(each.place, each.identity.name) for each in found.components] == [
        ("line 2", "a\nb"),
        ("line 4", "d"),
    ]


def test_a_list_that_does_not_say_what_a_row_is_about_is_refused() -> None:
    with pytest.raises(BadInput, match="no column that says what a row is about") as caught:
        read_text("vendor,site\nx,y\n", "asset-csv")
    assert str(caught.value.where) == "given:1"


def test_a_cell_longer_than_csv_allows_costs_its_row_alone() -> None:
    found = read_text("name,vendor\na,b\n" + "x" * 200_000 + ",c\nd,e\n")
    assert [each.identity.name for each in found.components] == ["a", "d"]
    assert [each[0] for each in unread(found)] == ["line 3"]


def test_a_file_of_the_header_alone_lists_nothing() -> None:
    assert read_text("name,vendor\n").components == ()
