"""Are we exposed, and may this product come in? Bills of materials against advisories. Pure."""
