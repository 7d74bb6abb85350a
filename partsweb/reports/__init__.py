"""Parts Usage, cost of the parts used, what stock is worth, and what vendors say of it."""
