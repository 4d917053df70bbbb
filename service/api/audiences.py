"""Who uses an operation: the groups of the docs page, in the order in which they stand there."""

from typing import Final

CASE_SYSTEMS: Final = "Case systems"
INVESTORS: Final = "Investors"
FINANCE: Final = "Finance"
AUDITORS: Final = "Auditors"
OPERATORS: Final = "Operators"

GROUPS: Final = [
    {
        "name": FINANCE,
        "description": "Contracts and their terms; what is achieved; preview, issue, explain; what a payer owes.",
    },
    {"name": INVESTORS, "description": "What is owed to an investor and why; no participant is named."},
    {
        "name": AUDITORS,
        "description": "The log; what was known when; recompute a statement; files, accounts and journals.",
    },
    {"name": CASE_SYSTEMS, "description": "Check, post, correct, withdraw and look up events; schemas and changes."},
    {"name": OPERATORS, "description": "Whether the service runs, can work, and how it is doing. No key is asked for."},
]
