"""Incidents: what happened, whom it has to be told to and by when, and the steps of the attack."""
