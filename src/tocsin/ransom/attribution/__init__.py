"""Who is said to be behind an address or an incident: by persons, with evidence and grade; the program says nothing."""
