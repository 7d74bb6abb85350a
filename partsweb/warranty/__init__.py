"""What the maker should pay: held until somebody else decides, then claimed of the vendor."""
