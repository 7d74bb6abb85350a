"""The firm of the reports, at the end of June."""

from __future__ import annotations

from tests.reports.conftest import firm

__all__ = ["firm"]
