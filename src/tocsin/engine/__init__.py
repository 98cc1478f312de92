"""Runs plans: the only place that knows DuckDB and the text scanner."""
