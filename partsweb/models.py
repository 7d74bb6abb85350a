"""Every table there is, for migrations and checks."""

from __future__ import annotations

from partsweb.approvals import models as approvals
from partsweb.attachments import models as attachments
from partsweb.billing import models as billing
from partsweb.catalogue import models as catalogue
from partsweb.codes import models as codes
from partsweb.counts import models as counts
from partsweb.exchange import models as exchange
from partsweb.invoices import models as invoices
from partsweb.kit import numbering, operation
from partsweb.kit.table import Table
from partsweb.locations import models as locations
from partsweb.month_end import models as month_end
from partsweb.orders import models as orders
from partsweb.people import models as people
from partsweb.periods import models as periods
from partsweb.phone import models as phone
from partsweb.purchasing import models as purchasing
from partsweb.returns import models as returns
from partsweb.stock import models as stock
from partsweb.stock import transfer_models as transfers
from partsweb.timeline import models as timeline
from partsweb.warranty import models as warranty

METADATA = Table.metadata
ROOMS = (
    approvals,
    attachments,
    billing,
    catalogue,
    codes,
    counts,
    exchange,
    invoices,
    locations,
    month_end,
    numbering,
    operation,
    orders,
    people,
    periods,
    phone,
    purchasing,
    returns,
    stock,
    timeline,
    transfers,
    warranty,
)
