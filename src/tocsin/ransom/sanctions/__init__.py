"""Lists of sanctioned parties: what each version of them says, and what changed between two."""
