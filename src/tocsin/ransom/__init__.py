"""Ransom payments: to whom an address pays, who of them is listed, and what that means before a payment."""
