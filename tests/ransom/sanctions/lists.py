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


def uk_xml(
    day="21/03/2025", parties=(("CYB0007", "EXAMPLE Person", "wallet 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),)
):
    """The UK Sanctions List, of ``(id, name, other information)``; in the form that its publisher's readers document."""
    people = "".join(
        f"<Designation><LastUpdated>04/08/2026</LastUpdated><DateDesignated>09/02/2023</DateDesignated>"
        f"<UniqueID>{id}</UniqueID><OFSIGroupID>12703</OFSIGroupID><UNReferenceNumber /><Names><Name><Name1>Alias</Name1>"
        f"<Name6>of {name}</Name6><NameType>Alias</NameType></Name><Name><Name1>{name.split()[0]}</Name1>"
        f"<Name6>{' '.join(name.split()[1:])}</Name6><NameType>Primary Name</NameType></Name></Names><NonLatinNames>"
        "<NonLatinName><NameNonLatinScript>Пример</NameNonLatinScript></NonLatinName></NonLatinNames><RegimeName>The Cyber "
        "(Sanctions) (EU Exit) Regulations 2020</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>"
        f"<SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed><OtherInformation>{said}</OtherInformation>"
        "<UKStatementofReasons>\n</UKStatementofReasons><Addresses><Address><AddressCountry>Russia</AddressCountry></Address>"
        "</Addresses><IndividualDetails><Individual><DOBs><DOB>dd/mm/1945</DOB></DOBs></Individual></IndividualDetails>"
        "</Designation>\n"
        for id, name, said in parties
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Designations>\n<DateGenerated>{day}</DateGenerated>\n{people}</Designations>\n'
    ).encode()


def eu_xml(
    day="2025-03-21T16:47:04.449+02:00",
    parties=(("EU.7.1", "EXAMPLE Person", "wallet 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH", "AB123"),),
):
    """The EU's list as XML 1.1, of ``(id, name, remark, number)``; in the form that its publisher's readers document."""
    people = "".join(
        f'<sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="{id}" logicalId="13"><remark>{remark}'
        '</remark><regulation regulationType="regulation" publicationDate="2023-06-23" programme="CYB" logicalId="1">'
        "<publicationUrl>http://eur-lex.europa.eu/</publicationUrl></regulation>"
        '<regulation regulationType="amendment" publicationDate="2024-06-23" programme="CYB" logicalId="2"/>'
        f'<subjectType code="person" classificationCode="P"/><nameAlias wholeName="{name}" strong="true" logicalId="3"/>'
        f'<nameAlias wholeName="{name} alias" strong="false" logicalId="4"/><nameAlias wholeName="" logicalId="5"/>'
        f'<identification number="{number}" identificationTypeCode="other" logicalId="6"/></sanctionEntity>\n'
        for id, name, remark, number in parties
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        f'generationDate="{day}" globalFileId="184961">\n{people}</export>\n'
    ).encode()
