"""Lists of sanctioned parties that are made here, in the forms of OFAC."""

from __future__ import annotations

SPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML"


def advanced_xml(
    day=(2025, 3, 4), parties=(("7", "EXAMPLE Person", [("XBT", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")]),)
):
    """The list as Advanced XML, of ``(id, name, [(ticker, address)])``."""
    tickers = sorted({ticker for _, _, addresses in parties for ticker, _ in addresses})
    types = "".join(
        f'<FeatureType ID="{number}" FeatureTypeGroupID="1">Digital Currency Address - {ticker}</FeatureType>'
        for number, ticker in enumerate(tickers, 900)
    )
    people = entries = ""
    for id, name, addresses in parties:
        features = "".join(
            f'<Feature ID="1" FeatureTypeID="{900 + tickers.index(ticker)}"><FeatureVersion ID="1"><Comment />'
            f'<VersionDetail DetailTypeID="1432">{text}</VersionDetail></FeatureVersion></Feature>'
            for ticker, text in addresses
        )
        people += (
            f'<DistinctParty FixedRef="{id}"><Comment /><Profile ID="{id}" PartySubTypeID="4"><Identity ID="1" Primary="true">'
            f"{_alias('false', f'{name} alias')}{_alias('true', name)}</Identity>"
            '<Feature ID="2" FeatureTypeID="8"><FeatureVersion ID="3"><Comment /><DatePeriod CalendarTypeID="1"><Start>'
            "<From><Year>1970</Year><Month>1</Month><Day>2</Day></From></Start></DatePeriod>"
            '<VersionDetail DetailTypeID="1432">not an address</VersionDetail></FeatureVersion></Feature>'
            f"{features}</Profile></DistinctParty>"
        )
        entries += (
            f'<SanctionsEntry ID="{id}" ProfileID="{id}" ListID="1550"><EntryEvent ID="1"><Comment />'
            '<Date CalendarTypeID="1"><Year>2018</Year><Month>11</Month><Day>28</Day></Date></EntryEvent>'
            '<SanctionsMeasure ID="1" SanctionsTypeID="1705"><Comment>no programme</Comment></SanctionsMeasure>'
            '<SanctionsMeasure ID="2" SanctionsTypeID="1"><Comment>CYBER2</Comment></SanctionsMeasure></SanctionsEntry>'
        )
    year, month, date = day
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Sanctions xmlns="{SPACE}" Version="3">\n<DateOfIssue CalendarTypeID="1">'
        f"<Year>{year}</Year><Month>{month}</Month><Day>{date}</Day></DateOfIssue>\n<ReferenceValueSets><FeatureTypeValues>"
        f'<FeatureType ID="8" FeatureTypeGroupID="1">Birthdate</FeatureType>{types}</FeatureTypeValues><SanctionsTypeValues>'
        '<SanctionsType ID="1705">Block</SanctionsType><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues>'
        "</ReferenceValueSets>\n<Locations><Location><LocationPart><Year>1</Year></LocationPart></Location></Locations>\n"
        f"<DistinctParties>{people}</DistinctParties>\n<SanctionsEntries>{entries}</SanctionsEntries>\n</Sanctions>\n"
    ).encode()


def _alias(primary, name):
    parts = "".join(
        f"<DocumentedNamePart><NamePartValue>{part}</NamePartValue></DocumentedNamePart>"
        for part in name.split()
    )
    return f'<Alias Primary="{primary}"><DocumentedName ID="1">{parts}</DocumentedName></Alias>'


def sdn_row(id, name, programmes, remarks):
    """A row of the list as CSV."""
    nothing = ",".join(["-0- "] * 7)
    said = f'"{remarks}"' if remarks else "-0- "
    return f'{id},"{name}",-0- ,"{programmes}",{nothing},{said}\r\n'.encode()
