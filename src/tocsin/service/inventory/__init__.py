"""Bills of materials, advisories, and what of the one the other concerns."""
