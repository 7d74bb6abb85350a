"""Barcodes of anything, and how scanned bytes are read."""
