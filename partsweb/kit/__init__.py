"""What every room needs: a no in words, exact numbers, the clock, the door, the page."""
