"""A nation of invented owners, and past attacks played through it: generator, nodes, runner and, apart, the scorer."""
