"""Work orders, part entries, work logs."""
