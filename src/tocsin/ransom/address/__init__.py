"""What an address says, and what it pays to."""
