"""The command line: words in, service called, result shown, exit code out."""
