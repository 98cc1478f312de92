"""The steps of an attack as a graph, and the formats that it comes in."""
