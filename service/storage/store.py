"""The one object through which a unit of work reads and writes the ledger."""

from service.storage.store_access import AccessStore
from service.storage.store_acts import ActStore
from service.storage.store_answers import AnswerStore
from service.storage.store_condition import ConditionStore
from service.storage.store_erasure import ErasureStore
from service.storage.store_facts import FactStore
from service.storage.store_log import LogStore
from service.storage.store_proof import ProofStore
from service.storage.store_statements import StatementStore
from service.storage.store_terms import TermsStore
from service.storage.store_trail import TrailStore
from service.storage.store_transfer import TransferStore
from service.storage.store_whole import WholeStore


class Store(
    LogStore,
    FactStore,
    TermsStore,
    StatementStore,
    ActStore,
    AccessStore,
    AnswerStore,
    ConditionStore,
    ErasureStore,
    ProofStore,
    TrailStore,
    WholeStore,
    TransferStore,
):
    """Every statement there is, in one session; it never commits. `Database.begin()` gives one."""
