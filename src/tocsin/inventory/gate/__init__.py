"""The gate: whether a product may come in, judged by a policy before it is installed."""
