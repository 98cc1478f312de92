"""What needs a person now, over all pillars."""
