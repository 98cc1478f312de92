"""What a person can ask about ransom payments."""
