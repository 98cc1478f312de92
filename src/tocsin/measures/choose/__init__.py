"""Choosing the few measures that stop the most: exactly, step by step, or by how often they apply."""
