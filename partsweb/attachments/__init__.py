"""Photos, slips and certificates on anything."""
