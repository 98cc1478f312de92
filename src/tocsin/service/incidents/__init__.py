"""Incidents: what a person can ask of them on this node."""
