"""Microsoft's sample company: its files, the options that their import needs, its figures.

The data lies beside the project, not in it; where it is missing, what needs it is skipped.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("PARTSWEB_SHARED", Path(__file__).parents[3] / "shared"))
DATA = SHARED / "data"
# In the order in which they are imported.
FILES = {
    "locations": "locations.csv",
    "parts": "parts.csv",
    "vendors": "vendors.csv",
    "vendor-parts": "vendor_parts.csv",
    "stock": "stock.csv",
    "purchase-orders": "purchase_orders.csv",
    "purchase-order-lines": "purchase_order_lines.csv",
}
OPTIONS = {"parts": ["--set", "reorder_location=Miscellaneous Storage"]}


def facts() -> Any:
    """What a correct import comes to."""
    return json.loads((DATA / "facts.json").read_text())["adventureworks"]
