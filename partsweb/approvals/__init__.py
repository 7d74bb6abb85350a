"""Somebody asks, somebody else decides."""
