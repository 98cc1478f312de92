"""The one way in for bytes: resolve, check, open, unpack."""
