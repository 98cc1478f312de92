"""A log in which rewriting is always found: tree, proofs, signed checkpoints, receipts, and a member's watch."""
