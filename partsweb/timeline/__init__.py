"""What happened to a thing, what is to be done about it, and who is told."""
