"""Files in and out: what other systems know, brought in as CSV."""
