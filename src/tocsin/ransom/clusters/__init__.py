"""Which addresses one hand seems to hold, and which transaction says so."""
