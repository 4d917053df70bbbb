"""Contracts: register one, amend it, list them, read the terms as of a date and the file as agreed."""

import hashlib
from dataclasses import dataclass
from datetime import date

from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.core.terms import Terms, TermsTimeline
from service.storage.contract_files import read_file, terms_in
from service.storage.rows import ContractRow, TermsRow
from service.storage.store import Store
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.journal import Journal, open_journal
from service.workflows.known import terms_known, timeline_of
from service.workflows.ledger import Ledger
from service.workflows.personal_data import personal_data_faults


@dataclass(frozen=True, slots=True)
class Registered:
    """A version of the terms in the ledger: the terms, the SHA-256 of the file as agreed, its sequence number."""

    terms: Terms
    sha256: str
    sequence: int


async def create_contract(
    ledger: Ledger, file: bytes, media_type: str, actor: str, keyed: Keyed[Registered] | None = None
) -> Registered:
    """Register a contract from its first file; the same file again gives what was registered (idempotent)."""
    _refuse_personal_data(file, media_type)
    terms = terms_in(file, media_type, known=None)
    if not ledger.database.scope.admits(terms.contract):
        raise NotAllowed(
            "Your credential is for other contracts; an administrator can add this one to it.", "permission-missing"
        )

    async def create(store: Store) -> Registered:
        head = await store.create_head(terms.contract)
        if head.sequence:
            known = await store.terms(terms.contract)
            same = next((row for row in known if row.file == file), None)
            if same is None:
                raise Conflict(
                    "A contract of this name is registered with other terms; "
                    "amend it with POST /v1/contracts/{contract}/amendments, or choose another name.",
                    "contract-exists",
                )
            return Registered(terms, same.sha256.hex(), same.sequence)
        await store.add_participant_keys({(terms.contract, ""): ledger.random_bytes(32)})
        journal = await open_journal(store, terms.contract, head, actor, ledger.now())
        return await _register(store, journal, terms, file, media_type)

    return await in_one_unit(ledger, create, keyed)


async def amend_contract(
    ledger: Ledger, contract: str, file: bytes, media_type: str, actor: str, keyed: Keyed[Registered] | None = None
) -> Registered:
    """Register a further version: the whole terms again, with a later version number and its first day."""
    _refuse_personal_data(file, media_type)

    async def amend(store: Store) -> Registered:
        head = await store.lock_head(contract)
        rows = await store.terms(contract)
        if head is None or not rows:
            raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
        same = next((row for row in rows if row.file == file), None)
        timeline = timeline_of(rows)
        if same is not None:
            terms = next(v.terms for v in timeline.versions if v.terms.version == same.version)
            return Registered(terms, same.sha256.hex(), same.sequence)
        terms = terms_in(file, media_type, timeline)
        journal = await open_journal(store, contract, head, actor, ledger.now())
        return await _register(store, journal, terms, file, media_type)

    return await in_one_unit(ledger, amend, keyed)


def _refuse_personal_data(file: bytes, media_type: str) -> None:
    """The file goes into the log for ever, so nobody's number may stand in it."""
    faults = tuple(dict.fromkeys(personal_data_faults(read_file(file, media_type))))
    if faults:
        raise InvalidInput("The contract seems to hold a CPR number.", faults, "personal-data-suspected")


async def _register(store: Store, journal: Journal, terms: Terms, file: bytes, media_type: str) -> Registered:
    digest = hashlib.sha256(file)
    body = {
        "version": terms.version,
        "title": terms.title,
        "effective_from": str(terms.effective_from),
        "media_type": media_type,
        "sha256": digest.hexdigest(),
        "file": file.decode("utf-8"),
    }
    sequence = journal.add("terms", body, reason=terms.reason)
    await journal.save(store)
    await store.add_terms(
        TermsRow(
            terms.contract,
            terms.version,
            sequence,
            terms.effective_from,
            terms.title,
            file,
            media_type,
            digest.digest(),
        )
    )
    return Registered(terms, digest.hexdigest(), sequence)


async def list_contracts(ledger: Ledger) -> list[ContractRow]:
    """Every contract with its latest version."""
    async with ledger.database.reading() as store:
        return await store.contracts()


async def contract_versions(ledger: Ledger, contract: str) -> TermsTimeline:
    """All versions of a contract in order of their first day."""
    async with ledger.database.reading() as store:
        return await terms_known(store, contract)


async def contract_as_of(ledger: Ledger, contract: str, day: date | None) -> Registered:
    """The version in force on a date, or the latest one."""
    timeline = await contract_versions(ledger, contract)
    if day is not None and day < timeline.versions[0].terms.effective_from:
        raise NotFound(
            f"The contract is in force from {timeline.versions[0].terms.effective_from}; ask for a later date.",
            "version-not-found",
        )
    terms = timeline.latest if day is None else timeline.in_force(day)
    return next(Registered(v.terms, v.sha256, v.sequence) for v in timeline.versions if v.terms is terms)


async def contract_file(ledger: Ledger, contract: str, version: int | None) -> TermsRow:
    """The file of a version as agreed, byte for byte; the latest one when no version is named."""
    async with ledger.database.reading() as store:
        rows = await store.terms(contract)
    if not rows:
        raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
    wanted = max(row.version for row in rows) if version is None else version
    found = next((row for row in rows if row.version == wanted), None)
    if found is None:
        raise NotFound(f"The contract has versions 1 to {max(row.version for row in rows)}.", "version-not-found")
    return found
