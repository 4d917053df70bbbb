"""The one object through which a unit of work reads and writes the ledger."""

from service.storage.store_access import AccessStore
from service.storage.store_acts import ActStore
from service.storage.store_answers import AnswerStore
from service.storage.store_condition import ConditionStore
from service.storage.store_facts import FactStore
from service.storage.store_log import LogStore
from service.storage.store_statements import StatementStore
from service.storage.store_terms import TermsStore


class Store(LogStore, FactStore, TermsStore, StatementStore, ActStore, AccessStore, AnswerStore, ConditionStore):
    """Every statement there is, in one session; it never commits. `Database.begin()` gives one."""
