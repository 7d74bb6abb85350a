"""What the firm has settled for itself, in its settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flask import current_app

from partsweb.config import Settings


def labour_rate() -> Decimal:
    """What an hour of work costs a customer."""
    return _settings().labour_rate


def core_window() -> timedelta:
    """How long after the receipt of the new part a core may be shipped."""
    return timedelta(days=_settings().core_window)


def over_receipt_tolerance() -> Decimal:
    """How many per cent more than ordered may arrive without anybody being asked."""
    return _settings().over_receipt_tolerance


def purchase_approval() -> Decimal | None:
    """The amount above which somebody else approves a purchase; None: never."""
    return _settings().purchase_approval


def price_tolerance() -> Decimal:
    """By how many percent a vendor's price may differ from the one ordered at."""
    return _settings().price_tolerance


def quantity_tolerance() -> Decimal:
    """By how many percent of what was received a vendor may bill more."""
    return _settings().quantity_tolerance


def count_approval() -> Decimal:
    """Above which value a count's variance is approved by somebody else."""
    return _settings().count_approval


def _settings() -> Settings:
    known: Settings = current_app.config["SETTINGS"]
    return known
