"""Counts and texts of others made fit to be shown to a person."""
