"""Reports and duties as text and JSON."""
