"""What a person can ask of ``detect``: check, match, explain."""
