"""An exercise: a nation of owners, attacks of the past, and how long it takes until everybody concerned knows."""
