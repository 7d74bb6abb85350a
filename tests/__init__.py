"""Sentences about the business, on a real database."""
