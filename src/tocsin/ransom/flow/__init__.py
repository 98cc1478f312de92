"""A trace as a picture: what leads to what, runs folded, the largest first, in layers."""
