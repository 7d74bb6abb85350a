"""A believable company to try it all on: a heating, cooling and appliance service firm."""
