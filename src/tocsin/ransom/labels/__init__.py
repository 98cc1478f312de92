"""What others say of addresses: packs of labels, and the families of ransomware that they name."""
