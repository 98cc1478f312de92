"""What a person can ask about ransoms: one file a verb."""
