"""Indicators written for other programs: each format a pure function from objects to bytes."""
