"""The Parts workspace: one table over catalogue, stock and purchasing."""
