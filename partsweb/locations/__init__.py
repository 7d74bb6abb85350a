"""Where stock can be: warehouses, bins, vans and who holds them, quarantine, the virtual ones."""
