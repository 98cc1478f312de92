"""The rules that a policy may ask, a file each."""
