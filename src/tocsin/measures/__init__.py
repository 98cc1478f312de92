"""Measures: what each stands in the way of, and which few of them stop the most."""
