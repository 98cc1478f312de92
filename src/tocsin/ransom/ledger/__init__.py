"""Transactions of Bitcoin and of what is built like it, as they were loaded."""
