"""The dossier: all that is claimed of an address or an incident, each claim with its evidence and its doubt."""
