"""The scorer, apart from all else: the truth, what people saw, and what came of it."""
