"""Entitlement to date less what was stated: the statement an investor receives and the detail beside it."""

from service.core.statement.detail import DetailItem, Keys, PendingShare
from service.core.statement.differences import differences, due_by_key
from service.core.statement.document import Content, Prior, due_by_payer, prior_of, statement_document
from service.core.statement.lines import StatedLine, StatementLine, stated_lines
from service.core.statement.position import Known, Position

__all__ = [
    "Content",
    "DetailItem",
    "Keys",
    "Known",
    "PendingShare",
    "Position",
    "Prior",
    "StatedLine",
    "StatementLine",
    "differences",
    "due_by_key",
    "due_by_payer",
    "prior_of",
    "stated_lines",
    "statement_document",
]
