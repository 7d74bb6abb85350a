"""The start page of each role: what is next, what waits, what one was told."""
