"""How much of what was seeded lies in each output, by each convention and by none."""
