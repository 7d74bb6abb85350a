"""Vendor invoices, and the three-way check: ordered = received = invoiced."""
