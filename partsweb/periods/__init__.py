"""Posting dates, open and closed months."""
