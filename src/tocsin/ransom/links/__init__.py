"""Which cases of ransom lead to the same hands, and by what."""
