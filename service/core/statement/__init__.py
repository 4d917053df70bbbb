"""Entitlement to date less what was stated: the statement an investor receives and the detail beside it."""

from service.core.statement.beside import Account, Beside, adjustment_line, closed
from service.core.statement.capital import Stand, tranches_given
from service.core.statement.detail import DetailItem, Keys, PendingShare
from service.core.statement.differences import differences, due_by_key
from service.core.statement.document import (
    Content,
    merged_metrics,
    metric_sections,
    statement_document,
)
from service.core.statement.history import History, issued_of
from service.core.statement.lines import StatedLine, StatementLine, stated_lines
from service.core.statement.moved import accounts_moved, balances_of
from service.core.statement.position import Known, Position

__all__ = [
    "Account",
    "Beside",
    "Content",
    "DetailItem",
    "History",
    "Keys",
    "Known",
    "PendingShare",
    "Position",
    "Stand",
    "StatedLine",
    "StatementLine",
    "accounts_moved",
    "adjustment_line",
    "balances_of",
    "closed",
    "differences",
    "due_by_key",
    "issued_of",
    "merged_metrics",
    "metric_sections",
    "stated_lines",
    "statement_document",
    "tranches_given",
]
