"""A dossier as STIX 2.1."""
