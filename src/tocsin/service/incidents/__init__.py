"""What a person can ask about incidents: one function for each thing."""
