"""Entitlement to date less what was stated: the statement an investor receives and the detail beside it."""

from service.core.statement.beside import Account, Beside, adjustment_line, closed
from service.core.statement.capital import Stand, tranches_given, tranches_stated
from service.core.statement.deferral import Waiting, waiting
from service.core.statement.detail import DetailItem, Keys, PendingShare
from service.core.statement.differences import differences, due_by_key
from service.core.statement.document import (
    Content,
    merged_metrics,
    metric_sections,
    statement_document,
)
from service.core.statement.history import BUILT_ON, History, issued_of, last_told
from service.core.statement.lines import StatedLine, StatementLine, stated_lines
from service.core.statement.moved import accounts_moved, balances_of
from service.core.statement.pending import pending_to
from service.core.statement.position import Known, Position

__all__ = [
    "BUILT_ON",
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
    "Waiting",
    "accounts_moved",
    "adjustment_line",
    "balances_of",
    "closed",
    "differences",
    "due_by_key",
    "issued_of",
    "last_told",
    "merged_metrics",
    "metric_sections",
    "pending_to",
    "stated_lines",
    "statement_document",
    "tranches_given",
    "tranches_stated",
    "waiting",
]
