"""Incidents as STIX 2.1 with the OASIS incident extensions."""
