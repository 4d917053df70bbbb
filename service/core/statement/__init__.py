"""Entitlement to date less what was stated: the statement an investor receives and the detail beside it."""

from service.core.statement.capital import Stand, tranches_given
from service.core.statement.detail import DetailItem, Keys, PendingShare
from service.core.statement.differences import differences, due_by_key
from service.core.statement.document import (
    Content,
    Prior,
    due_by_payer,
    merged_metrics,
    metric_sections,
    prior_of,
    statement_document,
)
from service.core.statement.lines import StatedLine, StatementLine, issued_line, stated_lines
from service.core.statement.position import Known, Position

__all__ = [
    "Content",
    "DetailItem",
    "Keys",
    "Known",
    "PendingShare",
    "Position",
    "Prior",
    "Stand",
    "StatedLine",
    "StatementLine",
    "differences",
    "due_by_key",
    "due_by_payer",
    "issued_line",
    "merged_metrics",
    "metric_sections",
    "prior_of",
    "stated_lines",
    "statement_document",
    "tranches_given",
]
