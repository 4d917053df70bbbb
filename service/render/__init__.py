"""Documents as files for people: tables first, then CSV and XLSX of any tables."""

from service.render.csv_text import to_csv
from service.render.sheets import Cell, Column, Kind, Row, Sheet, Workbook, stacked
from service.render.xlsx import to_xlsx

__all__ = ["Cell", "Column", "Kind", "Row", "Sheet", "Workbook", "stacked", "to_csv", "to_xlsx"]
