"""Stock is counted by hand, and the books follow what was seen."""
