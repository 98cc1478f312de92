"""Readers of bills of materials: the bytes of one document in, a bill of materials out. Pure."""
