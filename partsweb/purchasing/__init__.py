"""Purchase orders, receipts, discrepancies, restocking."""
