"""Each output format of a check: a pure function from the result document to text."""
