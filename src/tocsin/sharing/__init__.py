"""Who may see what, and what is known to be harmless."""
