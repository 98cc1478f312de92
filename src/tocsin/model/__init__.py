"""STIX 2.1 as Tocsin holds it: exact bytes, ids, markings, time, sectors, and the observable tables."""
