"""Tocsin: what hits one warns all."""

__version__ = "0.1.0"
