"""The guards of tables whose rows are counted through the whole ledger: nothing changes, goes, or leaves a gap."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """An append-only table: its column that counts from `first` on, and columns that together no two rows share."""

    table: str
    number: str
    first: int
    unique: tuple[str, ...] = ()

    @property
    def sqlite(self) -> dict[str, str]:
        """The triggers by name."""
        table = self.table
        return {
            f"{table}_no_update": f"""
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: UPDATE refused'); END""",
            f"{table}_no_delete": f"""
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: DELETE refused'); END""",
            # INSERT OR REPLACE deletes the row in its way without asking the trigger above.
            f"{table}_gapless": f"""
CREATE TRIGGER {table}_gapless BEFORE INSERT ON {table}
BEGIN
  SELECT RAISE(ABORT, '{table} is gapless: this number does not come next')
  WHERE NEW.{self.number} IS NOT (SELECT coalesce(max({self.number}) + 1, {self.first}) FROM {table});{self._taken}
END""",
        }

    @property
    def _taken(self) -> str:
        if not self.unique:
            return ""
        same = " AND ".join(f"{column} = NEW.{column}" for column in self.unique)
        return f"""
  SELECT RAISE(ABORT, '{self.table} is append-only: this {" and ".join(self.unique)} is taken')
  WHERE EXISTS (SELECT 1 FROM {self.table} WHERE {same});"""

    @property
    def postgresql(self) -> dict[str, tuple[str, str]]:
        """The triggers by name: the function that each calls, and when."""
        table = self.table
        return {
            f"{table}_no_change": (
                f"{table}_refuse_change",
                f"BEFORE UPDATE OR DELETE ON {{schema}}.{table} FOR EACH ROW",
            ),
            f"{table}_no_truncate": (
                f"{table}_refuse_change",
                f"BEFORE TRUNCATE ON {{schema}}.{table} FOR EACH STATEMENT",
            ),
            f"{table}_gapless": (
                f"{table}_refuse_gap",
                f"AFTER INSERT ON {{schema}}.{table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
            ),
        }

    @property
    def postgresql_functions(self) -> dict[str, str]:
        """The bodies of those functions."""
        table, number = self.table, self.number
        return {
            f"{table}_refuse_change": f"""
BEGIN
  RAISE EXCEPTION '{table} is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END""",
            f"{table}_refuse_gap": f"""
DECLARE batch record;
BEGIN
  SELECT min({number}) AS first, max({number}) AS last, count(*) AS entries INTO batch FROM added;
  IF batch.entries > 0 AND (batch.last - batch.first + 1 <> batch.entries
     OR batch.first <> coalesce((SELECT max(earlier.{number}) + 1 FROM {{schema}}.{table} AS earlier
          WHERE earlier.{number} < batch.first), {self.first})) THEN
    RAISE EXCEPTION '{table} is gapless: the numbers do not continue'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END""",
        }


COUNTED = (
    Counted("statement_leaf", "leaf_index", 0, ("contract", "sequence")),
    Counted("checkpoint", "number", 1),
    Counted("checkpoint_key", "number", 1, ("vkey",)),
    Counted("access_record", "sequence", 1),
)
