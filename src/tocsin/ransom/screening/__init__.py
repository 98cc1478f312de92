"""May this body pay, and whom would it pay: by lists, by the ledger, by who is behind it."""
