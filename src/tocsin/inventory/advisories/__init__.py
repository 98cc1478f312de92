"""Readers of advisories: KEV, CVE 5, OSV, CSAF, OpenVEX and CycloneDX VEX, each to the same nouns."""
