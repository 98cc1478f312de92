"""The door for browsers and machines: pages, the JSON API, the log's files, and TAXII beside them."""
