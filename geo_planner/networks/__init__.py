"""Networks: tables of a region laid out as arrays, with the ledger of what was snapped."""
