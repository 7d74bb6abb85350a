"""What a customer pays for an order: ready, held and why, billed."""
