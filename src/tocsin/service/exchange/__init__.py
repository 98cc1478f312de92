"""The exchange: a file for each thing that a person, a member or a machine can ask of a node."""
