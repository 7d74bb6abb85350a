"""What a phone carries along, its devices, and what couldn't be applied when it came back."""
