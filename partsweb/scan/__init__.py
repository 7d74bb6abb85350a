"""Any code → the thing that it stands for, and what can be done with it."""
