"""A nation that nobody has: the facts of the attacks, the owners, what they have, and the truth, sealed."""
