"""TAXII 2.1 (OASIS Standard, 10 June 2021): the door through which nodes and other products read and write."""
