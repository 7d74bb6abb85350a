"""Labels to be printed, and what their codes open."""
