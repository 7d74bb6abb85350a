"""The end of a month: what to look at, the pack, and closing it."""
