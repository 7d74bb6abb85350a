"""Who may do what: one table of act × roles. docs/roles.md is written from it."""

from __future__ import annotations

TECHNICIAN = "technician"
DISPATCHER = "dispatcher"
COORDINATOR = "coordinator"
PURCHASING = "purchasing"
SUPERVISOR = "supervisor"
FINANCE = "finance"
ADMIN = "admin"
ROLES = (TECHNICIAN, DISPATCHER, COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN)
OFFICE = frozenset(ROLES) - {TECHNICIAN}
STOCK_KEEPERS = frozenset({COORDINATOR, PURCHASING, SUPERVISOR, ADMIN})

ACTS: dict[str, frozenset[str]] = {
    # orders
    "see orders": frozenset(ROLES),
    "follow up": frozenset(ROLES),
    "see all orders": OFFICE,
    "plan orders": frozenset({DISPATCHER, SUPERVISOR, ADMIN}),
    "work on orders": frozenset({TECHNICIAN, DISPATCHER, COORDINATOR, SUPERVISOR, ADMIN}),
    "request parts": frozenset({TECHNICIAN, DISPATCHER, COORDINATOR, SUPERVISOR, ADMIN}),
    "answer requests": frozenset({DISPATCHER, COORDINATOR, SUPERVISOR, ADMIN}),
    "install parts": frozenset({TECHNICIAN, COORDINATOR, SUPERVISOR, ADMIN}),
    "correct installations": frozenset({TECHNICIAN, COORDINATOR, SUPERVISOR, ADMIN}),
    # parts and stock
    "see parts": frozenset(ROLES),
    "keep the catalogue": frozenset({COORDINATOR, PURCHASING, ADMIN}),
    # Who stands before the box with the unknown code.
    "teach codes": frozenset({TECHNICIAN, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    "see stock": frozenset(ROLES),
    "move stock": frozenset({COORDINATOR, SUPERVISOR, ADMIN}),
    # A technician carries from and to the own van, and asks for it.
    "carry stock": frozenset({TECHNICIAN, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    # A technician the own van.
    "count stock": frozenset({TECHNICIAN, COORDINATOR, SUPERVISOR, ADMIN}),
    "see prices": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    # the end of a month
    "see month-end": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    "close months": frozenset({FINANCE, ADMIN}),
    # vendor invoices
    "see invoices": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    "enter invoices": frozenset({PURCHASING, FINANCE, ADMIN}),
    "accept invoices": frozenset({SUPERVISOR, FINANCE, ADMIN}),
    # reports; a technician sees what he or she used
    "see usage": frozenset(ROLES),
    # purchasing
    "see purchase orders": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    "buy parts": frozenset({COORDINATOR, PURCHASING, ADMIN}),
    "put on purchase orders": frozenset({DISPATCHER, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    "see deliveries": frozenset(ROLES) - {DISPATCHER},
    "buy at a counter": frozenset({TECHNICIAN, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    "receive parts": frozenset({TECHNICIAN, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    # what other systems know
    "import data": frozenset({COORDINATOR, PURCHASING, ADMIN}),
    "import stock and orders": frozenset({COORDINATOR, ADMIN}),
    # what phones sent later
    "resolve exceptions": frozenset({COORDINATOR, SUPERVISOR, ADMIN}),
    # what needs somebody else
    "decide": frozenset({SUPERVISOR, ADMIN}),
    # what customers pay, and what vendors owe for it
    "see claims": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    "keep claims": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    "return cores": frozenset({TECHNICIAN, COORDINATOR, PURCHASING, SUPERVISOR, ADMIN}),
    "settle cores": frozenset({COORDINATOR, PURCHASING, SUPERVISOR, FINANCE, ADMIN}),
    "see bills": frozenset({SUPERVISOR, FINANCE, ADMIN}),
    "bill orders": frozenset({FINANCE, ADMIN}),
    # photos and papers
    "remove photos of others": OFFICE,
    # the firm
    "manage people": frozenset({ADMIN}),
    "invite people": frozenset({DISPATCHER, SUPERVISOR, ADMIN}),
    "manage locations": frozenset({COORDINATOR, ADMIN}),
}


def allowed(roles: frozenset[str] | set[str], act: str) -> bool:
    """Whether one of the roles allows the act. An act that nobody listed is a mistake of ours."""
    return not ACTS[act].isdisjoint(roles)


def table_in_words() -> str:
    """The table as docs/roles.md shows it."""
    head = [
        "# Who may do what",
        "",
        "Written from `partsweb/people/permissions.py` by `python -m partsweb.people.permissions`;",
        "a person with several roles may do what any of them may. What is somebody else's (orders,",
        "photos) answers 404 to a technician; prices that a role may not see are never sent to it.",
        "",
        "| | " + " | ".join(ROLES) + " |",
        "|---|" + ":-:|" * len(ROLES),
    ]
    rows = [
        f"| {act} | " + " | ".join("●" if role in roles else "" for role in ROLES) + " |"
        for act, roles in ACTS.items()
    ]
    return "\n".join(head + rows) + "\n"


if __name__ == "__main__":
    print(table_in_words(), end="")  # noqa: T201 - what it is for
