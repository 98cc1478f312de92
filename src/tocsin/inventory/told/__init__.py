"""What an inventory's answer says: for people, and as JSON, CSV, SARIF and VEX."""
