"""The ledger: movements, balances, serials, allocations, cost."""
