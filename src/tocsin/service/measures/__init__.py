"""What a person can ask about measures: one function for each thing."""
