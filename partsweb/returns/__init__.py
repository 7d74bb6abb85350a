"""What goes back to vendors: cores, for the deposit that was paid on them."""
