"""Whom an incident has to be told to, by when, and what is asked: rules as data, clocks, duties, reports."""
