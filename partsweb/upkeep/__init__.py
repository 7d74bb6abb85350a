"""Keeping an installation: serving it, backing it up, auditing it, what time brings."""
