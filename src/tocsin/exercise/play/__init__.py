"""Playing it: the processes, what people do, and how long that takes."""
