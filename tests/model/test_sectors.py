"""The 16 sectors: complete, and unambiguous under every name that others give them."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from tocsin.model.sectors import find_sector, is_other_sector, sectors, sectors_of_naics

SHARED = Path(__file__).parents[2] / "../shared/data"


def test_there_are_sixteen_by_name() -> None:
    names = [each.name for each in sectors()]
    assert len(names) == len(set(names)) == 16
    assert names == sorted(names)
    assert all(each.sector_risk_management_agencies for each in sectors())


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("water-and-wastewater", "water-and-wastewater"),
        ("Water and Wastewater Systems", "water-and-wastewater"),
        ("water", "water-and-wastewater"),
        ("Water & Wastewater Systems Sector", "water-and-wastewater"),
        ("HEALTHCARE", "healthcare-and-public-health"),
        ("Pharmacy", "healthcare-and-public-health"),
        ("IT", "information-technology"),
        ("Civil Aviation", "transportation-systems"),
        ("government_national", "government-services-and-facilities"),
        ("Government, Administration", "government-services-and-facilities"),
        ("insurance", "financial-services"),
    ],
)
def test_a_sector_is_found_by_any_of_its_names(text: str, id: str) -> None:
    found = find_sector(text)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize(
    "text", ["", "utilities", "infrastructure", "mining", "Multi-sector", "knitting", "sector"]
)
def test_what_names_no_one_sector_finds_none(text: str) -> None:
    assert find_sector(text) is None


def test_no_name_stands_for_two_sectors() -> None:
    for each in sectors():
        for name in (each.id, each.name, *each.aliases, *each.industry_sector_ov, *each.misp_galaxy):
            assert find_sector(name) == each, name
            assert not is_other_sector(name), name


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        ("2213", ["water-and-wastewater"]),
        ("221310", ["water-and-wastewater"]),
        ("325412", ["healthcare-and-public-health"]),
        ("325110", ["chemical"]),
        ("52", ["financial-services"]),
        ("336411", ["defense-industrial-base"]),
        ("336111", ["critical-manufacturing"]),
        ("486110", ["energy"]),
        ("23", []),
        ("5", []),
        ("", []),
    ],
)
def test_the_longest_naics_code_decides(code: str, ids: list[str]) -> None:
    assert [each.id for each in sectors_of_naics(code)] == ids


def test_naics_codes_have_two_to_four_digits() -> None:
    assert all(each.isdecimal() and 2 <= len(each) <= 4 for sector in sectors() for each in sector.naics_2022)


def test_every_industry_sector_value_is_mapped_or_named_as_none() -> None:
    stix2 = pytest.importorskip("stix2.v21.vocab")
    for value in stix2.INDUSTRY_SECTOR:
        assert (find_sector(value) is None) == is_other_sector(value), value


def test_every_value_of_the_oasis_schemas_is_mapped_or_named_as_none() -> None:
    path = SHARED / "intel/stix-schemas.zip"
    if not path.exists():
        pytest.skip(f"the STIX schemas are not at {path}")
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schemas/sdos/identity.json"))
    for value in schema["definitions"]["industry-sector-ov"]["enum"]:
        assert (find_sector(value) is None) == is_other_sector(value), value


def test_every_misp_sector_is_mapped_or_named_as_none() -> None:
    path = SHARED / "intel/galaxy/sector.json.gz"
    if not path.exists():
        pytest.skip(f"the MISP galaxy is not at {path}")
    for value in json.loads(gzip.decompress(path.read_bytes()))["values"]:
        assert (find_sector(value["value"]) is None) == is_other_sector(value["value"]), value["value"]
