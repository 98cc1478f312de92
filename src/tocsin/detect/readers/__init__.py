"""Log readers: bytes of one format in, batches of declared columns out. Pure."""
