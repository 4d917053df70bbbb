"""The plain values that the store takes and returns: a tuple a row, fields in the order of the columns."""

from datetime import date, datetime
from typing import NamedTuple

GENESIS_DIGEST = bytes(32)


class Head(NamedTuple):
    """Where a contract's chain ends: the last sequence (0 when empty) and its digest (32 bytes)."""

    sequence: int
    digest: bytes


class ChainEnd(NamedTuple):
    """The new end of a contract's chain."""

    contract: str
    sequence: int
    digest: bytes


class LogEntry(NamedTuple):
    """One entry of the log; `entry_bytes` are the exact bytes that were hashed into `digest` (32 bytes).

    `recorded_at` is aware; `source` and `external_id` are both given for kind 'fact' and None for all others.
    """

    contract: str
    sequence: int
    kind: str
    recorded_at: datetime
    actor: str
    source: str | None
    external_id: str | None
    entry_bytes: bytes
    digest: bytes


class FactRow(NamedTuple):
    """The deletable half of a fact; `payload` is its canonical JSON, `replaces_*` the fact it corrects."""

    contract: str
    sequence: int
    source: str
    external_id: str
    kind: str
    participant: str | None
    on_date: date
    name: str | None
    payload: bytes
    replaces_source: str | None
    replaces_id: str | None


class KnownFact(NamedTuple):
    """A fact whose identity is taken; all but `sequence` are None once its personal data has been deleted."""

    sequence: int
    kind: str | None
    participant: str | None
    payload: bytes | None


class FoundFact(NamedTuple):
    """A fact as a search shows it, with the time (aware UTC) at which the ledger recorded it."""

    contract: str
    sequence: int
    source: str
    external_id: str
    kind: str
    participant: str | None
    on_date: date
    name: str | None
    payload: bytes
    replaces_source: str | None
    replaces_id: str | None
    recorded_at: datetime


class TermsRow(NamedTuple):
    """One version of a contract's terms; `sha256` (32 bytes) is of `file`, the document as it was given."""

    contract: str
    version: int
    sequence: int
    effective_from: date
    title: str
    file: bytes
    media_type: str
    sha256: bytes


class ContractRow(NamedTuple):
    """A contract in the list of contracts: its latest version and what that version says."""

    contract: str
    title: str
    version: int
    effective_from: date


class StatementRow(NamedTuple):
    """An issued statement: `document` is served as it is, `sha256` (32 bytes) is of it."""

    contract: str
    sequence: int
    id: str
    period: str
    investor: str
    revision: int
    through_sequence: int
    document: bytes
    sha256: bytes


class IssuedDocument(NamedTuple):
    """What is sent of an issued statement, its bytes and their SHA-256 (32 bytes), and whose it is."""

    document: bytes
    sha256: bytes
    contract: str
    investor: str


class DetailItemRow(NamedTuple):
    """One line of a statement's detail; `sequence` is the statement's, `position` counts its lines.

    `participant` is None once its participant was erased: `item` is what is left, `commitment` is as it was.
    """

    contract: str
    sequence: int
    position: int
    kind: str
    participant: str | None
    commitment: bytes
    item: bytes


class KeptRow(NamedTuple):
    """What is kept of an erased participant: `sequence` is its erasure's, `behind` whom it stands right behind, `kept`
    the findings in canonical JSON."""

    contract: str
    sequence: int
    label: str
    behind: str
    kept: bytes


class ActRow(NamedTuple):
    """What somebody did to a contract's statements or money; `body` is what the log says of it, in canonical JSON."""

    contract: str
    sequence: int
    kind: str
    actor: str
    recorded_at: datetime
    reason: str | None
    body: bytes


class PostingRow(NamedTuple):
    """One amount on one account, never 0; `transaction_id` names the statement or payment that posted it, `on_date`
    the day it counts from: a period's last day, a payment's value date."""

    contract: str
    sequence: int
    position: int
    account: str
    currency: str
    amount_minor: int
    transaction_id: str
    on_date: date


class Balance(NamedTuple):
    """What an account holds in one currency."""

    account: str
    currency: str
    amount_minor: int


class OpenedAccount(NamedTuple):
    """An account with the currency that it holds and the first day that it moves."""

    account: str
    currency: str
    on_date: date


class AnswerRow(NamedTuple):
    """What was answered under a key; `fingerprint` (32 bytes) is of the request, `body` is sent again as it is."""

    actor: str
    route: str
    key: str
    fingerprint: bytes
    status: int
    location: str | None
    body: bytes
    recorded_at: datetime


class CredentialRow(NamedTuple):
    """Who may do what, as the party or the source, for which contracts (None: any, or all), and to which end.

    `issuer` and `subject` are those of its access tokens, where it has any.
    """

    name: str
    roles: tuple[str, ...]
    party: str | None
    source: str | None
    contracts: tuple[str, ...] | None
    purpose: str
    issuer: str | None
    subject: str | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None


class CredentialKeyRow(NamedTuple):
    """A key of a credential; `secret_sha256` (32 bytes) stands for the secret, which is never stored."""

    id: str
    credential: str
    secret_sha256: bytes
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None = None
    revoked_at: datetime | None = None


class LeafRow(NamedTuple):
    """A leaf of the tree of issued statements; `hashes` are those of the perfect subtrees that it completes, from its
    own upwards, 32 bytes each."""

    leaf_index: int
    contract: str
    sequence: int
    leaf_bytes: bytes
    hashes: bytes


class CheckpointRow(NamedTuple):
    """A signed checkpoint: the size and root (32 bytes) of the tree, and the bytes of the signed note."""

    number: int
    tree_size: int
    root: bytes
    note: bytes
    made_at: datetime


class CheckpointKeyRow(NamedTuple):
    """A public key that signs or has signed checkpoints, as it is published."""

    number: int
    vkey: str
    made_at: datetime


class AccessRecordRow(NamedTuple):
    """One record of the access trail; `entry_bytes` are the exact bytes that were hashed into `digest` (32 bytes).

    `contracts` are those it is about, sorted; `participants` what stands for whom it names (64 hexadecimal digits
    each).
    """

    sequence: int
    kind: str
    recorded_at: datetime
    actor: str
    contracts: tuple[str, ...]
    participants: tuple[str, ...]
    entry_bytes: bytes
    digest: bytes


class AccessSearch(NamedTuple):
    """Which records of the access trail are wanted; a field left None does not narrow. `since` and `until` are aware,
    `until` is not within."""

    kind: str | None = None
    contract: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
