"""The STIX pattern language (STIX 2.1, section 9): syntax tree, parser, evaluation."""
